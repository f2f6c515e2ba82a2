import { describe, expect, test } from "vitest";
import { type RuleLimits, RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import { column, KeptState, OperatorBench, stateOf, withValues } from "../../support/reading-columns.ts";

const hot: AlertRule = {
  name: "hot",
  match: { device: "press-*", metric: "t" },
  when: { kind: "above", limit: 80 },
  clear: { kind: "below", limit: 70 },
};

function bench(limits: Partial<RuleLimits> = {}): OperatorBench<RuleOperator> {
  return new OperatorBench(new RuleOperator(hot, limits));
}

/** Every alert as `device state value@cause`. */
function summary({ alerts }: OperatorBench<RuleOperator>): string[] {
  return alerts.map((alert) => `${alert.device} ${alert.state} ${alert.value}@${alert.causeOffset}`);
}

describe("alert rule", () => {
  test("an alert says which reading of which series caused it", () => {
    expect(bench().feed(column("press-1", "t", "100=20 200=81")).alerts).toEqual([
      {
        rule: "hot",
        device: "press-1",
        metric: "t",
        tag: "",
        state: "firing",
        severity: "warning",
        eventTimeUs: 200,
        value: 81,
        causeOffset: 1,
        detail: "81 is above 80",
      },
    ]);
  });

  test("noise between the limits is one alert, not many", () => {
    const rules = bench().feed(column("press-1", "t", "1=81 2=79 3=81 4=75 5=82 6=69 7=71 8=69 9=90"));
    expect(summary(rules)).toEqual(["press-1 firing 81@0", "press-1 resolved 69@5", "press-1 firing 90@8"]);
  });

  test("every series has a state of its own, which goes on from column to column", () => {
    const rules = bench().feed(column("press-1", "t", "1=81"), column("press-2", "t", "1=60"), column("press-2", "t", "2=90"));
    rules.feed(column("press-1", "t", "2=85"), column("press-2", "t", "3=60"), column("press-1", "t", "3=60"));
    expect(summary(rules)).toEqual([
      "press-1 firing 81@0",
      "press-2 firing 90@2",
      "press-2 resolved 60@4",
      "press-1 resolved 60@5",
    ]);
  });

  test("readings are judged in the order of their offsets, whatever their event times say", () => {
    expect(summary(bench().feed(column("press-1", "t", "900=81 5=60")))).toEqual([
      "press-1 firing 81@0",
      "press-1 resolved 60@1",
    ]);
  });

  test("series that do not match are left alone; booleans and texts of those that do are counted", () => {
    const numbers = column("press-1", "t", "1=99 2=99");
    const rules = bench().feed(column("oven", "t", "1=99"), column("press-1", "p", "1=99"), withValues(numbers, "hot"));
    expect(summary(rules)).toEqual([]);
    expect(rules.operator.counters()).toEqual({ taken: 0, skipped: { not_a_number: 2, series_limit: 0 }, outputs: 0 });
  });

  test("one series more than seriesMax is refused and counted, and fires once another has resolved", () => {
    const rules = bench({ seriesMax: 1 });
    rules.feed(column("press-1", "t", "1=81"), column("press-2", "t", "1=81 2=60 3=82"));
    expect(rules.operator.counters()).toEqual({ taken: 2, skipped: { not_a_number: 0, series_limit: 2 }, outputs: 1 });
    rules.feed(column("press-1", "t", "2=60"), column("press-2", "t", "4=83"));
    expect(summary(rules)).toEqual(["press-1 firing 81@0", "press-1 resolved 60@4", "press-2 firing 83@5"]);
  });

  test("restore(changes()) goes on exactly as if nothing had happened, counters included", () => {
    const before = [column("press-1", "t", "1=81"), column("press-2", "t", "1=81 2=60"), column("press-3", "t", "1=90")];
    const after = [column("press-1", "t", "2=85 3=60"), column("press-2", "t", "3=75 4=99"), column("press-3", "t", "2=75")];
    const uninterrupted = bench().feed(...before);
    const kept = new KeptState().keep(uninterrupted.operator);
    const restored = new RuleOperator(hot);
    restored.restore(kept.parts());
    const resumed = new OperatorBench(restored, uninterrupted.nextOffset).feed(...after);
    expect(summary(resumed)).toEqual(["press-1 resolved 60@5", "press-2 firing 99@7"]);
    uninterrupted.feed(...after);
    expect(restored.counters()).toEqual(uninterrupted.operator.counters());
    expect(new KeptState().keep(restored).contents()).toEqual(kept.keep(uninterrupted.operator).contents());
  });

  test("the bound counts what was restored", () => {
    const full = bench({ seriesMax: 1 }).feed(column("press-1", "t", "1=81"));
    const restored = new RuleOperator(hot, { seriesMax: 1 });
    restored.restore(stateOf(full.operator));
    new OperatorBench(restored, 1).feed(column("press-2", "t", "1=81"));
    expect(restored.counters().skipped.series_limit).toBe(1);
  });

  test("the fingerprint changes with everything that changes alerts, and not with the name", () => {
    const { fingerprint } = new RuleOperator(hot);
    expect(new RuleOperator({ ...hot, name: "other" }).fingerprint).toBe(fingerprint);
    const changes: Partial<AlertRule>[] = [
      { match: { device: "*", metric: "t" } },
      { match: { device: "press-*", metric: "*" } },
      { when: { kind: "above", limit: 81 } },
      { when: { kind: "below", limit: 80 } },
      { clear: { kind: "below", limit: 71 } },
      { clear: { kind: "above", limit: 70 } },
      { forUs: 1 },
      { severity: "info" },
    ];
    for (const change of changes) expect(new RuleOperator({ ...hot, ...change }).fingerprint).not.toBe(fingerprint);
  });

  test("without clear, an alert resolves as soon as the condition does not hold, at the limit too", () => {
    const { clear: _, ...plain } = hot;
    const rules = new OperatorBench(new RuleOperator(plain)).feed(column("press-1", "t", "1=81 2=80"));
    expect(summary(rules)).toEqual(["press-1 firing 81@0", "press-1 resolved 80@1"]);
  });

  test("an alert has the severity of its rule, and says why it fires and resolves", () => {
    const rules = new OperatorBench(new RuleOperator({ ...hot, severity: "critical" }));
    rules.feed(column("press-1", "t", "1=81 2=60"));
    expect(rules.alerts.map(({ severity, detail }) => `${severity}: ${detail}`)).toEqual([
      "critical: 81 is above 80",
      "critical: 60 is below 70",
    ]);
  });

  test("of the state, changes() gives what changed since it was last asked, and says which series are forgotten", () => {
    const rules = bench().feed(column("press-1", "t", "1=81"), column("press-2", "t", "1=81"), column("press-3", "t", "1=20"));
    const keys = () => rules.operator.changes().map(({ key, value }) => (value === null ? `${key} gone` : key));
    expect(keys()).toEqual(["", '["press-1","t"]', '["press-2","t"]']);
    expect(keys()).toEqual([""]);
    rules.feed(column("press-1", "t", "2=60"), column("press-2", "t", "2=82"));
    expect(keys()).toEqual(["", '["press-1","t"] gone']);
    rules.feed(column("press-2", "t", "3=60 4=90"));
    expect(keys()).toEqual(["", '["press-2","t"]']);
  });

  test("a part that was restored and is no longer true is gone with the first changes", () => {
    const kept = new KeptState().keep(bench().feed(column("press-1", "t", "1=81")).operator);
    const restored = new RuleOperator(hot);
    restored.restore(kept.parts());
    new OperatorBench(restored, 1).feed(column("press-1", "t", "2=60"));
    expect(
      kept
        .keep(restored)
        .parts()
        .map(({ key }) => key),
    ).toEqual([""]);
  });
});
