import { Command, Option } from "commander";
import { exportRecords } from "../collector/export.ts";
import { csvHeader, csvLine, ndjsonLine } from "../collector/export-format.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { print } from "./print.ts";

interface ExportOptions {
  data: string;
  lane: Lane;
  format: "ndjson" | "csv";
  gateway?: string;
}

export function exportCommand(): Command {
  return new Command("export")
    .description("print what a stopped collector has received, in offset order per gateway")
    .option("--data <dir>", "the collector's data directory", "./data/collector")
    .addOption(new Option("--lane <lane>", "which records").choices([...lanes]).makeOptionMandatory())
    .addOption(new Option("--format <format>", "how to print them").choices(["ndjson", "csv"]).default("ndjson"))
    .option("--gateway <id>", "only this gateway's records")
    .action(exportLane);
}

async function exportLane(options: ExportOptions): Promise<void> {
  const { lane, format } = options;
  const filter = options.gateway === undefined ? {} : { gatewayId: options.gateway };
  if (format === "csv") await print(csvHeader(lane));
  for await (const record of exportRecords(options.data, lane, filter)) {
    await print(format === "csv" ? csvLine(lane, record) : ndjsonLine(lane, record));
  }
}
