// The LevelDB database of one log: opening, keys, and what is found in it.
//
// Layout (version 1), one database, one sublevel for each of
//   readings, results, alerts   key: first offset, 8 bytes big endian   value: the block
//   checkpoint                  key: name                                value: as given
//   meta                        "version", "logId", "start/<lane>" (first offset that the lane still holds; absent: 0)
//
// Opening reads the meta data and the first and the last block of each lane, whatever the size of the log. The last block
// tells the end of its lane; a lane that was trimmed to nothing knows it from "start/<lane>".

import { randomUUID } from "node:crypto";
import { Level } from "level";
import { readBlockHeader } from "../codec/block-codec.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { makeDirectory, openFailure } from "../platform/data-directory.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { eachLane } from "./group-commit.ts";
import type { LaneBounds } from "./log.ts";

const layoutVersion = "1";

const binary = { keyEncoding: "view", valueEncoding: "view" } as const;

export type LogDatabase = ReturnType<typeof sublevelsOf>;

function sublevelsOf(root: Level<string, string>) {
  return {
    root,
    lanes: eachLane((lane) => root.sublevel<Uint8Array, Uint8Array>(lane, binary)),
    checkpoints: root.sublevel<Uint8Array, Uint8Array>("checkpoint", binary),
    meta: root.sublevel<string, string>("meta", { keyEncoding: "utf8", valueEncoding: "utf8" }),
  };
}

export function keyOf(offset: number): Uint8Array {
  const key = new Uint8Array(8);
  const view = new DataView(key.buffer);
  view.setUint32(0, Math.floor(offset / 2 ** 32));
  view.setUint32(4, offset >>> 0);
  return key;
}

export function offsetOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

export function checkpointKeyOf(name: string): Uint8Array {
  return Buffer.from(name, "utf8");
}

export const startKeyOf = (lane: Lane) => `start/${lane}`;

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED. */
export async function openDatabase(directory: string): Promise<LogDatabase> {
  try {
    // The directory first: Level begins to open, and to make it, in its constructor.
    await makeDirectory(directory);
    const root = new Level<string, string>(directory);
    await root.open();
    return sublevelsOf(root);
  } catch (thrown) {
    throw openFailure(`open log in ${directory}`, thrown);
  }
}

/** The identity of the log, made and stored if the database is new. */
export async function readLogId(database: LogDatabase, directory: string): Promise<string> {
  const { meta } = database;
  const [version, logId] = await meta.getMany(["version", "logId"]);
  if (version === layoutVersion && logId !== undefined) return logId;
  if (version !== undefined) {
    const message = `open log in ${directory}: its layout has version ${version}, known is ${layoutVersion}; use a later version of tidegate`;
    throw new TidegateError("DATA_DIR_UNUSABLE", message, { details: { directory, version } });
  }
  const newLogId = randomUUID();
  await database.root.batch(
    [
      { type: "put", sublevel: meta, key: "version", value: layoutVersion },
      { type: "put", sublevel: meta, key: "logId", value: newLogId },
    ],
    { sync: true },
  );
  return newLogId;
}

export async function recoverBounds(database: LogDatabase, logger: Logger): Promise<Record<Lane, LaneBounds>> {
  const [readings, results, alerts] = await Promise.all(lanes.map((lane) => boundsOf(database, lane, logger)));
  const none = { startOffset: 0, endOffset: 0 };
  return { readings: readings ?? none, results: results ?? none, alerts: alerts ?? none };
}

async function boundsOf(database: LogDatabase, lane: Lane, logger: Logger): Promise<LaneBounds> {
  const trimmedTo = Number((await database.meta.get(startKeyOf(lane))) ?? 0);
  const from = { gte: keyOf(trimmedTo), limit: 1 };
  const [firstKey] = await database.lanes[lane].keys(from).all();
  const [last] = await database.lanes[lane].iterator({ ...from, reverse: true }).all();
  if (firstKey === undefined || last === undefined) return { startOffset: trimmedTo, endOffset: trimmedTo };
  const startOffset = offsetOf(firstKey);
  if (startOffset !== trimmedTo) logger.error({ lane, trimmedTo, startOffset }, "the log has lost the oldest blocks of a lane");
  return { startOffset, endOffset: offsetOf(last[0]) + readBlockHeader(last[1]).count };
}
