import { expect, test } from "vitest";
import { LaneTail, memoryOf } from "../../../src/log/lane-tail.ts";

const block = (firstOffset: number, sizeBytes: number) => ({ firstOffset, count: 2, bytes: new Uint8Array(sizeBytes) });

function tailOf(bytesMax: number, ...sizesBytes: number[]): LaneTail {
  const tail = new LaneTail({ startOffset: 0, endOffset: 0 }, bytesMax);
  for (const [index, sizeBytes] of sizesBytes.entries()) tail.append(block(index * 2, sizeBytes));
  return tail;
}

/** First offset of the oldest block in memory. */
function oldest(tail: LaneTail): number {
  for (let offset = 0; offset < tail.endOffset; offset++) if (tail.read(offset, 0) !== null) return offset;
  return tail.endOffset;
}

test("the newest blocks stay in memory as far as they fit, the older ones go first", () => {
  const two = memoryOf(block(0, 1000)) * 2;
  expect(oldest(tailOf(two, 1000, 1000))).toBe(0);
  expect(oldest(tailOf(two, 1000, 1000, 1))).toBe(2);
  expect(oldest(tailOf(two, 10, 10, 10, 1000))).toBe(2);
  expect(oldest(tailOf(two, 10, two))).toBe(4);
});

test("over any number of blocks the memory stays within the bound, also where the blocks are tiny", () => {
  const bytesMax = 10_000;
  const tail = tailOf(bytesMax, ...Array.from({ length: 5000 }, (_, index) => (index * 37) % 300));
  const kept = tail.read(oldest(tail), Number.MAX_SAFE_INTEGER) ?? [];
  const keptBytes = kept.reduce((sum, each) => sum + memoryOf(each), 0);
  expect(keptBytes).toBeLessThanOrEqual(bytesMax);
  expect(keptBytes).toBeGreaterThan(bytesMax - 900);
  expect(kept.at(-1)?.firstOffset).toBe(9998);
  const tiny = tailOf(bytesMax, ...Array.from({ length: 5000 }, () => 1));
  expect(tiny.read(oldest(tiny), Number.MAX_SAFE_INTEGER)?.length).toBeLessThan(50);
});

test("a lane opened in its middle knows nothing of what lies before, and its bounds all the same", () => {
  const tail = new LaneTail({ startOffset: 4, endOffset: 10 }, 1000);
  expect(tail.bounds).toEqual({ startOffset: 4, endOffset: 10 });
  expect([tail.read(9, 100), tail.read(10, 100), tail.firstOffsetOfBlock(9), tail.firstOffsetOfBlock(10)]).toEqual([
    null,
    [],
    null,
    10,
  ]);
  tail.append(block(10, 1));
  expect(tail.read(11, 100)?.[0]?.firstOffset).toBe(10);
});

test("a block that does not begin where the lane ends is a bug", () => {
  expect(() => tailOf(100, 1).append(block(3, 1))).toThrow("assertion failed");
});
