import { keyOf, type LogDatabase, offsetOf, openDatabase } from "../../src/log/log-database.ts";
import type { Lane } from "../../src/model/lane.ts";

/** Turns the bytes of a block into others; null: the block is not there any more. */
export type Harm = (bytes: Uint8Array) => Uint8Array | null;

function changed(bytes: Uint8Array, position: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[position] = (copy[position] ?? 0) ^ 0x40;
  return copy;
}

export const harms = {
  "a bit in the middle": (bytes) => changed(bytes, bytes.length >>> 1),
  "a bit of the format": (bytes) => changed(bytes, 1),
  "a bit of the count": (bytes) => changed(bytes, 3),
  "a bit of the checksum": (bytes) => changed(bytes, bytes.length - 1),
  "all zeros": (bytes) => new Uint8Array(bytes.length),
  "cut off": (bytes) => bytes.slice(0, bytes.length >>> 1),
  "no bytes": () => new Uint8Array(0),
  "not there": () => null,
} as const satisfies Record<string, Harm>;

/** Looks into the database of a closed log, or changes it. */
export async function withDatabase<Result>(
  directory: string,
  work: (database: LogDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(directory);
  try {
    return await work(database);
  } finally {
    await database.root.close();
  }
}

/** Harms blocks of a closed log, by their first offsets. */
export function harm(directory: string, lane: Lane, firstOffsets: readonly number[], how: Harm): Promise<void> {
  return withDatabase(directory, async ({ lanes }) => {
    for (const firstOffset of firstOffsets) {
      const key = keyOf(firstOffset);
      const bytes = how((await lanes[lane].get(key)) ?? new Uint8Array());
      await (bytes === null ? lanes[lane].del(key) : lanes[lane].put(key, bytes));
    }
  });
}

/** First offsets of the blocks that a closed log has set aside. */
export function setAsideIn(directory: string, lane: Lane): Promise<number[]> {
  return withDatabase(directory, async ({ aside }) => (await aside[lane].keys().all()).map(offsetOf));
}
