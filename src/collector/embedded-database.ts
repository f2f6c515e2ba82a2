// Layout of the embedded store's LevelDB, for the store that writes it and the export that reads it.
//
//   meta      format                               "tidegate-collector 2"
//   contacts  <gatewayId>/<logId>                  {"order": n}, n counting first contacts from 0
//   progress  <gatewayId>/<logId>/<lane>           {"received": [[start, end], ...], "closed": {reason: records, ...}, "duplicates": n}
//   losses    <gatewayId>/<logId>/<lane>/<offset>  {"end", "reason", "sinceUs", "untilUs"}: a listed loss that begins there
//   blocks    <gatewayId>/<logId>/<lane>/<offset>  the block's bytes; the offset of its first record in 16 decimal digits
//
// Format 1 had no losses, and "declaredLost" (like "received") in the progress, of which also what arrived later was part. The store
// writes it anew when it opens it, in one write; the export just reads it.
//
// Ids hold no "/" (origin-id.ts), so the blocks of one lane are one range of keys, in offset order.

import { stat } from "node:fs/promises";
import { Level } from "level";
import type { GapReason } from "../model/gap.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { type Origin, originKey } from "../model/origin.ts";
import { makeDirectory, openFailure, unusable } from "../platform/data-directory.ts";
import { lossChanges, type ProgressStep } from "./commit-stage.ts";
import {
  type LaneLoss,
  type LaneProgress,
  type LossCounts,
  noLaneProgress,
  noLosses,
  withDeclaredLost,
} from "./lane-progress.ts";
import type { OriginProgress } from "./store.ts";

const format = "tidegate-collector 2";
const formatWithoutLosses = "tidegate-collector 1";

export type Database = Level<string, Uint8Array>;
export type Tables = ReturnType<typeof tablesOf>;

/** One change of an atomic write. */
export type TableChange = { readonly sublevel: Tables[keyof Tables]; readonly key: string } & (
  | { readonly type: "put"; readonly value: Uint8Array }
  | { readonly type: "del" }
);

export interface CollectorDatabase {
  readonly level: Database;
  readonly tables: Tables;
}

export interface OpenOptions {
  /** False: a directory that does not exist is an error. */
  readonly create: boolean;
}

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED. */
export async function openCollectorDatabase(directory: string, options: OpenOptions): Promise<CollectorDatabase> {
  const level = await openLevel(directory, options);
  const tables = tablesOf(level);
  try {
    const found = await checkFormat(directory, level, tables);
    if (found === formatWithoutLosses && options.create) await addLosses(level, tables);
  } catch (error) {
    await level.close();
    throw error;
  }
  return { level, tables };
}

function tablesOf(level: Database) {
  const table = (name: string) => level.sublevel<string, Uint8Array>(name, { valueEncoding: "view" });
  return {
    meta: table("meta"),
    contacts: table("contacts"),
    progress: table("progress"),
    losses: table("losses"),
    blocks: table("blocks"),
  };
}

async function openLevel(directory: string, options: OpenOptions): Promise<Database> {
  try {
    // The directory first: Level begins to open, and to make it, in its constructor.
    await prepareDirectory(directory, options);
    const level: Database = new Level(directory, { valueEncoding: "view", createIfMissing: options.create });
    await level.open();
    return level;
  } catch (error) {
    throw openFailure(attemptOf(directory), error);
  }
}

async function prepareDirectory(directory: string, { create }: OpenOptions): Promise<void> {
  await (create ? makeDirectory(directory) : stat(directory));
}

const attemptOf = (directory: string) => `open collector data in ${directory}`;

async function checkFormat(directory: string, level: Database, { meta }: Tables): Promise<string> {
  const bytes = await meta.get("format");
  if (bytes === undefined) {
    if ((await level.keys({ limit: 1 }).all()).length > 0)
      throw unusable(attemptOf(directory), "it holds data of another program");
    await level.batch([formatChange(meta)], { sync: true });
    return format;
  }
  const found = Buffer.from(bytes).toString();
  if (found === format || found === formatWithoutLosses) return found;
  throw unusable(attemptOf(directory), `it has the format "${found}" and this version reads "${format}"`);
}

function formatChange(meta: Tables["meta"]) {
  return { type: "put" as const, sublevel: meta, key: "format", value: Buffer.from(format) };
}

async function addLosses(level: Database, tables: Tables): Promise<void> {
  const changes = (await readProgress(tables)).flatMap(({ origin, lanes: progress }) =>
    lanes.flatMap((lane) => progressChanges(tables, { origin, lane, before: noLaneProgress, after: progress[lane] })),
  );
  await level.batch<string, Uint8Array>([...changes, formatChange(tables.meta)], { sync: true });
}

