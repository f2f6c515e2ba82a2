import { sliceBlock } from "../codec/block-merge.ts";
import type { StagedPart } from "./commit-stage.ts";

/** The part as a block: the bytes that came, if it is all of them. */
export function partBytes({ block, part }: StagedPart): Uint8Array {
  const { lane, firstOffset, count, bytes } = block;
  const isWhole = part.start === firstOffset && part.end === firstOffset + count;
  return isWhole ? bytes : sliceBlock(lane, bytes, part.start - firstOffset, part.end - firstOffset);
}
