import fc from "fast-check";
import { expect, test } from "vitest";
import { noDecimals, scaleDecimals } from "../../../src/codec/decimal-scale.ts";

function scaled(values: readonly number[], guess = 0): { decimals: number; integers: number[] } {
  const integers = new Float64Array(values.length);
  const decimals = scaleDecimals({ values: Float64Array.from(values), from: 0, to: values.length, guess }, integers);
  return { decimals, integers: decimals === noDecimals ? [] : [...integers] };
}

test.each<[values: number[], decimals: number, integers: number[]]>([
  [[1, -20, 0], 0, [1, -20, 0]],
  [[20.53, 20.5, -0.07], 2, [2053, 2050, -7]],
  [[1.005, 4.35], 3, [1005, 4350]],
  [[0.000000001], 9, [1]],
  [[2 ** 51], 0, [2 ** 51]],
  [[2 ** 51 + 1], noDecimals, []],
  [[1e15, 0.1], noDecimals, []],
  [[0.1 + 0.2], noDecimals, []],
  [[1 / 3], noDecimals, []],
  [[1e-10], noDecimals, []],
  [[5e-324], noDecimals, []],
  [[Number.MAX_VALUE], noDecimals, []],
  [[1, -0], noDecimals, []],
])("%j: %j decimals", (values, decimals, integers) => {
  expect(scaled(values)).toEqual({ decimals, integers });
});

const decimalNumber = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.nat(9))
  .map(([digits, decimals]) => Number(`${digits}e-${decimals}`));
const anyNumber = fc.oneof(
  { weight: 8, arbitrary: decimalNumber.filter((value) => !Object.is(value, -0)) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

test("whatever the values, scaled ones are exact, their decimals the fewest, and no guess changes that", () => {
  fc.assert(
    fc.property(fc.array(anyNumber, { minLength: 1, maxLength: 8 }), fc.nat(10), (values, guess) => {
      const { decimals, integers } = scaled(values, guess);
      expect({ decimals, integers }).toEqual(scaled(values));
      for (const [index, integer] of integers.entries()) expect(integer / 10 ** decimals).toBe(values[index]);
      const fewer = (value: number) => Number(value.toFixed(Math.max(decimals - 1, 0))) !== value;
      if (decimals > 0 && decimals < noDecimals) expect(values.some(fewer)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("decimal numbers of up to 9 decimals are always scaled", () => {
  fc.assert(
    fc.property(
      fc.array(
        decimalNumber.map((value) => value + 0),
        { minLength: 1 },
      ),
      (values) => scaled(values).decimals <= 9,
    ),
  );
});

test("a guess that is too high for a large number is given up", () => {
  expect(scaled([2 ** 50], 9)).toEqual({ decimals: 0, integers: [2 ** 50] });
  expect(scaled([10_000_000.5], 9)).toEqual({ decimals: 1, integers: [100_000_005] });
});
