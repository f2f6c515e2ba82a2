// Rate of change: how much a value changes per second of event time, from the reading before to this one.
//
//   rate = (value - value before) / (event time - event time before), in the unit of the metric per second
//
// A reading that is not later than the one before gives no rate: it is refused as `out_of_order`, and the next one is compared with
// the newest. Of two readings of one event time the second one is such.

import type { Threshold } from "../model/definitions.ts";
import { type Judge, shortNumber } from "./judge.ts";
import { describeLimits, verdictOf } from "./threshold.ts";

interface Before {
  /** Null before the first reading. */
  timeUs: number | null;
  value: number;
}

export function rateJudge(when: Threshold, clear: Threshold | null): Judge<Before> {
  return {
    accepts: "number",
    refusals: ["out_of_order"],
    begin: () => ({ timeUs: null, value: 0 }),
    isAbout: "values",
    measure(sample, before) {
      const { timeUs } = before;
      const value = sample.value as number;
      let rate: number | null = null;
      if (timeUs !== null) {
        if (sample.eventTimeUs <= timeUs) return "out_of_order";
        rate = (value - before.value) / ((sample.eventTimeUs - timeUs) / 1_000_000);
      }
      before.timeUs = sample.eventTimeUs;
      before.value = value;
      return rate;
    },
    verdict: (rate) => verdictOf(rate, when, clear),
    describe: (rate, verdict) => `change of ${shortNumber(rate)} a second ${describeLimits(verdict, when, clear)}`,
  };
}
