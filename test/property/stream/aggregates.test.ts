// Every aggregate, alone and in sets, against what it means (naive-aggregates.ts), however its readings arrive, are cut into
// runs and slices, merged, stored and restored.
//
// Integers are compared to the last bit, so that nothing hides behind a tolerance; numbers with fractions within the errors that
// the parts state. Variances divide on the way and have a tolerance always.

import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Value } from "../../../src/model/reading.ts";
import { aggregatesOf } from "../../../src/stream/aggregates/aggregate-set.ts";
import type { Accumulator, AggregateLimits, AggregateSet, NamedValues } from "../../../src/stream/aggregates/contract.ts";
import { binsMax } from "../../../src/stream/aggregates/log-bins.ts";
import { numberPathKind } from "../../../src/stream/aggregates/number-path.ts";
import { quantileErrorMax } from "../../../src/stream/aggregates/sketch.ts";
import { exactQuantile, inEventOrder, naive, type Point } from "../../support/naive-aggregates.ts";

const roomy: AggregateLimits = { pointsMax: 1_024, statesMax: 32 };

const quantiles = ["p1", "p29", "median", "p90", "p99.9"];
const numberSpecs = [
  ...["count", "sum", "mean", "min", "max", "variance", "stddev", "first", "last", "first_time_us", "last_time_us", "delta"],
  ...["increase", "rate", "resets", "twa", ...quantiles, "histogram(-100,0,0.5,10,500)"],
];
const stateSpecs = ["count", "first", "last", "last_state", "first_time_us", "last_time_us", "changes", "in_state"];
const orderFreeSpecs = numberSpecs.filter((spec) => setOf([spec]).isOrderFree);
/** Their arithmetic rounds, even over integers. */
const roundedValues = ["variance", "stddev", "rate"];

/** All event times lie before. */
const endUs = 64;
const window = { startUs: 0, endUs };

const timeOf = fc.integer({ min: 0, max: endUs - 1 });
const integerOf = fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.constantFrom(0, -0, 1, 10));
const doubleOf = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.constantFrom(0.1, -0.1, 1e16, -1e16, 1, 0),
);
const stateOf = fc.constantFrom<Value>("run", "idle", "fault", "other", "true", true, false);
const integers = pointsOf(integerOf);
const doubles = pointsOf(doubleOf);
const states = pointsOf(stateOf);
/** Of integers and of states, each with the specs that take them. */
const exactCase = fc.oneof(
  integers.map((points) => ({ specs: numberSpecs, points })),
  states.map((points) => ({ specs: stateSpecs, points })),
);
const anyCase = fc.oneof(
  exactCase,
  doubles.map((points) => ({ specs: numberSpecs, points })),
);
const tightLimits = fc.record({ pointsMax: fc.integer({ min: 1, max: 12 }), statesMax: fc.integer({ min: 1, max: 4 }) });
const anyLimits = fc.oneof(fc.constant(roomy), tightLimits);
const cutsOf = fc.array(fc.nat(40), { maxLength: 6 });

function pointsOf(value: fc.Arbitrary<Value>): fc.Arbitrary<Point[]> {
  return fc.array(fc.record({ timeUs: timeOf, value }), { maxLength: 40 });
}

function setOf(specs: readonly string[], limits: AggregateLimits = roomy): AggregateSet {
  const set = aggregatesOf(specs, limits);
  if ("faults" in set) throw new Error(JSON.stringify(set.faults));
  return set;
}

function add(accumulator: Accumulator, points: readonly Point[]): Accumulator {
  const timesUs = points.map(({ timeUs }) => timeUs);
  accumulator.addRun(
    timesUs,
    points.map(({ value }) => value),
    0,
    points.length,
  );
  return accumulator;
}

function over(set: AggregateSet, points: readonly Point[]): Accumulator {
  return add(set.create(), points);
}

function merged(set: AggregateSet, ...parts: readonly Accumulator[]): Accumulator {
  const whole = set.create();
  for (const part of parts) whole.merge(part);
  return whole;
}

function stored(set: AggregateSet, accumulator: Accumulator): Accumulator {
  return set.restore(deserialize(serialize(accumulator.snapshot())));
}

