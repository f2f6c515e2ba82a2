// Blocks put together, and parts of blocks. A slow trickle commits a block for every reading, whose names then cost more than the
// reading; merged, they cost next to nothing. What a merged block holds has the offsets and the ingest times that it had, so a
// collector takes it whatever part of it it already has.
//
// Merging and slicing decode and encode anew, in one turn of the event loop: about 8 us a block and 1 us a reading. They keep what a
// commit wrote together, and its columns: the window processor is fed a merged block commit by commit.

import type { Lane } from "../model/lane.ts";
import type { Reading } from "../model/reading.ts";
import { assert } from "../platform/assert.ts";
import {
  decodeAlertBlock,
  decodeReadingBlock,
  decodeResultBlock,
  encodeAlertBlock,
  encodeResultBlock,
  ReadingBlockBuilder,
  readingsOf,
} from "./block-codec.ts";
import { type BlockCommit, type BlockCommits, blockCountMax } from "./block-envelope.ts";

/** Most records of a merged block. */
export const mergedCountMax = blockCountMax;

export interface PlacedBlock {
  readonly firstOffset: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/**
 * One block of the records of all these, with their offsets and ingest times. They follow each other without a gap and hold at most
 * {@link mergedCountMax} records in all. Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT.
 */
export function mergeBlocks(lane: Lane, blocks: readonly PlacedBlock[]): PlacedBlock {
  const [first] = blocks;
  assert(first !== undefined, "blocks to merge are at least one");
  let end = first.firstOffset;
  for (const { firstOffset, count } of blocks) {
    assert(firstOffset === end, "blocks to merge follow each other");
    end += count;
  }
  const count = end - first.firstOffset;
  assert(count <= mergedCountMax, `a merged block holds at most ${mergedCountMax} records, not ${count}`);
  return { firstOffset: first.firstOffset, count, bytes: rewrite(lane, blocks, 0, count) };
}

/** A block of at least so many records gains little by being merged: its names cost a byte or two a record. */
export const smallBlockCountMax = 2048;
/**
 * Bounds of one merge of small blocks: 8,192 records are what a commit puts into one block too, so a reader decodes no more at once
 * than before; 1,000 blocks and 8,192 records hold up the event loop for about 15 ms.
 */
const groupMax = { blocks: 1000, count: 8192, bytes: 512 * 1024 } as const;

/**
 * Cuts blocks in offset order into groups, each of which is worth being one block: neighbours of fewer than
 * {@link smallBlockCountMax} records each, without a gap between them. Any other block is a group of its own.
 */
export function mergeableGroups<Block extends PlacedBlock>(blocks: readonly Block[]): Block[][] {
  const groups: Block[][] = [];
  let group: Block[] = [];
  let count = 0;
  let size = 0;
  for (const block of blocks) {
    count += block.count;
    size += block.bytes.length;
    const fits = group.length < groupMax.blocks && count <= groupMax.count && size <= groupMax.bytes;
    if (fits && areSmallNeighbours(group.at(-1), block)) {
      group.push(block);
      continue;
    }
    group = [block];
    count = block.count;
    size = block.bytes.length;
    groups.push(group);
  }
  return groups;
}

function areSmallNeighbours(one: PlacedBlock | undefined, next: PlacedBlock): boolean {
  if (one === undefined || one.firstOffset + one.count !== next.firstOffset) return false;
  return one.count < smallBlockCountMax && next.count < smallBlockCountMax;
}

/** The records at the positions from <= p < to of a block, as a block with the same ingest times. Errors: as `mergeBlocks`. */
export function sliceBlock(lane: Lane, bytes: Uint8Array, from: number, to: number): Uint8Array {
  return rewrite(lane, [{ bytes }], from, to);
}

type Bytes = Pick<PlacedBlock, "bytes">;

/** The records at the positions from <= p < to of the blocks in a row. */
function rewrite(lane: Lane, blocks: readonly Bytes[], from: number, to: number): Uint8Array {
  switch (lane) {
    case "readings": {
      const decoded = blocks.map(({ bytes }) => decodeReadingBlock(bytes));
      return encodeReadings(decoded.flatMap(readingsOf).slice(from, to), commitsWithin(decoded, from, to));
    }
    case "results": {
      const decoded = blocks.map(({ bytes }) => decodeResultBlock(bytes));
      const results = decoded.flatMap((block) => block.results).slice(from, to);
      return encodeResultBlock(results, commitsWithin(decoded, from, to));
    }
    case "alerts": {
      const decoded = blocks.map(({ bytes }) => decodeAlertBlock(bytes));
      const alerts = decoded.flatMap((block) => block.alerts).slice(from, to);
      return encodeAlertBlock(alerts, commitsWithin(decoded, from, to));
    }
  }
}

function encodeReadings(readings: readonly Reading[], commits: BlockCommits): Uint8Array {
  const builder = new ReadingBlockBuilder();
  for (const reading of readings) builder.add(reading);
  return builder.finishMerged(commits);
}

function commitsWithin(blocks: readonly { readonly commits: BlockCommits }[], from: number, to: number): BlockCommits {
  let start = 0;
  const commits = blocks
    .flatMap((block) => block.commits)
    .map(({ count, ingestTimeUs }) => {
      const held = Math.min(start + count, to) - Math.max(start, from);
      start += count;
      return { count: held, ingestTimeUs };
    })
    .filter(({ count }) => count > 0);
  assert(isNotEmpty(commits) && from >= 0 && to <= start, `positions from ${from} to ${to} lie within ${start} records`);
  return commits;
}

function isNotEmpty(commits: BlockCommit[]): commits is [BlockCommit, ...BlockCommit[]] {
  return commits.length > 0;
}
