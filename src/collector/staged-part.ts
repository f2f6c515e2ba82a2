// The part of a block that a commit stores, as each store wants it.

import { sliceBlock } from "../codec/block-merge.ts";
import { type RecordOf, recordsOf } from "../codec/block-records.ts";
import type { Lane } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import type { StagedPart } from "./commit-stage.ts";

/** As a block: the bytes that came, if it is all of them. */
export function partBytes({ block, part }: StagedPart): Uint8Array {
  const { lane, firstOffset, count, bytes } = block;
  const isWhole = part.start === firstOffset && part.end === firstOffset + count;
  return isWhole ? bytes : sliceBlock(lane, bytes, part.start - firstOffset, part.end - firstOffset);
}

export interface PartRecord<L extends Lane> extends Origin {
  readonly offset: number;
  /** When the gateway appended it: microseconds since the Unix epoch. */
  readonly ingestTimeUs: number;
  readonly record: RecordOf[L];
}

/** As records, in offset order. A hot path of all stores but the embedded one. */
export function* partRecords<L extends Lane>(lane: L, { origin, block, part }: StagedPart): Generator<PartRecord<L>> {
  const { records, ingestTimesUs } = recordsOf(lane, block.bytes);
  for (let offset = part.start; offset < part.end; offset++) {
    const index = offset - block.firstOffset;
    const record = records[index];
    const ingestTimeUs = ingestTimesUs[index];
    if (record !== undefined && ingestTimeUs !== undefined) yield { ...origin, offset, ingestTimeUs, record };
  }
}
