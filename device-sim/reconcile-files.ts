import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ExitError, exitCodes } from "./exit-error.ts";
import type { Host } from "./host.ts";
import { type Line, readLines } from "./lines.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type ReconcileReport, Reconciliation, type Slot, type Value } from "./reconcile.ts";

export interface ReconcileOptions {
  /** Ledgers of one or more runs. */
  readonly ledger: readonly string[];
  /** Output of `tidegate export --lane readings --format ndjson`; "-" for standard input. */
  readonly received: string;
}

/** `quality` bit of a reading that the gateway stamped with its own time. */
const stampedBit = 1;
const progressEveryLines = 20_000;

export async function reconcileFiles(options: ReconcileOptions, host: Host): Promise<ReconcileReport> {
  const reconciliation = new Reconciliation();
  for (const path of options.ledger) await readLedger(path, reconciliation, host);
  await forEachLine(options.received, host, (line) => {
    const { device, metric, eventTimeUs, rawEventTimeUs, value, quality = 0 } = parse<ReceivedLine>(line, options.received);
    if (typeof device !== "string" || typeof metric !== "string" || typeof eventTimeUs !== "number" || !isValue(value)) {
      throw malformed(line, options.received);
    }
    const sentTimeUs = rawEventTimeUs ?? eventTimeUs;
    const stamped = rawEventTimeUs === undefined && (quality & stampedBit) !== 0;
    reconciliation.received({ device, metric, eventTimeUs: sentTimeUs, value, stamped });
  });
  return reconciliation.report();
}

interface ReceivedLine {
  readonly device: string;
  readonly metric: string;
  readonly eventTimeUs: number;
  /** What the device sent, where the gateway made another event time of it. */
  readonly rawEventTimeUs: number;
  readonly value: Value;
  readonly quality: number;
}

interface LedgerLine {
  readonly s: number;
  readonly a: number;
  readonly device: string;
  readonly metric: string;
  readonly eventTimeUs: number | null;
  readonly value: Value;
}

async function readLedger(path: string, reconciliation: Reconciliation, host: Host): Promise<void> {
  const slots: Slot[] = [];
  await forEachLine(path, host, (line) => {
    // The buffered end of a ledger whose writer was killed.
    if (!line.complete) return;
    const { s, a, device, metric, eventTimeUs, value } = parse<LedgerLine>(line, path);
    const slot = a === undefined ? undefined : slots[a];
    if (slot !== undefined) {
      reconciliation.acknowledged(slot);
    } else if (s === slots.length && typeof device === "string" && typeof metric === "string" && isValue(value)) {
      slots.push(reconciliation.sent({ device, metric, eventTimeUs: eventTimeUs ?? null, value }));
    } else {
      throw malformed(line, path);
    }
  });
}

async function forEachLine(path: string, host: Host, take: (line: Line) => void): Promise<void> {
  const bytesTotal = path === "-" ? Number.POSITIVE_INFINITY : await sizeOf(path);
  const stream = path === "-" ? process.stdin.setEncoding("utf8") : createReadStream(path, { encoding: "utf8" });
  const progress = createProgress(host.liveErr, bytesTotal);
  try {
    await takeLines(stream, progress, path, take);
  } catch (error) {
    if (error instanceof ExitError || !(error instanceof Error)) throw error;
    throw new ExitError(exitCodes.fileUnreadable, `cannot read ${path}: ${error.message}`);
  } finally {
    progress.stop();
  }
}

async function takeLines(
  stream: AsyncIterable<string>,
  progress: Progress,
  path: string,
  take: (line: Line) => void,
): Promise<void> {
  let length = 0;
  for await (const line of readLines(stream)) {
    take(line);
    length += line.text.length + 1;
    if (line.number % progressEveryLines === 0) progress.update(length, `${path}: ${line.number} lines`);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExitError(exitCodes.fileUnreadable, `cannot read ${path}: ${reason}; check the path`);
  }
}

function parse<T>(line: Line, path: string): Partial<T> {
  try {
    const parsed: unknown = JSON.parse(line.text);
    if (typeof parsed === "object" && parsed !== null) return parsed as Partial<T>;
  } catch {
    // Reported below, as any other line that is no object.
  }
  throw malformed(line, path);
}

function isValue(value: unknown): value is Value {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string";
}

function malformed(line: Line, path: string): ExitError {
  const what = path === "" ? "the input" : path;
  return new ExitError(
    exitCodes.badInput,
    `line ${line.number} of ${what} is not what it should be: ${line.text.slice(0, 120)}`,
  );
}
