import { describe, expect, test } from "vitest";
import { aggregatesOf, specsMax } from "../../../../src/stream/aggregates/aggregate-set.ts";
import { type AggregateSet, defaultAggregateLimits } from "../../../../src/stream/aggregates/contract.ts";
import { histogramBoundsMax } from "../../../../src/stream/aggregates/histogram.ts";

function setOf(...specs: string[]): AggregateSet {
  const set = aggregatesOf(specs);
  if ("faults" in set) throw new Error(JSON.stringify(set.faults));
  return set;
}

function faultsOf(...specs: string[]): string[] {
  const set = aggregatesOf(specs);
  return "faults" in set ? set.faults.map(({ spec, allowed, remedy }) => `${spec}: ${allowed}; ${remedy}`) : [];
}

const window = { startUs: 0, endUs: 100 };

describe("faults of a list of aggregates", () => {
  test("name every spec that is none, what is allowed, and the remedy", () => {
    const [average, inherited, ...more] = faultsOf("average", "count", "toString");
    expect(average).toMatch(
      /^average: is no aggregate; count, sum, mean, .*in_state, p0.01 to p99.99, histogram.* are; write one/,
    );
    expect(inherited).toMatch(/^toString: is no aggregate/);
    expect(more).toEqual([]);
  });

  test.each(["p0", "p100", "p0.00", "p99.999", "p5.", "p.5", "p1e1", "p99x"])("refuse the quantile %s", (spec) => {
    expect(faultsOf(spec)).toEqual([
      `${spec}: is no quantile; p0.01 to p99.99 are, with at most two decimals; write for instance p99 or p99.9, or min or max for the extremes`,
    ]);
  });

  test.each(["", "()", "(10,5)", "(5,5)", "(-0,0)", "(a)", "(1,,2)", "(Infinity)", "(1e999)", "(0x10)", "(1,2"])(
    "refuse histogram%s",
    (bounds) => {
      expect(faultsOf(`histogram${bounds}`)).toEqual([
        `histogram${bounds}: is no histogram; its bounds are 1 to 64 numbers, each greater than the one before; write for instance histogram(10,25,50)`,
      ]);
    },
  );

  test("refuse more bounds than the limit, and take as many", () => {
    const bounds = Array.from({ length: histogramBoundsMax + 1 }, (_, i) => i);
    expect(faultsOf(`histogram(${bounds})`)).toHaveLength(1);
    expect(faultsOf(`histogram(${bounds.slice(1)})`)).toEqual([]);
  });

  test("refuse none, too many, the same twice, and two histograms", () => {
    expect(faultsOf()).toEqual([
      expect.stringMatching(/^: 0 aggregates; 1 to 64 are allowed: count, .*; name one, for instance mean/),
    ]);
    const many = Array.from({ length: specsMax + 1 }, (_, i) => `p${i + 1}`);
    expect(faultsOf(...many)).toEqual([expect.stringMatching(/^: 65 aggregates; 1 to 64 are allowed/)]);
    expect(faultsOf(...many.slice(1))).toEqual([]);
    expect(faultsOf("mean", "max", " mean ")).toEqual(["mean: is there twice; once is enough; remove one"]);
    expect(faultsOf("histogram(1)", "histogram(2)")).toEqual([
      "histogram(2): is a second histogram; one is allowed, because their values have the same names; put all bounds into one",
    ]);
  });

  test("refuse aggregates of numbers beside those of states", () => {
    expect(faultsOf("count", "mean", "in_state", "p99")).toEqual([
      "in_state: takes only booleans and texts, but mean, p99 only numbers; one kind is allowed; make a window of its own for it",
    ]);
  });
});

describe("a set of aggregates", () => {
  test("takes the kinds that all of it take", () => {
    expect(setOf("count", "first", "last").accepts).toEqual(["number", "state"]);
    expect(setOf("count", "mean").accepts).toEqual(["number"]);
    expect(setOf("count", "in_state").accepts).toEqual(["state"]);
  });

  test("says whether it needs one series, and whether the order of readings at the same event time matters", () => {
    expect(setOf("mean", "p99", "histogram(1)", "first_time_us")).toMatchObject({ needsOneSeries: false, isOrderFree: true });
    expect(setOf("mean", "first")).toMatchObject({ needsOneSeries: false, isOrderFree: false });
    for (const spec of ["delta", "increase", "rate", "resets", "twa", "changes", "in_state"]) {
      expect(setOf("count", spec)).toMatchObject({ needsOneSeries: true, isOrderFree: false });
    }
  });

  test("has a fingerprint of its specs and limits", () => {
    const limits = [
      defaultAggregateLimits,
      { ...defaultAggregateLimits, pointsMax: 7 },
      { ...defaultAggregateLimits, statesMax: 7 },
    ];
    const sets = [["mean", "max"], ["max", "mean"], ["mean"]].flatMap((specs) =>
      limits.map((each) => aggregatesOf(specs, each)),
    );
    expect(new Set(sets.map((set) => "fingerprint" in set && set.fingerprint)).size).toBe(9);
    expect(setOf("mean").fingerprint).toBe(setOf(" mean ").fingerprint);
  });

  test("keeps one part for all names that share it: count, mean and max are one pass, and so are all quantiles", () => {
    expect(setOf("count", "mean", "max").create().snapshot()).toHaveLength(1);
    expect(setOf("p1", "median", "p99").create().snapshot()).toHaveLength(1);
    expect(setOf("increase", "rate", "resets", "twa").create().snapshot()).toHaveLength(1);
    expect(setOf("count", "in_state", "changes", "last_state", "first").create().snapshot()).toHaveLength(3);
  });

  test("says nothing of no readings, but counts", () => {
    const numbers = [
      "sum",
      "mean",
      "min",
      "max",
      "variance",
      "stddev",
      "first",
      "last",
      "first_time_us",
      "last_time_us",
      "delta",
    ];
    const empty = setOf("count", ...numbers, "increase", "rate", "resets", "twa", "p99", "histogram(1)").create();
    expect(empty.result(window)).toEqual({ count: 0, le_1: 0, le_inf: 0 });
    expect(setOf("in_state", "changes", "last_state").create().result(window)).toEqual({});
  });

  test("merges only accumulators of its own kind, and none into itself", () => {
    const accumulator = setOf("mean").create();
    expect(() => accumulator.merge(setOf("p99").create())).toThrow("both are of the same set");
    expect(() => accumulator.merge(accumulator)).toThrow("does not take in itself");
  });
});
