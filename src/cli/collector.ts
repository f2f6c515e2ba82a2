import { Command } from "commander";
import { type Collector, startCollector } from "../collector/collector.ts";
import { storeName } from "../collector/store-table.ts";
import { type CollectorConfig, collectorConfigSchema, collectorListenFault } from "../config/collector-schema.ts";
import { parseConfig } from "../config/load.ts";
import { systemClock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import { createLogger } from "../platform/logger.ts";
import { readCollectorConfig, storePlaceOf } from "./collector-config.ts";
import { collectorReportCommand } from "./collector-report.ts";
import { stopSignal } from "./stop-signal.ts";

interface CollectorCommandOptions {
  config?: string;
  data?: string;
  listen?: string;
}

export function collectorCommand(): Command {
  return new Command("collector")
    .description("run a collector until SIGINT or SIGTERM")
    .option("-c, --config <file>", "the collector's YAML config file")
    .option("--data <dir>", "data directory (default: ./data/collector)")
    .option("--listen <host:port>", "where gateways connect (default: 127.0.0.1:7070)")
    .action(run)
    .enablePositionalOptions()
    .addCommand(collectorReportCommand().exitOverride());
}

async function run(options: CollectorCommandOptions): Promise<void> {
  const config = configOf(options);
  const stopping = stopSignal();
  const place = storePlaceOf(config);
  const collector: Collector = await startCollector({
    store: place,
    listen: config.listen,
    tls: config.tls,
    environment: process.env,
    clock: systemClock,
    logger: createLogger(config.logger.level),
  });
  const { host, port } = collector.address;
  const scheme = config.tls === undefined ? "grpc" : "grpc over TLS";
  console.log(`tidegate collector: ${scheme} ${host}:${port}, ${storeName(place)}`);
  await stopping;
  await collector.close();
}

function configOf(options: CollectorCommandOptions): CollectorConfig {
  const config =
    options.config === undefined ? parseConfig("", "defaults", collectorConfigSchema) : readCollectorConfig(options.config);
  if (options.data !== undefined && config.store.kind !== "embedded") {
    throw new TidegateError("USAGE", "--data is for the embedded store, and the config has another; leave it out");
  }
  return {
    ...config,
    listen: options.listen === undefined ? config.listen : listenOf(options.listen, config),
    data: { directory: options.data ?? config.data.directory },
  };
}

function listenOf(text: string, { tls }: CollectorConfig): CollectorConfig["listen"] {
  const parsed = collectorConfigSchema.shape.listen.safeParse(text);
  const fault = parsed.success ? collectorListenFault({ listen: parsed.data, tls }) : null;
  if (fault !== null) throw new TidegateError("USAGE", `--listen ${text} ${fault.message}; ${fault.remedy}`);
  if (parsed.success) return parsed.data;
  throw new TidegateError("USAGE", `--listen ${text} ${parsed.error.issues[0]?.message}; write for instance 127.0.0.1:7070`);
}
