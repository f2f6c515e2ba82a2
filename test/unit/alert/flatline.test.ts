import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import { column, OperatorBench } from "../../support/reading-columns.ts";

const stuck = (epsilon: number): AlertRule => ({
  name: "stuck",
  match: { device: "*", metric: "*" },
  when: { kind: "flat", epsilon, forUs: 100 },
});

function bench(epsilon = 0): OperatorBench<RuleOperator> {
  return new OperatorBench(new RuleOperator(stuck(epsilon)));
}

function said({ alerts }: OperatorBench<RuleOperator>): string[] {
  return alerts.map(({ state, eventTimeUs, detail }) => `${state}@${eventTimeUs} ${detail}`);
}

describe("flatline", () => {
  test("a value that stays the same for so long fires, and resolves with the first change", () => {
    const rules = bench().feed(column("a", "t", "0=7 50=7 99=7 100=7 150=7 160=7.5 170=7.5"));
    expect(said(rules)).toEqual(["firing@100 no change of more than 0 for 0.0001 s", "resolved@160 changed by more than 0"]);
  });

  test("noise within epsilon is no change", () => {
    const rules = bench(0.5).feed(column("a", "t", "0=7 50=7.5 100=6.5 130=7.6"));
    expect(said(rules).map((text) => text.split(" ")[0])).toEqual(["firing@100", "resolved@130"]);
  });

  test("a slow drift is no flatline", () => {
    const drift = Array.from({ length: 200 }, (_, i) => `${i * 10}=${i * 0.2}`).join(" ");
    expect(said(bench(0.5).feed(column("a", "t", drift)))).toEqual([]);
  });

  test("a reading that is earlier than the newest one is refused and counted", () => {
    const rules = bench().feed(column("a", "t", "50=7 0=9 150=7"));
    expect(said(rules).map((text) => text.split(" ")[0])).toEqual(["firing@150"]);
    expect(rules.operator.counters()).toMatchObject({ taken: 2, skipped: { out_of_order: 1 } });
  });

  test("values that span at most epsilon are found flat after twice the time, whatever came before", () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 30 });
    const quiet = fc.array(fc.integer({ min: 20, max: 25 }), { minLength: 21, maxLength: 21 });
    fc.assert(
      fc.property(values, quiet, (before, after) => {
        const text = [...before, ...after].map((value, index) => `${index * 10}=${value}`).join(" ");
        const { alerts } = bench(5).feed(column("a", "t", text));
        const endsUs = (index: number) => alerts[index + 1]?.eventTimeUs ?? Number.POSITIVE_INFINITY;
        const fires = alerts.some(({ state }, index) => state === "firing" && endsUs(index) > before.length * 10);
        expect(fires).toBe(true);
      }),
    );
  });

  test("a value that changes by more than epsilon within the time never fires", () => {
    const steps = fc.array(fc.integer({ min: 6, max: 20 }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (changes) => {
        const text = changes.map((change, index) => `${index * 99}=${index % 2 === 0 ? change : -change}`).join(" ");
        if (text !== "") expect(said(bench(5).feed(column("a", "t", text)))).toEqual([]);
      }),
    );
  });
});
