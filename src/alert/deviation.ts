import type { BaselineDefinition, Threshold } from "../model/definitions.ts";
import { type Baseline, deviationFrom, learn, newBaseline, seasonsOf } from "./baseline.ts";
import { type Judge, shortNumber } from "./judge.ts";
import { describeLimits, verdictOf } from "./threshold.ts";

export interface DeviationLimits {
  readonly when: Threshold;
  readonly clear: Threshold | null;
}

/** How far a value is from what is usual for its series; baseline.ts. */
export function deviationJudge({ when, clear }: DeviationLimits, definition: BaselineDefinition): Judge<Baseline> {
  return {
    accepts: "number",
    refusals: ["baseline_limit"],
    begin: () => newBaseline(definition),
    samplesPerSeries: seasonsOf(definition) * definition.historySamples,
    isAbout: "values",
    measure({ value, eventTimeUs }, baseline) {
      const reading = { value: value as number, eventTimeUs };
      const deviation = deviationFrom(baseline, definition, reading);
      learn(baseline, definition, reading);
      return deviation;
    },
    verdict: (deviation) => verdictOf(deviation, when, clear),
    describe: (deviation, verdict) =>
      `${shortNumber(deviation)} deviations from the median ${describeLimits(verdict, when, clear)}`,
  };
}
