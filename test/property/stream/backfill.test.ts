// Whatever the log, whatever was merged or cut off meanwhile: what is backfilled is what a driver would have said that had the
// definition from the first reading on, byte for byte, and what is live does not change.

import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeAlertBlock, encodeResultBlock } from "../../../src/codec/block-codec.ts";
import { BlockMerger } from "../../../src/log/block-merger.ts";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import {
  allOperators,
  caughtUp,
  driverOver,
  expectAllSaid,
  type Life,
  laterIds,
  live,
  recordedOf,
  recordLife,
} from "../../support/backfill-life.ts";
import { dyingLog } from "../../support/dying-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { until } from "../../support/stream-fixture.ts";

const logger = createLogger("silent");

function newLife(seed: number, steps: number): Life {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock, segmentLimits: { bytesMax: 1_500, spanMs: 1e9 } });
  return { log, clock, random: seededRandom(seed), steps };
}

/** Merges what the driver that ended has checkpointed: all. */
async function mergeAll({ log, clock }: Life): Promise<void> {
  const merger = new BlockMerger({ log, streamPosition: () => Number.POSITIVE_INFINITY, clock, logger });
  merger.start();
  const isMerged = () =>
    log
      .segments("readings")
      .list.slice(0, -1)
      .every(({ merged, blocks }) => merged || blocks <= 1);
  await until(() => {
    clock.advanceMs(1000);
    return isMerged();
  });
  await merger.close();
}

const optionsOf = fc.record({
  checkpointEveryReadings: fc.integer({ min: 1, max: 200 }),
  outputsMax: fc.integer({ min: 1, max: 100 }),
  readBytesMax: fc.integer({ min: 1, max: 5_000 }),
});
const cutOf = fc.record({ writes: fc.nat(25), arrives: fc.boolean(), isMerged: fc.boolean(), options: optionsOf });

test("over any life, power cuts and merges, the lanes hold what those say that were there from the beginning", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 5, max: 60 }),
      fc.array(cutOf, { maxLength: 4 }),
      async (seed, steps, cuts) => {
        const life = newLife(seed, steps);
        await recordLife(life);
        await mergeAll(life);
        for (const { writes, arrives, isMerged, options } of cuts) {
          const dying = dyingLog(life.log, writes, arrives);
          const driver = driverOver(dying.log, life.clock, options);
          await driver.start();
          await live({ ...life, steps: 6 }, driver, dying.isDead);
          await dying.kill();
          // What is behind the checkpoint of the others must stay in its blocks until they have it again.
          if (isMerged) await closedDriver(life);
        }
        const last = driverOver(life.log, life.clock);
        await last.start();
        await caughtUp(last);
        await live({ ...life, steps: 10 }, last);
        await last.close();
        expect(last.status().replayMismatches).toBe(0);
        await expectAllSaid(life.log);
      },
    ),
    { numRuns: 60 },
  );
});

/** Starts, and closes at once; then everything is checkpointed but a part of the backfill, and is merged. */
async function closedDriver(life: Life): Promise<void> {
  const driver = driverOver(life.log, life.clock);
  await driver.start();
  await until(() => driver.status().lagReadings === 0);
  await driver.close();
  await mergeAll(life);
}

test("a definition that went and comes back says the same bytes again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 5, max: 60 }), optionsOf, async (seed, steps, options) => {
      const life = newLife(seed, steps);
      await recordLife(life, allOperators());
      const before = await recordedOf(life.log, laterIds);
      // Nothing resolves what they left firing here, so that all behind is what is said again.
      await withoutLater(life.log, life.clock);
      await mergeAll(life);
      const driver = driverOver(life.log, life.clock, options);
      await driver.start();
      await caughtUp(driver);
      await driver.close();
      const after = await recordedOf(life.log, laterIds);
      const results = after.results.slice(before.results.length, 2 * before.results.length);
      const alerts = after.alerts.slice(before.alerts.length, 2 * before.alerts.length);
      expect(results.length + alerts.length).toBe(before.results.length + before.alerts.length);
      if (results.length > 0) expect(encodeResultBlock(results, 0)).toEqual(encodeResultBlock(before.results, 0));
      if (alerts.length > 0) expect(encodeAlertBlock(alerts, 0)).toEqual(encodeAlertBlock(before.alerts, 0));
    }),
    { numRuns: 40 },
  );
});

async function withoutLater(log: Log, clock: FakeClock): Promise<void> {
  const operators = allOperators().filter(({ id }) => !laterIds.has(id));
  const driver = driverOver(log, clock, { operators, retire: () => [] });
  await driver.start();
  await driver.close();
}
