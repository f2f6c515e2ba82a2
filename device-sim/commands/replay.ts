import { type Command, Option } from "commander";
import { parseName, parseSpeed } from "../arguments.ts";
import type { Host } from "../host.ts";
import { type ReplayOptions, runReplay } from "../replay.ts";
import { summaryLine } from "../tally.ts";
import { addDeliveryOptions } from "./delivery-options.ts";

const help = `
The file has a header line. Times are 2013-12-02 21:15:00 (UTC unless a zone follows) or ISO 8601, sent in milliseconds. The value's
text goes out as it stands, as {"v":73.96732207,"ts":1386018900000} on sensors/<device>/<metric>, in the order of the file.
Rows without a readable time or number are skipped and counted.

Examples:
  $ device-sim replay machine.csv --device press-1 --metric temperature --speed max --ledger ledger.ndjson
  $ device-sim replay machine.csv --device press-1 --metric temperature --speed 3600`;

export function registerReplay(program: Command, host: Host): void {
  const command = program.command("replay").description("publish a recorded series from a CSV file with its own event times");
  command
    .argument("<file.csv>", "the recording")
    .requiredOption("--device <name>", "device that sends it", parseName)
    .requiredOption("--metric <name>", "metric that it measures", parseName)
    .option("--time-column <name>", "column with the event times", "timestamp")
    .option("--value-column <name>", "column with the values", "value")
    .addOption(
      new Option("--speed <factor>", "1: as recorded, 60: a minute in a second, max: as fast as acknowledged")
        .argParser(parseSpeed)
        .default(Number.POSITIVE_INFINITY, "max"),
    );
  addDeliveryOptions(command);
  command.addHelpText("after", help).action(async (file: string, given: ReplayArguments) => {
    const { window, ...rest } = given;
    const { skipped, ...summary } = await runReplay({ ...rest, file, windowMax: window }, host);
    if (skipped > 0) host.print(`skipped ${skipped} rows`);
    host.print(summaryLine(summary));
  });
}

type ReplayArguments = Omit<ReplayOptions, "file" | "windowMax"> & { readonly window: number };