function laneKey(origin: Origin, lane: Lane): string {
  return `${originKey(origin)}/${lane}`;
}

export function blockKey(origin: Origin, lane: Lane, firstOffset: number): string {
  return `${laneKey(origin, lane)}/${String(firstOffset).padStart(16, "0")}`;
}

/** All blocks of a lane in offset order. */
export async function* readBlocks(
  { blocks }: Tables,
  origin: Origin,
  lane: Lane,
): AsyncGenerator<{ firstOffset: number; bytes: Uint8Array }> {
  const prefix = `${laneKey(origin, lane)}/`;
  for await (const [key, bytes] of blocks.iterator({ gte: prefix, lt: `${prefix}:` })) {
    yield { firstOffset: Number(key.slice(prefix.length)), bytes };
  }
}

export function encodeContact(order: number): Uint8Array {
  return Buffer.from(JSON.stringify({ order }));
}

/** Deletions first: a loss that is stored may take the key of one that goes. */
export function progressChanges({ progress, losses }: Tables, step: ProgressStep): TableChange[] {
  const { origin, lane, after } = step;
  const keyed = (start: number) => ({ sublevel: losses, key: blockKey(origin, lane, start) });
  const { gone, added } = lossChanges(step);
  return [
    ...gone.map(({ start }) => ({ type: "del" as const, ...keyed(start) })),
    ...added.map((loss) => ({ type: "put" as const, ...keyed(loss.start), value: encodeLoss(loss) })),
    { type: "put", sublevel: progress, key: laneKey(origin, lane), value: encodeProgress(after) },
  ];
}

function encodeProgress({ received, closed, duplicates }: LaneProgress): Uint8Array {
  return Buffer.from(JSON.stringify({ received: received.map(({ start, end }) => [start, end]), closed, duplicates }));
}

function encodeLoss({ end, reason, sinceUs, untilUs }: LaneLoss): Uint8Array {
  return Buffer.from(JSON.stringify({ end, reason, sinceUs, untilUs }));
}

type Pairs = readonly (readonly [number, number])[];

interface StoredProgress {
  readonly received: Pairs;
  readonly closed?: Partial<LossCounts>;
  /** Absent in what was written before they were counted. */
  readonly duplicates?: number;
  /** Format 1. */
  readonly declaredLost?: Pairs;
}

async function readLaneProgress(tables: Tables, origin: Origin, lane: Lane): Promise<LaneProgress> {
  const bytes = await tables.progress.get(laneKey(origin, lane));
  if (bytes === undefined) return noLaneProgress;
  const { received, declaredLost, closed, duplicates = 0 }: StoredProgress = JSON.parse(Buffer.from(bytes).toString());
  const set = (pairs: Pairs) => pairs.map(([start, end]) => ({ start, end }));
  if (declaredLost !== undefined) return withDeclaredLost(set(received), set(declaredLost));
  const losses = await readLosses(tables, origin, lane);
  return { received: set(received), losses, closed: { ...noLosses, ...closed }, duplicates };
}

async function readLosses({ losses }: Tables, origin: Origin, lane: Lane): Promise<LaneLoss[]> {
  const prefix = `${laneKey(origin, lane)}/`;
  const entries = await losses.iterator({ gte: prefix, lt: `${prefix}:` }).all();
  return entries.map(([key, bytes]) => {
    const loss: { end: number; reason: GapReason; sinceUs: number | null; untilUs: number | null } = JSON.parse(
      Buffer.from(bytes).toString(),
    );
    return { start: Number(key.slice(prefix.length)), ...loss };
  });
}

/** Every origin with its progress, in the order of first contact. */
export async function readProgress(tables: Tables): Promise<OriginProgress[]> {
  const found: (OriginProgress & { order: number })[] = [];
  for await (const [key, value] of tables.contacts.iterator()) {
    const [gatewayId = "", logId = ""] = key.split("/");
    const origin = { gatewayId, logId };
    const { order }: { order: number } = JSON.parse(Buffer.from(value).toString());
    const entries = await Promise.all(lanes.map(async (lane) => [lane, await readLaneProgress(tables, origin, lane)] as const));
    found.push({ order, origin, lanes: Object.fromEntries(entries) as Record<Lane, LaneProgress> });
  }
  return found.sort((left, right) => left.order - right.order).map(({ origin, lanes }) => ({ origin, lanes }));
}
