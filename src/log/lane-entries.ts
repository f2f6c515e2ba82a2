// Entries of a lane as LevelDB gives them, also where LevelDB itself finds a table damaged.
//
// What LevelDB does (1.20, as classic-level builds it): it does not check the checksums of its tables when it reads or compacts,
// and there is no option for it, so a flipped bit in a value comes back as data. A bit that breaks the structure of a table makes
// the iterator pass over a part of it, 4 KiB or all of it, and go on behind; it says so only at the end of the range, with
// LEVEL_CORRUPTION in place of what it read last. A file that cannot be opened or read looks the same up to that end. A key with
// a flipped bit may sort behind its neighbours and end a range too early.
//
// So nothing that is missing is believed before the range was read to its end (`firstReadable`), and entries out of order are
// left out.

import type { Lane } from "../model/lane.ts";
import type { LaneEntry } from "./examine-blocks.ts";
import { keyBytes, keyOf, type LogDatabase, offsetOf } from "./log-database.ts";
import type { OffsetRange } from "./loss.ts";

/** Those whose keys lie in the range, in offset order. `readBytes`: about how much to read at a time. */
export async function* entriesOf(
  database: LogDatabase,
  lane: Lane,
  { fromOffset, toOffset, readBytes = 65_536 }: OffsetRange & { readonly readBytes?: number },
): AsyncGenerator<LaneEntry, void> {
  let offset = fromOffset;
  const iterator = () => {
    const range = { gte: keyOf(offset), lt: keyOf(toOffset), highWaterMarkBytes: readBytes };
    return database.lanes[lane].iterator(range);
  };
  const inOrder = ([key, bytes]: [Uint8Array, Uint8Array]): LaneEntry[] => {
    if (key.length !== keyBytes || offsetOf(key) < offset) return [];
    const firstOffset = offsetOf(key);
    offset = firstOffset + 1;
    return [{ firstOffset, bytes }];
  };
  try {
    for await (const found of iterator()) yield* inOrder(found);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    for await (const found of oneByOne(iterator())) yield* inOrder(found);
  }
}

interface LaneIterator {
  nextv(size: number): Promise<[Uint8Array, Uint8Array][]>;
  close(): Promise<void>;
}

/** What comes one at a time is given before the end, where the error is. */
async function* oneByOne(iterator: LaneIterator): AsyncGenerator<[Uint8Array, Uint8Array], void> {
  try {
    for (let found = await iterator.nextv(1); found.length > 0; found = await iterator.nextv(1)) yield* found;
  } catch (error) {
    if (!isCorruption(error)) throw error;
  } finally {
    await iterator.close();
  }
}

/** First offsets and bytes of the blocks in the range. */
export async function blockSizes(database: LogDatabase, lane: Lane, range: OffsetRange): Promise<Map<number, number>> {
  const sizes = new Map<number, number>();
  for await (const { firstOffset, bytes } of entriesOf(database, lane, range)) sizes.set(firstOffset, bytes.length);
  return sizes;
}

/**
 * The first offset of the range under which LevelDB gives an entry, however it is asked; null if there is none. Rejects if LevelDB
 * could not read all of what lies before it for another reason than damage.
 */
export async function firstReadable(database: LogDatabase, lane: Lane, range: OffsetRange): Promise<number | null> {
  const { fromOffset, toOffset } = range;
  let readable = await firstKeyIn(database, lane, range);
  // Asked from further on, the iterator does not come past the damage.
  for (let [low, high] = [fromOffset, readable ?? toOffset]; high - low > 1; ) {
    const middle = low + Math.floor((high - low) / 2);
    const found = await firstKeyIn(database, lane, { fromOffset: middle, toOffset: high });
    if (found === null) low = middle;
    else [high, readable] = [middle, found];
  }
  if (readable !== null) await firstKeyIn(database, lane, { fromOffset, toOffset: readable });
  return readable;
}

async function firstKeyIn(database: LogDatabase, lane: Lane, range: OffsetRange): Promise<number | null> {
  if (range.fromOffset >= range.toOffset) return null;
  for await (const { firstOffset } of entriesOf(database, lane, range)) return firstOffset;
  return null;
}

function isCorruption(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "LEVEL_CORRUPTION";
}
