// The parts that windows are made of, each against what it is meant to be.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ceilTo, floorTo } from "../../../src/stream/windows/grid.ts";
import { OpenPlaces, OpenPool } from "../../../src/stream/windows/open-pool.ts";

const timeOf = fc.oneof(
  fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.integer({ min: -20, max: 20 }).map((aside) => 2 ** 52 + aside),
);
const unitOf = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 366 * 86_400_000_000 }));

function exactFloor(timeUs: number, unitUs: number): bigint {
  const remainder = BigInt(timeUs) % BigInt(unitUs);
  return BigInt(timeUs) - (remainder < 0n ? remainder + BigInt(unitUs) : remainder);
}

describe("floor and ceiling to a unit", () => {
  test("are exact for every event time and unit, also next to a multiple", () => {
    fc.assert(
      fc.property(timeOf, unitOf, fc.integer({ min: -1, max: 1 }), (anyUs, unitUs, aside) => {
        const besideUs = Number(exactFloor(anyUs, unitUs)) + aside;
        for (const timeUs of [anyUs, besideUs].filter(Number.isSafeInteger)) {
          const floor = exactFloor(timeUs, unitUs);
          if (!Number.isSafeInteger(Number(floor)) || !Number.isSafeInteger(Number(floor) + unitUs)) continue;
          expect(BigInt(floorTo(timeUs, unitUs))).toBe(floor);
          expect(BigInt(ceilTo(timeUs, unitUs))).toBe(floor === BigInt(timeUs) ? floor : floor + BigInt(unitUs));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

type Step = { readonly kind: "take" | "give" | "giveFirst" | "move"; readonly at: number };

const stepsOf = fc.array(
  fc.record({ kind: fc.constantFrom("take", "take", "give", "giveFirst", "move"), at: fc.integer({ min: 0, max: 99 }) }),
  { maxLength: 40 },
) as fc.Arbitrary<Step[]>;

describe("places for what windows hold open", () => {
  test("are taken by what the block at hand does not free, over all groups", () => {
    fc.assert(
      fc.property(stepsOf, stepsOf, (...groups) => {
        const pool = new OpenPool({ max: 1e9, perGroupMax: 1e9, reason: "window_limit" });
        let open = 0;
        for (const steps of groups) {
          const places = new OpenPlaces(pool);
          let expiries: number[] = [];
          let watermarkUs = 0;
          for (const { kind, at } of steps) {
            if (kind === "move") watermarkUs = Math.max(watermarkUs, at);
            else if (kind === "take") {
              const position = expiries.filter((expiry) => expiry <= at).length;
              expiries.splice(position, 0, at);
              places.take(position, at <= watermarkUs);
            } else if (kind === "give" && expiries.length > 0) {
              const position = at % expiries.length;
              places.relieve(watermarkUs, (i) => expiries[i] as number);
              expiries.splice(position, 1);
              places.give(position);
            } else if (kind === "giveFirst") {
              const free = expiries.filter((expiry) => expiry <= watermarkUs).length;
              places.giveFirst(free);
              expiries = expiries.slice(free);
            }
            places.relieve(watermarkUs, (i) => expiries[i] as number);
            expect(pool.open - open).toBe(expiries.filter((expiry) => expiry > watermarkUs).length);
          }
          open = pool.open;
        }
      }),
    );
  });
});
