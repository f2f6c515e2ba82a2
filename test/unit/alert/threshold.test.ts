import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../../src/alert/judge.ts";
import { describeLimits, verdictOf } from "../../../src/alert/threshold.ts";
import type { Threshold } from "../../../src/model/definitions.ts";

const above = (limit: number): Threshold => ({ kind: "above", limit });
const below = (limit: number): Threshold => ({ kind: "below", limit });

describe("threshold with hysteresis", () => {
  test.each<[Threshold, Threshold | null, number, Verdict]>([
    [above(80), below(70), 80.1, "holds"],
    [above(80), below(70), 80, "fails"],
    [above(80), below(70), 70, "fails"],
    [above(80), below(70), 69.9, "clears"],
    [below(5), above(8), 4, "holds"],
    [below(5), above(8), 5, "fails"],
    [below(5), above(8), 8, "fails"],
    [below(5), above(8), 8.5, "clears"],
    [above(0), null, 1, "holds"],
    [above(0), null, 0, "clears"],
    [below(0), null, 0, "clears"],
  ])("of when %o and clear %o, %d gives %s", (when, clear, value, expected) => {
    expect(verdictOf(value, when, clear)).toBe(expected);
  });

  test("between the two limits nothing is said", () => {
    fc.assert(
      fc.property(fc.double({ min: 70, max: 80, noNaN: true }), (value) => {
        expect(verdictOf(value, above(80), below(70))).toBe("fails");
      }),
    );
  });

  test("where the two limits overlap the alert stays, and does not flap", () => {
    expect(verdictOf(90, above(80), above(60))).toBe("holds");
  });

  test("what is said of a limit is which one it was", () => {
    expect(describeLimits("holds", above(80), below(70))).toBe("is above 80");
    expect(describeLimits("clears", above(80), below(70))).toBe("is below 70");
    expect(describeLimits("clears", above(80), null)).toBe("is not above 80");
  });
});
