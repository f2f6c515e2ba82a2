import { join } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import { Command, Option } from "commander";
import { csvHeader, csvLine, ndjsonLine } from "../codec/record-text.ts";
import { inspectLog, type LogSummary, logRecords, verifyLog } from "../log/inspect.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { TidegateError } from "../platform/errors.ts";
import { print } from "./print.ts";

interface DataOption {
  data: string;
}

export function logCommand(): Command {
  const command = new Command("log").description("look into the log of a stopped gateway");
  const sub = (name: string, description: string) =>
    command
      .command(name)
      .exitOverride()
      .description(description)
      .option("--data <dir>", "the gateway's data directory", "./data");
  sub("verify", "check every file, block and offset; ends with 65 if anything is damaged").action(verify);
  sub("inspect", "offsets, sizes and times of the lanes, what was given up, and damaged blocks that are set aside")
    .option("--json", "print it as JSON")
    .action(inspect);
  sub("export", "print the records of a lane in offset order")
    .addOption(new Option("--lane <lane>", "which records").choices([...lanes]).makeOptionMandatory())
    .addOption(new Option("--format <format>", "how to print them").choices(["ndjson", "csv"]).default("ndjson"))
    .option("--gateway <id>", "what stands in the column gateway (default: the log's id)")
    .action(exportLane);
  return command;
}

/** The log's own directory in a gateway's data directory. */
const logDirectory = ({ data }: DataOption) => join(data, "log");

async function verify(options: DataOption): Promise<void> {
  const bar = new SingleBar(
    { format: "verifying [{bar}] {percentage} %", stream: process.stderr, noTTYOutput: false },
    Presets.shades_classic,
  );
  if (process.stderr.isTTY) bar.start(1000, 0);
  const counts = { fault: 0, note: 0 };
  for await (const { place, kind, problem } of verifyLog(logDirectory(options), (share) =>
    bar.update(Math.floor(share * 1000)),
  )) {
    counts[kind]++;
    console.log(`${kind}: ${place}: ${problem}`);
  }
  bar.stop();
  console.log(`${counts.fault} faults, ${counts.note} notes`);
  if (counts.fault > 0) {
    throw new TidegateError(
      "LOG_DAMAGED",
      `the log in ${options.data} is damaged: ${counts.fault} faults; keep a copy of the directory`,
    );
  }
}

async function inspect(options: DataOption & { json?: boolean }): Promise<void> {
  const summary = await inspectLog(logDirectory(options));
  console.log(options.json ? JSON.stringify(summary, null, 2) : tableOf(summary));
}

function tableOf({ logId, fileBytes, lanes: summaries, losses, setAside }: LogSummary): string {
  const rows = summaries.map(({ lane, startOffset, endOffset, blocks, bytes, firstTimeUs, lastTimeUs }) => {
    const records = endOffset - startOffset;
    const each = records === 0 ? "" : `, ${(bytes / records).toFixed(2)} bytes a record`;
    return `${lane.padEnd(9)} ${startOffset} to ${endOffset} in ${blocks} blocks, ${bytes} bytes${each}${span(firstTimeUs, lastTimeUs)}`;
  });
  const given = losses.map(
    ({ lane, fromOffset, toOffset, reason, untilUs }) =>
      `given up  ${lane} ${fromOffset} to ${toOffset}: ${reason}, ${iso(untilUs)}`,
  );
  const aside = setAside.map(({ lane, firstOffset, bytes }) => `set aside ${lane} ${firstOffset}: ${bytes} damaged bytes`);
  return [`log       ${logId}, ${fileBytes} bytes on disk`, ...rows, ...given, ...aside].join("\n");
}

function span(firstTimeUs: number | null, lastTimeUs: number | null): string {
  return firstTimeUs === null || lastTimeUs === null ? "" : `, appended ${iso(firstTimeUs)} to ${iso(lastTimeUs)}`;
}

function iso(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString();
}

async function exportLane(options: DataOption & { lane: Lane; format: "ndjson" | "csv"; gateway?: string }): Promise<void> {
  const { lane, format, gateway } = options;
  if (format === "csv") await print(csvHeader(lane));
  for await (const record of logRecords(logDirectory(options), lane)) {
    const exported = { gatewayId: gateway ?? record.logId, ...record };
    await print(format === "csv" ? csvLine(lane, exported) : ndjsonLine(lane, exported));
  }
}
