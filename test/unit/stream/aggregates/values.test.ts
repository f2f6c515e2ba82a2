// The aggregates by example, and what only happens at the edges of numbers.

import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/model/reading.ts";
import { aggregatesOf } from "../../../../src/stream/aggregates/aggregate-set.ts";
import type { Accumulator, AggregateSet } from "../../../../src/stream/aggregates/contract.ts";

const second = 1_000_000;
const minute = { startUs: 0, endUs: 60 * second };

type Reading = readonly [atSecond: number, value: Value];

function setOf(specs: readonly string[]): AggregateSet {
  const set = aggregatesOf(specs);
  if ("faults" in set) throw new Error(JSON.stringify(set.faults));
  return set;
}

function over(set: AggregateSet, readings: readonly Reading[]): Accumulator {
  const accumulator = set.create();
  const timesUs = readings.map(([atSecond]) => atSecond * second);
  const values = readings.map(([, value]) => value);
  accumulator.addRun(timesUs, values, 0, values.length);
  return accumulator;
}

function say(specs: string, ...readings: Reading[]) {
  return over(setOf(specs.split("; ")), readings).result(minute);
}

function eachSecond(values: readonly number[]): Reading[] {
  return values.map((value, i) => [i, value]);
}

describe("moments", () => {
  test("of a textbook example", () => {
    expect(say("count; sum; mean; min; max; variance; stddev", ...eachSecond([2, 4, 4, 4, 5, 5, 7, 9]))).toEqual({
      ...{ count: 8, sum: 40, mean: 5, min: 2, max: 9, variance: 4, stddev: 2 },
    });
  });

  test("a sum keeps what a plain sum loses, also when it is put together", () => {
    const values = [1, 1e100, 1, -1e100];
    expect(say("sum", ...eachSecond(values))).toEqual({ sum: 2 });
    const set = setOf(["sum"]);
    const whole = set.create();
    for (const value of values) whole.merge(over(set, [[0, value]]));
    expect(whole.result(minute)).toEqual({ sum: 2 });
  });

  test("a standard deviation far from zero keeps its digits, also when it is put together", () => {
    const values = [4, 7, 13, 16].map((value) => 1e9 + value);
    expect(say("stddev", ...eachSecond(values))).toEqual({ stddev: Math.sqrt(22.5) });
    const set = setOf(["stddev"]);
    const whole = over(set, eachSecond(values.slice(0, 2)));
    whole.merge(over(set, eachSecond(values.slice(2))));
    expect(whole.result(minute)).toEqual({ stddev: Math.sqrt(22.5) });
  });

  test("a mean never lies beyond the extremes, nor does one over time", () => {
    for (let count = 1; count < 500; count++) {
      expect(say("mean; twa; stddev", ...eachSecond(new Array(count).fill(0.1)))).toEqual({ mean: 0.1, twa: 0.1, stddev: 0 });
    }
  });

  test("what leaves the range of doubles is infinite, and left out where not even the sign is known", () => {
    const huge = Number.MAX_VALUE;
    expect(say("sum; mean", ...eachSecond([huge, huge, -huge]))).toEqual({ sum: Infinity, mean: Infinity });
    expect(say("sum; mean; stddev", ...eachSecond([huge, -huge]))).toEqual({ sum: 0, mean: 0, stddev: Infinity });
    const set = setOf(["count", "sum", "mean", "max"]);
    const above = over(set, eachSecond([huge, huge]));
    above.merge(over(set, eachSecond([-huge, -huge])));
    expect(above.result(minute)).toEqual({ count: 4, max: huge });
  });
});

describe("increase and rate", () => {
  test("count a value below the one before as a restart from zero", () => {
    const readings: Reading[] = [
      [0, 100],
      [10, 130],
      [20, 5],
      [30, 25],
      [40, 1],
    ];
    expect(say("increase; rate; resets", ...readings)).toEqual({ increase: 30 + 5 + 20 + 1, rate: 56 / 40, resets: 2 });
  });

  test("are those of the order of event times, however readings arrive", () => {
    const readings: Reading[] = [
      [20, 5],
      [0, 100],
      [40, 1],
      [10, 130],
      [30, 25],
    ];
    expect(say("increase; resets", ...readings)).toEqual({ increase: 56, resets: 2 });
  });

  test("are not extrapolated to the ends of the window", () => {
    expect(say("increase; rate", [29, 10], [31, 14])).toEqual({ increase: 4, rate: 2 });
  });

  test("say nothing of a single reading, nor a rate of no time", () => {
    expect(say("increase; rate; resets", [5, 100])).toEqual({ resets: 0 });
    expect(say("increase; rate", [5, 100], [5, 103])).toEqual({ increase: 3 });
  });

  test("keep integers beyond many resets and readings, with few of them held", () => {
    const set = aggregatesOf(["increase", "resets"], { pointsMax: 8, statesMax: 1 });
    if ("faults" in set) throw new Error("is a set");
    const accumulator = over(
      set,
      Array.from({ length: 10_000 }, (_, i): Reading => [i, i % 100]),
    );
    expect(accumulator.result(minute)).toEqual({ increase: 99 * 100, resets: 99 });
    expect((accumulator.snapshot() as [[unknown, Float64Array]])[0][1].length).toBeLessThanOrEqual(8);
  });
});

