import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextThresholdState, type ThresholdState } from "../../../src/alert/threshold.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";

const match = { device: "*", metric: "*" };
const hot: AlertRule = { name: "hot", match, when: { kind: "above", limit: 80 }, clear: { kind: "below", limit: 70 } };
const cold: AlertRule = { name: "cold", match, when: { kind: "below", limit: 5 }, clear: { kind: "above", limit: 8 } };

describe("threshold with hysteresis", () => {
  test.each<[AlertRule, ThresholdState, number, ThresholdState]>([
    [hot, "inactive", 80, "inactive"],
    [hot, "inactive", 80.1, "firing"],
    [hot, "inactive", 69, "inactive"],
    [hot, "firing", 75, "firing"],
    [hot, "firing", 70, "firing"],
    [hot, "firing", 69.9, "resolved"],
    [hot, "resolved", 75, "resolved"],
    [hot, "resolved", 81, "firing"],
    [cold, "inactive", 5, "inactive"],
    [cold, "inactive", 4, "firing"],
    [cold, "firing", 8, "firing"],
    [cold, "firing", 8.5, "resolved"],
    [cold, "resolved", 4, "firing"],
  ])("rule %o in state %s at %d goes to %s", (rule, state, value, expected) => {
    expect(nextThresholdState(rule, state, value)).toBe(expected);
  });

  test("between the two limits no state changes", () => {
    const states = fc.constantFrom<ThresholdState>("inactive", "firing", "resolved");
    fc.assert(
      fc.property(states, fc.double({ min: 70, max: 80, noNaN: true }), (state, value) => {
        expect(nextThresholdState(hot, state, value)).toBe(state);
      }),
    );
  });

  test("where the two limits overlap the alert stays, and does not flap", () => {
    const overlapping: AlertRule = { ...hot, clear: { kind: "above", limit: 60 } };
    expect(nextThresholdState(overlapping, "firing", 90)).toBe("firing");
  });
});
