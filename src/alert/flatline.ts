// Flatline: a sensor that says the same thing again and again is often a sensor that measures nothing.
//
// A value that is further than `epsilon` from the reference becomes the reference. The measure is for how many seconds of event time
// there was none, that is: since the reference. So a series whose values stay within epsilon of the first of them is found flat after
// `forUs`, and one whose values span at most epsilon after 2 x `forUs` at the latest, for the reference may be an older value.
//
// A slow drift is no flatline: it leaves the reference behind. Readings that do not come are no flatline (that is absence), but equal
// ones with a gap between them are. A reading that is earlier than the newest one is refused as `out_of_order`.

import { type Judge, seconds, shortNumber } from "./judge.ts";

interface Run {
  /** Null before the first reading. */
  sinceUs: number | null;
  newestUs: number;
  reference: number;
}

/** @param epsilon in the unit of the metric; 0: exactly the same. @param forUs of event time. */
export function flatlineJudge(epsilon: number, forUs: number): Judge<Run> {
  const forS = forUs / 1_000_000;
  return {
    accepts: "number",
    refusals: ["out_of_order"],
    begin: () => ({ sinceUs: null, newestUs: 0, reference: 0 }),
    isAbout: "values",
    measure({ value, eventTimeUs }, run) {
      if (run.sinceUs !== null && eventTimeUs < run.newestUs) return "out_of_order";
      run.newestUs = eventTimeUs;
      if (run.sinceUs === null || Math.abs((value as number) - run.reference) > epsilon) {
        run.sinceUs = eventTimeUs;
        run.reference = value as number;
      }
      return (eventTimeUs - run.sinceUs) / 1_000_000;
    },
    verdict: (flatS) => (flatS >= forS ? "holds" : "clears"),
    describe: (_flatS, verdict) =>
      verdict === "holds"
        ? `no change of more than ${shortNumber(epsilon)} for ${seconds(forUs)}`
        : `changed by more than ${shortNumber(epsilon)}`,
  };
}
