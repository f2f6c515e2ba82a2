// Rules over several real series: test/data/README.md. Four motes, of which mote-1 and mote-3 go through an event each, in readings
// 2,441 to 2,498 and 2,424 to 2,523. Every reading is taken in the moment it was measured. The limits were chosen with a look at the
// file: they are to show what the rules say of it, not how good they are.

import { describe, expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { Alert } from "../../../src/model/alert.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import { type MoteMetric, moteIntervalUs, moteMetrics, moteRounds, moteRows, motesStartUs } from "../../support/motes.ts";
import { OperatorBench } from "../../support/reading-columns.ts";

const rounds = moteRounds();
const rows = moteRows();
const motes = ["mote-1", "mote-2", "mote-3", "mote-4"];
const readingOf = (timeUs: number) => (timeUs - motesStartUs) / moteIntervalUs + 1;

function alertsOf(rule: Omit<AlertRule, "name" | "match">, metric: MoteMetric | "*" = "*"): readonly Alert[] {
  const bench = new OperatorBench(new RuleOperator({ name: "r", match: { device: "*", metric }, ...rule }));
  for (const round of rounds) bench.at(round[0]!.eventTimesUs[0]!).feed(...round);
  expect(bench.operator.counters().taken).toBe(metric === "*" ? 37_520 : 18_760);
  return bench.alerts;
}

/** In the order of series, as the naive lists below. */
function said(alerts: readonly Alert[]): string[] {
  const of = (device: string, metric: string) => alerts.filter((alert) => alert.device === device && alert.metric === metric);
  const inOrder = motes.flatMap((device) => moteMetrics.flatMap((metric) => of(device, metric)));
  expect(inOrder).toHaveLength(alerts.length);
  return inOrder.map(({ state, device, metric, eventTimeUs }) => `${state} ${device} ${metric} ${readingOf(eventTimeUs)}`);
}

/** Fires with the first reading that holds, resolves with the first one after it that clears. */
function byTheBook(
  metrics: readonly MoteMetric[],
  test: (values: readonly number[], at: number) => "holds" | "clears" | "between",
) {
  const lines: string[] = [];
  for (const mote of motes) {
    for (const metric of metrics) {
      const values = rows.filter((row) => row.mote === mote).map((row) => row[metric]);
      let isFiring = false;
      for (let at = 0; at < values.length; at++) {
        const verdict = test(values, at);
        if (verdict !== (isFiring ? "clears" : "holds")) continue;
        isFiring = !isFiring;
        lines.push(`${isFiring ? "firing" : "resolved"} ${mote} ${metric} ${at + 1}`);
      }
    }
  }
  return lines;
}

describe("threshold", () => {
  const tooHumid = { when: { kind: "above", limit: 80 }, clear: { kind: "below", limit: 75 } } as const;

  test("humidity above 80 until it is below 75 is the two events, one of them in two parts, and nothing else", () => {
    const lines = said(alertsOf(tooHumid, "humidity"));
    expect(lines).toEqual([
      "firing mote-1 humidity 2451",
      "resolved mote-1 humidity 2480",
      "firing mote-3 humidity 2425",
      "resolved mote-3 humidity 2427",
      "firing mote-3 humidity 2432",
      "resolved mote-3 humidity 2468",
    ]);
    const verdict = (value: number) => (value > 80 ? "holds" : value < 75 ? "clears" : "between");
    expect(lines).toEqual(byTheBook(["humidity"], (values, at) => verdict(values[at]!)));
  });

  test("one that must hold for 30 s fires six readings after it began to hold, and the part of 10 s not at all", () => {
    expect(said(alertsOf({ ...tooHumid, forUs: 30_000_000 }, "humidity"))).toEqual([
      "firing mote-1 humidity 2457",
      "resolved mote-1 humidity 2480",
      "firing mote-3 humidity 2438",
      "resolved mote-3 humidity 2468",
    ]);
  });

  test("a temperature near the limit makes 12 alerts without clear, and 4 with a degree between", () => {
    const lines = said(alertsOf({ when: { kind: "above", limit: 30 } }, "temperature"));
    expect(lines).toEqual(byTheBook(["temperature"], (values, at) => (values[at]! > 30 ? "holds" : "clears")));
    expect(lines).toHaveLength(24);
    const clear = { kind: "below", limit: 29 } as const;
    expect(said(alertsOf({ when: { kind: "above", limit: 30 }, clear }, "temperature"))).toEqual([
      "firing mote-1 temperature 1",
      "resolved mote-1 temperature 875",
      "firing mote-1 temperature 2442",
      "resolved mote-1 temperature 2456",
      "firing mote-2 temperature 1",
      "resolved mote-2 temperature 886",
      "firing mote-3 temperature 2424",
      "resolved mote-3 temperature 2445",
    ]);
  });
});

describe("rate", () => {
  const faster = (limit: number) => said(alertsOf({ when: { kind: "rate", limit: { kind: "above", limit } } }, "temperature"));
  const byRate = (limit: number) =>
    byTheBook(["temperature"], (values, at) => (at > 0 && (values[at]! - values[at - 1]!) / 5 > limit ? "holds" : "clears"));

  test("a temperature that rises by more than 0.2 degrees a second does so at the beginning of the two events only", () => {
    expect(faster(0.2)).toEqual([
      "firing mote-1 temperature 2442",
      "resolved mote-1 temperature 2444",
      "firing mote-3 temperature 2424",
      "resolved mote-3 temperature 2428",
    ]);
    expect(byRate(0.2)).toEqual(faster(0.2));
  });

  test("one that rises by more than 0.01 degrees a second does so 16 times", () => {
    expect(faster(0.01)).toEqual(byRate(0.01));
    expect(faster(0.01)).toHaveLength(2 * 16);
  });
});

describe("flatline", () => {
  test("a value that stays the same for a minute is the humidity of an indoor mote, eleven times", () => {
    const lines = said(alertsOf({ when: { kind: "flat", epsilon: 0, forUs: 60_000_000 } }));
    const isFlat = (values: readonly number[], at: number) =>
      at >= 12 && values.slice(at - 12, at).every((value) => value === values[at]);
    expect(lines).toEqual(byTheBook(moteMetrics, (values, at) => (isFlat(values, at) ? "holds" : "clears")));
    expect(lines).toHaveLength(22);
    expect(lines.filter((line) => !/mote-[34] humidity/.test(line))).toEqual([]);
  });
});
