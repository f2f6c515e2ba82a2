// Layout of the embedded store's LevelDB, for the store that writes it and the export that reads it.
//
//   meta      format                               "tidegate-collector 1"
//   contacts  <gatewayId>/<logId>                  {"order": n}, n counting first contacts from 0
//   progress  <gatewayId>/<logId>/<lane>           {"received": [[start, end], ...], "declaredLost": [[start, end], ...]}
//   blocks    <gatewayId>/<logId>/<lane>/<offset>  the block's bytes; the offset of its first record in 16 decimal digits
//
// Ids hold no "/" (origin-id.ts), so the blocks of one lane are one range of keys, in offset order.

import { stat } from "node:fs/promises";
import { Level } from "level";
import { type Lane, lanes } from "../model/lane.ts";
import { makeDirectory, openFailure, unusable } from "../platform/data-directory.ts";
import { emptyIntervalSet, type IntervalSet } from "./interval-set.ts";
import type { LaneProgress, Origin, OriginProgress } from "./store.ts";

const format = "tidegate-collector 1";

export type Database = Level<string, Uint8Array>;
export type Tables = ReturnType<typeof tablesOf>;

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
    await checkFormat(directory, level, tables);
  } catch (error) {
    await level.close();
    throw error;
  }
  return { level, tables };
}

function tablesOf(level: Database) {
  const table = (name: string) => level.sublevel<string, Uint8Array>(name, { valueEncoding: "view" });
  return { meta: table("meta"), contacts: table("contacts"), progress: table("progress"), blocks: table("blocks") };
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

async function checkFormat(directory: string, level: Database, { meta }: Tables): Promise<void> {
  const found = await meta.get("format");
  if (found === undefined) {
    if ((await level.keys({ limit: 1 }).all()).length > 0)
      throw unusable(attemptOf(directory), "it holds data of another program");
    await level.batch([{ type: "put", sublevel: meta, key: "format", value: Buffer.from(format) }], { sync: true });
  } else if (Buffer.from(found).toString() !== format) {
    throw unusable(
      attemptOf(directory),
      `it has the format "${Buffer.from(found).toString()}" and this version reads "${format}"`,
    );
  }
}

export function originKey(origin: Origin): string {
  return `${origin.gatewayId}/${origin.logId}`;
}

export function laneKey(origin: Origin, lane: Lane): string {
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

export function encodeProgress(progress: LaneProgress): Uint8Array {
  const pairs = (set: IntervalSet) => set.map(({ start, end }) => [start, end]);
  return Buffer.from(JSON.stringify({ received: pairs(progress.received), declaredLost: pairs(progress.declaredLost) }));
}

interface StoredProgress {
  readonly received: readonly [number, number][];
  readonly declaredLost: readonly [number, number][];
}

function decodeProgress(bytes: Uint8Array | undefined): LaneProgress {
  if (bytes === undefined) return { received: emptyIntervalSet, declaredLost: emptyIntervalSet };
  const stored: StoredProgress = JSON.parse(Buffer.from(bytes).toString());
  const set = (pairs: StoredProgress["received"]) => pairs.map(([start, end]) => ({ start, end }));
  return { received: set(stored.received), declaredLost: set(stored.declaredLost) };
}

/** Every origin with its progress, in the order of first contact. */
export async function readProgress({ contacts, progress }: Tables): Promise<OriginProgress[]> {
  const found: (OriginProgress & { order: number })[] = [];
  for await (const [key, value] of contacts.iterator()) {
    const [gatewayId = "", logId = ""] = key.split("/");
    const origin = { gatewayId, logId };
    const { order }: { order: number } = JSON.parse(Buffer.from(value).toString());
    const entries = await Promise.all(
      lanes.map(async (lane) => [lane, decodeProgress(await progress.get(laneKey(origin, lane)))] as const),
    );
    found.push({ order, origin, lanes: Object.fromEntries(entries) as Record<Lane, LaneProgress> });
  }
  return found.sort((left, right) => left.order - right.order).map(({ origin, lanes }) => ({ origin, lanes }));
}
