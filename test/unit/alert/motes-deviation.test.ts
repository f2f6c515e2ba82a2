// The second table in docs/alerts.md: what the deviation rule finds of the labelled events of four real motes, and what else it fires at.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { gatewayConfigSchema } from "../../../src/config/schema.ts";
import { ruleOperators } from "../../../src/gateway-rules.ts";
import type { Alert } from "../../../src/model/alert.ts";
import { type MoteMetric, moteMetrics, moteRounds, moteRows } from "../../support/motes.ts";
import { OperatorBench } from "../../support/reading-columns.ts";

const motes = ["mote-1", "mote-2", "mote-3", "mote-4"];
const rows = moteRows();
const rounds = moteRounds();

/** When an alert fired, for each reading taken in the moment it was measured. What is not said has its default. */
function firings(settings: string, limit: number): readonly Alert[] {
  const deviation = `when: { deviation: { above: ${limit}, ${settings} } }, clear: { deviation: { below: ${limit / 2} } }`;
  const config = parseConfig(`alerts: [{ name: unusual, ${deviation} }]`, "motes.yaml", gatewayConfigSchema);
  const bench = new OperatorBench(ruleOperators(config, [])[0]!);
  for (const round of rounds) bench.at(round[0]!.eventTimesUs[0]!).feed(...round);
  return bench.alerts.filter(({ state }) => state === "firing");
}

function tableRows(): string[] {
  const lines: string[] = [];
  for (const [sampleEvery, settings] of [
    ["5m", ""],
    ["5s", "sampleEvery: 5s"],
  ] as const) {
    for (const limit of [6, 3.5]) {
      const alerts = firings(settings, limit);
      for (const mote of motes) {
        const cells = moteMetrics.flatMap((metric) => score(alerts, mote, metric));
        lines.push(`| ${[sampleEvery, limit, mote, ...cells].join(" | ")} |`);
      }
    }
  }
  return lines;
}

/** Hits and false alarms. */
function score(alerts: readonly Alert[], mote: string, metric: MoteMetric): [string, number] {
  const eventUs = new Set(rows.filter((row) => row.mote === mote && row.isEvent).map(({ timeUs }) => timeUs));
  const own = alerts.filter((alert) => alert.device === mote && alert.metric === metric);
  const inside = own.filter(({ eventTimeUs }) => eventUs.has(eventTimeUs)).length;
  return [eventUs.size === 0 ? "none" : `${Math.min(1, inside)} of 1`, own.length - inside];
}

test("the table of what deviation finds of the motes is true", () => {
  const text = readFileSync("docs/alerts.md", "utf8");
  const table = /motes-deviation\.test\.ts -->\n\n([\s\S]*?)\n\n<!-- end -->/.exec(text)?.[1] ?? "";
  expect(table.split("\n").slice(2)).toEqual(tableRows());
});
