// A new definition that asks for it is fed what the log holds first, beside the others: exactly once, and behind what is live.

import { describe, expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import { BlockMerger } from "../../../src/log/block-merger.ts";
import type { AppendDone, Log, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { backfillName, decodeBackfill, statePrefixOf } from "../../../src/stream/checkpoint.ts";
import type { Operator } from "../../../src/stream/contract.ts";
import type { StreamDriver } from "../../../src/stream/driver.ts";
import { replayDifferences } from "../../../src/stream/replay.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import {
  allOperators,
  caughtUp,
  driverOver,
  expectAllSaid,
  firstIds,
  firstOperators,
  type Life,
  laterIds,
  live,
  recordedOf,
  recordLife,
} from "../../support/backfill-life.ts";
import { dyingLog } from "../../support/dying-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { reading } from "../../support/log-appends.ts";
import { alertsOf, appended, resultsOf } from "../../support/log-contents.ts";
import { saidOf } from "../../support/said-of.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { until } from "../../support/stream-fixture.ts";
import { tumbling } from "../../support/window-definitions.ts";

const logger = createLogger("silent");
const match = { device: "*", metric: "*" };

/** A log of some life, with what the first operators said about it. */
async function lived({ steps = 40, seed = 1, segmentBytes = 1e6 } = {}): Promise<Life> {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock, segmentLimits: { bytesMax: segmentBytes, spanMs: 1e9 } });
  const life = { log, clock, random: seededRandom(seed), steps };
  await recordLife(life);
  return life;
}

/** Runs a driver over the log until it has made so many writes. */
async function diedAt(life: Life, writes: number, arrives: boolean, options: Parameters<typeof driverOver>[2] = {}) {
  const dying = dyingLog(life.log, writes, arrives);
  const driver = driverOver(dying.log, life.clock, options);
  await driver.start();
  await live({ ...life, steps: 8 }, driver, dying.isDead);
  await until(() => dying.isDead() || driver.status().backfill === null);
  const { isDead } = dying;
  const died = isDead();
  await dying.kill();
  return died;
}

/** A driver dies when its backfill is at the offset or a little behind. */
async function diedBehind(life: Life, offset: number, options: Parameters<typeof driverOver>[2] = {}): Promise<number> {
  const dying = dyingLog(life.log, Number.POSITIVE_INFINITY, true);
  const driver = driverOver(dying.log, life.clock, options);
  await driver.start();
  await until(() => (driver.status().backfill?.position ?? 0) > offset);
  await dying.kill();
  const position = (await backfillPosition(life.log)) ?? 0;
  expect(position).toBeGreaterThan(0);
  return position;
}

/** Lets a driver catch up, and live on for a while. */
async function finished(life: Life, options: Parameters<typeof driverOver>[2] = {}): Promise<StreamDriver> {
  const driver = driverOver(life.log, life.clock, options);
  await driver.start();
  await caughtUp(driver);
  await live({ ...life, steps: 20 }, driver);
  await driver.close();
  expect(driver.status().replayMismatches).toBe(0);
  return driver;
}

async function backfillPosition(log: Log): Promise<number | undefined> {
  return decodeBackfill(await log.readCheckpoint(backfillName))?.position;
}

/** The log, and every write that the driver makes to it, as far as it asks for it. */
function watched(log: Log, onWrite: (write: LogWrite) => void): Log {
  return interceptedLog(log, (write: LogWrite, done: AppendDone) => {
    onWrite(write);
    log.append(write, done);
  });
}

const isOfBackfill = ({ checkpoint }: LogWrite) => checkpoint?.name === backfillName;

