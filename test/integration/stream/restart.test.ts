// Promise P3: whatever the moment of a crash, the lanes hold the results and alerts of an undisturbed run, none twice, none
// missing, in the same order, and the counters agree.
//
// A crash is a power cut at one of the driver's writes: that write arrives or does not, and in neither case does the driver hear of
// it or write again. The next driver begins with nothing but the log.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlockMerger } from "../../../src/log/block-merger.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { AppendDone, Log, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import type { Operator } from "../../../src/stream/contract.ts";
import { StreamDriver, type StreamDriverOptions, type StreamStatus } from "../../../src/stream/driver.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { alertsOf, appended, blocksOf, resultsOf } from "../../support/log-contents.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { fixtureOperators, fixtureReadings, runToEnd, undisturbed, until } from "../../support/stream-fixture.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { tumbling } from "../../support/window-definitions.ts";

const logger = createLogger("silent");
const clock = new FakeClock();

interface PowerCut {
  /** Writes of the driver that arrive before the one that meets the power cut. */
  readonly writes: number;
  /** Whether that one still reaches the disk. */
  readonly arrives: boolean;
}

interface RunOptions extends Partial<StreamDriverOptions> {
  readonly operators?: readonly Operator[];
}

function driverOver(log: Log, options: RunOptions = {}): StreamDriver {
  return new StreamDriver({ log, operators: fixtureOperators(), clock, logger, ...options });
}

/** Runs a driver until the power cut, or to the end if it does not write so often. */
async function runUntilPowerCut(log: Log, cut: PowerCut, options: RunOptions = {}): Promise<void> {
  let writes = 0;
  let dead = false;
  let off = false;
  const append = (write: LogWrite, done: AppendDone) => {
    if (dead) return;
    if (writes++ < cut.writes) return log.append(write, done);
    dead = true;
    if (cut.arrives) log.append(write, () => (off = true));
    else off = true;
  };
  const driver = driverOver(interceptedLog(log, append), options);
  await driver.start();
  await until(() => off || (!dead && driver.status().lagReadings === 0));
  if (!dead) await Promise.race([driver.close(), until(() => off)]);
}

async function fill(log: Log, seed: number, { readings = 400, perBlock = 17 } = {}): Promise<void> {
  const all = fixtureReadings(readings, seededRandom(seed));
  for (let from = 0; from < all.length; from += perBlock) await appended(log, { readings: all.slice(from, from + perBlock) });
}

async function expectUndisturbed(log: Log, status: StreamStatus): Promise<void> {
  const { results, alerts, counters } = await undisturbed(log);
  expect(await resultsOf(log)).toEqual(results);
  expect(await alertsOf(log)).toEqual(alerts);
  expect(status.operators.map((operator) => operator.counters)).toEqual(counters);
  expect(status.replayMismatches).toBe(0);
}

const small = { checkpointEveryReadings: 60, outputsMax: 7, readBytesMax: 300 };

