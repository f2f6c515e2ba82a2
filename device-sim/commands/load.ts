import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { parseBrokerUrl, parseDurationMs, wholeNumber } from "../arguments.ts";
import { ExitError, exitCodes } from "../exit-error.ts";
import type { Host } from "../host.ts";
import { type LoadOptions, type LoadReport, runLoad, slotsMax, slotsOf } from "../load/load-run.ts";
import { loadFormats } from "../load/publish-slots.ts";
import { defaultUrl, oneOf } from "./delivery-options.ts";

const help = `
A closed loop: every client keeps <window> messages unacknowledged, one reading each, on sensors/<device>/<metric> with the
current time; with --format batch <batch-size> readings each, on tg/v1/<device>. Latency is from write to acknowledgement. "generator" is how many cores this program kept busy: near 1, it was
itself the limit. With QoS 0 a message counts when the kernel has taken it.

Example:
  $ device-sim load --clients 50 --window 64 --duration 10s --json result.json`;

export function registerLoad(program: Command, host: Host): void {
  program
    .command("load")
    .description("measure how fast a broker acknowledges, with latency percentiles")
    .option("--clients <n>", "connections", wholeNumber(1, 10_000), 50)
    .option("--window <n>", "unacknowledged messages per client", wholeNumber(1, slotsMax), 64)
    .addOption(new Option("--duration <time>", "how long to measure").argParser(parseDurationMs).default(10_000, "10s"))
    .addOption(new Option("--warm-up <time>", "left out before that").argParser(parseDurationMs).default(2000, "2s"))
    .addOption(oneOf("--qos <level>", "MQTT quality of service", [0, 1], 1))
    .addOption(
      new Option("--format <name>", 'json: {"v":21.57,"ts":…}, number: 21.57, batch: a protobuf ReadingBatch')
        .choices(loadFormats)
        .default("json"),
    )
    .option("--batch-size <n>", "readings per message with format batch", wholeNumber(1, 10_000), 100)
    .addOption(oneOf("--mqtt-version <v>", "protocol: 4 is MQTT 3.1.1", [4, 5], 4))
    .option("--devices-per-client <n>", "devices behind one connection", wholeNumber(1, 1000), 1)
    .option("--metrics <n>", "metrics per device", wholeNumber(1, 1000), 4)
    .option("--url <url>", "the broker, mqtt://[user:password@]host:port; plain TCP only", parseBrokerUrl, defaultUrl)
    .option("--json <file>", "also write the result as JSON; - prints only that")
    .addHelpText("after", help)
    .action(async (given: LoadArguments) => {
      const { window, duration, warmUp, json, ...rest } = given;
      const options = { ...rest, windowMax: window, durationMs: duration, warmUpMs: warmUp };
      checkOptions(options);
      printReport(await runLoad(options, host), json, host);
    });
}

interface LoadArguments extends Omit<LoadOptions, "windowMax" | "durationMs" | "warmUpMs"> {
  readonly window: number;
  readonly duration: number;
  readonly warmUp: number;
  readonly json?: string;
}

function checkOptions(options: LoadOptions): void {
  if (!options.url.startsWith("mqtt://")) {
    throw new ExitError(exitCodes.usage, `load speaks plain TCP only, not ${options.url}; give --url mqtt://host:port`);
  }
  const slots = slotsOf(options);
  if (slots <= slotsMax) return;
  const remedy = "give fewer --devices-per-client or --metrics";
  throw new ExitError(
    exitCodes.usage,
    `${slots} packet identifiers per client are more than the ${slotsMax} of MQTT; ${remedy}`,
  );
}

function printReport(report: LoadReport, json: string | undefined, host: Host): void {
  if (json === "-") {
    host.print(JSON.stringify(report));
    return;
  }
  if (json !== undefined) writeReport(json, report);
  const { messages, durationMs, messagesPerSecond, readingsPerMessage, readingsPerSecond, rejected, latencyMs } = report;
  const latencies = Object.entries(latencyMs).map(([name, ms]) => `${name} ${ms.toFixed(2)}`);
  host.print(`ack latency in ms: ${latencies.join(", ")}`);
  host.print(`generator: ${report.generatorCores.toFixed(2)} cores`);
  const seconds = (durationMs / 1000).toFixed(1);
  if (readingsPerMessage > 1) host.print(`${readingsPerMessage} readings a message: ${readingsPerSecond} readings/s`);
  host.print(`acknowledged ${messages} messages in ${seconds} s, rejected ${rejected}: ${messagesPerSecond} messages/s`);
}

function writeReport(path: string, report: LoadReport): void {
  try {
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExitError(exitCodes.fileUnwritable, `cannot write ${path}: ${reason}; choose another file`);
  }
}
