import { serialize } from "node:v8";
import { expect, test } from "vitest";
import { retiredAlerts } from "../../../src/alert/retired-rules.ts";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import { isRetirement } from "../../../src/model/alert.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import type { RetiredOperator } from "../../../src/stream/contract.ts";
import { column, KeptState, OperatorBench } from "../../support/reading-columns.ts";

const match = { device: "*", metric: "*" };
const hot: AlertRule = { name: "hot", match, when: { kind: "above", limit: 80 }, severity: "critical" };

function retired(parts: RetiredOperator["parts"], changes: Partial<RetiredOperator> = {}) {
  const operator = { id: "rule hot", why: "removed", parts, alerts: [], timeUs: 77, causeOffset: 9, ...changes } as const;
  return retiredAlerts(operator).map(({ device, state, severity, detail }) => `${device} ${state} ${severity} ${detail}`);
}

test("what the kept state has firing resolves, in the order of names; pending and others say nothing", () => {
  const rules = new OperatorBench(new RuleOperator(hot)).feed(column("b", "t", "1=81"), column("a", "t", "1=82"));
  const parts = new KeptState().keep(rules.feed(column("c", "t", "1=20")).operator).parts();
  expect(retired(parts)).toEqual(["a resolved critical the rule was removed", "b resolved critical the rule was removed"]);
  const waiting = new OperatorBench(new RuleOperator({ ...hot, forUs: 10 })).at(0).feed(column("a", "t", "1=81"));
  expect(retired(new KeptState().keep(waiting.operator).parts())).toEqual([]);
});

test("what it said since the state was kept counts", () => {
  const rules = new OperatorBench(new RuleOperator(hot)).feed(column("a", "t", "1=81"), column("b", "t", "1=81"));
  const parts = new KeptState().keep(rules.operator).parts();
  const from = rules.alerts.length;
  rules.feed(column("b", "t", "2=20"), column("c", "t", "1=90"));
  expect(retired(parts, { alerts: rules.alerts.slice(from), why: "changed" })).toEqual([
    "a resolved critical the rule was changed",
    "c resolved critical the rule was changed",
  ]);
});

test("its alerts are told from all others by their value", () => {
  const rules = new OperatorBench(new RuleOperator(hot)).feed(column("a", "t", "1=81"));
  const parts = new KeptState().keep(rules.operator).parts();
  const last = retiredAlerts({ id: "rule hot", why: "removed", parts, alerts: [], timeUs: 77, causeOffset: 9 });
  expect(last).toMatchObject([{ rule: "hot", eventTimeUs: 77, causeOffset: 9, value: null }]);
  expect(last.map(isRetirement)).toEqual([true]);
  const silent: AlertRule = { name: "silent", match, when: { kind: "absent", forUs: 5 } };
  const gone = new OperatorBench(new RuleOperator(silent))
    .at(1)
    .feed(column("a", "t", "1=1"))
    .at(9)
    .feed(column("a", "t", "2=1"));
  expect(gone.alerts.map(isRetirement)).toEqual([false, false]);
});

test("state of the first form is understood; of a later form only what was said since then is", () => {
  const first = { counters: {}, firing: new Map([["a", new Set(["t", "u"])]]) };
  expect(retired([{ key: "", value: serialize(first) }])).toHaveLength(2);
  const later = [
    { key: "", value: serialize({ form: 99 }) },
    { key: "something", value: serialize("else") },
  ];
  expect(retired(later)).toEqual([]);
});

test("of a window nothing is said", () => {
  expect(retired([], { id: "window hot" })).toEqual([]);
});
