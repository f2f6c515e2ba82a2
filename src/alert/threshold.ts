// Limits with hysteresis: between the two, an alert keeps its state, so that noise around one limit is one alert and not a hundred.

import type { Threshold } from "../model/definitions.ts";
import type { Judge, Verdict } from "./judge.ts";

/** Where both limits hold, `when` wins. Without `clear`, what does not hold clears. */
export function verdictOf(measure: number, when: Threshold, clear: Threshold | null): Verdict {
  if (holds(when, measure)) return "holds";
  return clear === null || holds(clear, measure) ? "clears" : "fails";
}

/** "is above 80", "is not above 80". */
export function describeLimits(verdict: Verdict, when: Threshold, clear: Threshold | null): string {
  if (verdict === "holds") return `is ${when.kind} ${when.limit}`;
  return clear === null ? `is not ${when.kind} ${when.limit}` : `is ${clear.kind} ${clear.limit}`;
}

/** A value itself against limits. */
export function thresholdJudge(when: Threshold, clear: Threshold | null): Judge {
  return {
    accepts: "number",
    refusals: [],
    begin: null,
    isAbout: "values",
    measure: ({ value }) => value as number,
    verdict: (measure) => verdictOf(measure, when, clear),
    describe: (measure, verdict) => `${measure} ${describeLimits(verdict, when, clear)}`,
  };
}

function holds(threshold: Threshold, measure: number): boolean {
  return threshold.kind === "above" ? measure > threshold.limit : measure < threshold.limit;
}
