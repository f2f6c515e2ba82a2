import { Command } from "commander";
import { type Collector, startCollector } from "../collector/collector.ts";
import { loadCollectorConfig, parseConfig } from "../config/load.ts";
import { parseHostPort } from "../config/quantities.ts";
import { type CollectorConfig, collectorConfigSchema } from "../config/schema.ts";
import { systemClock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import { createLogger } from "../platform/logger.ts";
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
    .action(run);
}

async function run(options: CollectorCommandOptions): Promise<void> {
  const config = configOf(options);
  const stopping = stopSignal();
  const collector: Collector = await startCollector({
    listen: config.listen,
    directory: config.data.directory,
    clock: systemClock,
    logger: createLogger(config.logger.level),
  });
  const { host, port } = collector.address;
  console.log(`tidegate collector: grpc ${host}:${port}, data ${config.data.directory}`);
  await stopping;
  await collector.close();
}

function configOf(options: CollectorCommandOptions): CollectorConfig {
  const config =
    options.config === undefined ? parseConfig("", "defaults", collectorConfigSchema) : loadCollectorConfig(options.config);
  const listen = options.listen === undefined ? config.listen : parseHostPort(options.listen);
  if (listen === undefined)
    throw new TidegateError("USAGE", `--listen ${options.listen} is not HOST:PORT; write for instance 127.0.0.1:7070`);
  return { ...config, listen, data: { directory: options.data ?? config.data.directory } };
}
