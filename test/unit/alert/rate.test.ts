import { describe, expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import { column, OperatorBench } from "../../support/reading-columns.ts";

const second = 1_000_000;
const match = { device: "*", metric: "*" };
const rising: AlertRule = {
  name: "rising",
  match,
  when: { kind: "rate", limit: { kind: "above", limit: 5 } },
  clear: { kind: "rate", limit: { kind: "below", limit: 1 } },
};
const falling: AlertRule = { name: "falling", match, when: { kind: "rate", limit: { kind: "below", limit: -5 } } };

/** Values by second. */
function fed(rule: AlertRule, ...readings: readonly (readonly [atS: number, value: number])[]) {
  const text = readings.map(([atS, value]) => `${atS * second}=${value}`).join(" ");
  const bench = new OperatorBench(new RuleOperator(rule)).feed(column("a", "t", text));
  return { bench, said: bench.alerts.map(({ state, causeOffset, detail }) => `${state}@${causeOffset} ${detail}`) };
}

describe("rate of change", () => {
  test("is of event time, from one reading to the next; the first one has none", () => {
    const { said } = fed(rising, [0, 100], [10, 150], [11, 155.5], [12, 158], [14, 159]);
    expect(said).toEqual(["firing@2 change of 5.5 a second is above 5", "resolved@4 change of 0.5 a second is below 1"]);
  });

  test("is negative downwards", () => {
    const { said } = fed(falling, [0, 100], [1, 94], [2, 89]);
    expect(said).toEqual(["firing@1 change of -6 a second is below -5", "resolved@2 change of -5 a second is not below -5"]);
  });

  test("of a reading that is not later than the one before there is none: it is refused and counted", () => {
    const { bench, said } = fed(rising, [10, 0], [10, 99], [5, 99], [20, 60]);
    expect(said).toEqual(["firing@3 change of 6 a second is above 5"]);
    expect(bench.operator.counters()).toMatchObject({ taken: 2, skipped: { out_of_order: 2, not_a_number: 0 } });
  });

  test("goes on over columns and commits, series by series", () => {
    const bench = new OperatorBench(new RuleOperator(rising)).feed(column("a", "t", "0=0"), column("b", "t", "0=90"));
    bench.feed(column("b", "t", `${second}=91`), column("a", "t", `${second}=9`));
    expect(bench.alerts.map(({ device, value }) => [device, value])).toEqual([["a", 9]]);
  });

  test("between the ends of what a double can hold is infinite, not undefined", () => {
    const { said } = fed(rising, [0, -1.7e308], [1, 1.7e308]);
    expect(said).toEqual(["firing@1 change of Infinity a second is above 5"]);
  });

  test("one series more than seriesMax is refused and counted", () => {
    const bench = new OperatorBench(new RuleOperator(rising, { seriesMax: 1 }));
    bench.feed(column("a", "t", "0=0"), column("b", "t", "0=0 1000000=9"), column("a", "t", "1000000=9"));
    expect(bench.alerts.map(({ device }) => device)).toEqual(["a"]);
    expect(bench.operator.counters()).toMatchObject({ taken: 2, skipped: { series_limit: 2 } });
  });
});
