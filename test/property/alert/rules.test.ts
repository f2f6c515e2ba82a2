// Rules of every kind over whatever comes: readings that jump between few levels, time that passes with and without them, and time
// that the gateway is away.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { Alert } from "../../../src/model/alert.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import type { InputColumn } from "../../../src/stream/contract.ts";
import { KeptState, OperatorBench } from "../../support/reading-columns.ts";

const match = { device: "*", metric: "t" };
const above = { kind: "above", limit: 5 } as const;
const below = { kind: "below", limit: 3 } as const;

const baseline = { historySamples: 6, samplesMin: 3, sampleEveryUs: 10, season: "none", scaleMin: 0.5 } as const;

const rules: AlertRule[] = [
  { name: "threshold", match, when: above, clear: below },
  { name: "threshold that holds", match, when: above, clear: below, forUs: 40, severity: "critical" },
  { name: "limit", match, when: below },
  { name: "expression", match, when: { kind: "expression", cel: "value > 5", valueType: "any" }, forUs: 10 },
  { name: "rate", match, when: { kind: "rate", limit: { kind: "above", limit: 100_000 } } },
  { name: "flatline", match, when: { kind: "flat", epsilon: 1, forUs: 30 }, forUs: 20 },
  {
    name: "deviation",
    match,
    when: { kind: "deviation", limit: above, baseline },
    clear: { kind: "deviation", limit: below, baseline },
  },
  { name: "absence", match, when: { kind: "absent", forUs: 30 } },
];

/** What happens at one time. */
interface Step {
  readonly afterUs: number;
  readonly what: "commit" | "tick" | "away";
  readonly columns: readonly InputColumn[];
}

const column: fc.Arbitrary<InputColumn> = fc
  .record({
    device: fc.constantFrom("a", "b", "c"),
    values: fc.oneof(
      { weight: 5, arbitrary: fc.array<number | string>(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 4 }) },
      fc.array<number | string>(fc.constantFrom("on", "off"), { minLength: 1, maxLength: 2 }),
    ),
    fromUs: fc.nat(2000),
    stepUs: fc.integer({ min: -10, max: 40 }),
  })
  .map(({ device, values, fromUs, stepUs }) => {
    const eventTimesUs = Array.from(values, (_, index) => fromUs + index * stepUs);
    return {
      device,
      metric: "t",
      unit: "",
      tags: "",
      correctionsUs: [],
      eventTimesUs,
      values: values as number[] | string[],
      qualities: [],
    };
  });
const step: fc.Arbitrary<Step> = fc.record({
  afterUs: fc.nat(25),
  what: fc.constantFrom("commit", "commit", "commit", "tick", "away"),
  columns: fc.array(column, { minLength: 1, maxLength: 3 }),
});
const steps = fc.array(step, { maxLength: 40 });

function play(bench: OperatorBench<RuleOperator>, played: readonly Step[], fromUs: number): number {
  let nowUs = fromUs;
  for (const { afterUs, what, columns } of played) {
    nowUs += afterUs;
    if (what === "away") bench.resume(nowUs);
    else bench.at(nowUs);
    if (what === "commit") bench.feed(...columns);
  }
  return nowUs;
}

function said(rule: AlertRule, played: readonly Step[]) {
  const bench = new OperatorBench(new RuleOperator(rule, { seriesMax: 2 }));
  play(bench, played, 0);
  return bench;
}

describe.each(rules)("rule $name", (rule) => {
  test("of every series, firing and resolved alternate, beginning with firing", () => {
    fc.assert(
      fc.property(steps, (played) => {
        const last = new Map<string, Alert["state"]>();
        for (const { device, state } of said(rule, played).alerts) {
          expect(state).toBe(last.get(device) === "firing" ? "resolved" : "firing");
          last.set(device, state);
        }
      }),
    );
  });

  test("the same input gives the same output; causes never go back, and lie in the commit at hand or behind it", () => {
    fc.assert(
      fc.property(steps, (played) => {
        const { alerts, nextOffset } = said(rule, played);
        expect(said(rule, played).alerts).toEqual(alerts);
        const causes = alerts.map(({ causeOffset }) => causeOffset);
        expect(causes).toEqual([...causes].sort((one, other) => one - other));
        expect(Math.max(0, ...causes)).toBeLessThanOrEqual(nextOffset);
      }),
    );
  });

  test("every reading of its series is taken or skipped for a reason", () => {
    fc.assert(
      fc.property(steps, (played) => {
        const { operator, nextOffset, alerts } = said(rule, played);
        const { taken, skipped, outputs } = operator.counters();
        expect(Object.values(skipped).reduce((sum, count) => sum + count, taken)).toBe(nextOffset);
        expect(outputs).toBe(alerts.length);
      }),
    );
  });

  test("state that was saved in parts, at any times, and restored anywhere changes nothing", () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }), (played, cuts) => {
        const kept = new KeptState();
        let bench = new OperatorBench(new RuleOperator(rule, { seriesMax: 2 }));
        const alerts: Alert[] = [];
        let nowUs = 0;
        let from = 0;
        const saves = [...cuts].sort((one, other) => one - other);
        for (const [index, cut] of [...saves, played.length].entries()) {
          nowUs = play(bench, played.slice(from, cut), nowUs);
          from = cut;
          kept.keep(bench.operator);
          if (index % 2 === 0) continue;
          alerts.push(...bench.alerts);
          const restored = new RuleOperator(rule, { seriesMax: 2 });
          restored.restore(kept.parts());
          bench = new OperatorBench(restored, bench.nextOffset);
        }
        alerts.push(...bench.alerts);
        const undisturbed = said(rule, played);
        expect(alerts).toEqual(undisturbed.alerts);
        expect(bench.operator.counters()).toEqual(undisturbed.operator.counters());
        expect(kept.keep(bench.operator).contents()).toEqual(new KeptState().keep(undisturbed.operator).contents());
      }),
    );
  });
});
