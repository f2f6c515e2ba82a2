import { decodeReadingBlock, type ReadingBlock, readingsOf } from "../codec/block-codec.ts";
import type { Log } from "../log/log.ts";
import type { Reading } from "../model/reading.ts";
import { TidegateError } from "../platform/errors.ts";
import type { RecentReadings } from "./recent-readings.ts";

const readBytesMax = 1024 * 1024;

/** Null if the block is damaged: then its readings are not recognised when they are sent again, and that is all. */
function readable(bytes: Uint8Array): ReadingBlock | null {
  try {
    return decodeReadingBlock(bytes);
  } catch (error) {
    if (error instanceof TidegateError) return null;
    throw error;
  }
}

export type LearnFromBlock = (block: ReadingBlock, readings: readonly Reading[]) => void;

/** Fills the ring with the last `readingsMax` readings of the log, and shows their blocks to who else learns from them. */
export async function fillRecent(
  recent: RecentReadings,
  log: Log,
  readingsMax: number,
  learn: LearnFromBlock = () => undefined,
): Promise<void> {
  const { startOffset, endOffset } = log.bounds("readings");
  let offset = Math.max(startOffset, endOffset - readingsMax);
  while (offset < endOffset) {
    const blocks = await log.read("readings", offset, readBytesMax);
    if (blocks.length === 0) return;
    for (const stored of blocks) {
      const block = readable(stored.bytes);
      if (block !== null) take(block);
      offset = stored.firstOffset + stored.count;
    }
  }

  function take(block: ReadingBlock): void {
    const readings = readingsOf(block);
    for (const reading of readings) recent.add(reading);
    learn(block, readings);
  }
}
