// Alert rules of every kind behind the driver: exact through power cuts, and a last word for those that a new configuration drops.

import { expect, test } from "vitest";
import { retiredAlerts } from "../../../src/alert/retired-rules.ts";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Alert } from "../../../src/model/alert.ts";
import type { AlertRule } from "../../../src/model/definitions.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import type { Operator } from "../../../src/stream/contract.ts";
import { StreamDriver } from "../../../src/stream/driver.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { dyingLog } from "../../support/dying-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { reading } from "../../support/log-appends.ts";
import { alertsOf, appended } from "../../support/log-contents.ts";
import { saidOf } from "../../support/said-of.ts";
import { until } from "../../support/stream-fixture.ts";
import { tumbling } from "../../support/window-definitions.ts";

const logger = createLogger("silent");
const match = { device: "*", metric: "*" };
const second = 1_000_000;
const baseline = { historySamples: 5, samplesMin: 3, sampleEveryUs: 1, season: "none", scaleMin: 1 } as const;

const hot: AlertRule = { name: "hot", match, when: { kind: "above", limit: 60 }, clear: { kind: "below", limit: 40 } };
const rules: AlertRule[] = [
  hot,
  { name: "hot for a while", match, when: { kind: "above", limit: 50 }, forUs: second },
  { name: "silent", match, when: { kind: "absent", forUs: 1.5 * second } },
  { name: "rising", match, when: { kind: "rate", limit: { kind: "above", limit: 3 } } },
  { name: "unusual", match, when: { kind: "deviation", limit: { kind: "above", limit: 0.5 }, baseline } },
  { name: "states", match, when: { kind: "expression", cel: "value > 30.0 && value < 70.0", valueType: "number" } },
  { name: "hot windows", match, on: { window: "short", aggregate: "max" }, when: { kind: "above", limit: 60 } },
];

function operators(): Operator[] {
  const window = new WindowOperator(tumbling({ name: "short", sizeUs: 3 * second }));
  return [window, ...rules.map((rule) => new RuleOperator(rule, { inputFingerprint: window.fingerprint }))];
}

interface Life {
  readonly log: Log;
  readonly clock: FakeClock;
  readonly operators: readonly Operator[];
}

function driverOver({ log, clock, operators }: Life): StreamDriver {
  return new StreamDriver({ log, operators, clock, logger, checkpointEveryMs: 700, retire: retiredAlerts });
}

/** A minute in steps of 130 ms; a reading of one of three devices at some of them, its value up and down. */
async function live(log: Log, clock: FakeClock, lives: { driver: StreamDriver; isDead: () => boolean }): Promise<void> {
  for (let step = 0; step < 90 && !lives.isDead(); step++) {
    clock.advanceMs(130);
    await appended(log, {});
    const value = (step * 37) % 101;
    const about = { ...reading(step), device: `d${step % 3}`, value, eventTimeUs: clock.nowUs() };
    if (step % 7 < 2) await appended(log, { readings: [about] });
    await until(() => lives.isDead() || lives.driver.status().lagReadings === 0);
  }
}

/** Fails if of any rule and series two of a kind follow each other; those that fire at the end. */
function firingAtEnd(alerts: readonly Alert[]): string[] {
  const last = new Map<string, Alert["state"]>();
  for (const { rule, device, metric, state } of alerts) {
    const key = `${rule} ${device}/${metric}`;
    expect(`${key} ${state}`).toBe(`${key} ${last.get(key) === "firing" ? "resolved" : "firing"}`);
    last.set(key, state);
  }
  return [...last].filter(([, state]) => state === "firing").map(([key]) => key);
}

