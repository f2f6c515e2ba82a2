import { blockHasChecksum, verifyBlock } from "../codec/block-codec.ts";
import { TidegateError } from "../platform/errors.ts";
import type { StoredBlock } from "./log.ts";
import { type OffsetRange, offsetBehind, uncovered } from "./loss.ts";

/** What stands under a key of a lane. */
export interface LaneEntry {
  readonly firstOffset: number;
  readonly bytes: Uint8Array;
}

/** A piece of a lane that cannot be served: these offsets. Empty if they are known to be lost already. */
export interface Damage extends OffsetRange {
  /** The block that fails; null where there is none and should be one. */
  readonly entry: LaneEntry | null;
}

export interface ExaminedBlocks {
  /** Whole, up to the first damage. */
  readonly blocks: readonly StoredBlock[];
  readonly damage: Damage | null;
}

export interface ExaminedRange extends OffsetRange {
  /** Of the lane. */
  readonly endOffset: number;
  /** What is known to be lost. */
  readonly holes: readonly OffsetRange[];
}

/**
 * Takes whole blocks from the entries of a lane, in offset order, up to the first damage. `toOffset` is where the block behind the
 * last entry begins.
 *
 * A block is whole if its checksum fits and it begins where the one before ends. Its count is covered by the checksum and its offset,
 * the key, is not: of two that overlap the one is believed that follows on what is before it, not on a hole.
 *
 * Errors: BLOCK_FORMAT_UNKNOWN.
 */
export function examineBlocks(entries: readonly LaneEntry[], range: ExaminedRange): ExaminedBlocks {
  const { fromOffset, toOffset, endOffset, holes } = range;
  const blocks: StoredBlock[] = [];
  const damaged = (entry: LaneEntry | null, from: number, to: number): ExaminedBlocks => {
    const lost = uncovered({ fromOffset: from, toOffset: to }, holes)[0] ?? { fromOffset: from, toOffset: from };
    return { blocks, damage: { entry, ...lost } };
  };
  let expected = offsetBehind(holes, fromOffset);
  for (const [index, entry] of entries.entries()) {
    const { firstOffset, bytes } = entry;
    const next = entries[index + 1]?.firstOffset ?? toOffset;
    if (firstOffset > expected) return damaged(null, expected, firstOffset);
    const count = wholeCount(bytes);
    if (count === null || firstOffset < expected) return damaged(entry, expected, next);
    const blockEnd = firstOffset + count;
    const isDoubtful = holes.some((hole) => hole.toOffset === firstOffset);
    if (blockEnd > endOffset || (isDoubtful && blockEnd > next)) return damaged(entry, expected, next);
    blocks.push({ firstOffset, count, bytes });
    expected = offsetBehind(holes, blockEnd);
  }
  return expected < toOffset ? damaged(null, expected, toOffset) : { blocks, damage: null };
}

/**
 * Null: the block is damaged. One of a format that is not known has a checksum all the same, at its end, or it is damaged, too:
 * data of a later version must not be set aside.
 */
function wholeCount(bytes: Uint8Array): number | null {
  try {
    return verifyBlock(bytes).count;
  } catch (error) {
    if (!(error instanceof TidegateError)) throw error;
    if (error.code === "BLOCK_FORMAT_UNKNOWN" && blockHasChecksum(bytes)) throw error;
    return null;
  }
}
