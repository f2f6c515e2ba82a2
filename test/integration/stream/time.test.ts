// Time enters the window processor only through the log: what is said as it passes is a function of the log, over any crash.

import { expect, test } from "vitest";
import type { AppendDone, Log, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { StreamDriver, type StreamDriverOptions } from "../../../src/stream/driver.ts";
import { tickOf, tickPrefix } from "../../../src/stream/ticks.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { reading } from "../../support/log-appends.ts";
import { alertsOf, appended } from "../../support/log-contents.ts";
import { Metronome } from "../../support/metronome.ts";
import { saidOf } from "../../support/said-of.ts";
import { until } from "../../support/stream-fixture.ts";

const logger = createLogger("silent");
const beatsMax = 8;

function driverOver(log: Log, clock: FakeClock, options: Partial<StreamDriverOptions> = {}): StreamDriver {
  return new StreamDriver({ log, operators: [new Metronome(beatsMax)], clock, logger, ...options });
}

async function ticksOf(log: Log) {
  return (await log.readCheckpoints(tickPrefix)).map(tickOf);
}

/** Moves the clock in small steps until the condition holds. */
function passing(clock: FakeClock, condition: () => boolean): Promise<void> {
  return until(() => {
    clock.advanceMs(100);
    return condition();
  });
}

test("a deadline that passes without a reading is met, and the tick that says so is recorded with what is said", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  const startUs = clock.nowUs();
  await appended(log, { readings: [reading(1)] });
  const driver = driverOver(log, clock);
  await driver.start();
  await passing(clock, () => log.bounds("alerts").endOffset === 3);
  await driver.close();
  const alerts = await alertsOf(log);
  expect(alerts.map(({ eventTimeUs, causeOffset }) => [eventTimeUs - startUs, causeOffset])).toEqual([
    [1_000_000, 1],
    [2_000_000, 1],
    [3_000_000, 1],
  ]);
  expect((await ticksOf(log)).map(({ kind, position }) => [kind, position])).toEqual([
    ["resumed", 1],
    ["passed", 1],
  ]);
  expect((await saidOf(log, [new Metronome(beatsMax)])).alerts).toEqual(alerts);
});

test("many deadlines that one tick passes are met one by one, at their own times", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  await appended(log, { readings: [reading(1)] });
  const driver = driverOver(log, clock);
  await driver.start();
  await until(() => driver.status().position === 1);
  clock.advanceMs(60_000);
  await until(() => log.bounds("alerts").endOffset === beatsMax);
  await driver.close();
  const times = (await alertsOf(log)).map(({ eventTimeUs }) => eventTimeUs);
  expect(times.map((timeUs) => timeUs - times[0]!)).toEqual(Array.from({ length: beatsMax }, (_, i) => i * 1_000_000));
});

test("time that the gateway was away for counts for nothing", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  await appended(log, { readings: [reading(1)] });
  const first = driverOver(log, clock);
  await first.start();
  await until(() => first.status().position === 1);
  await first.close();
  clock.advanceMs(3_600_000);
  const second = driverOver(log, clock);
  await second.start();
  await until(() => second.status().position === 1);
  expect(log.bounds("alerts").endOffset).toBe(0);
  await passing(clock, () => log.bounds("alerts").endOffset === 1);
  await second.close();
  expect((await saidOf(log, [new Metronome(beatsMax)])).alerts).toEqual(await alertsOf(log));
});

test("power cuts at any write, arrived or not, while readings come and time passes, change nothing", async () => {
  for (let cutAt = 0; cutAt < 14; cutAt++) {
    for (const arrives of [false, true]) {
      const clock = new FakeClock();
      const log = createMemoryLog({ clock });
      await appended(log, { readings: [reading(1)] });
      let writes = 0;
      let dead = false;
      const append = (write: LogWrite, done: AppendDone) => {
        if (dead) return;
        if (writes++ < cutAt) return log.append(write, done);
        dead = true;
        if (arrives) log.append(write, () => {});
      };
      const unlucky = driverOver(interceptedLog(log, append), clock, { checkpointEveryMs: 700 });
      await unlucky.start();
      for (let step = 0; step < 60 && !dead; step++) {
        clock.advanceMs(130);
        await appended(log, {});
        if (step % 7 === 0) await appended(log, { readings: [reading(step)] });
        await until(() => dead || unlucky.status().lagReadings === 0);
      }
      dead = true;
      const next = driverOver(log, clock, { checkpointEveryMs: 700 });
      await next.start();
      await passing(clock, () => log.bounds("alerts").endOffset >= beatsMax);
      await next.close();
      expect(next.status().replayMismatches).toBe(0);
      const alerts = await alertsOf(log);
      expect(alerts.map(({ value }) => value)).toEqual(Array.from({ length: beatsMax }, (_, beat) => beat));
      expect((await saidOf(log, [new Metronome(beatsMax)])).alerts).toEqual(alerts);
    }
  }
});

test("ticks of readings that retention removed go with the next checkpoint", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  await appended(log, { readings: [reading(1)] });
  const driver = driverOver(log, clock);
  await driver.start();
  await passing(clock, () => log.bounds("alerts").endOffset === 2);
  await appended(log, { readings: [reading(2)] });
  await log.trim("readings", 2);
  await appended(log, { readings: [reading(3)] });
  await until(() => driver.status().position === 3);
  await driver.close();
  expect((await ticksOf(log)).filter(({ position }) => position < 2)).toEqual([]);
});
