// Blocks put together, and parts of blocks. A slow trickle commits a block for every reading, whose names then cost more than the
// reading; merged, they cost next to nothing. What a merged block holds has the offsets and the ingest times that it had, so a
// collector takes it whatever part of it it already has.
//
// Merging and slicing decode readings and encode them anew: about 8 us a block and 1 us a reading, in one turn of the event loop; or in
// steps, where something else must not wait for so long. They keep what a commit wrote together, and its columns: the window processor
// is fed a merged block commit by commit. Rows of results and alerts are taken over as they are.

import type { Lane } from "../model/lane.ts";
import { assert } from "../platform/assert.ts";
import { decodeReadingBlock, ReadingBlockBuilder, readingsOf } from "./block-codec.ts";
import { type BlockCommit, type BlockCommits, blockCountMax } from "./block-envelope.ts";
import { decodeRows, encodeRows } from "./block-rows.ts";

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
  return atOnce(mergeInSteps(lane, blocks));
}

/** The same in steps of about a millisecond. */
export function* mergeInSteps(lane: Lane, blocks: readonly PlacedBlock[]): Generator<void, PlacedBlock> {
  const [first] = blocks;
  assert(first !== undefined, "blocks to merge are at least one");
  let end = first.firstOffset;
  for (const { firstOffset, count } of blocks) {
    assert(firstOffset === end, "blocks to merge follow each other");
    end += count;
  }
  const count = end - first.firstOffset;
  assert(count <= mergedCountMax, `a merged block holds at most ${mergedCountMax} records, not ${count}`);
  return { firstOffset: first.firstOffset, count, bytes: yield* rewrite(lane, blocks, 0, count) };
}

/** A block of at least so many records gains little by being merged: its names cost a byte or two a record. */
export const smallBlockCountMax = 2048;
/**
 * Bounds of one merge of small blocks: 8,192 records are what a commit puts into one block too, so a reader decodes no more at once
 * than before; 1,000 blocks and 8,192 records take about 10 ms.
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
  return atOnce(rewrite(lane, [{ bytes }], from, to));
}

type Bytes = Pick<PlacedBlock, "bytes">;

/** Bytes of blocks in one step: about a millisecond. */
const stepBytesMax = 8 * 1024;

/** The records at the positions from <= p < to of the blocks in a row. */
function* rewrite(lane: Lane, blocks: readonly Bytes[], from: number, to: number): Generator<void, Uint8Array> {
  const rows: Uint8Array[] = [];
  const builder = new ReadingBlockBuilder();
  const commits: BlockCommit[] = [];
  let position = 0;
  let stepBytes = 0;
  for (const { bytes } of blocks) {
    if (stepBytes >= stepBytesMax) {
      yield;
      stepBytes = 0;
    }
    stepBytes += bytes.length;
    const block = lane === "readings" ? decodeReadingBlock(bytes) : decodeRows(bytes, (row) => row);
    const [first, end] = [Math.max(0, from - position), Math.max(0, to - position)];
    if ("rows" in block) rows.push(...block.rows.slice(first, end));
    else for (const reading of readingsOf(block).slice(first, end)) builder.add(reading);
    for (const { count } of block.commits) position += count;
    commits.push(...block.commits);
  }
  const held = commitsWithin(commits, from, to);
  return lane === "readings" ? builder.finishMerged(held) : encodeRows(rows, held);
}

function atOnce<Value>(steps: Generator<void, Value>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function commitsWithin(all: readonly BlockCommit[], from: number, to: number): BlockCommits {
  let start = 0;
  const commits = all
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
