import { describe, expect, test } from "vitest";
import { Aggregate } from "../../../src/stream/aggregate.ts";

function aggregateOf(values: readonly number[]): Aggregate {
  const aggregate = new Aggregate();
  aggregate.addRun(values, 0, values.length);
  return aggregate;
}

describe("aggregate", () => {
  test("count, sum, mean, min, max and population standard deviation of a textbook example", () => {
    const { count, sum, mean, min, max, stddev } = aggregateOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect({ count, sum, mean, min, max, stddev }).toEqual({ count: 8, sum: 40, mean: 5, min: 2, max: 9, stddev: 2 });
  });

  test("a sum keeps what a plain sum loses", () => {
    expect(aggregateOf([1, 1e100, 1, -1e100]).sum).toBe(2);
    expect(aggregateOf(Array.from({ length: 1_000_000 }, () => 0.1)).sum).toBe(100_000);
  });

  test("a standard deviation far from zero keeps its digits", () => {
    expect(aggregateOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]).stddev).toBe(Math.sqrt(22.5));
  });

  test("the mean never lies beyond the extremes", () => {
    for (let count = 1; count < 2_000; count++) {
      const aggregate = aggregateOf(Array.from({ length: count }, () => 0.1));
      expect(aggregate.mean).toBe(0.1);
      expect(aggregate.stddev).toBe(0);
    }
  });

  test("what leaves the range of doubles is infinite, never NaN", () => {
    const huge = Number.MAX_VALUE;
    expect(aggregateOf([huge, huge, -huge]).sum).toBe(Number.POSITIVE_INFINITY);
    expect(aggregateOf([huge, huge, -huge]).mean).toBe(Number.POSITIVE_INFINITY);
    expect(aggregateOf([huge, -huge, huge, -huge]).stddev).toBe(Number.POSITIVE_INFINITY);
    expect(aggregateOf([huge, -huge, huge, -huge]).sum).toBe(0);
  });

  test("adding in pieces, with a snapshot in between, changes no bit", () => {
    const values = Array.from({ length: 101 }, (_, i) => Math.sin(i) * 10 ** (i % 17));
    const whole: number[] = [];
    aggregateOf(values).appendTo(whole);
    for (let cut = 0; cut <= values.length; cut++) {
      const first: number[] = [];
      aggregateOf(values.slice(0, cut)).appendTo(first);
      const resumed = Aggregate.readFrom(Float64Array.from(first), 0);
      resumed.addRun(values, cut, values.length);
      const numbers: number[] = [];
      resumed.appendTo(numbers);
      expect(numbers).toEqual(whole);
    }
  });
});
