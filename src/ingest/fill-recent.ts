import { decodeReadingBlock, readingsOf } from "../codec/block-codec.ts";
import type { Log } from "../log/log.ts";
import type { RecentReadings } from "./recent-readings.ts";

const readBytesMax = 1024 * 1024;

/** Fills the ring with the last `readingsMax` readings of the log. */
export async function fillRecent(recent: RecentReadings, log: Log, readingsMax: number): Promise<void> {
  const { startOffset, endOffset } = log.bounds("readings");
  let offset = Math.max(startOffset, endOffset - readingsMax);
  while (offset < endOffset) {
    for (const block of await log.read("readings", offset, readBytesMax)) {
      for (const reading of readingsOf(decodeReadingBlock(block.bytes))) recent.add(reading);
      offset = block.firstOffset + block.count;
    }
  }
}
