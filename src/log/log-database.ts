// The LevelDB database of one log: opening, keys, and what is found in it.
//
// Layout (version 2), one database, one sublevel for each of
//   readings, results, alerts   key: first offset, 8 bytes big endian   value: the block
//   segment-<lane>              key: first offset, likewise             value: the segment's record (segments.ts)
//   aside-<lane>                key: first offset, likewise             value: what was left of a damaged block (set-aside.ts)
//   loss                        key: "<lane>/<first offset>"            value: the loss as JSON (loss.ts)
//   checkpoint                  key: name                               value: as given
//   meta                        "version", "logId", "evicted" (counts as JSON), "start/<lane>" (first offset of the lane; absent: 0)
//
// Opening reads the meta data, the segments and the losses, whatever the size of the log: 10 GB have 10,000 segments. A lane
// ends where its last segment ends; a lane without segments was never written, or trimmed to nothing, and is at "start/<lane>".
//
// Version 1 had no segments. Such a log is read through once when it is opened; until that is written it stays as it was.

import { randomUUID } from "node:crypto";
import { Level } from "level";
import { readBlockHeader } from "../codec/block-codec.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { makeDirectory, openFailure } from "../platform/data-directory.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { eachLane } from "./group-commit.ts";
import type { Checkpoint, CheckpointChange, LaneBounds } from "./log.ts";
import { type EvictedCounts, keyOfLoss, type LedgerChange, type Loss, LossLedger } from "./loss.ts";
import { decodeSegment, encodeSegment, LaneSegments, type Segment } from "./segments.ts";

const layoutVersion = "2";
const layoutVersionWithoutSegments = "1";

/**
 * Of LevelDB. Tables are read through memory maps, at most 64 of them at a time, so their size bounds what a reader of a long
 * backlog holds in memory; the write buffer bounds what is read again after a crash, twice the buffer what is in memory.
 */
const levelOptions = {
  maxFileSize: 2 * 1024 * 1024,
  maxOpenFiles: 74,
  writeBufferSize: 4 * 1024 * 1024,
  cacheSize: 4 * 1024 * 1024,
  // Blocks are dense already, and leveldb-files.ts can follow the index of a table only where it is not compressed.
  compression: false,
} as const;

const binary = { keyEncoding: "view", valueEncoding: "view" } as const;
const text = { keyEncoding: "utf8", valueEncoding: "utf8" } as const;

/**
 * On a disk that is to keep less free than this, LevelDB works in smaller portions. It writes new tables before it deletes the old
 * ones: of all young tables (4 to 12 write buffers) with the 10 MiB of the level below, or of up to 25 tables. With the portions
 * above that can be 50 MiB, with these 16, and as much again while somebody reads the old ones. A compaction that finds no room
 * ends all writes until the database is opened anew (log-disk.ts), and retention gives up more then (retention-keeper.ts).
 */
const compactionBytesMax = 64 * 1024 * 1024;
/** LevelDB takes no smaller tables. */
const smallPortions = { maxFileSize: 1024 * 1024, writeBufferSize: 256 * 1024 } as const;

export type LogDatabase = ReturnType<typeof sublevelsOf>;
export type TableName = Lane | `segment-${Lane}` | `aside-${Lane}` | "loss" | "checkpoint" | "meta";

function sublevelsOf(root: Level<string, string>) {
  const binarySublevel = (name: TableName) => root.sublevel<Uint8Array, Uint8Array>(name, binary);
  const sublevels = {
    lanes: eachLane((lane) => binarySublevel(lane)),
    segments: eachLane((lane) => binarySublevel(`segment-${lane}`)),
    aside: eachLane((lane) => binarySublevel(`aside-${lane}`)),
    losses: binarySublevel("loss"),
    checkpoints: binarySublevel("checkpoint"),
  };
  const tables = {
    ...sublevels.lanes,
    "segment-readings": sublevels.segments.readings,
    "segment-results": sublevels.segments.results,
    "segment-alerts": sublevels.segments.alerts,
    "aside-readings": sublevels.aside.readings,
    "aside-results": sublevels.aside.results,
    "aside-alerts": sublevels.aside.alerts,
    loss: sublevels.losses,
    checkpoint: sublevels.checkpoints,
    meta: binarySublevel("meta"),
  } satisfies Record<TableName, unknown>;
  return {
    root,
    ...sublevels,
    meta: root.sublevel<string, string>("meta", text),
    /** Any of them, as bytes. */
    table: (name: TableName) => tables[name],
  };
}