describe("readings at the same event time as the end of a condensed stretch that is merged in", () => {
  const set = aggregatesOf(["increase", "resets"], { pointsMax: 1, statesMax: 1 });
  if ("faults" in set) throw new Error("is a set");
  const condensed: Reading[] = [
    [1, 10],
    [5, 20],
  ];

  test("follow it if they arrived later", () => {
    const accumulator = over(set, condensed);
    accumulator.merge(over(set, [[5, 23]]));
    expect(accumulator.result(minute)).toEqual({ increase: 13, resets: 0 });
    expect(accumulator.refused).toBe(0);
  });

  test("would lie inside of it if they arrived before: they are refused and counted", () => {
    const accumulator = over(set, [[5, 13]]);
    accumulator.merge(over(set, condensed));
    expect(accumulator.result(minute)).toEqual({ increase: 10, resets: 0 });
    expect(accumulator.refused).toBe(1);
  });
});

describe("a mean over time", () => {
  test("holds each value until the next reading, and the last one to the end of the window", () => {
    expect(say("twa", [20, 10], [30, 40])).toEqual({ twa: (10 * 10 + 30 * 40) / 40 });
  });

  test("is the last value where no time has passed", () => {
    expect(
      over(setOf(["twa"]), [
        [60, 1],
        [60, 7],
      ]).result(minute),
    ).toEqual({ twa: 7 });
  });
});

describe("ends", () => {
  test("are the earliest and latest readings by event time, of numbers and of states", () => {
    const readings: Reading[] = [
      [20, 5],
      [10, 7],
      [30, 4],
    ];
    expect(say("first; last; delta", ...readings)).toEqual({ first: 7, last: 4, delta: -3 });
    expect(say("first_time_us; last_time_us", ...readings)).toEqual({ first_time_us: 10 * second, last_time_us: 30 * second });
    expect(say("first; last; last_state; count", [20, "run"], [10, false], [30, "idle"])).toEqual({
      ...{ first: false, last: "idle", last_state: "idle", count: 3 },
    });
  });
});

describe("states", () => {
  test("have their share of the time from the first reading to the end of the window", () => {
    expect(say("changes; in_state", [20, "run"], [30, "idle"], [40, "idle"], [50, "run"])).toEqual({
      changes: 2,
      "in_state(idle)": 0.5,
      "in_state_us(idle)": 20 * second,
      "in_state(run)": 0.5,
      "in_state_us(run)": 20 * second,
    });
    expect(say("in_state", [0, true], [45, false])).toEqual({
      "in_state(false)": 0.25,
      "in_state_us(false)": 15 * second,
      "in_state(true)": 0.75,
      "in_state_us(true)": 45 * second,
    });
  });

  test("beyond the limit are told together, and a text named other is not mixed up with them", () => {
    const set = aggregatesOf(["in_state"], { pointsMax: 8, statesMax: 1 });
    if ("faults" in set) throw new Error("is a set");
    expect(
      over(set, [
        [0, "other"],
        [15, "run"],
        [30, "stop"],
      ]).result(minute),
    ).toEqual({
      "in_state(other)": 0.25,
      "in_state_us(other)": 15 * second,
      in_state_other: 0.75,
      in_state_other_us: 45 * second,
    });
  });

  test("have all of no time where only an instant was seen", () => {
    expect(say("in_state", [60, "run"])).toEqual({ "in_state(run)": 1, "in_state_us(run)": 0 });
  });
});

describe("a histogram", () => {
  test("counts up to and including each bound, and all", () => {
    expect(say("histogram( -5, 10, 2.5e1 )", ...eachSecond([-5, -4, 10, 11, 25, 26]))).toEqual({
      ...{ "le_-5": 1, le_10: 3, le_25: 5, le_inf: 6 },
    });
  });
});

describe("quantiles", () => {
  test("are readings' values at their rank, not means of two", () => {
    const { median, p99, p1 } = say("median; p99; p1", ...eachSecond([1, 1000])) as Record<string, number>;
    expect([median, p99, p1]).toEqual([1, 1, 1]);
    const hundred = say("p29; median; p99", ...eachSecond(Array.from({ length: 101 }, (_, i) => i))) as Record<string, number>;
    for (const [name, exact] of [
      ["p29", 29],
      ["median", 50],
      ["p99", 99],
    ] as const) {
      expect(Math.abs((hundred[name] as number) - exact)).toBeLessThanOrEqual(0.01 * exact);
    }
  });
});
