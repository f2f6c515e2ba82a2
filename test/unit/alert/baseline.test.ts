import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Baseline, deviationFrom, learn, newBaseline } from "../../../src/alert/baseline.ts";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { BaselineDefinition } from "../../../src/model/definitions.ts";
import { column, OperatorBench } from "../../support/reading-columns.ts";

const hourUs = 3_600_000_000;
const definition: BaselineDefinition = {
  historySamples: 5,
  samplesMin: 3,
  sampleEveryUs: 10,
  season: "none",
  scaleMin: 0,
};

/** A baseline of values that came `everyUs` apart, from 0. */
function learned(values: readonly number[], changes: Partial<BaselineDefinition> = {}, everyUs = 10): Baseline {
  const baseline = newBaseline({ ...definition, ...changes });
  for (const [index, value] of values.entries())
    learn(baseline, { ...definition, ...changes }, { value, eventTimeUs: index * everyUs });
  return baseline;
}

function deviation(baseline: Baseline, value: number, changes: Partial<BaselineDefinition> = {}, eventTimeUs = 0) {
  return deviationFrom(baseline, { ...definition, ...changes }, { value, eventTimeUs });
}

describe("a baseline", () => {
  test("measures from the median in units of 1.4826 MAD", () => {
    // Median 11, distances 0 1 1 1 89, their median 1.
    expect(deviation(learned([10, 11, 10, 12, 100]), 16)).toBeCloseTo(5 / 1.4826, 12);
    // Median 10.5, distances 0.5 0.5 1.5 9.5, their median 1.
    expect(deviation(learned([10, 11, 12, 1]), 10.5 - 2.9652)).toBeCloseTo(2, 12);
  });

  test("says nothing before there are samplesMin samples", () => {
    expect(deviation(learned([10, 12]), 99)).toBeNull();
    expect(deviation(learned([10, 12, 14]), 99)).not.toBeNull();
  });

  test("says of a constant series only that the same value is usual, unless scaleMin says what a change is", () => {
    expect(deviation(learned([10, 10, 10, 10]), 11)).toBeNull();
    expect(deviation(learned([10, 10, 10, 10]), 10)).toBe(0);
    expect(deviation(learned([10, 10, 10, 10]), 11, { scaleMin: 0.5 })).toBe(2);
    expect(deviation(learned([10, 12, 14]), 12 + 2 * 1.4826, { scaleMin: 0.5 })).toBeCloseTo(1, 12);
  });

  test("keeps the newest historySamples, and takes at most one in sampleEvery, forwards or backwards", () => {
    expect(learned([1, 2, 3, 4, 5, 6, 7]).seasons[0]!.samples.toSorted()).toEqual([3, 4, 5, 6, 7]);
    expect(learned([1, 2, 3, 4, 5], {}, 5).seasons[0]!.samples).toEqual([1, 3, 5]);
    const baseline = learned([1, 2, 3]);
    for (const [eventTimeUs, value] of [
      [15, 4],
      [10, 5],
      [5, 6],
    ] as const)
      learn(baseline, definition, { value, eventTimeUs });
    expect(baseline.seasons[0]!.samples).toEqual([1, 2, 3, 5]);
  });

  test("of hours of the day learns and judges each by itself, before 1970 as well", () => {
    const changes = { season: "hour-of-day", scaleMin: 1 } as const;
    const baseline = newBaseline({ ...definition, ...changes });
    for (let day = 0; day < 6; day++) {
      for (const hour of [3, 15]) {
        const reading = { value: hour * 10 + (day % 2), eventTimeUs: (day * 24 + hour) * hourUs };
        learn(baseline, { ...definition, ...changes }, reading);
      }
    }
    expect(deviation(baseline, 150, changes, 15 * hourUs)).toBeLessThan(2);
    expect(deviation(baseline, 150, changes, 3 * hourUs)).toBeGreaterThan(50);
    expect(deviation(baseline, 150, changes, -9 * hourUs)).toBeLessThan(2);
    expect(deviation(baseline, 150, changes, 4 * hourUs)).toBeNull();
  });

  test("agrees with the definition, sorted anew each time", () => {
    const median = (values: readonly number[]) => {
      const sorted = values.toSorted((one, other) => one - other);
      return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2;
    };
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer(), (samples, value) => {
        const newest = samples.slice(-5);
        const scale = 1.4826 * median(newest.map((sample) => Math.abs(sample - median(newest))));
        const found = deviation(learned(samples), value);
        if (scale === 0) expect(found).toBe(value === median(newest) ? 0 : null);
        else expect(found).toBeCloseTo(Math.abs(value - median(newest)) / scale, 6);
      }),
    );
  });
});

describe("a rule over deviations", () => {
  const unusual = {
    name: "unusual",
    match: { device: "*", metric: "*" },
    when: { kind: "deviation", limit: { kind: "above", limit: 6 }, baseline: definition },
    clear: { kind: "deviation", limit: { kind: "below", limit: 3 }, baseline: definition },
  } as const;

  test("judges a value by what was before it, fires at what is unusual, and gets used to what lasts", () => {
    const rules = new OperatorBench(new RuleOperator(unusual)).feed(
      column("a", "t", "0=10 10=11 20=9 30=50 40=50 50=50 60=50"),
    );
    expect(rules.alerts.map(({ state, eventTimeUs, detail }) => `${state}@${eventTimeUs} ${detail}`)).toEqual([
      "firing@30 26.9796 deviations from the median is above 6",
      "resolved@60 0 deviations from the median is below 3",
    ]);
  });

  test("refuses the readings of a series whose samples would be too many, and counts them", () => {
    const rules = new OperatorBench(new RuleOperator(unusual, { baselineSamplesMax: 9 }));
    rules.feed(column("a", "t", "0=1"), column("b", "t", "0=1 10=2"), column("a", "t", "10=2"));
    expect(rules.operator.counters()).toEqual({
      taken: 2,
      skipped: { not_a_number: 0, series_limit: 0, baseline_limit: 2 },
      outputs: 0,
    });
  });
});