/** One change of an atomic write; without a value the key is deleted. */
export interface Change {
  readonly table: TableName;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export function writeChanges({ root, table }: LogDatabase, changes: readonly Change[], sync: boolean): Promise<void> {
  const operations = changes.map(({ table: name, key, value }) => {
    const sublevel = table(name);
    return value === null ? { type: "del" as const, sublevel, key } : { type: "put" as const, sublevel, key, value };
  });
  return root.batch<Uint8Array, Uint8Array>(operations, { sync });
}

/** What writes the keys back to what they hold now. */
export async function inverseOf({ table }: LogDatabase, changes: readonly Change[]): Promise<Change[]> {
  const values = await Promise.all(changes.map(({ table: name, key }) => table(name).get(key)));
  return changes.map(({ table: name, key }, index) => ({ table: name, key, value: values[index] ?? null }));
}

/** Those of the changes that would change something. */
export async function differing(database: LogDatabase, changes: readonly Change[]): Promise<Change[]> {
  const held = await inverseOf(database, changes);
  return changes.filter(({ value }, index) => {
    const before = held[index]?.value ?? null;
    return value === null || before === null ? value !== before : Buffer.compare(value, before) !== 0;
  });
}

export const keyBytes = 8;

export function keyOf(offset: number): Uint8Array {
  const key = new Uint8Array(keyBytes);
  const view = new DataView(key.buffer);
  view.setUint32(0, Math.floor(offset / 2 ** 32));
  view.setUint32(4, offset >>> 0);
  return key;
}

export function offsetOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

export function bytesOf(value: string): Uint8Array {
  return Buffer.from(value, "utf8");
}

export const startKeyOf = (lane: Lane) => `start/${lane}`;
const evictedKey = "evicted";

/**
 * @param roomBytes what the disk is to keep free for compaction; sensible: from 8 MiB.
 *
 * Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED.
 */
export async function openDatabase(directory: string, roomBytes = Number.POSITIVE_INFINITY): Promise<LogDatabase> {
  try {
    // The directory first: Level begins to open, and to make it, in its constructor.
    await makeDirectory(directory);
    const portions = roomBytes < compactionBytesMax ? smallPortions : {};
    const root = new Level<string, string>(directory, { ...levelOptions, ...portions });
    await root.open();
    return sublevelsOf(root);
  } catch (thrown) {
    throw openFailure(`open log in ${directory}`, thrown);
  }
}

/** LevelDB's own; the common interface of its implementations lacks it. */
interface RangeCompaction {
  compactRange(start: Uint8Array, end: Uint8Array, options: { readonly keyEncoding: "view" }): Promise<void>;
}

/** Rewrites what LevelDB holds of the lane below the offset, so that the room of removed blocks returns to the file system. */
export async function compactLane({ root, lanes: sublevels }: LogDatabase, lane: Lane, beforeOffset: number): Promise<void> {
  const [start, end] = [keyOf(0), keyOf(beforeOffset)].map((key) => sublevels[lane].prefixKey(key, "view"));
  if (start === undefined || end === undefined) return;
  await (root as Level<string, string> & RangeCompaction).compactRange(start, end, { keyEncoding: "view" });
}

/** The identity of the log, made and stored if the database is new. Brings an older layout up to date. */
export async function readLogId(database: LogDatabase, directory: string): Promise<string> {
  const { meta } = database;
  const [version, logId] = await meta.getMany(["version", "logId"]);
  if (version === layoutVersion && logId !== undefined) return logId;
  if (version === layoutVersionWithoutSegments && logId !== undefined) {
    await addSegments(database);
    return logId;
  }
  if (version !== undefined) {
    const message = `open log in ${directory}: its layout has version ${version}, known is ${layoutVersion}; use a later version of tidegate`;
    throw new TidegateError("DATA_DIR_UNUSABLE", message, { details: { directory, version } });
  }
  const newLogId = randomUUID();
  await writeChanges(database, [metaChange("version", layoutVersion), metaChange("logId", newLogId)], true);
  return newLogId;
}

export function metaChange(key: string, value: string): Change {
  return { table: "meta", key: bytesOf(key), value: bytesOf(value) };
}

export function segmentChange(lane: Lane, segment: Segment): Change {
  return { table: `segment-${lane}`, key: keyOf(segment.firstOffset), value: bytesOf(encodeSegment(segment)) };
}

export function checkpointChange({ name, value }: CheckpointChange): Change {
  return { table: "checkpoint", key: bytesOf(name), value };
}

/** Deletions first: a record that is stored may take the key of one that goes. */
export function ledgerChanges({ removed, losses, evicted }: LedgerChange): Change[] {
  const keyed = (loss: Loss, value: string | null): Change => {
    return { table: "loss", key: bytesOf(keyOfLoss(loss)), value: value === null ? null : bytesOf(value) };
  };
  return [
    ...removed.map((loss) => keyed(loss, null)),
    ...losses.map((loss) => keyed(loss, JSON.stringify(loss))),
    metaChange(evictedKey, JSON.stringify(evicted)),
  ];
}

async function addSegments(database: LogDatabase): Promise<void> {
  const changes: Change[] = [];
  for (const lane of lanes) {
    const segments = new LaneSegments([]);
    for await (const [key, bytes] of database.lanes[lane].iterator({ gte: keyOf(await startOf(database, lane)) })) {
      const { count, ingestTimeUs } = readBlockHeader(bytes);
      segments.adopt(segments.after({ blocks: [{ firstOffset: offsetOf(key), count, bytes }], ingestTimeUs }));
    }
    changes.push(...segments.list.map((segment) => segmentChange(lane, segment)));
    const [first] = segments.list;
    if (first !== undefined) changes.push(metaChange(startKeyOf(lane), String(first.firstOffset)));
  }
  await writeChanges(database, [...changes, metaChange("version", layoutVersion)], true);
}

export interface RecoveredLane {
  readonly bounds: LaneBounds;
  readonly segments: readonly Segment[];
}

export interface Recovered {
  readonly lanes: Readonly<Record<Lane, RecoveredLane>>;
  readonly losses: readonly Loss[];
  readonly evicted: EvictedCounts;
}

export async function recover(database: LogDatabase, logger: Logger): Promise<Recovered> {
  const [readings, results, alerts] = await Promise.all(lanes.map((lane) => recoverLane(database, lane, logger)));
  const nothing: RecoveredLane = { bounds: { startOffset: 0, endOffset: 0 }, segments: [] };
  const losses = (await database.losses.values().all()).map((value) => JSON.parse(textOf(value)) as Loss);
  const evicted = JSON.parse((await database.meta.get(evictedKey)) ?? "{}") as EvictedCounts;
  const found = { readings: readings ?? nothing, results: results ?? nothing, alerts: alerts ?? nothing };
  return { lanes: found, losses: losses.sort((a, b) => a.untilUs - b.untilUs), evicted };
}

export function ledgerOf({ losses, evicted }: Recovered): LossLedger {
  return new LossLedger(losses, evicted);
}

async function recoverLane(database: LogDatabase, lane: Lane, logger: Logger): Promise<RecoveredLane> {
  const startOffset = await startOf(database, lane);
  const entries = await database.segments[lane].iterator({ gte: keyOf(startOffset) }).all();
  const segments = entries.map(([key, value]) => decodeSegment(offsetOf(key), textOf(value)));
  const firstOffset = segments[0]?.firstOffset ?? startOffset;
  if (firstOffset !== startOffset)
    logger.error({ lane, startOffset, firstOffset }, "the log has lost the oldest segments of a lane");
  return { bounds: { startOffset: firstOffset, endOffset: segments.at(-1)?.endOffset ?? startOffset }, segments };
}

async function startOf({ meta }: LogDatabase, lane: Lane): Promise<number> {
  return Number((await meta.get(startKeyOf(lane))) ?? 0);
}

function textOf(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8");
}

/** The checkpoints of the names that begin so. */
export async function checkpointsOf({ checkpoints }: LogDatabase, prefix: string): Promise<Checkpoint[]> {
  // No byte of UTF-8 is 0xff.
  const range = { gte: bytesOf(prefix), lt: Buffer.concat([bytesOf(prefix), Uint8Array.of(0xff)]) };
  const entries = await checkpoints.iterator(range).all();
  return entries.map(([name, value]) => ({ name: textOf(name), value }));
}