/** Pieces of a list, cut at these places. */
function pieces<Item>(list: readonly Item[], cuts: readonly number[]): Item[][] {
  const places = [0, ...cuts.map((cut) => Math.min(cut, list.length)).sort((one, next) => one - next), list.length];
  return places.slice(1).map((end, i) => list.slice(places[i], end));
}

/** By event time; slice 3 of 8 us holds [24, 32). */
function slices(points: readonly Point[], sizeUs: number): Point[][] {
  const all = Array.from({ length: Math.ceil(endUs / sizeUs) }, (_, i) =>
    points.filter(({ timeUs }) => Math.floor(timeUs / sizeUs) === i),
  );
  return all.filter((slice) => slice.length > 0);
}

function shuffled<Item>(list: readonly Item[], keys: readonly number[]): Item[] {
  const keyed = list.map((item, i) => ({ item, key: ((keys[i % keys.length] ?? 0) * (i + 1)) % 101 }));
  return keyed.sort((one, next) => one.key - next.key).map(({ item }) => item);
}

const keysOf = fc.array(fc.nat(100), { minLength: 1, maxLength: 40 });

/** To the last bit, but for what divides on the way. */
function expectSame(actual: NamedValues, expected: NamedValues): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    if (roundedValues.includes(name)) expectNear(actual[name], value as number, { relative: 1e-9, absolute: 1e-9 });
    else expect([name, actual[name]]).toEqual([name, value]);
  }
}

function expectNear(actual: Value | undefined, expected: number, error: { relative: number; absolute: number }): void {
  expect(typeof actual).toBe("number");
  expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(error.relative * Math.abs(expected) + error.absolute);
}

/** The stated error of a quantile, over numbers of the same sign as the exact one. */
function expectQuantile(actual: Value | undefined, values: readonly number[], spec: string): void {
  const exact = exactQuantile(values, spec);
  const greatest = values
    .filter((value) => Math.sign(value) === Math.sign(exact))
    .reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  expectNear(actual, exact, { relative: quantileErrorMax, absolute: 3e-18 * greatest + 2 ** -1022 });
}

function expectMeaning(actual: NamedValues, specs: readonly string[], points: readonly Point[]): void {
  const expected = Object.assign({}, ...specs.map((spec) => naive(spec, points, endUs)));
  for (const spec of quantiles) {
    if (!(spec in expected)) continue;
    const values = points.map(({ value }) => value as number);
    expectQuantile(actual[spec], values, spec);
    expected[spec] = actual[spec];
  }
  expectSame(actual, expected);
}