describe("crash-exact results", () => {
  test("a power cut at any one write of a run, arrived or not, changes nothing", async () => {
    for (let writes = 0; writes < 60; writes++) {
      for (const arrives of [false, true]) {
        const log = createMemoryLog({ clock });
        await fill(log, 11);
        await runUntilPowerCut(log, { writes, arrives }, small);
        const last = driverOver(log, small);
        await runToEnd(last);
        await expectUndisturbed(log, last.status());
      }
    }
  });

  test("nor do many power cuts, whatever the blocks, the checkpoints and the sizes of reads and appends", async () => {
    const cutOf = fc.record({ writes: fc.integer({ min: 0, max: 12 }), arrives: fc.boolean() });
    const optionsOf = fc.record({
      checkpointEveryReadings: fc.integer({ min: 1, max: 300 }),
      outputsMax: fc.integer({ min: 1, max: 50 }),
      readBytesMax: fc.integer({ min: 1, max: 2_000 }),
    });
    const runsOf = fc.array(fc.tuple(cutOf, optionsOf), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 80 }), runsOf, async (seed, perBlock, runs) => {
        const log = createMemoryLog({ clock });
        await fill(log, seed, { readings: 250, perBlock });
        for (const [cut, options] of runs) await runUntilPowerCut(log, cut, options);
        const last = driverOver(log);
        await runToEnd(last);
        await expectUndisturbed(log, last.status());
      }),
      { numRuns: 60 },
    );
  });

  test("results and alerts that were trimmed after they were forwarded do not come again", async () => {
    for (let writes = 1; writes < 12; writes++) {
      const log = createMemoryLog({ clock });
      await fill(log, 12);
      await runUntilPowerCut(log, { writes, arrives: true }, { ...small, checkpointEveryReadings: 1_000 });
      const { endOffset } = log.bounds("results");
      const kept = await resultsOf(log);
      await log.trim("results", endOffset);
      await log.trim("alerts", log.bounds("alerts").endOffset);
      await runToEnd(driverOver(log));
      expect([...kept, ...(await resultsOf(log))]).toEqual((await undisturbed(log)).results);
    }
  });

  /** The log, but reads of results and alerts fail so often. */
  function refusingRecorded(inner: Log, refusals: number): { log: Log; refused: () => number } {
    let refused = 0;
    const read: Log["read"] = async (lane, fromOffset, bytesMax) => {
      if (lane !== "readings" && refused < refusals) {
        refused++;
        throw new TidegateError("LOG_READ_FAILED", "read the log: it cannot be opened again");
      }
      return inner.read(lane, fromOffset, bytesMax);
    };
    const log = { ...interceptedLog(inner, (write, done) => inner.append(write, done)), read };
    return { log, refused: () => refused };
  }

  async function logWithRecordedOutputs(): Promise<Log> {
    const log = createMemoryLog({ clock });
    await fill(log, 18);
    await runUntilPowerCut(log, { writes: 6, arrives: true }, { ...small, checkpointEveryReadings: 1_000 });
    expect(log.bounds("results").endOffset).toBeGreaterThan(0);
    return log;
  }

  test("a disk that refuses to give back what is recorded is waited out, and nothing comes twice", async () => {
    const inner = await logWithRecordedOutputs();
    const { log, refused } = refusingRecorded(inner, 4);
    const driver = driverOver(log, small);
    await driver.start();
    await until(() => {
      clock.advanceMs(100);
      return driver.status().lagReadings === 0;
    });
    await driver.close();
    expect(refused()).toBe(4);
    await expectUndisturbed(inner, driver.status());
  });

  test("closing while the disk refuses that ends, records nothing, and the next start goes on", async () => {
    const inner = await logWithRecordedOutputs();
    const before = [await resultsOf(inner), await alertsOf(inner)];
    const { log, refused } = refusingRecorded(inner, Number.POSITIVE_INFINITY);
    const stuck = driverOver(log, small);
    await stuck.start();
    await until(() => refused() > 0);
    await stuck.close();
    expect([await resultsOf(inner), await alertsOf(inner)]).toEqual(before);
    expect(stuck.status().replayMismatches).toBe(0);
    const next = driverOver(inner, small);
    await runToEnd(next);
    await expectUndisturbed(inner, next.status());
  });

  test("the same over LevelDB, opened anew after every power cut", async () => {
    const directory = await tempDir();
    const open = () => openLevelLog({ directory, clock, logger, pendingReadingsMax: 1_000 });
    let log = await open();
    await fill(log, 13);
    for (const [i, writes] of [0, 3, 1, 6, 2, 9].entries()) {
      await runUntilPowerCut(log, { writes, arrives: i % 2 === 0 }, small);
      await log.close();
      log = await open();
    }
    const last = driverOver(log);
    await runToEnd(last);
    await expectUndisturbed(log, last.status());
    await log.close();
  });
});