describe("what is backfilled", () => {
  test("new windows and rules of every kind say what they would have said from the first reading on", async () => {
    const life = await lived();
    await finished(life);
    const { results, alerts } = await recordedOf(life.log, laterIds);
    expect(new Set(results.map(({ window }) => window))).toEqual(new Set(["hopping", "sliding", "session", "count"]));
    expect(new Set(alerts.map(({ rule }) => rule))).toEqual(new Set(["hot for a while", "unusual", "crowded"]));
    await expectAllSaid(life.log);
  });

  test("a definition that went and comes back says the same again, byte for byte", async () => {
    const clock = new FakeClock();
    const life = { log: createMemoryLog({ clock }), clock, random: seededRandom(3), steps: 40 };
    await recordLife(life, allOperators());
    const before = await recordedOf(life.log, laterIds);
    const without = driverOver(life.log, clock, { operators: firstOperators() });
    await without.start();
    await without.close();
    const retired = (await recordedOf(life.log, laterIds)).alerts.length - before.alerts.length;
    await finished(life);
    const { results, alerts } = await recordedOf(life.log, laterIds);
    const [again, alertsAgain] = [results.slice(before.results.length), alerts.slice(before.alerts.length + retired)];
    expect(before.results.length).toBeGreaterThan(100);
    expect(again.slice(0, before.results.length)).toEqual(before.results);
    expect(alertsAgain.slice(0, before.alerts.length)).toEqual(before.alerts);
  });

  test("a rule hears the windows that are backfilled with it, and of a window that is not only what it says from then on", async () => {
    const clock = new FakeClock();
    const log = createMemoryLog({ clock });
    const life = { log, clock, random: seededRandom(1), steps: 0 };
    await recordLife(life, []);
    for (let value = 0; value < 100; value++) await appended(log, { readings: [reading(value)] });
    await recordLife(life, []);
    const window = (name: string) => new WindowOperator(tumbling({ name, match, sizeUs: 10_000 }));
    const rule = (name: string) =>
      new RuleOperator({
        name,
        match,
        on: { window: name, aggregate: "max" },
        when: { kind: "above", limit: 30 },
      });
    const operators = [window("past"), window("now"), rule("past"), rule("now")];
    const backfill = new Set(["window past", "rule past", "rule now"]);
    const driver = driverOver(log, clock, { operators, backfill });
    await driver.start();
    await caughtUp(driver);
    expect((await alertsOf(log)).map((alert) => `${alert.rule} ${alert.causeOffset}`)).toEqual(["past 40"]);
    await appended(log, { readings: [reading(100), reading(101), reading(115)] });
    await until(() => log.bounds("alerts").endOffset === 2);
    await driver.close();
    expect((await alertsOf(log)).map((alert) => `${alert.rule} ${alert.causeOffset}`)).toEqual(["past 40", "now 102"]);
  });

  test("a known definition that asks for it now is not fed again", async () => {
    const life = await lived();
    const before = [await resultsOf(life.log), await alertsOf(life.log)];
    const driver = driverOver(life.log, life.clock, { operators: firstOperators(), backfill: firstIds });
    await driver.start();
    expect(driver.status().backfill).toBeNull();
    await driver.close();
    expect([await resultsOf(life.log), await alertsOf(life.log)]).toEqual(before);
  });

  test("one that is under way goes on though it is no longer asked for", async () => {
    const life = await lived();
    await diedBehind(life, 40);
    await finished(life, { backfill: new Set() });
    await expectAllSaid(life.log);
  });

  test("over an empty log there is none", async () => {
    const clock = new FakeClock();
    const log = createMemoryLog({ clock });
    for (const operators of [[], allOperators()]) {
      const driver = driverOver(log, clock, { operators });
      await driver.start();
      expect(driver.status().backfill).toBeNull();
      await driver.close();
    }
    expect(await backfillPosition(log)).toBeUndefined();
  });

  test("an append holds a bounded number of outputs and of readings", async () => {
    const life = await lived({ steps: 150 });
    const outputs: number[] = [];
    const positions = [0];
    const log = watched(life.log, (write) => {
      const { checkpoint, results = [], alerts = [] } = write;
      if (!isOfBackfill(write) || checkpoint === undefined) return;
      outputs.push(results.length + alerts.length);
      positions.push(decodeBackfill(checkpoint.value)?.position ?? 0);
    });
    const driver = driverOver(log, life.clock, { outputsMax: 20, checkpointEveryReadings: 50 });
    await driver.start();
    await caughtUp(driver);
    await driver.close();
    // Of one commit, of eight readings at most, come outputs of all windows.
    expect(Math.max(...outputs)).toBeLessThan(20 + 400);
    expect(outputs.length).toBeGreaterThan(10);
    for (const [i, position] of positions.entries()) expect(position - (positions[i - 1] ?? 0)).toBeLessThan(50 + 8 + 50);
  });
});

