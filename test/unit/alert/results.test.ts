// Rules over what windows say.

import { describe, expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { AlertRule, ExpressionValueType } from "../../../src/model/definitions.ts";
import type { WindowResult } from "../../../src/model/result.ts";
import { column, KeptState, OperatorBench } from "../../support/reading-columns.ts";

const on = { window: "minute", aggregate: "mean" };
const hot: AlertRule = { name: "hot", match: { device: "*", metric: "t" }, on, when: { kind: "above", limit: 80 } };
const minuteUs = 60_000_000;

/** What the window says about a minute. */
function result(minute: number, mean: number, changes: Partial<WindowResult> = {}): WindowResult {
  const about = { window: "minute", device: "a", metric: "t", tag: "", unit: "Cel", revision: 0, count: 12 };
  const times = { startUs: minute * minuteUs, endUs: (minute + 1) * minuteUs, causeOffset: minute };
  return { ...about, ...times, aggregates: { mean, last_state: "on" }, ...changes };
}

function bench(rule = hot): OperatorBench<RuleOperator> {
  return new OperatorBench(new RuleOperator(rule));
}

/** Every alert as `device|metric|tag state value@eventMinute cause`. */
function said({ alerts }: OperatorBench<RuleOperator>): string[] {
  return alerts.map(
    ({ device, metric, tag, state, value, eventTimeUs, causeOffset }) =>
      `${device}|${metric}|${tag} ${state} ${value}@${eventTimeUs / minuteUs} ${causeOffset}`,
  );
}

describe("a rule over a window", () => {
  test("judges the aggregate of each result, at the end of its window, with the cause of the result", () => {
    const rules = bench().feedResults(result(0, 70)).feedResults(result(1, 81), result(2, 75));
    expect(said(rules)).toEqual(["a|t| firing 81@2 1", "a|t| resolved 75@3 2"]);
    expect(rules.operator.counters()).toMatchObject({ taken: 3, outputs: 2 });
  });

  test("leaves readings alone, and results of other windows and series", () => {
    const rules = bench().feed(column("a", "t", "1=99"));
    rules.feedResults(result(0, 99, { window: "hour" }), result(0, 99, { metric: "p" }));
    expect(said(rules)).toEqual([]);
    expect(rules.operator.counters().taken).toBe(0);
  });

  test("a rule over readings leaves results alone", () => {
    const { on: _, ...plain } = hot;
    expect(said(bench(plain).feedResults(result(0, 99)))).toEqual([]);
  });

  test("judges a revision of the newest window anew; one of an older window changes nothing and is counted", () => {
    const rules = bench().feedResults(result(0, 70), result(1, 70));
    rules.feedResults(result(1, 90, { revision: 1 }), result(0, 95, { revision: 1 }), result(1, 60, { revision: 2 }));
    expect(said(rules)).toEqual(["a|t| firing 90@2 1", "a|t| resolved 60@2 1"]);
    expect(rules.operator.counters().skipped).toMatchObject({ superseded: 1 });
  });

  test("a window that is withdrawn, or says no such value, or one too large, changes nothing and is counted", () => {
    const rules = bench().feedResults(result(0, 81), result(1, 0, { count: 0, aggregates: {} }));
    rules.feedResults(result(2, 0, { aggregates: { sum: 5 } }), result(3, Number.POSITIVE_INFINITY));
    expect(said(rules)).toEqual(["a|t| firing 81@1 0"]);
    expect(rules.operator.counters().skipped).toMatchObject({ no_value: 3 });
  });

  test("of a window over devices or tags, every group has an alert of its own", () => {
    const group = (tag: string, mean: number) => result(0, mean, { device: "", metric: "t", tag });
    const rules = bench().feedResults(group("line=1", 81), group("line=2", 81), result(0, 81, { device: "" }));
    rules.feedResults({ ...group("line=2", 70), endUs: 2 * minuteUs });
    expect(said(rules)).toEqual([
      "|t|line=1 firing 81@1 0",
      "|t|line=2 firing 81@1 0",
      "|t| firing 81@1 0",
      "|t|line=2 resolved 70@2 0",
    ]);
  });

  test("can be about how many readings there were, about states, and hold for a while", () => {
    const few = bench({ ...hot, on: { ...on, aggregate: "count" }, when: { kind: "below", limit: 12 }, forUs: 10 });
    few
      .at(100)
      .feedResults(result(0, 1), result(1, 1, { count: 3 }))
      .at(110);
    expect(few.alerts.map(({ value, eventTimeUs, causeOffset }) => [value, eventTimeUs, causeOffset])).toEqual([[3, 110, 1]]);
    const state = { ...hot, on: { ...on, aggregate: "last_state" } };
    const is = (cel: string, valueType: ExpressionValueType) => ({ kind: "expression", cel, valueType }) as const;
    expect(said(bench({ ...state, when: is('value == "on"', "text") }).feedResults(result(0, 1)))).toHaveLength(1);
    const numbers = bench(state).feedResults(result(0, 1));
    expect(numbers.operator.counters()).toMatchObject({ taken: 0, skipped: { not_a_number: 1 } });
  });

  test("in an expression names everything that a result holds", () => {
    const cel =
      'value > 80.0 && count >= 12 && aggregates.last_state == "on" && revision == 0 && tag == "" && unit == "Cel" && ' +
      'end - start == duration("60s") && eventTime == end && !has(aggregates.p99)';
    const rules = bench({ ...hot, when: { kind: "expression", cel, valueType: "number" } });
    rules.feedResults(result(0, 81), result(1, 81, { aggregates: { mean: 81 } }));
    expect(said(rules)).toEqual(["a|t| firing 81@1 0"]);
    expect(rules.operator.counters().skipped).toMatchObject({ expression_failed: 1 });
  });

  test("remembers every series, up to seriesMax, and which window it judged last", () => {
    const rules = new OperatorBench(new RuleOperator(hot, { seriesMax: 1 }));
    rules.feedResults(result(0, 70), result(5, 70), result(0, 99, { device: "b" }));
    expect(rules.operator.counters().skipped).toMatchObject({ series_limit: 1 });
    const restored = new RuleOperator(hot, { seriesMax: 1 });
    restored.restore(new KeptState().keep(rules.operator).parts());
    const next = new OperatorBench(restored, rules.nextOffset).feedResults(result(3, 99), result(6, 99));
    expect(said(next)).toEqual(["a|t| firing 99@7 6"]);
  });

  test("begins anew with the window that it is about, and not with another one", () => {
    const fingerprint = (rule: AlertRule, inputFingerprint: string) => new RuleOperator(rule, { inputFingerprint }).fingerprint;
    expect(fingerprint(hot, "one")).not.toBe(fingerprint(hot, "other"));
    expect(fingerprint({ ...hot, on: { ...on, aggregate: "max" } }, "one")).not.toBe(fingerprint(hot, "one"));
    const { on: _, ...plain } = hot;
    expect(fingerprint(plain, "one")).toBe(fingerprint(plain, "other"));
  });
});
