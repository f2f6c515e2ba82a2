import { createReadStream, type ReadStream } from "node:fs";
import { type Clock, sleepUntil } from "./clock.ts";
import { type CsvRow, csvRows } from "./csv.ts";
import { type DeliveryOptions, deliver, type Source } from "./delivery.ts";
import { parseEventTimeUs } from "./event-time.ts";
import { ExitError, exitCodes } from "./exit-error.ts";
import type { Host } from "./host.ts";
import { jsonMessage, type Message, type SentReading } from "./message.ts";
import type { Summary } from "./tally.ts";

// Publishes a recorded series from a CSV file, in the order of the file, with the event times and the exact digits of the file.
// A row whose time or value cannot be read is skipped, counted and reported with its line.

export interface ReplayOptions extends Omit<DeliveryOptions, "readingsTotal"> {
  readonly file: string;
  readonly device: string;
  readonly metric: string;
  readonly timeColumn: string;
  readonly valueColumn: string;
  /** Event time passes this many times faster than the clock; Infinity: as fast as the broker acknowledges. */
  readonly speed: number;
}

/** Skipped rows that are reported one by one; the rest only counted. */
const reportedSkipsMax = 5;

export async function runReplay(options: ReplayOptions, host: Host): Promise<Summary & { readonly skipped: number }> {
  const file = await openFile(options.file);
  const skips = new SkippedRows(host);
  const source: Source = (stop) => paced(recordedReadings(file, options, skips), options, host.clock, stop);
  try {
    const summary = await deliver(
      new Map([[options.device, source]]),
      { ...options, readingsTotal: Number.POSITIVE_INFINITY },
      host,
    );
    return { ...summary, skipped: skips.count };
  } finally {
    file.destroy();
  }
}

async function* paced(
  readings: AsyncIterable<TimedReading>,
  { device, speed }: ReplayOptions,
  clock: Clock,
  stop: AbortSignal,
): AsyncGenerator<Message> {
  const startUs = clock.nowUs();
  let originUs: number | undefined;
  for await (const reading of readings) {
    originUs ??= reading.eventTimeUs;
    // A backward jump in the file is due at once.
    await sleepUntil(clock, startUs + (reading.eventTimeUs - originUs) / speed, stop);
    if (stop.aborted) return;
    yield jsonMessage(device, reading);
  }
}

type TimedReading = SentReading & { readonly eventTimeUs: number };

async function* recordedReadings(
  file: AsyncIterable<string>,
  options: ReplayOptions,
  skips: SkippedRows,
): AsyncGenerator<TimedReading> {
  let columns: Columns | undefined;
  try {
    for await (const row of csvRows(file)) {
      if (columns === undefined) {
        columns = findColumns(row, options);
        continue;
      }
      const reading = readRow(row, columns, options);
      if (typeof reading === "string") skips.add(row, reading);
      else yield reading;
    }
  } catch (error) {
    if (error instanceof ExitError || !(error instanceof Error)) throw error;
    throw new ExitError(exitCodes.badInput, `cannot read ${options.file} as CSV: ${error.message}`);
  }
}

interface Columns {
  readonly time: number;
  readonly value: number;
}

function findColumns(header: CsvRow, options: ReplayOptions): Columns {
  const find = (name: string, option: string) => {
    const index = header.fields.findIndex((field) => field.trim() === name);
    if (index >= 0) return index;
    const columns = header.fields.map((field) => field.trim()).join(", ");
    throw new ExitError(exitCodes.badInput, `${options.file} has no column ${name}, only ${columns}; name it with ${option}`);
  };
  return { time: find(options.timeColumn, "--time-column"), value: find(options.valueColumn, "--value-column") };
}

/** Number syntax of JSON (RFC 8259 §6). */
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The reading, or why there is none. */
function readRow(row: CsvRow, columns: Columns, options: ReplayOptions): TimedReading | string {
  const time = row.fields[columns.time] ?? "";
  const value = (row.fields[columns.value] ?? "").trim();
  const parsedUs = parseEventTimeUs(time);
  if (parsedUs === undefined) return `"${time}" is no time`;
  if (!jsonNumber.test(value) || !Number.isFinite(Number(value))) return `"${value}" is no number`;
  // The payload has milliseconds.
  const eventTimeUs = Math.floor(parsedUs / 1000) * 1000;
  return { metric: options.metric, unit: "", eventTimeUs, value };
}

class SkippedRows {
  readonly #host: Host;
  count = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  add(row: CsvRow, reason: string): void {
    this.count++;
    if (this.count <= reportedSkipsMax) this.#host.complain(`line ${row.line} skipped: ${reason}`);
    if (this.count === reportedSkipsMax + 1) this.#host.complain("further skipped lines are only counted");
  }
}

/** Opened before anything is connected, so that a wrong path is told first. */
async function openFile(path: string): Promise<ReadStream> {
  const file = createReadStream(path, { encoding: "utf8" });
  await new Promise<void>((resolve, reject) => {
    file.once("open", () => resolve());
    file.once("error", (error) => {
      reject(new ExitError(exitCodes.fileUnreadable, `cannot read ${path}: ${error.message}; check the path`));
    });
  });
  return file;
}