describe("crashes", () => {
  test("a power cut at any write, arrived or not, doubles nothing, loses nothing, and changes nothing of what is live", async () => {
    let writes = 0;
    for (let died = true; died; writes++) {
      for (const arrives of [false, true]) {
        const life = await lived({ steps: 16 });
        died = await diedAt(life, writes, arrives);
        await finished(life);
        await expectAllSaid(life.log);
        expect(await backfillPosition(life.log)).toBeUndefined();
      }
    }
    expect(writes).toBeGreaterThan(20);
  });

  test("nor do many of them, while the backfill is under way and while what is live is fed again", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const life = await lived({ seed });
      for (let run = 0; run < 6; run++) {
        await diedAt(life, Math.floor(life.random() * 12), life.random() < 0.5);
        life.clock.advanceMs(Math.floor(life.random() * 30_000));
      }
      await finished(life);
      await expectAllSaid(life.log);
    }
  });

  test("a clean close in the middle keeps the place", async () => {
    const life = await lived();
    const driver = driverOver(life.log, life.clock);
    await driver.start();
    await until(() => (driver.status().backfill?.position ?? 0) > 40);
    await driver.close();
    expect(await backfillPosition(life.log)).toBe(driver.status().backfill?.position);
    await finished(life);
    await expectAllSaid(life.log);
  });
});

describe("live readings", () => {
  test("go first: what is said of all that came is recorded before the backfill goes on by another append", async () => {
    const life = await lived({ steps: 150 });
    const order: string[] = [];
    // Twenty commits come while an append of the backfill is on its way to the disk: more than one read of the driver holds.
    const come = async (): Promise<void> => {
      const about = { ...reading(0), metric: "live", eventTimeUs: life.clock.nowUs() };
      for (let i = 0; i < 20; i++) await appended(life.log, { readings: [{ ...about, value: i % 2 === 0 ? 90 : 10 }] });
    };
    const log: Log = interceptedLog(life.log, (write, done) => {
      for (const { rule, metric } of write.alerts ?? []) if (rule === "hot" && metric === "live") order.push("live");
      if (!isOfBackfill(write)) return life.log.append(write, done);
      order.push("backfill");
      come().then(() => life.log.append(write, done));
    });
    const driver = driverOver(log, life.clock);
    await driver.start();
    await until(() => order.filter((what) => what === "backfill").length > 10);
    await driver.close();
    const whole = order.slice(0, order.lastIndexOf("backfill"));
    expect(whole).toEqual(Array.from({ length: whole.length / 21 }, () => ["backfill", ...Array(20).fill("live")]).flat());
  });

  test("that never end leave the backfill a share", async () => {
    const life = await lived();
    const many = Array.from({ length: 60_000 }, (_, i) => ({ ...reading(i), metric: "busy", value: 1 }));
    const later = new WindowOperator(tumbling({ name: "later", match, sizeUs: 1e9 }));
    const driver = driverOver(life.log, life.clock, { operators: [...firstOperators(), later], backfill: new Set([later.id]) });
    await driver.start();
    await until(() => (driver.status().backfill?.position ?? 0) > 0);
    let turns = 0;
    let isComing = false;
    let { position = 0 } = driver.status().backfill ?? {};
    await until(() => {
      const { lagReadings, backfill } = driver.status();
      if (!isComing && lagReadings < 180_000) {
        isComing = true;
        appended(life.log, { readings: many }).then(() => (isComing = false));
      }
      if (lagReadings > 0 && backfill !== null && backfill.position > position) turns++;
      position = backfill?.position ?? position;
      return turns >= 2;
    });
    await driver.close();
  });

  test("and time that passes while a backfill is under way are in it, in their order, though the clock goes back", async () => {
    const life = await lived();
    let isRefused = true;
    const log: Log = {
      ...interceptedLog(life.log, (write, done) => life.log.append(write, done)),
      read: async (lane, fromOffset, bytesMax) => {
        if (lane !== "readings" || fromOffset > 0 || !isRefused) return life.log.read(lane, fromOffset, bytesMax);
        throw new TidegateError("LOG_READ_FAILED", "read the log: it cannot be opened again");
      },
    };
    const driver = driverOver(log, life.clock);
    await driver.start();
    const come = async (value: number): Promise<void> => {
      await appended(life.log, { readings: [{ ...reading(0), value, eventTimeUs: life.clock.nowUs() }] });
      await until(() => driver.status().lagReadings === 0);
    };
    await come(60);
    const alerts = life.log.bounds("alerts").endOffset;
    // The series is said to be silent, so time is recorded as passed: for the rule that is behind, enough to fire.
    await until(() => {
      life.clock.advanceMs(100);
      return life.log.bounds("alerts").endOffset > alerts;
    });
    life.clock.advanceMs(-1400);
    await come(10);
    isRefused = false;
    await until(() => {
      life.clock.advanceMs(100);
      return driver.status().backfill === null;
    });
    await driver.close();
    await expectAllSaid(life.log);
  });
});

