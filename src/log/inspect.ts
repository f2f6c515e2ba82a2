// A look into the log of a stopped gateway: what is in it, whether it is whole, and its records. The log must not be open in a
// gateway; LevelDB opens a database once.
//
// Verifying goes in two steps. First the files, against LevelDB's own checksums (leveldb-files.ts), before anything opens them.
// Then, if these are whole, what they hold: every block of every lane is decoded, which checks its CRC32C and its columns, and
// the offsets of each lane must be dense but for the losses that the log knows of. What was set aside as damaged is a note: it was
// dealt with. The memory needed is one file, or one block.
//
// It changes nothing that a gateway would not change when it opens the log, and repairs nothing.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { decodedCount } from "../codec/block-codec.ts";
import { type RecordOf, recordsOf } from "../codec/block-records.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { unusable } from "../platform/data-directory.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { createLogger } from "../platform/logger.ts";
import { databaseFileFindings } from "./leveldb-files.ts";
import { keyOf, type LogDatabase, offsetOf, openDatabase, readLogId, recover } from "./log-database.ts";
import { type Loss, offsetBehind } from "./loss.ts";

export interface LogFinding {
  /** A file, or `lane readings, offset 17`. */
  readonly place: string;
  /** A fault is damage; a note is what a power cut may leave, or damage that was dealt with. */
  readonly kind: "fault" | "note";
  readonly problem: string;
}

export interface LaneSummary {
  readonly lane: Lane;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly blocks: number;
  /** Of the blocks. */
  readonly bytes: number;
  /** Ingest times of the oldest and the newest block, microseconds since the Unix epoch; null if the lane is empty. */
  readonly firstTimeUs: number | null;
  readonly lastTimeUs: number | null;
}

/** A block that was damaged at rest: its place in the lane, and what is kept of it. */
export interface SetAsideBlock {
  readonly lane: Lane;
  readonly firstOffset: number;
  readonly bytes: number;
}

export interface LogSummary {
  readonly logId: string;
  /** Of all files of the database. */
  readonly fileBytes: number;
  readonly lanes: readonly LaneSummary[];
  readonly losses: readonly Loss[];
  readonly setAside: readonly SetAsideBlock[];
}

export interface LogRecord<L extends Lane> {
  readonly logId: string;
  readonly offset: number;
  readonly ingestTimeUs: number;
  readonly record: RecordOf[L];
}

/** Is told how much of the work is done, from 0 to 1. */
export type OnProgress = (share: number) => void;

const silent = createLogger("silent");

/** Errors: DATA_DIR_UNUSABLE (there is no log), DATA_DIR_LOCKED. */
export async function inspectLog(directory: string): Promise<LogSummary> {
  const fileBytes = await bytesOfFiles(directory);
  return withDatabase(directory, async (database) => {
    const { lanes: recovered, losses } = await recover(database, silent);
    const summaries = lanes.map((lane): LaneSummary => {
      const { bounds, segments } = recovered[lane];
      return {
        lane,
        ...bounds,
        blocks: segments.reduce((sum, segment) => sum + segment.blocks, 0),
        bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
        firstTimeUs: segments[0]?.firstTimeUs ?? null,
        lastTimeUs: segments.at(-1)?.lastTimeUs ?? null,
      };
    });
    const setAside = await setAsideBlocks(database);
    return { logId: await readLogId(database, directory), fileBytes, lanes: summaries, losses, setAside };
  });
}

/** What is wrong with the log, as it is found. Errors: as {@link inspectLog}. */
export async function* verifyLog(directory: string, onProgress: OnProgress): AsyncGenerator<LogFinding> {
  const bytesTotal = await bytesOfFiles(directory);
  let bytesDone = 0;
  let faults = 0;
  const onFile = (bytes: number) => {
    bytesDone += bytes;
    onProgress(bytesDone / bytesTotal / 2);
  };
  for await (const { file, position, kind, problem } of databaseFileFindings(directory, onFile)) {
    if (kind === "fault") faults++;
    yield { place: `${file}, byte ${position}`, kind, problem };
  }
  if (faults === 0) yield* await openedFindings(directory, onProgress);
}

