import { Command, Option } from "commander";
import { csvHeader, csvLine, ndjsonLine } from "../codec/record-text.ts";
import { exportLosses, exportRecords } from "../collector/export.ts";
import { lossCsvHeader, lossCsvLine, lossNdjsonLine } from "../collector/loss-text.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { print } from "./print.ts";

interface ExportOptions {
  data: string;
  lane: Lane;
  format: "ndjson" | "csv";
  gateway?: string;
  losses?: boolean;
}

const filterOf = ({ gateway }: ExportOptions) => (gateway === undefined ? {} : { gatewayId: gateway });

export function exportCommand(): Command {
  return new Command("export")
    .description("print what a stopped collector has received, in offset order per gateway")
    .option("--data <dir>", "the collector's data directory", "./data/collector")
    .addOption(new Option("--lane <lane>", "which records").choices([...lanes]).makeOptionMandatory())
    .addOption(new Option("--format <format>", "how to print them").choices(["ndjson", "csv"]).default("ndjson"))
    .option("--gateway <id>", "only this gateway's records")
    .option("--losses", "instead of the records: which ones the gateways gave up before they came here, why and when")
    .action((options: ExportOptions) => (options.losses ? printLosses(options) : exportLane(options)));
}

async function exportLane(options: ExportOptions): Promise<void> {
  const { lane, format } = options;
  if (format === "csv") await print(csvHeader(lane));
  for await (const record of exportRecords(options.data, lane, filterOf(options))) {
    await print(format === "csv" ? csvLine(lane, record) : ndjsonLine(lane, record));
  }
}

async function printLosses(options: ExportOptions): Promise<void> {
  const { data, lane, format } = options;
  if (format === "csv") await print(lossCsvHeader);
  for (const loss of await exportLosses(data, lane, filterOf(options))) {
    await print(format === "csv" ? lossCsvLine(loss) : lossNdjsonLine(loss));
  }
}
