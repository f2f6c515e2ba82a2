import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addInterval,
  denseEnd,
  difference,
  emptyIntervalSet,
  type Interval,
  type IntervalSet,
  missingFrom,
  sizeOf,
  unionOf,
} from "../../../src/model/interval-set.ts";

const interval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 12 }))
  .map(([start, length]): Interval => ({ start, end: start + length }));
const intervals = fc.array(interval, { maxLength: 20 });

const offsetsOf = (list: readonly Interval[]) =>
  list.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index));
const setOf = (list: readonly Interval[]) => list.reduce(addInterval, emptyIntervalSet);
const sorted = (numbers: Iterable<number>) => [...new Set(numbers)].sort((left, right) => left - right);

describe("an interval set agrees with a plain set of offsets", () => {
  test("after any additions in any order", () => {
    fc.assert(
      fc.property(intervals, (added) => {
        expect(offsetsOf(setOf(added))).toEqual(sorted(offsetsOf(added)));
      }),
    );
  });

  test("and keeps as few intervals as possible, sorted", () => {
    fc.assert(
      fc.property(intervals, (added) => {
        const set = setOf(added);
        for (const [index, { start, end }] of set.entries()) {
          expect(start).toBeLessThan(end);
          if (index > 0) expect(set[index - 1]!.end).toBeLessThan(start);
        }
      }),
    );
  });

  test("on what is missing of an interval", () => {
    fc.assert(
      fc.property(intervals, interval, (added, wanted) => {
        const had = new Set(offsetsOf(added));
        expect(offsetsOf(missingFrom(setOf(added), wanted))).toEqual(offsetsOf([wanted]).filter((offset) => !had.has(offset)));
      }),
    );
  });

  test("on the end of the dense beginning", () => {
    fc.assert(
      fc.property(intervals, (added) => {
        const had = new Set(offsetsOf(added));
        let end = 0;
        while (had.has(end)) end += 1;
        expect(denseEnd(setOf(added))).toBe(end);
      }),
    );
  });

  test("on union, difference and size", () => {
    fc.assert(
      fc.property(intervals, intervals, (left, right) => {
        const had = new Set(offsetsOf(right));
        expect(offsetsOf(unionOf(setOf(left), setOf(right)))).toEqual(sorted(offsetsOf([...left, ...right])));
        const rest = sorted(offsetsOf(left)).filter((offset) => !had.has(offset));
        expect(offsetsOf(difference(setOf(left), setOf(right)))).toEqual(rest);
        expect(sizeOf(setOf(left))).toBe(new Set(offsetsOf(left)).size);
      }),
    );
  });
});

test("an addition leaves the set it was made from as it was", () => {
  const before: IntervalSet = [{ start: 0, end: 5 }];
  addInterval(before, { start: 5, end: 9 });
  expect(before).toEqual([{ start: 0, end: 5 }]);
});
