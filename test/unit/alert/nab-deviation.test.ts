// The table in docs/alerts.md: what the deviation rule finds of the labelled anomalies of two real series, and what else it fires at.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { AlertRule, BaselineDefinition } from "../../../src/model/definitions.ts";
import { nabReadings, nabWindows } from "../../support/nab.ts";
import { OperatorBench, oneByOne } from "../../support/reading-columns.ts";

const hourUs = 3_600_000_000;

const seriesOfTable = [
  { name: "machine", series: "machine_temperature", history: { none: 288, "hour-of-day": 168 } },
  { name: "office", series: "ambient_temperature", history: { none: 168, "hour-of-day": 28 } },
] as const;

/** When an alert fired, for each reading taken in the moment it was measured; where the clock went back, right after the one before. */
function firings(rule: AlertRule, series: "machine_temperature" | "ambient_temperature"): number[] {
  const bench = new OperatorBench(new RuleOperator(rule));
  let nowUs = 0;
  for (const column of oneByOne(nabReadings(series))) {
    nowUs = Math.max(nowUs + 1, column.eventTimesUs[0]!);
    bench.at(nowUs).feed(column);
  }
  return bench.alerts.filter(({ state }) => state === "firing").map(({ eventTimeUs }) => eventTimeUs);
}

function ruleOf(baseline: BaselineDefinition, limit: number, forUs: number): AlertRule {
  const match = { device: "*", metric: "*" };
  const when = { kind: "deviation", limit: { kind: "above", limit }, baseline } as const;
  return { name: "unusual", match, when, clear: { ...when, limit: { kind: "below", limit: limit / 2 } }, forUs };
}

function rows(): string[] {
  const lines: string[] = [];
  for (const { name, series, history } of seriesOfTable) {
    const windows = nabWindows(series);
    for (const season of ["none", "hour-of-day"] as const) {
      const baseline = { historySamples: history[season], samplesMin: 24, sampleEveryUs: hourUs / 12, season, scaleMin: 0 };
      for (const limit of [3.5, 6]) {
        for (const forHours of [0, 3]) {
          const timesUs = firings(ruleOf(baseline, limit, forHours * hourUs), series);
          const holds = (timeUs: number) => windows.filter(({ startUs, endUs }) => timeUs >= startUs && timeUs <= endUs);
          const hits = new Set(timesUs.flatMap(holds)).size;
          const falseAlarms = timesUs.filter((timeUs) => holds(timeUs).length === 0).length;
          const cells = [name, season, history[season], limit, forHours === 0 ? "0" : `${forHours}h`];
          lines.push(`| ${[...cells, `${hits} of ${windows.length}`, falseAlarms].join(" | ")} |`);
        }
      }
    }
  }
  return lines;
}

test("the table of what deviation finds is true", () => {
  const text = readFileSync("docs/alerts.md", "utf8");
  const table = /nab-deviation\.test\.ts -->\n\n([\s\S]*?)\n\n<!-- end -->/.exec(text)?.[1] ?? "";
  expect(table.split("\n").slice(2)).toEqual(rows());
});
