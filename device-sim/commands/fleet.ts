import { type Command, Option } from "commander";
import { parseDurationOrForever, parseName, positiveNumber, wholeNumber } from "../arguments.ts";
import { ExitError, exitCodes } from "../exit-error.ts";
import { type FleetOptions, runFleet } from "../fleet.ts";
import type { Host } from "../host.ts";
import { eventTimeStepUs, formats } from "../message.ts";
import { summaryLine } from "../tally.ts";
import { waveformNames } from "../waveform.ts";
import { addDeliveryOptions } from "./delivery-options.ts";

const help = `
Payloads, by --format:
  number  sensors/<device>/<metric>   21.57                          (no event time: the gateway stamps it, and cannot
                                                                      recognise what is sent again after a lost connection)
  json    sensors/<device>/<metric>   {"v":21.57,"ts":1700000000000} (ts: event time in milliseconds)
  object  sensors/<device>            {"temperature":21.57,"pressure":3.2,"ts":1700000000000}
  batch   tg/v1/<device>              protobuf ReadingBatch (proto/tidegate/v1/reading.proto)

A device that loses the broker reconnects, sends again what was not acknowledged (with DUP), and then catches up with its schedule.
Ctrl-C stops measuring and waits up to 10 s for acknowledgements.

Examples:
  $ device-sim fleet --devices 50 --metrics 4 --rate 10 --duration 20s --ledger ledger.ndjson
  $ device-sim fleet --duration forever --waveform sine --format batch --rate 1000`;

export function registerFleet(program: Command, host: Host): void {
  const command = program.command("fleet").description("simulate devices that measure and publish by the clock");
  command
    .option("--devices <n>", "devices, each with its own connection", wholeNumber(1, 10_000), 10)
    .option("--metrics <n>", "metrics per device", wholeNumber(1, 1000), 4)
    .option("--rate <n>", "readings/s per series", positiveNumber(1e6), 1)
    .addOption(
      new Option("--duration <time>", "how long to measure: 500ms, 20s, 5m, 2h, 7d or forever")
        .argParser(parseDurationOrForever)
        .default(20_000, "20s"),
    )
    .addOption(new Option("--waveform <name>", "shape of the values").choices([...waveformNames, "mixed"]).default("mixed"))
    .addOption(new Option("--format <name>", "payload, see below").choices(formats).default("json"))
    .option("--batch-readings <n>", "format batch: readings of each metric in a message", wholeNumber(1, 10_000), 10)
    .option("--prefix <name>", "devices are named <name>-001, <name>-002, …", parseName, "sensor");
  addDeliveryOptions(command);
  command.addHelpText("after", help).action(async (given: FleetArguments) => {
    const { duration, mqttVersion, window, ...rest } = given;
    checkRate(given);
    const options = { ...rest, durationMs: duration, mqttVersion, windowMax: window };
    host.print(summaryLine(await runFleet(options, host)));
  });
}

type FleetArguments = Omit<FleetOptions, "durationMs" | "windowMax"> & { readonly duration: number; readonly window: number };

function checkRate({ rate, format }: FleetArguments): void {
  const rateMax = 1e6 / eventTimeStepUs[format];
  if (rate <= rateMax) return;
  const reason = `--format ${format} has event times in milliseconds`;
  throw new ExitError(
    exitCodes.usage,
    `--rate ${rate} is too fast: ${reason}; give a rate up to ${rateMax}, or --format batch`,
  );
}