describe("definitions that change while their backfill is under way", () => {
  async function underWay(): Promise<Life> {
    const life = await lived();
    await diedBehind(life, 60);
    return life;
  }

  test("removed ones are dropped with their state, and their rules resolve what they left firing", async () => {
    const life = await underWay();
    const said = await recordedOf(life.log, laterIds);
    const driver = driverOver(life.log, life.clock, { operators: firstOperators() });
    await driver.start();
    expect(driver.status().backfill).toBeNull();
    await driver.close();
    expect(await backfillPosition(life.log)).toBeUndefined();
    const owners = (await life.log.readCheckpoints(statePrefixOf())).map(({ name }) => name.split("/")[1]);
    expect(new Set(owners)).toEqual(firstIds);
    const after = await recordedOf(life.log, laterIds);
    expect(after.results).toEqual(said.results);
    const last = after.alerts.slice(said.alerts.length);
    const firing = new Set<string>();
    for (const { rule, device, metric, state } of said.alerts) {
      if (state === "firing") firing.add(`${rule} ${device} ${metric}`);
      else firing.delete(`${rule} ${device} ${metric}`);
    }
    expect(firing.size).toBeGreaterThan(0);
    expect(new Set(last.map(({ rule, device, metric }) => `${rule} ${device} ${metric}`))).toEqual(firing);
    for (const { state, detail } of last) expect(`${state}: ${detail}`).toBe("resolved: the rule was removed");
  });

  test("a changed one begins again from the start of the log, and the others go on", async () => {
    const life = await underWay();
    const changed = () => new WindowOperator(tumbling({ name: "count", match, sizeUs: 7_000_000 }));
    const operators = (): Operator[] => allOperators().map((each) => (each.id === "window count" ? changed() : each));
    const { length } = (await recordedOf(life.log, new Set(["window count"]))).results;
    await finished(life, { operators: operators() });
    const said = await saidOf(life.log, operators());
    for (const id of laterIds) {
      const { results, alerts } = await recordedOf(life.log, new Set([id]));
      const expected = said.results.filter(({ window }) => `window ${window}` === id);
      expect(results.slice(id === "window count" ? length : 0)).toEqual(expected);
      expect(alerts).toEqual(said.alerts.filter(({ rule }) => `rule ${rule}` === id));
    }
  });

  test("one that is added meanwhile is fed from the start, and those under way go on when it is where they are", async () => {
    for (let writes = 3; writes < 40; writes += 4) {
      const life = await lived();
      const later = (id: string) => laterIds.has(id) && id !== "window count" && id !== "rule unusual";
      const operators = () => allOperators().filter(({ id }) => firstIds.has(id) || later(id));
      await diedBehind(life, 30, { operators: operators() });
      await diedAt(life, writes, writes % 8 < 4);
      await finished(life);
      const said = await saidOf(life.log, allOperators());
      for (const id of [...firstIds, ...laterIds]) {
        const { results, alerts } = await recordedOf(life.log, new Set([id]));
        expect(results).toEqual(said.results.filter(({ window }) => `window ${window}` === id));
        expect(alerts).toEqual(said.alerts.filter(({ rule }) => `rule ${rule}` === id));
      }
    }
  });
});