describe("a crash and other definitions at the next start", () => {
  const match = { device: "*", metric: "*" };
  const short = () => new WindowOperator(tumbling({ name: "short", match, sizeUs: 10, latenessUs: 5 }));
  const added = () => new WindowOperator(tumbling({ name: "added", match, sizeUs: 15, latenessUs: 5 }));

  test("the unchanged window loses and doubles nothing; the new one speaks of what comes from then on, over further crashes", async () => {
    for (let writes = 1; writes < 25; writes++) {
      const log = createMemoryLog({ clock });
      await fill(log, 14);
      const wide = { checkpointEveryReadings: 120, outputsMax: 7, readBytesMax: 300 };
      await runUntilPowerCut(log, { writes, arrives: true }, { ...wide, operators: [short()] });
      const beginsAt = log.bounds("readings").endOffset;
      await runUntilPowerCut(log, { writes: 0, arrives: true }, { ...wide, operators: [short(), added()] });
      await fill(log, 17);
      for (const again of [1, 2, 5]) {
        await runUntilPowerCut(log, { writes: again, arrives: again !== 2 }, { ...wide, operators: [short(), added()] });
      }
      const last = driverOver(log, { operators: [short(), added()] });
      await runToEnd(last);
      const results = await resultsOf(log);
      expect(results.filter(({ window }) => window === "short")).toEqual((await undisturbed(log, [short()])).results);
      const ofAdded = results.filter(({ window }) => window === "added");
      expect(ofAdded.length).toBeGreaterThan(10);
      expect(ofAdded).toEqual((await undisturbed(log, [added()], beginsAt)).results);
      expect(last.status().replayMismatches).toBe(0);
    }
  });

  test("outputs of a removed window that a replay does not repeat are no mismatch, over further crashes", async () => {
    for (let writes = 1; writes < 25; writes++) {
      const log = createMemoryLog({ clock });
      await fill(log, 16);
      const rare = { ...small, checkpointEveryReadings: 1_000 };
      await runUntilPowerCut(log, { writes, arrives: true }, { ...rare, operators: [short(), added()] });
      await runUntilPowerCut(log, { writes: 1, arrives: true }, { ...small, operators: [short()] });
      await runUntilPowerCut(log, { writes: 2, arrives: true }, { ...small, operators: [short()] });
      const last = driverOver(log, { operators: [short()] });
      await runToEnd(last);
      expect(last.status().replayMismatches).toBe(0);
    }
  });

  test("a replay that says something else than was recorded is noticed, and the driver goes on", async () => {
    const log = createMemoryLog({ clock });
    await fill(log, 15);
    await runUntilPowerCut(
      log,
      { writes: 8, arrives: true },
      { ...small, checkpointEveryReadings: 1_000, operators: [short()] },
    );
    const other = new WindowOperator(tumbling({ name: "short", match, sizeUs: 20, latenessUs: 5 }));
    // As if a new version computed something else and forgot to change the fingerprint.
    Object.assign(other, { fingerprint: short().fingerprint });
    const driver = driverOver(log, { operators: [other] });
    await runToEnd(driver);
    expect(driver.status()).toMatchObject({ replayMismatches: 1, lagReadings: 0 });
  });
});

test("a log whose blocks were merged says what it said before", async () => {
  const segmentLimits = { bytesMax: 300, spanMs: 1e9 };
  const small = createMemoryLog({ clock, segmentLimits });
  const merged = createMemoryLog({ clock, segmentLimits });
  for (const log of [small, merged]) await fill(log, 5, { perBlock: 3 });
  const merger = new BlockMerger({ log: merged, streamPosition: () => Number.POSITIVE_INFINITY, clock, logger });
  merger.start();
  await until(() => {
    clock.advanceMs(1000);
    return merged
      .segments("readings")
      .list.slice(0, -1)
      .every((segment) => segment.merged);
  });
  await merger.close();
  expect((await blocksOf(merged, "readings")).length).toBeLessThan((await blocksOf(small, "readings")).length / 2);
  for (const log of [small, merged]) await runToEnd(driverOver(log));
  expect(await resultsOf(merged)).toEqual(await resultsOf(small));
  expect(await alertsOf(merged)).toEqual(await alertsOf(small));
});