/** A double as a multiple of 2^-1074. */
function exactly(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

function magnitudeOf(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The error that moments.ts states. */
function expectSum(actual: Value | undefined, values: readonly number[]): void {
  const exact = values.map(exactly).reduce((sum, value) => sum + value, 0n);
  const magnitudes = values.map((value) => magnitudeOf(exactly(value))).reduce((sum, value) => sum + value, 0n);
  const difference = magnitudeOf(exactly(actual as number) - exact);
  expect(difference << 104n <= (magnitudeOf(exact) << 52n) + BigInt(values.length) ** 2n * magnitudes).toBe(true);
}

function expectWithinErrors(actual: NamedValues, points: readonly Point[]): void {
  const values = points.map(({ value }) => value as number);
  const greatest = Math.max(...values.map(Math.abs));
  expectSum(actual.sum, values);
  const tolerance = { relative: 0, absolute: greatest * values.length * 2 ** -50 };
  for (const spec of ["mean", "twa", "delta", "increase"]) {
    const expected = naive(spec, points, endUs)[spec];
    if (expected === undefined) expect(actual[spec]).toBeUndefined();
    else expectNear(actual[spec], expected as number, tolerance);
  }
  // Squares of distances below 2^-511 leave the range of doubles, as moments.ts says.
  const spread = { relative: 0, absolute: Math.max(greatest * 1e-7, 2 ** -511 * Math.sqrt(values.length)) };
  expectNear(actual.stddev, naive("stddev", points, endUs).stddev as number, spread);
  for (const spec of ["min", "max", "first", "last"]) expect(actual[spec]).toBe(naive(spec, points, endUs)[spec]);
  for (const spec of quantiles) expectQuantile(actual[spec], values, spec);
}

describe("an accumulator", () => {
  test("says of integers and of states exactly what the aggregates mean, in the order of the specs", () => {
    fc.assert(
      fc.property(exactCase, cutsOf, ({ specs, points }, cuts) => {
        const set = setOf(specs);
        const accumulator = set.create();
        for (const piece of pieces(points, cuts)) add(accumulator, piece);
        expectMeaning(accumulator.result(window), specs, points);
        expect(accumulator.refused).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test("says of numbers with fractions what the aggregates mean, within the stated errors, also if merged of slices", () => {
    fc.assert(
      fc.property(doubles, fc.integer({ min: 1, max: 40 }), (points, sizeUs) => {
        if (points.length === 0) return;
        const set = setOf(numberSpecs);
        expectWithinErrors(over(set, points).result(window), points);
        const parts = slices(points, sizeUs).map((slice) => over(set, slice));
        expectWithinErrors(merged(set, ...parts).result(window), points);
      }),
      { numRuns: 500 },
    );
  });

  test("is changed in no bit by how its readings are cut into runs, nor by being asked, stored and restored in between", () => {
    fc.assert(
      fc.property(anyCase, cutsOf, anyLimits, ({ specs, points }, cuts, limits) => {
        const set = setOf(specs, limits);
        const whole = over(set, points);
        const cut = set.create();
        let restored = set.create();
        for (const piece of pieces(points, cuts)) {
          add(cut, piece).result(window);
          restored = stored(set, add(restored, piece));
        }
        for (const other of [cut, restored]) {
          expect(other.snapshot()).toEqual(whole.snapshot());
          expect(other.result(window)).toEqual(whole.result(window));
          expect(other.refused).toBe(whole.refused);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("takes runs out of the middle of longer lists", () => {
    fc.assert(
      fc.property(exactCase, fc.nat(40), fc.nat(40), ({ specs, points }, one, other) => {
        const [from, to] = [Math.min(one, other, points.length), Math.min(Math.max(one, other), points.length)];
        const accumulator = setOf(specs).create();
        const timesUs = points.map(({ timeUs }) => timeUs);
        const values = points.map(({ value }) => value);
        accumulator.addRun(timesUs, values, from, to);
        expect(accumulator.result(window)).toEqual(over(setOf(specs), points.slice(from, to)).result(window));
      }),
    );
  });

  test("keeps its result while it is asked, stored or merged into others, and a snapshot what it held", () => {
    fc.assert(
      fc.property(anyCase, anyCase, anyLimits, ({ specs, points }, later, limits) => {
        const set = setOf(specs, limits);
        const accumulator = over(set, points);
        const result = accumulator.result(window);
        const snapshot = accumulator.snapshot();
        const kept = serialize(snapshot);
        const into = merged(set, accumulator);
        if (later.specs === specs) {
          add(into, later.points);
          expect(accumulator.result(window)).toEqual(result);
          into.merge(accumulator);
        }
        expect(accumulator.result(window)).toEqual(result);
        expect(accumulator.snapshot()).toEqual(deserialize(kept));
        add(accumulator, later.specs === specs ? later.points : points);
        expect(snapshot).toEqual(deserialize(kept));
      }),
      { numRuns: 300 },
    );
  });

  test("says in a set, to the last bit, what it says alone", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), ({ specs, points }, mask) => {
        const some = specs.filter((_, i) => (mask >>> (i % 31)) % 2 === 1).reverse();
        if (some.length === 0) return;
        const alone = some.map((spec) => over(setOf([spec]), points).result(window));
        const together = over(setOf(some), points).result(window);
        expect(together).toEqual(Object.assign({}, ...alone));
        expect(Object.keys(together)).toEqual(alone.flatMap(Object.keys));
      }),
    );
  });
});

describe("merging", () => {
  test("is associative and equals one accumulator that had all readings, whatever their event times", () => {
    fc.assert(
      fc.property(exactCase, cutsOf, ({ specs, points }, cuts) => {
        const set = setOf(specs);
        const [a = [], b = [], c = []] = pieces(points, [...cuts, 40, 40].slice(0, 2));
        const whole = over(set, points).result(window);
        const left = merged(set, merged(set, over(set, a), over(set, b)), over(set, c));
        const right = over(set, a);
        right.merge(merged(set, over(set, b), over(set, c)));
        expectSame(left.result(window), whole);
        expectSame(right.result(window), whole);
        expectSame(stored(set, left).result(window), whole);
      }),
      { numRuns: 500 },
    );
  });

  test("with the empty accumulator, from either side, changes no bit", () => {
    fc.assert(
      fc.property(anyCase, anyLimits, ({ specs, points }, limits) => {
        const set = setOf(specs, limits);
        const accumulator = over(set, points);
        const before = accumulator.result(window);
        expect(merged(set, accumulator).result(window)).toEqual(before);
        accumulator.merge(set.create());
        expect(accumulator.result(window)).toEqual(before);
        expect(merged(set, accumulator).refused).toBe(accumulator.refused);
      }),
      { numRuns: 300 },
    );
  });

  test("goes on with readings as if there had been no merge", () => {
    fc.assert(
      fc.property(exactCase, fc.nat(40), fc.nat(40), ({ specs, points }, one, other) => {
        const set = setOf(specs);
        const [a = [], b = [], c = []] = pieces(points, [one, other]);
        expectSame(add(merged(set, over(set, a), over(set, b)), c).result(window), over(set, points).result(window));
      }),
      { numRuns: 300 },
    );
  });

  test("of slices of event time gives the whole, in whatever order they are merged and stored in between", () => {
    fc.assert(
      fc.property(exactCase, fc.integer({ min: 1, max: 40 }), keysOf, ({ specs, points }, sizeUs, keys) => {
        const set = setOf(specs);
        const parts = shuffled(slices(points, sizeUs), keys).map((slice) => stored(set, over(set, slice)));
        expectSame(merged(set, ...parts).result(window), over(set, points).result(window));
      }),
      { numRuns: 500 },
    );
  });
});

describe("the order of arrival", () => {
  test("does not matter to any aggregate if event times differ", () => {
    fc.assert(
      fc.property(exactCase, keysOf, ({ specs, points }, keys) => {
        const different = [...new Map(points.map((point) => [point.timeUs, point])).values()];
        const set = setOf(specs);
        expectSame(over(set, shuffled(different, keys)).result(window), over(set, different).result(window));
      }),
      { numRuns: 500 },
    );
  });

  test("does not matter to the order-free ones at equal event times either, nor does the order of merging", () => {
    const set = setOf(orderFreeSpecs);
    expect(set.isOrderFree).toBe(true);
    fc.assert(
      fc.property(integers, keysOf, cutsOf, (points, keys, cuts) => {
        const expected = over(set, points).result(window);
        expectSame(over(set, shuffled(points, keys)).result(window), expected);
        const parts = pieces(points, cuts).map((piece) => over(set, piece));
        expectSame(merged(set, ...shuffled(parts, keys)).result(window), expected);
      }),
      { numRuns: 500 },
    );
  });

  test("matters to the others only where event times are equal: the first that arrived is the first, the last is the last", () => {
    const set = setOf(["first", "last", "delta", "increase", "resets"]);
    expect(set.isOrderFree).toBe(false);
    const points = [5, 9, 2, 7].map((value) => ({ timeUs: 1, value }));
    expect(over(set, points).result(window)).toEqual({ first: 5, last: 7, delta: 2, increase: 11, resets: 1 });
  });
});

describe("the limit of readings kept one by one", () => {
  const pathSpecs = ["increase", "rate", "resets", "twa"];
  const statePathSpecs = ["changes", "in_state"];
  const pathCase = fc.oneof(
    integers.map((points) => ({ specs: pathSpecs, points })),
    states.map((points) => ({ specs: statePathSpecs, points })),
  );
  const pointsMaxOf = fc.integer({ min: 1, max: 12 });

  /** Which readings have a place: a list in event order of which the oldest are condensed. */
  function placed(points: readonly Point[], pointsMax: number): { kept: Point[]; refused: number } {
    const kept: Point[] = [];
    let condensed = 0;
    let refused = 0;
    for (const point of points) {
      const at = kept.filter(({ timeUs }) => timeUs <= point.timeUs).length;
      if (at > 0 && at < condensed) refused++;
      else {
        kept.splice(at, 0, point);
        if (at < condensed) condensed++;
        if (kept.length - condensed > pointsMax) condensed = kept.length - Math.floor(pointsMax / 2);
      }
    }
    return { kept, refused };
  }

  test("changes nothing for readings in order, nor for disorder that is less deep than half of it", () => {
    fc.assert(
      fc.property(pathCase, pointsMaxOf, keysOf, ({ specs, points }, pointsMax, keys) => {
        const size = Math.max(1, pointsMax >>> 1);
        const sorted = inEventOrder([...new Map(points.map((point) => [point.timeUs, point])).values()]);
        const cuts = Array.from({ length: 40 }, (_, i) => i * size);
        const disordered = pieces(sorted, cuts).flatMap((piece) => shuffled(piece, keys));
        for (const arrivals of [sorted, disordered]) {
          const accumulator = over(setOf(specs, { ...roomy, pointsMax }), arrivals);
          expectMeaning(accumulator.result(window), specs, arrivals);
          expect(accumulator.refused).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("refuses and counts what lies inside of the condensed stretch, and nothing else", () => {
    fc.assert(
      fc.property(pathCase, pointsMaxOf, ({ specs, points }, pointsMax) => {
        const { kept, refused } = placed(points, pointsMax);
        const accumulator = over(setOf(specs, { ...roomy, pointsMax }), points);
        expectMeaning(accumulator.result(window), specs, kept);
        expect(accumulator.refused).toBe(refused);
      }),
      { numRuns: 1_000 },
    );
  });

  test("loses nothing by merging slices forwards or backwards in event time", () => {
    fc.assert(
      fc.property(pathCase, pointsMaxOf, fc.integer({ min: 1, max: 40 }), ({ specs, points }, pointsMax, sizeUs) => {
        const set = setOf(specs, { ...roomy, pointsMax });
        const sorted = inEventOrder(points);
        const forwards = slices(sorted, sizeUs).map((slice) => stored(set, over(set, slice)));
        for (const parts of [forwards, [...forwards].reverse()]) {
          const whole = merged(set, ...parts);
          expectMeaning(whole.result(window), specs, sorted);
          expect(whole.refused).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("has every reading placed or counted as refused, whatever is merged in whatever order", () => {
    fc.assert(
      fc.property(integers, cutsOf, pointsMaxOf, keysOf, (points, cuts, pointsMax, keys) => {
        const limits = { ...roomy, pointsMax };
        const whole = numberPathKind.create(limits);
        for (const piece of shuffled(pieces(points, cuts), keys)) {
          const part = numberPathKind.create(limits);
          const timesUs = piece.map(({ timeUs }) => timeUs);
          const values = piece.map(({ value }) => value);
          part.addRun(timesUs, values, 0, piece.length);
          whole.merge(part);
          expect(part.whole().readings + part.refused).toBe(piece.length);
          expect((whole.snapshot() as [unknown, Float64Array])[1].length).toBeLessThanOrEqual(pointsMax);
        }
        const path = whole.whole();
        expect(path.readings + whole.refused).toBe(points.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("more states than in_state tells apart", () => {
  test("keep the first ones by name with their exact times, and the time of all others together, in any order and merged", () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 1, max: 4 }), keysOf, (points, statesMax, keys) => {
        const different = [...new Map(points.map((point) => [point.timeUs, point])).values()];
        if (different.length === 0) return;
        const set = setOf(["in_state"], { ...roomy, statesMax });
        const exact = naive("in_state", different, endUs);
        const named = Object.keys(exact).filter((name) => name.startsWith("in_state_us("));
        const otherUs = named.slice(statesMax).reduce((sum, name) => sum + (exact[name] as number), 0);
        const accumulator = over(set, shuffled(different, keys));
        const result = accumulator.result(window);
        expect(Object.keys(result).filter((name) => name.startsWith("in_state_us("))).toEqual(named.slice(0, statesMax));
        for (const name of named.slice(0, statesMax)) expect(result[name]).toBe(exact[name]);
        expect(result.in_state_other_us ?? 0).toBe(otherUs);
        const parts = slices(different, 9).map((slice) => over(set, slice));
        expect(merged(set, ...shuffled(parts, keys)).result(window)).toEqual(result);
      }),
      { numRuns: 500 },
    );
  });
});

describe("quantiles", () => {
  const all = ["p0.01", "p1", "p10", "p25", "median", "p75", "p90", "p99", "p99.9", "p99.99"];
  const magnitude = fc.oneof(
    fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }),
    fc.integer({ min: -1_022, max: 1_023 }).map((exponent) => 2 ** exponent),
    // The ends of bins, where a logarithm rounds to either side.
    fc.integer({ min: -1_500, max: 1_500 }).map((index) => 1.02 ** index),
    fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    fc.double({ min: 0.999, max: 1.001, noNaN: true }),
    fc.constantFrom(0, Number.MIN_VALUE, 2 ** -1022, Number.MAX_VALUE, 1, 20.5),
  );
  const number = fc.tuple(magnitude, fc.boolean()).map(([value, isNegative]) => (isNegative ? -value : value));
  const numbers = fc.oneof(
    fc.array(number, { minLength: 1, maxLength: 200 }),
    fc.array(magnitude, { minLength: 1, maxLength: 200 }),
    fc.tuple(number, fc.integer({ min: 1, max: 200 })).map(([value, count]) => new Array<number>(count).fill(value)),
    fc.array(fc.constantFrom(-1e300, -1e-300, 0, 1e-300, 1e300), { minLength: 1, maxLength: 200 }),
  );
  /** As the sketch stores it. */
  type Sketched = [number, number, number, [lowest: number, counts: Float64Array], [lowest: number, counts: Float64Array]];
  const pointsWith = (values: readonly number[]) => values.map((value, timeUs) => ({ timeUs, value }));

  test("err by at most the stated share of the exact one, over tiny, huge, negative, zero and equal numbers", () => {
    const set = setOf(all);
    fc.assert(
      fc.property(numbers, cutsOf, keysOf, (values, cuts, keys) => {
        const result = over(set, pointsWith(values)).result(window);
        for (const spec of all) expectQuantile(result[spec], values, spec);
        const parts = pieces(pointsWith(values), cuts).map((piece) => stored(set, over(set, piece)));
        expect(merged(set, ...shuffled(parts, keys)).result(window)).toEqual(result);
        expect(over(set, shuffled(pointsWith(values), keys)).result(window)).toEqual(result);
      }),
      { numRuns: 1_000 },
    );
  });

  test("of numbers that lie within the ratio that the bins cover err by that share alone", () => {
    const set = setOf(all);
    const within = fc.array(fc.double({ min: 1e-8, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(within, (values) => {
        const result = over(set, pointsWith(values)).result(window);
        for (const spec of all) {
          expectNear(result[spec], exactQuantile(values, spec), { relative: quantileErrorMax, absolute: 0 });
        }
      }),
    );
  });

  test("are exact where all numbers are equal", () => {
    for (const value of [0.1, -7.3, 1e300, 5e-324, 0]) {
      const result = over(setOf(all), pointsWith(new Array<number>(50).fill(value))).result(window);
      expect(Object.values(result)).toEqual(all.map(() => value));
    }
  });

  test("never hold more bins than the limit, over all magnitudes that there are", () => {
    const set = setOf(["median"]);
    const values = Array.from({ length: 2_046 }, (_, i) => 2 ** (i - 1_022));
    for (const order of [values, [...values].reverse()]) {
      const accumulator = over(set, pointsWith([...order, ...order.map((value) => -value)]));
      const [[, , , [, positive], [, negative]]] = accumulator.snapshot() as [Sketched];
      expect([positive.length, negative.length]).toEqual([binsMax, binsMax]);
    }
  });
});