async function openedFindings(directory: string, onProgress: OnProgress): Promise<LogFinding[]> {
  try {
    return await withDatabase(directory, (database) => contentFindings(database, onProgress));
  } catch (error) {
    if (!(error instanceof TidegateError) || error.code === "DATA_DIR_LOCKED") throw error;
    return [{ place: "the database", kind: "fault", problem: error.message }];
  }
}

/** The records of a lane in offset order. Errors: as {@link inspectLog}, BLOCK_CORRUPT, BLOCK_FORMAT_UNKNOWN. */
export async function* logRecords<L extends Lane>(directory: string, lane: L): AsyncGenerator<LogRecord<L>, void> {
  await bytesOfFiles(directory);
  const database = await openDatabase(directory);
  try {
    const logId = await readLogId(database, directory);
    const { startOffset } = (await recover(database, silent)).lanes[lane].bounds;
    for await (const [key, bytes] of database.lanes[lane].iterator({ gte: keyOf(startOffset) })) {
      const { records, ingestTimesUs } = recordsOf(lane, bytes);
      for (const [index, record] of records.entries()) {
        yield { logId, offset: offsetOf(key) + index, ingestTimeUs: ingestTimesUs[index] ?? 0, record };
      }
    }
  } finally {
    await database.root.close();
  }
}

async function contentFindings(database: LogDatabase, onProgress: OnProgress): Promise<LogFinding[]> {
  const { lanes: recovered, losses } = await recover(database, silent);
  const recordsTotal = lanes.reduce(
    (sum, lane) => sum + recovered[lane].bounds.endOffset - recovered[lane].bounds.startOffset,
    0,
  );
  const findings = (await setAsideBlocks(database)).map(({ lane, firstOffset, bytes }): LogFinding => {
    const problem = `a damaged block was set aside; ${bytes} bytes of it are kept`;
    return { place: `lane ${lane}, offset ${firstOffset}`, kind: "note", problem };
  });
  let recordsDone = 0;
  for (const lane of lanes) {
    const { startOffset, endOffset } = recovered[lane].bounds;
    const known = losses.filter((loss) => loss.lane === lane);
    const found = (offset: number, problem: string) =>
      findings.push({ place: `lane ${lane}, offset ${offset}`, kind: "fault", problem });
    let expected = startOffset;
    for await (const [key, bytes] of database.lanes[lane].iterator({ gte: keyOf(startOffset) })) {
      const firstOffset = offsetOf(key);
      expected = offsetBehind(known, expected);
      if (firstOffset !== expected) found(expected, `the next block begins at ${firstOffset}`);
      expected = firstOffset + countIn(lane, bytes, (problem) => found(firstOffset, problem));
      recordsDone += expected - firstOffset;
      onProgress(0.5 + recordsDone / Math.max(1, recordsTotal) / 2);
    }
    expected = offsetBehind(known, expected);
    if (expected !== endOffset) found(expected, `the lane should reach to ${endOffset}`);
  }
  return findings;
}

function countIn(lane: Lane, bytes: Uint8Array, onFault: (problem: string) => void): number {
  try {
    return decodedCount(lane, bytes);
  } catch (error) {
    if (!(error instanceof TidegateError)) throw error;
    onFault(`${error.message} [${error.code}]`);
    return 0;
  }
}

async function setAsideBlocks({ aside }: LogDatabase): Promise<SetAsideBlock[]> {
  const found: SetAsideBlock[] = [];
  for (const lane of lanes) {
    for await (const [key, { length }] of aside[lane].iterator()) {
      found.push({ lane, firstOffset: offsetOf(key), bytes: length });
    }
  }
  return found;
}

async function withDatabase<T>(directory: string, use: (database: LogDatabase) => Promise<T>): Promise<T> {
  const database = await openDatabase(directory);
  try {
    return await use(database);
  } finally {
    await database.root.close();
  }
}

/** Errors: DATA_DIR_UNUSABLE. Opening would make a log where there is none. */
export async function assertLogExists(directory: string): Promise<void> {
  await bytesOfFiles(directory);
}

/** Of all files of the database. Opening would make one where there is none. */
async function bytesOfFiles(directory: string): Promise<number> {
  const attempt = `look into the log in ${directory}`;
  const names = await readdir(directory).catch((error: unknown) => {
    throw unusable(attempt, messageOf(error), error);
  });
  if (!names.includes("CURRENT")) throw unusable(attempt, "there is no log in it");
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
