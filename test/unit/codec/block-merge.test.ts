import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeAlertBlock,
  decodedCount,
  decodeReadingBlock,
  decodeResultBlock,
  encodeAlertBlock,
  encodeResultBlock,
  ingestTimesOf,
  readBlockHeader,
  readingsOf,
} from "../../../src/codec/block-codec.ts";
import {
  mergeableGroups,
  mergeBlocks,
  mergedCountMax,
  mergeInSteps,
  type PlacedBlock,
  sliceBlock,
} from "../../../src/codec/block-merge.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { alertFor, readingBlock, readingsFrom, resultFor } from "../../support/records.ts";

const anyReading: fc.Arbitrary<Reading> = fc.record({
  device: fc.constantFrom("press-1", "press-2", "kiln"),
  metric: fc.constantFrom("temperature", "state"),
  unit: fc.constantFrom("", "Cel"),
  tags: fc.constantFrom("", "", "line=3", "line=3,site=north"),
  eventTimeUs: fc.oneof(fc.integer({ min: 0, max: 2_000_000_000_000_000 }), fc.constantFrom(2 ** 53, -(2 ** 53))),
  value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constantFrom("on", "")),
  quality: fc.constantFrom(0, 0, 0, 1, 3),
  correctionUs: fc.constantFrom(0, 0, 0, 1_000, -1_000, 1_767_225_600_000_000, 2 ** 52, -(2 ** 52)),
});
const anyCommit = fc.record({
  readings: fc.array(anyReading, { minLength: 1, maxLength: 6 }),
  ingestTimeUs: fc.oneof(fc.nat(), fc.constantFrom(1_767_225_600_000_000, 1_767_225_600_000_001, 0, 2 ** 52)),
});
const anyCommits = fc.array(anyCommit, { minLength: 1, maxLength: 12 });
type Commits = { readings: Reading[]; ingestTimeUs: number }[];

/** A block for each commit, as a log has them. */
function blocksOf(commits: Commits, firstOffset = 0): PlacedBlock[] {
  let offset = firstOffset;
  return commits.map(({ readings, ingestTimeUs }) => {
    const block = { firstOffset: offset, count: readings.length, bytes: readingBlock(readings, ingestTimeUs) };
    offset += readings.length;
    return block;
  });
}

/** What stands at each offset. */
function recordsIn(bytes: Uint8Array): [ingestTimeUs: number | undefined, Reading][] {
  const block = decodeReadingBlock(bytes);
  const times = ingestTimesOf(block);
  return readingsOf(block).map((reading, index) => [times[index], reading]);
}

describe("readings", () => {
  test("a merged block has every record of its blocks, at the same offset, with the same ingest time", () => {
    fc.assert(
      fc.property(anyCommits, fc.nat(), (commits, firstOffset) => {
        const blocks = blocksOf(commits, firstOffset);
        const merged = mergeBlocks("readings", blocks);
        const count = blocks.reduce((sum, block) => sum + block.count, 0);
        expect([merged.firstOffset, merged.count, decodedCount("readings", merged.bytes)]).toEqual([firstOffset, count, count]);
        expect(readBlockHeader(merged.bytes)).toEqual({ count, ingestTimeUs: commits[0]?.ingestTimeUs });
        expect(recordsIn(merged.bytes)).toStrictEqual(blocks.flatMap(({ bytes }) => recordsIn(bytes)));
      }),
      { numRuns: 500 },
    );
  });

  test("a merged block has the columns of its blocks, commit by commit", () => {
    fc.assert(
      fc.property(anyCommits, (commits) => {
        const blocks = blocksOf(commits).map(({ bytes }) => decodeReadingBlock(bytes));
        const merged = decodeReadingBlock(mergeBlocks("readings", blocksOf(commits)).bytes);
        expect(merged.columns).toStrictEqual(blocks.flatMap(({ columns }) => columns));
        expect(merged.commits).toStrictEqual(blocks.map(({ count, ingestTimeUs }) => ({ count, ingestTimeUs })));
      }),
      { numRuns: 500 },
    );
  });

  test("merging what was merged gives the same bytes as merging all at once", () => {
    fc.assert(
      fc.property(anyCommits, anyCommits, (one, other) => {
        const blocks = blocksOf([...one, ...other]);
        const parts = [blocks.slice(0, one.length), blocks.slice(one.length)].map((part) => mergeBlocks("readings", part));
        expect(mergeBlocks("readings", parts)).toEqual(mergeBlocks("readings", blocks));
      }),
    );
  });

  test("part of a block, merged or not, has the records of that part", () => {
    fc.assert(
      fc.property(anyCommits, fc.nat(), fc.nat(), (commits, one, other) => {
        const { bytes, count } = mergeBlocks("readings", blocksOf(commits));
        const from = Math.min(one % count, other % count);
        const to = Math.max(one % count, other % count) + 1;
        expect(recordsIn(sliceBlock("readings", bytes, from, to))).toStrictEqual(recordsIn(bytes).slice(from, to));
      }),
      { numRuns: 500 },
    );
  });

  test("in steps of at most 8 KiB of blocks and one more, it is the same block", () => {
    const commits = Array.from({ length: 600 }, (_, i) => ({ readings: readingsFrom(i, 10, () => 0.5), ingestTimeUs: i }));
    const blocks = blocksOf(commits);
    const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0);
    const steps = mergeInSteps("readings", blocks);
    let pauses = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) pauses++;
    expect(pauses).toBe(Math.floor(bytes / 8_192));
    expect(pauses).toBeGreaterThan(3);
    expect(step.value).toEqual(mergeBlocks("readings", blocks));
  });

  test("one block merged is that block", () => {
    const [block] = blocksOf([{ readings: readingsFrom(0, 20, () => 0.4), ingestTimeUs: 5 }], 7);
    expect(mergeBlocks("readings", [block!])).toEqual(block);
  });
});

