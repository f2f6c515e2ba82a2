// Segments: each lane is accounted for in runs of blocks, about a mebibyte or a quarter of an hour each, whichever is less.
// They are what makes the size and the age of a lane known without reading it: a commit stores the record of the segment that
// it adds to, opening reads those records (10,000 for 10 GB), retention takes whole segments, and the mover of small blocks
// goes through one at a time.
//
// A segment begins where the one before ends. The first begins at the lane's start, so a trim in the middle of a segment leaves
// a shorter one; the last one's end is the lane's end, whatever became of its last block. A block that is set aside leaves the
// segment with its offsets and without its bytes.
//
// Pure: the log stores what `after` and `withoutBlocks` say, and tells with `adopt`, `cut` and `replace` when it is on disk.

import { assert } from "../platform/assert.ts";
import type { StoredBlock } from "./log.ts";

export interface Segment {
  readonly firstOffset: number;
  readonly endOffset: number;
  /** Of the blocks, without keys. */
  readonly bytes: number;
  readonly blocks: number;
  /** Ingest times of the first and the last block, microseconds since the Unix epoch. */
  readonly firstTimeUs: number;
  readonly lastTimeUs: number;
  /** True once its small blocks were merged, or if it had none. */
  readonly merged: boolean;
}

export interface SegmentLimits {
  /** A segment that holds so much takes no further block. */
  readonly bytesMax: number;
  readonly spanMs: number;
}

export const segmentLimitsDefault: SegmentLimits = { bytesMax: 1024 * 1024, spanMs: 15 * 60_000 };

/** Blocks that became one commit of a lane. */
export interface TimedBlocks {
  readonly blocks: readonly StoredBlock[];
  readonly ingestTimeUs: number;
}

export interface SegmentsView {
  /** In offset order. Do not keep it: it changes. */
  readonly list: readonly Segment[];
  /** Of all of them. */
  readonly bytes: number;
}

export class LaneSegments implements SegmentsView {
  readonly #limits: SegmentLimits;
  #list: Segment[];
  #bytes: number;

  constructor(list: readonly Segment[], limits: SegmentLimits = segmentLimitsDefault) {
    this.#list = [...list];
    this.#limits = limits;
    this.#bytes = sumOf(list);
  }

  get list(): readonly Segment[] {
    return this.#list;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The segments that an append of these blocks changes or begins. Changes nothing yet. */
  after({ blocks, ingestTimeUs }: TimedBlocks): Segment[] {
    const changed: Segment[] = [];
    let open = this.#list.at(-1);
    for (const block of blocks) {
      if (open !== undefined && changed.at(-1) === open && !this.#isFull(open, ingestTimeUs)) changed.pop();
      open =
        open === undefined || this.#isFull(open, ingestTimeUs)
          ? begun(block, ingestTimeUs)
          : extended(open, block, ingestTimeUs);
      changed.push(open);
    }
    return changed;
  }

  /** The result of `after` is on disk. */
  adopt(changed: readonly Segment[]): void {
    for (const segment of changed) {
      if (this.#list.at(-1)?.firstOffset === segment.firstOffset) this.#bytes -= this.#list.pop()?.bytes ?? 0;
      this.#list.push(segment);
      this.#bytes += segment.bytes;
    }
  }

  /** The segment that holds the offset. */
  holding(offset: number): Segment | null {
    return this.#list.find(({ firstOffset, endOffset }) => firstOffset <= offset && offset < endOffset) ?? null;
  }

  /** The segment in whose middle the offset lies; null if one begins there, or none holds it. */
  around(offset: number): Segment | null {
    return this.#list.find(({ firstOffset, endOffset }) => firstOffset < offset && offset < endOffset) ?? null;
  }

  /** Everything below the offset is gone; `rest` is what is left of the segment around it. */
  cut(startOffset: number, rest: Segment | null): void {
    const kept = this.#list.filter(({ firstOffset }) => firstOffset >= startOffset);
    this.#list = rest === null ? kept : [rest, ...kept];
    this.#bytes = sumOf(this.#list);
    assert((this.#list[0]?.firstOffset ?? startOffset) === startOffset, "the first segment begins at the start of its lane");
  }

  /** Whether a segment is as it was, and takes no further block. */
  isClosed(segment: Segment): boolean {
    return this.#list.at(-1) !== segment && this.#list.includes(segment);
  }

  /** A segment with the same offsets and other blocks takes the place of the one before. */
  replace(segment: Segment): void {
    const index = this.#list.findIndex(({ firstOffset }) => firstOffset === segment.firstOffset);
    const before = this.#list[index];
    assert(before?.endOffset === segment.endOffset, "a segment that is replaced exists, and its offsets stay");
    this.#list[index] = segment;
    this.#bytes += segment.bytes - before.bytes;
  }

  #isFull(segment: Segment, nowUs: number): boolean {
    return segment.bytes >= this.#limits.bytesMax || nowUs - segment.firstTimeUs >= this.#limits.spanMs * 1000;
  }
}

function begun({ firstOffset, count, bytes }: StoredBlock, timeUs: number): Segment {
  const size = { bytes: bytes.length, blocks: 1 };
  return { firstOffset, endOffset: firstOffset + count, ...size, firstTimeUs: timeUs, lastTimeUs: timeUs, merged: false };
}

function extended(segment: Segment, { count, bytes }: StoredBlock, timeUs: number): Segment {
  return {
    ...segment,
    endOffset: segment.endOffset + count,
    bytes: segment.bytes + bytes.length,
    blocks: segment.blocks + 1,
    lastTimeUs: Math.max(segment.lastTimeUs, timeUs),
  };
}

/** The segment once these blocks, of the same records, have taken the place of its own. */
export function withMergedBlocks(segment: Segment, blocks: readonly StoredBlock[]): Segment {
  const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0);
  return { ...segment, bytes, blocks: blocks.length, merged: true };
}

/** What is left of a segment when its first blocks, of these sizes in bytes, are removed. */
export function withoutBlocks(segment: Segment, firstOffset: number, removedBytes: readonly number[]): Segment {
  const bytes = removedBytes.reduce((rest, size) => rest - size, segment.bytes);
  return { ...segment, firstOffset, bytes, blocks: segment.blocks - removedBytes.length };
}

function sumOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** As the log stores it under the first offset: compact, since every commit writes one. */
export function encodeSegment({ endOffset, bytes, blocks, firstTimeUs, lastTimeUs, merged }: Segment): string {
  return JSON.stringify([endOffset, bytes, blocks, firstTimeUs, lastTimeUs, merged ? 1 : 0]);
}

export function decodeSegment(firstOffset: number, text: string): Segment {
  const [endOffset, bytes, blocks, firstTimeUs, lastTimeUs, merged] = JSON.parse(text) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { firstOffset, endOffset, bytes, blocks, firstTimeUs, lastTimeUs, merged: merged === 1 };
}
