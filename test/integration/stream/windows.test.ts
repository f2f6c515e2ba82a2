// Windows of every kind over the log: with revisions, silent devices, clocks that are wrong, and power cuts, the lane of results holds
// exactly what one says who reads the log from its beginning.

import { expect, test } from "vitest";
import type { AppendDone, Log, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { WindowDefinition } from "../../../src/model/definitions.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { StreamDriver } from "../../../src/stream/driver.ts";
import { defaultWindowLimits } from "../../../src/stream/windows/plan.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { appended, resultsOf } from "../../support/log-contents.ts";
import { saidOf } from "../../support/said-of.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { until } from "../../support/stream-fixture.ts";

const logger = createLogger("silent");
const secondUs = 1_000_000;

const match = { device: "*", metric: "*" };
const times = { match, latenessUs: secondUs, reviseUs: 20 * secondUs, idleTimeoutUs: 8 * secondUs };
const definitions: readonly WindowDefinition[] = [
  { name: "tumbling", shape: { kind: "tumbling", sizeUs: 5 * secondUs }, ...times },
  { name: "hopping", shape: { kind: "hopping", sizeUs: 20 * secondUs, hopUs: secondUs }, by: "metric", ...times },
  { name: "sliding", shape: { kind: "sliding", sizeUs: 4 * secondUs }, ...times, aggregates: ["p90", "twa", "mean"] },
  { name: "session", shape: { kind: "session", gapUs: 3 * secondUs }, by: "device", ...times },
  { name: "count", shape: { kind: "count", readings: 7 }, match, latenessUs: 0, overflow: "other" },
];

function operators(): WindowOperator[] {
  return definitions.map((definition) => new WindowOperator(definition, { ...defaultWindowLimits, seriesMax: 5 }));
}

/** Three devices that send now and then; the clock of one is minutes ahead. */
function someReadings(nowUs: number, random: () => number): Reading[] {
  return Array.from({ length: Math.floor(random() * 9) }, () => {
    const device = `device-${Math.floor(random() * 3)}`;
    const aheadUs = device === "device-2" ? 150 * secondUs : 0;
    const eventTimeUs = nowUs + aheadUs - Math.floor(random() * random() * 25 * secondUs);
    return {
      device,
      metric: random() < 0.5 ? "a" : "b",
      unit: "",
      tags: "",
      correctionUs: 0,
      eventTimeUs,
      value: random() * 100,
      quality: 0,
    };
  });
}

/** Runs a driver while readings come and time passes, until the power cut. */
async function runUntilPowerCut(log: Log, clock: FakeClock, cut: { atWrite: number; arrives: boolean; random: () => number }) {
  let writes = 0;
  let isOff = false;
  const append = (write: LogWrite, done: AppendDone) => {
    if (isOff) return;
    if (writes++ < cut.atWrite) return log.append(write, done);
    isOff = true;
    if (cut.arrives) log.append(write, () => undefined);
  };
  const driver = new StreamDriver({
    log: interceptedLog(log, append),
    operators: operators(),
    clock,
    logger,
    checkpointEveryMs: 900,
  });
  await driver.start();
  for (let step = 0; step < 60 && !isOff; step++) {
    clock.advanceMs(Math.floor(cut.random() * (step % 15 === 14 ? 20_000 : 700)));
    const readings = someReadings(clock.nowUs(), cut.random);
    if (step % 15 < 11 && readings.length > 0) await appended(log, { readings });
    await until(() => isOff || driver.status().lagReadings === 0);
  }
  isOff = true;
  // What was on its way is on the disk, or lost, before anything starts anew.
  await appended(log, {});
}

test("power cuts at any write, while readings come and devices fall silent, change nothing, for windows of every kind", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 12; seed++) {
    const random = seededRandom(seed);
    const clock = new FakeClock();
    const log = createMemoryLog({ clock });
    for (let run = 0; run < 4; run++) {
      await runUntilPowerCut(log, clock, { atWrite: Math.floor(random() * 60), arrives: random() < 0.5, random });
      clock.advanceMs(Math.floor(random() * 30_000));
    }
    const last = new StreamDriver({ log, operators: operators(), clock, logger });
    await last.start();
    await until(() => last.status().lagReadings === 0);
    await last.close();
    expect(last.status().replayMismatches).toBe(0);
    const results = await resultsOf(log);
    expect(results).toEqual((await saidOf(log, operators())).results);
    for (const { window, revision, count, tag } of results) {
      seen.add(`${window}${tag === "" ? "" : ` ${tag}`}${revision > 0 ? " revised" : ""}${count === 0 ? " withdrawn" : ""}`);
    }
  }
  const revised = ["tumbling revised", "hopping revised", "sliding revised", "session revised", "session revised withdrawn"];
  expect([...seen]).toEqual(
    expect.arrayContaining(["tumbling", "hopping", "sliding", "session", "count", "count other", ...revised]),
  );
});