test("power cuts at any write, arrived or not, change nothing of what rules of every kind say", async () => {
  for (const cutAt of [0, 1, 2, 3, 5, 8, 13, 21, 34]) {
    for (const arrives of [false, true]) {
      const clock = new FakeClock();
      const log = createMemoryLog({ clock });
      const dying = dyingLog(log, cutAt, arrives);
      const unlucky = driverOver({ log: dying.log, clock, operators: operators() });
      await unlucky.start();
      await live(log, clock, { driver: unlucky, isDead: dying.isDead });
      await dying.kill();
      const next = driverOver({ log, clock, operators: operators() });
      await next.start();
      await live(log, clock, { driver: next, isDead: () => false });
      await next.close();
      expect(next.status().replayMismatches).toBe(0);
      const alerts = await alertsOf(log);
      expect((await saidOf(log, operators())).alerts).toEqual(alerts);
      firingAtEnd(alerts);
      expect([...new Set(alerts.map(({ rule }) => rule))].toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
    }
  }
});

/** A log in which the rule hot fires for two of three devices. */
async function firingLog(clock: FakeClock): Promise<Log> {
  const log = createMemoryLog({ clock });
  const driver = driverOver({ log, clock, operators: [new RuleOperator({ ...hot, severity: "critical" })] });
  await driver.start();
  const readings = [
    { ...reading(1), device: "b", value: 90 },
    { ...reading(2), device: "a", value: 90 },
    { ...reading(3), device: "c", value: 90 },
    { ...reading(4), device: "c", value: 10 },
  ];
  await appended(log, { readings });
  await until(() => log.bounds("alerts").endOffset === 4);
  await driver.close();
  return log;
}

test("a rule that is removed says resolved, once, for every series that it left firing", async () => {
  const clock = new FakeClock();
  const log = await firingLog(clock);
  clock.advanceMs(5000);
  for (let start = 0; start < 2; start++) {
    const driver = driverOver({ log, clock, operators: [] });
    await driver.start();
    await until(() => log.bounds("alerts").endOffset === 6);
    await driver.close();
  }
  const last = (await alertsOf(log)).slice(4);
  const about = { rule: "hot", metric: "temperature", tag: "", state: "resolved", severity: "critical", value: null } as const;
  const rest = { ...about, eventTimeUs: clock.nowUs(), causeOffset: 4, detail: "the rule was removed" };
  expect(last).toEqual([
    { ...rest, device: "a" },
    { ...rest, device: "b" },
  ]);
});

test("a rule that is changed says resolved for what the old one left firing, and may fire anew", async () => {
  const clock = new FakeClock();
  const log = await firingLog(clock);
  const driver = driverOver({ log, clock, operators: [new RuleOperator({ ...hot, severity: "info" })] });
  await driver.start();
  await appended(log, { readings: [{ ...reading(5), device: "a", value: 95 }] });
  await until(() => log.bounds("alerts").endOffset === 7);
  await driver.close();
  const alerts = await alertsOf(log);
  expect(alerts.slice(4).map(({ device, state, detail }) => `${device} ${state}: ${detail}`)).toEqual([
    "a resolved: the rule was changed",
    "b resolved: the rule was changed",
    "a firing: 95 is above 60",
  ]);
  expect(firingAtEnd(alerts)).toEqual(["hot a/temperature"]);
});

test("power cuts before and while rules are changed leave nothing firing that no rule watches, and nothing resolved twice", async () => {
  const changed = () => [new RuleOperator({ ...hot, when: { kind: "above", limit: 70 } }), new RuleOperator(rules[2]!)];
  for (const cutAt of [1, 4, 9, 14, 22]) {
    for (const secondCutAt of [0, 1, 2, 4]) {
      for (const arrives of [false, true]) {
        const clock = new FakeClock();
        const log = createMemoryLog({ clock });
        const first = dyingLog(log, cutAt, arrives);
        const old = driverOver({ log: first.log, clock, operators: operators() });
        await old.start();
        await live(log, clock, { driver: old, isDead: first.isDead });
        await first.kill();
        // Readings that nobody has judged yet; what the rule that stays says of them comes behind the last words of the others.
        for (const value of [20, 21, 22]) {
          clock.advanceMs(2000);
          await appended(log, { readings: [{ ...reading(value), device: "d0", value, eventTimeUs: clock.nowUs() }] });
        }
        const second = dyingLog(log, secondCutAt, arrives);
        const changing = driverOver({ log: second.log, clock, operators: changed() });
        await changing.start();
        await live(log, clock, { driver: changing, isDead: second.isDead });
        await second.kill();
        const last = driverOver({ log, clock, operators: changed() });
        await last.start();
        await live(log, clock, { driver: last, isDead: () => false });
        await last.close();
        expect(last.status().replayMismatches).toBe(0);
        const alerts = await alertsOf(log);
        for (const key of firingAtEnd(alerts)) expect(key).toMatch(/^(hot|silent) d/);
        const causes = alerts.map(({ causeOffset }) => causeOffset);
        expect(causes).toEqual(causes.toSorted((one, other) => one - other));
      }
    }
  }
});