describe("the log under a backfill", () => {
  test("blocks that were merged over its position are fed from there on, commit by commit", async () => {
    for (const offset of [25, 40, 55, 70]) {
      const life = await lived({ segmentBytes: 2_000 });
      const position = await diedBehind(life, offset);
      const merger = new BlockMerger({
        log: life.log,
        streamPosition: () => Number.POSITIVE_INFINITY,
        clock: life.clock,
        logger,
      });
      merger.start();
      await until(() => {
        life.clock.advanceMs(1000);
        return life.log
          .segments("readings")
          .list.slice(0, -1)
          .every(({ merged }) => merged);
      });
      await merger.close();
      const [block] = await life.log.read("readings", position, 1);
      expect(block?.firstOffset).toBeLessThan(position);
      await finished(life);
      await expectAllSaid(life.log);
    }
  });

  test("readings that are gone before it comes to them are passed over and counted, over the end of it, too", async () => {
    const life = await lived();
    const position = await diedBehind(life, 20);
    await life.log.trim("readings", 100);
    const { startOffset } = life.log.bounds("readings");
    expect(startOffset).toBeGreaterThan(position);
    const lost = { trimmed: startOffset - position, corrupt: 0 };
    const dying = dyingLog(life.log, Number.POSITIVE_INFINITY, true);
    const driver = driverOver(dying.log, life.clock);
    await driver.start();
    await caughtUp(driver);
    expect(driver.status().lost).toEqual(lost);
    await dying.kill();
    const next = driverOver(life.log, life.clock);
    await next.start();
    expect(next.status().lost).toEqual(lost);
    await next.close();
  });

  test("a disk that refuses it reads makes it rest, and live readings go on", async () => {
    const life = await lived();
    let refusals = 0;
    const log: Log = {
      ...interceptedLog(life.log, (write, done) => life.log.append(write, done)),
      read: async (lane, fromOffset, bytesMax) => {
        if (lane !== "readings" || fromOffset > 0 || refusals >= 3) return life.log.read(lane, fromOffset, bytesMax);
        refusals++;
        throw new TidegateError("LOG_READ_FAILED", "read the log: it cannot be opened again");
      },
    };
    const driver = driverOver(log, life.clock);
    await driver.start();
    await until(() => refusals === 1);
    const { endOffset } = life.log.bounds("readings");
    await appended(life.log, { readings: [reading(1)] });
    await until(() => driver.status().position === endOffset + 1);
    expect(refusals).toBe(1);
    await until(() => {
      life.clock.advanceMs(100);
      return driver.status().backfill === null;
    });
    expect(refusals).toBe(3);
    await driver.close();
  });

  test("replay finds no difference between what was backfilled and what it says, with cuts or without", async () => {
    for (const writes of [0, 9, 20]) {
      const life = await lived({ segmentBytes: 2_000 });
      await diedAt(life, writes, true);
      await finished(life);
      const causes = (await resultsOf(life.log)).map(({ causeOffset }) => causeOffset);
      expect(causes).not.toEqual(causes.toSorted((one, other) => one - other));
      const found = [];
      for await (const difference of replayDifferences({ log: life.log, operators: allOperators() })) found.push(difference);
      expect(found).toEqual([]);
    }
  });
});