describe("results and alerts", () => {
  const results = [0, 1, 2, 3, 4].map(resultFor);
  const alerts = [0, 1, 2, 3, 4].map(alertFor);
  const commits = [
    { count: 2, ingestTimeUs: 9_000 },
    { count: 3, ingestTimeUs: 7_000 },
  ] as const;

  test("merged, they keep order and ingest times", () => {
    const resultBlocks = [
      { firstOffset: 5, count: 2, bytes: encodeResultBlock(results.slice(0, 2), 9_000) },
      { firstOffset: 7, count: 3, bytes: encodeResultBlock(results.slice(2), 7_000) },
    ];
    const { firstOffset, count, bytes } = mergeBlocks("results", resultBlocks);
    expect([firstOffset, count, decodedCount("results", bytes)]).toEqual([5, 5, 5]);
    expect(decodeResultBlock(bytes)).toEqual({ ingestTimeUs: 9_000, commits, results });
    const alertBlocks = [
      { firstOffset: 0, count: 2, bytes: encodeAlertBlock(alerts.slice(0, 2), 9_000) },
      { firstOffset: 2, count: 3, bytes: encodeAlertBlock(alerts.slice(2), 7_000) },
    ];
    expect(decodeAlertBlock(mergeBlocks("alerts", alertBlocks).bytes)).toEqual({ ingestTimeUs: 9_000, commits, alerts });
  });

  test("part of a block has those records, with their ingest times", () => {
    const part = [
      { count: 1, ingestTimeUs: 9_000 },
      { count: 2, ingestTimeUs: 7_000 },
    ];
    expect(decodeResultBlock(sliceBlock("results", encodeResultBlock(results, commits), 1, 4))).toEqual({
      ingestTimeUs: 9_000,
      commits: part,
      results: results.slice(1, 4),
    });
    expect(decodeAlertBlock(sliceBlock("alerts", encodeAlertBlock(alerts, commits), 3, 4))).toEqual({
      ingestTimeUs: 7_000,
      commits: [{ count: 1, ingestTimeUs: 7_000 }],
      alerts: alerts.slice(3, 4),
    });
  });
});

describe("groups that are worth a merge", () => {
  /** Blocks of so many records each; a negative number is a gap. */
  const rowOf = (counts: readonly number[], bytesEach = 10): PlacedBlock[] => {
    let firstOffset = 0;
    return counts.flatMap((count) => {
      const block = { firstOffset, count, bytes: new Uint8Array(bytesEach) };
      firstOffset += Math.abs(count);
      return count < 0 ? [] : [block];
    });
  };
  const sizes = (blocks: readonly PlacedBlock[]) => mergeableGroups(blocks).map((group) => group.map(({ count }) => count));

  test("hold small neighbours; large blocks stay alone", () => {
    expect(sizes(rowOf([1, 2, 2048, 3, 2047, 9000, 4]))).toEqual([[1, 2], [2048], [3, 2047], [9000], [4]]);
    expect(sizes([])).toEqual([]);
  });

  test("do not reach over a gap", () => {
    expect(sizes(rowOf([1, 2, -5, 3, 4]))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("hold at most 8192 records, 1000 blocks, 512 KiB", () => {
    expect(sizes(rowOf([2000, 2000, 2000, 2000, 192, 1]))).toEqual([[2000, 2000, 2000, 2000, 192], [1]]);
    expect(sizes(rowOf(new Array<number>(1500).fill(1))).map(({ length }) => length)).toEqual([1000, 500]);
    expect(sizes(rowOf([1, 1, 1, 1, 1], 200 * 1024))).toEqual([[1, 1], [1, 1], [1]]);
  });
});

test("what cannot be merged or sliced ends the process", () => {
  const [first, second, third] = blocksOf([1, 2, 3].map((ingestTimeUs) => ({ readings: readingsFrom(0, 2), ingestTimeUs })));
  expect(() => mergeBlocks("readings", [])).toThrow("assertion failed");
  expect(() => mergeBlocks("readings", [first!, third!])).toThrow("assertion failed");
  expect(() => mergeBlocks("readings", [second!, first!])).toThrow("assertion failed");
  expect(() => mergeBlocks("readings", [{ ...first!, count: mergedCountMax + 1 }])).toThrow("assertion failed");
  for (const [from, to] of [
    [0, 3],
    [-1, 1],
    [1, 1],
  ] as const) {
    expect(() => sliceBlock("readings", first!.bytes, from, to)).toThrow("assertion failed");
  }
});

test("a corrupt block is not merged", () => {
  const [first, second] = blocksOf([1, 2].map((ingestTimeUs) => ({ readings: readingsFrom(0, 2), ingestTimeUs })));
  second!.bytes[9]! ^= 4;
  expect(() => mergeBlocks("readings", [first!, second!])).toThrow(expect.objectContaining({ code: "BLOCK_CORRUPT" }));
});
