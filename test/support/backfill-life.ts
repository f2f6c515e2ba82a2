// A gateway's windows and rules over a log, some of which come later and are backfilled; readings of three devices that come now and
// then, and time that passes.

import { expect } from "vitest";
import { retiredAlerts } from "../../src/alert/retired-rules.ts";
import { RuleOperator } from "../../src/alert/rule-operator.ts";
import type { Log } from "../../src/log/log.ts";
import type { AlertRule, WindowDefinition } from "../../src/model/definitions.ts";
import type { Reading } from "../../src/model/reading.ts";
import { createLogger } from "../../src/platform/logger.ts";
import type { Operator } from "../../src/stream/contract.ts";
import { StreamDriver, type StreamDriverOptions } from "../../src/stream/driver.ts";
import { defaultWindowLimits } from "../../src/stream/windows/plan.ts";
import { WindowOperator } from "../../src/stream/windows/window-operator.ts";
import type { FakeClock } from "./fake-clock.ts";
import { alertsOf, appended, resultsOf } from "./log-contents.ts";
import { saidOf } from "./said-of.ts";
import { until } from "./stream-fixture.ts";

const secondUs = 1_000_000;
const match = { device: "*", metric: "*" };
const times = { match, latenessUs: secondUs, reviseUs: 20 * secondUs, idleTimeoutUs: 8 * secondUs };
const baseline = { historySamples: 5, samplesMin: 3, sampleEveryUs: 1, season: "none", scaleMin: 1 } as const;

const windows: readonly WindowDefinition[] = [
  { name: "tumbling", shape: { kind: "tumbling", sizeUs: 5 * secondUs }, ...times },
  { name: "hopping", shape: { kind: "hopping", sizeUs: 20 * secondUs, hopUs: secondUs }, by: "metric", ...times },
  { name: "sliding", shape: { kind: "sliding", sizeUs: 4 * secondUs }, ...times, aggregates: ["p90", "twa", "mean"] },
  { name: "session", shape: { kind: "session", gapUs: 3 * secondUs }, by: "device", ...times },
  { name: "count", shape: { kind: "count", readings: 7 }, match, latenessUs: 0, overflow: "other" },
];

const rules: readonly AlertRule[] = [
  { name: "hot", match, when: { kind: "above", limit: 80 }, clear: { kind: "below", limit: 40 } },
  { name: "hot for a while", match, when: { kind: "above", limit: 50 }, forUs: secondUs },
  { name: "silent", match, when: { kind: "absent", forUs: 1.5 * secondUs } },
  { name: "unusual", match, when: { kind: "deviation", limit: { kind: "above", limit: 0.5 }, baseline } },
  { name: "crowded", match, on: { window: "session", aggregate: "count" }, when: { kind: "above", limit: 5 } },
];

/** Those whose ids are here are there from the beginning; the others come later. */
export const firstIds: ReadonlySet<string> = new Set(["window tumbling", "rule hot", "rule silent"]);

/** Windows and rules of every kind, in the order of a configuration. */
export function allOperators(): Operator[] {
  const made = windows.map((window) => new WindowOperator(window, { ...defaultWindowLimits, seriesMax: 5 }));
  const inputFingerprint = made.find(({ id }) => id === "window session")?.fingerprint ?? "";
  return [...made, ...rules.map((rule) => new RuleOperator(rule, { inputFingerprint }))];
}

export const firstOperators = (): Operator[] => allOperators().filter(({ id }) => firstIds.has(id));
export const laterIds: ReadonlySet<string> = new Set(
  allOperators()
    .map(({ id }) => id)
    .filter((id) => !firstIds.has(id)),
);

/** With small reads, appends and checkpoints. */
export function driverOver(log: Log, clock: FakeClock, options: Partial<StreamDriverOptions> = {}): StreamDriver {
  const small = { checkpointEveryMs: 900, checkpointEveryReadings: 25, outputsMax: 10, readBytesMax: 600 };
  const all = { operators: allOperators(), backfill: laterIds, retire: retiredAlerts };
  return new StreamDriver({ log, clock, logger: createLogger("silent"), ...small, ...all, ...options });
}

/** Three devices that send now and then; the clock of one is minutes ahead. */
export function someReadings(nowUs: number, random: () => number): Reading[] {
  return Array.from({ length: Math.floor(random() * 9) }, () => {
    const device = `device-${Math.floor(random() * 3)}`;
    const aheadUs = device === "device-2" ? 150 * secondUs : 0;
    const eventTimeUs = nowUs + aheadUs - Math.floor(random() * random() * 25 * secondUs);
    const value = random() * 100;
    return { device, metric: random() < 0.5 ? "a" : "b", unit: "", tags: "", correctionUs: 0, eventTimeUs, value, quality: 0 };
  });
}

export interface Life {
  readonly log: Log;
  readonly clock: FakeClock;
  readonly random: () => number;
  readonly steps: number;
}

/** Readings come, and in every fifteen steps some in which none do. */
export async function live({ log, clock, random, steps }: Life, driver: StreamDriver, isOver = () => false): Promise<void> {
  for (let step = 0; step < steps && !isOver(); step++) {
    clock.advanceMs(Math.floor(random() * (step % 15 === 14 ? 20_000 : 700)));
    const readings = someReadings(clock.nowUs(), random);
    if (step % 15 < 11 && readings.length > 0) await appended(log, { readings });
    await until(() => isOver() || driver.status().lagReadings === 0);
  }
}

/** Until nothing is left to feed, be it live or behind. */
export async function caughtUp(driver: StreamDriver): Promise<void> {
  await until(() => driver.status().lagReadings === 0 && driver.status().backfill === null);
}

/** A log with what the first operators said about it while it grew. */
export async function recordLife(life: Life, operators = firstOperators()): Promise<void> {
  const driver = driverOver(life.log, life.clock, { operators, backfill: new Set() });
  await driver.start();
  await live(life, driver);
  await driver.close();
}

/** What the lanes hold of some operators. */
export async function recordedOf(log: Log, ids: ReadonlySet<string>) {
  return {
    results: (await resultsOf(log)).filter(({ window }) => ids.has(`window ${window}`)),
    alerts: (await alertsOf(log)).filter(({ rule }) => ids.has(`rule ${rule}`)),
  };
}

/** The lanes hold, of those that were there first and of those that came later, what an undisturbed processor says that had all from the first reading on. */
export async function expectAllSaid(log: Log): Promise<void> {
  const said = await saidOf(log, allOperators());
  for (const ids of [firstIds, laterIds]) {
    const recorded = await recordedOf(log, ids);
    expect(recorded.results).toEqual(said.results.filter(({ window }) => ids.has(`window ${window}`)));
    expect(recorded.alerts).toEqual(said.alerts.filter(({ rule }) => ids.has(`rule ${rule}`)));
  }
}
