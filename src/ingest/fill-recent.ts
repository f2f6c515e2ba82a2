import { decodeReadingBlock, readingsOf } from "../codec/block-codec.ts";
import type { Log } from "../log/log.ts";
import type { Reading } from "../model/reading.ts";
import { TidegateError } from "../platform/errors.ts";
import type { RecentReadings } from "./recent-readings.ts";

const readBytesMax = 1024 * 1024;

/** None if the block is damaged: then its readings are not recognised when they are sent again, and that is all. */
function readableReadings(bytes: Uint8Array): Reading[] {
  try {
    return readingsOf(decodeReadingBlock(bytes));
  } catch (error) {
    if (error instanceof TidegateError) return [];
    throw error;
  }
}

/** Fills the ring with the last `readingsMax` readings of the log. */
export async function fillRecent(recent: RecentReadings, log: Log, readingsMax: number): Promise<void> {
  const { startOffset, endOffset } = log.bounds("readings");
  let offset = Math.max(startOffset, endOffset - readingsMax);
  while (offset < endOffset) {
    const blocks = await log.read("readings", offset, readBytesMax);
    if (blocks.length === 0) return;
    for (const block of blocks) {
      for (const reading of readableReadings(block.bytes)) recent.add(reading);
      offset = block.firstOffset + block.count;
    }
  }
}
