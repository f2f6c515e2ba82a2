// `for` and absence: what processing time does to alerts. Times in microseconds, as small as it can be told.

import { describe, expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import { column, KeptState, OperatorBench, withValues } from "../../support/reading-columns.ts";

const match = { device: "*", metric: "t" };
const hotFor: AlertRule = {
  name: "hot",
  match,
  when: { kind: "above", limit: 80 },
  clear: { kind: "below", limit: 70 },
  forUs: 100,
};
const silent: AlertRule = { name: "silent", match, when: { kind: "absent", forUs: 100 } };

function bench(rule: AlertRule): OperatorBench<RuleOperator> {
  return new OperatorBench(new RuleOperator(rule));
}

/** Every alert as `device state value@eventTime`. */
function summary({ alerts }: OperatorBench<RuleOperator>): string[] {
  return alerts.map((alert) => `${alert.device} ${alert.state} ${alert.value}@${alert.eventTimeUs}`);
}

describe("a condition that must hold for a while", () => {
  test("fires when it has held for that long, though no further reading comes, with the last value that held", () => {
    const rules = bench(hotFor)
      .at(1000)
      .feed(column("a", "t", "5=81"));
    rules.at(1050).feed(column("a", "t", "6=85"));
    expect(rules.operator.nextDeadlineUs()).toBe(1100);
    rules.at(1099);
    expect(summary(rules)).toEqual([]);
    rules.at(1500);
    expect(rules.alerts).toEqual([
      {
        rule: "hot",
        device: "a",
        metric: "t",
        tag: "",
        state: "firing",
        severity: "warning",
        eventTimeUs: 1100,
        value: 85,
        causeOffset: 2,
        detail: "85 is above 80, for 0.0001 s",
      },
    ]);
    expect(rules.operator.nextDeadlineUs()).toBe(Number.POSITIVE_INFINITY);
  });

  test("does not fire when it ceased to hold meanwhile, also between the two limits; then the time begins anew", () => {
    const rules = bench(hotFor)
      .at(1000)
      .feed(column("a", "t", "1=81"));
    rules.at(1090).feed(column("a", "t", "2=75"));
    rules.at(1095).feed(column("a", "t", "3=82"));
    rules.at(1190);
    expect(summary(rules)).toEqual([]);
    expect(summary(rules.at(1300))).toEqual(["a firing 82@1195"]);
  });

  test("a firing alert stays between the limits and resolves at once", () => {
    const rules = bench(hotFor)
      .at(1000)
      .feed(column("a", "t", "1=81"));
    rules.at(1200).feed(column("a", "t", "2=75 3=60"));
    expect(summary(rules)).toEqual(["a firing 81@1100", "a resolved 60@3"]);
  });

  test("series whose time is over at once speak in the order of their names, before the readings of that time", () => {
    const rules = bench(hotFor)
      .at(1000)
      .feed(column("b", "t", "1=81"), column("a", "t", "1=82"));
    rules.at(1100).feed(column("a", "t", "2=60"));
    expect(summary(rules)).toEqual(["a firing 82@1100", "b firing 81@1100", "a resolved 60@2"]);
  });

  test("the time that the gateway was away does not count", () => {
    const rules = bench(hotFor)
      .at(1000)
      .feed(column("a", "t", "1=81"));
    rules.at(1060).resume(9000);
    expect(rules.operator.nextDeadlineUs()).toBe(9040);
    expect(summary(rules.at(9039))).toEqual([]);
    expect(summary(rules.at(9040))).toEqual(["a firing 81@9040"]);
  });

  test("a series that is pending is one of seriesMax", () => {
    const rules = new OperatorBench(new RuleOperator(hotFor, { seriesMax: 1 })).at(1000);
    rules.feed(column("a", "t", "1=81"), column("b", "t", "1=81"));
    expect(rules.operator.counters()).toMatchObject({ taken: 1, skipped: { series_limit: 1 } });
    rules.feed(column("a", "t", "2=60"), column("b", "t", "2=81"));
    expect(summary(rules.at(1100))).toEqual(["b firing 81@1100"]);
  });
});

describe("absence", () => {
  test("a series of which no reading comes for so long fires without a value, and resolves with the next reading", () => {
    const rules = bench(silent)
      .at(1000)
      .feed(column("a", "t", "5=20"));
    rules.at(1080).feed(column("a", "t", "6=21"));
    expect(summary(rules.at(1179))).toEqual([]);
    rules.at(5000).feed(column("a", "t", "7=22"));
    expect(rules.alerts.map(({ state, value, eventTimeUs, detail }) => [state, value, eventTimeUs, detail])).toEqual([
      ["firing", null, 1180, "no reading for 0.0001 s"],
      ["resolved", 22, 7, "a reading came"],
    ]);
    expect(summary(rules.at(5100)).at(-1)).toBe("a firing null@5100");
  });

  test("a series that never had a reading is not missed", () => {
    expect(
      summary(
        bench(silent)
          .at(1000)
          .feed(column("a", "other", "1=1"))
          .at(9000),
      ),
    ).toEqual([]);
  });

  test("a reading of any type is a sign of life", () => {
    const rules = bench(silent)
      .at(1000)
      .feed(column("a", "t", "5=20"));
    rules.at(1080).feed(withValues(column("a", "t", "6=0"), "on"));
    expect(summary(rules.at(1179))).toEqual([]);
    expect(rules.operator.counters()).toMatchObject({ taken: 2, skipped: { series_limit: 0 } });
  });

  test("a gateway that was away does not take that for silence", () => {
    const rules = bench(silent)
      .at(1000)
      .feed(column("a", "t", "5=20"));
    rules.resume(100_000);
    expect(summary(rules.at(100_099))).toEqual([]);
    expect(summary(rules.at(100_100))).toEqual(["a firing null@100100"]);
  });

  test("one series more than seriesMax is not watched, and counted", () => {
    const rules = new OperatorBench(new RuleOperator(silent, { seriesMax: 1 })).at(1000);
    rules.feed(column("a", "t", "1=1"), column("b", "t", "1=1 2=1"));
    expect(summary(rules.at(1200))).toEqual(["a firing null@1100"]);
    expect(rules.operator.counters()).toEqual({ taken: 1, skipped: { series_limit: 2 }, outputs: 1 });
  });

  test("what waits is kept and restored with its times", () => {
    const before = bench(silent)
      .at(1000)
      .feed(column("b", "t", "1=1"));
    before
      .at(1030)
      .feed(column("a", "t", "1=1"))
      .resume(2000);
    const restored = new RuleOperator(silent);
    restored.restore(new KeptState().keep(before.operator).parts());
    expect(restored.nextDeadlineUs()).toBe(2070);
    expect(summary(new OperatorBench(restored, 2).at(3000))).toEqual(["b firing null@2070", "a firing null@2100"]);
  });
});
