// Counts of rejected readings: on disk no later than the answer, kept over restarts, and free where nothing is rejected. What a restart
// finds is shown by a second ingest on the same log: it has what is durable, and nothing else.

import { Buffer } from "node:buffer";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log, LogWrite } from "../../../src/log/log.ts";
import type { SyncWrite } from "../../../src/log/log-disk.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FaultyDisk, ioError } from "../../support/faulty-disk.ts";
import { HeldDisk } from "../../support/held-disk.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { append } from "../../support/log-appends.ts";
import { openIngest, rejectedOf, take } from "../../support/open-ingest.ts";
import { tempDir } from "../../support/temp-dir.ts";

const bad = "{";
const partlyBad = '{"good": 1, "bad": null}';
const good = '{"good": 1}';
const logFull = new TidegateError("LOG_FULL", "readings are refused");

async function levelLog(syncWrite?: SyncWrite, directory?: string): Promise<Log> {
  const clock = new FakeClock();
  const logger = createLogger("silent");
  const options = { directory: directory ?? (await tempDir()), clock, logger, pendingReadingsMax: 1000 };
  const log = await openLevelLog(syncWrite === undefined ? options : { ...options, syncWrite });
  onTestFinished(() => log.close());
  return log;
}

const memoryLog = () => createMemoryLog({ clock: new FakeClock() });

/** The log, and the writes that were appended to it. */
function recordedLog(log: Log) {
  const writes: LogWrite[] = [];
  const recorded = interceptedLog(log, (write, done) => {
    writes.push(write);
    log.append(write, done);
  });
  return { log: recorded, writes };
}

/** What a restart would find now. */
async function durableCounts(log: Log) {
  const { counters } = await openIngest(log);
  return { ...counters, rejected: occurred(counters.rejected) };
}

function occurred(rejected: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(rejected).filter(([, count]) => count > 0));
}

describe("no later than the answer", () => {
  test("a message that is rejected as a whole is settled after the write that holds its count", async () => {
    const disk = new HeldDisk();
    const log = await levelLog(disk.syncWrite);
    const ingest = await openIngest(log);
    let settled = false;
    const verdict = take(ingest, bad).finally(() => {
      settled = true;
    });
    await disk.arrival();
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect([settled, disk.written]).toEqual([false, 0]);
    await disk.releaseNext();
    expect((await verdict).kind).toBe("rejected");
    expect(disk.written).toBe(1);
    expect((await durableCounts(log)).rejected).toEqual({ payload_not_json: 1 });
  });

  test("what was rejected of a message is counted in the write that stores the rest of it", async () => {
    const disk = new HeldDisk();
    const log = await levelLog(disk.syncWrite);
    const ingest = await openIngest(log);
    const verdict = take(ingest, partlyBad);
    await disk.releaseNext();
    expect((await verdict).kind).toBe("stored");
    expect(disk.written).toBe(1);
    expect(await durableCounts(log)).toMatchObject({ received: 2, stored: 1, rejected: { value_type: 1 } });
  });

  test("a redelivered reading is counted in a write before it is acknowledged again", async () => {
    const log = memoryLog();
    const ingest = await openIngest(log);
    await take(ingest, '{"m": 1, "ts": 5}');
    await take(ingest, '{"m": 1, "ts": 5}', { redelivered: true });
    expect(await durableCounts(log)).toMatchObject({ received: 2, stored: 1, rejected: { redelivered: 1 } });
  });

  test("many rejected messages share one write", async () => {
    const disk = new HeldDisk();
    const log = await levelLog(disk.syncWrite);
    const ingest = await openIngest(log);
    const verdicts = Array.from({ length: 500 }, () => take(ingest, bad));
    await disk.releaseNext();
    await Promise.all(verdicts);
    expect(disk.written).toBe(1);
    expect((await durableCounts(log)).rejected).toEqual({ payload_not_json: 500 });
  });

  test("if the disk refuses, the message is rejected all the same, and its count is in the next write", async () => {
    const disk = new FaultyDisk();
    const log = await levelLog(disk.syncWrite);
    const ingest = await openIngest(log);
    disk.fail(ioError, 1);
    expect((await take(ingest, bad)).kind).toBe("rejected");
    expect((await durableCounts(log)).rejected).toEqual({});
    expect((await take(ingest, good)).kind).toBe("stored");
    expect(await durableCounts(log)).toMatchObject({ received: 2, stored: 1, rejected: { payload_not_json: 1 } });
  });
});

test("a message of which nothing is rejected brings no counts, and one write of them is enough", async () => {
  const { log, writes } = recordedLog(memoryLog());
  const ingest = await openIngest(log);
  await take(ingest, good);
  log.refuseReadings(logFull);
  await take(ingest, good);
  log.refuseReadings(null);
  await take(ingest, good);
  await take(ingest, good);
  expect(writes.map(({ checkpoint }) => checkpoint !== undefined)).toEqual([false, false, true, false]);
  expect((await durableCounts(log)).rejected).toEqual({ log_busy: 1 });
});

describe("readings that the log refused", () => {
  test("are counted on disk a second later, and there is no timer while there is nothing to write", async () => {
    const clock = new FakeClock();
    const log = memoryLog();
    const ingest = await openIngest(log, { clock });
    await take(ingest, good);
    await take(ingest, bad);
    expect(clock.timers).toBe(0);
    log.refuseReadings(logFull);
    await take(ingest, good);
    await take(ingest, good);
    expect(clock.timers).toBe(1);
    clock.advanceMs(999);
    await append(log, {});
    expect((await durableCounts(log)).rejected).toEqual({ payload_not_json: 1 });
    clock.advanceMs(1);
    await append(log, {});
    expect((await durableCounts(log)).rejected).toEqual({ payload_not_json: 1, log_busy: 2 });
    expect(clock.timers).toBe(0);
  });

  test("are counted a second after the disk takes writes again, if it refused the counts too", async () => {
    const clock = new FakeClock();
    const { log, writes } = recordedLog(memoryLog());
    let failing = true;
    const failingLog = interceptedLog(log, (write, done) => {
      if (failing) done(new TidegateError("LOG_WRITE_FAILED", "the disk refuses"));
      else log.append(write, done);
    });
    const ingest = await openIngest(failingLog, { clock });
    await take(ingest, good);
    clock.advanceMs(5000);
    expect(clock.timers).toBe(1);
    failing = false;
    clock.advanceMs(1000);
    await append(log, {});
    expect((await durableCounts(log)).rejected).toEqual({ log_busy: 1 });
    expect([clock.timers, writes.length]).toEqual([0, 2]);
  });

  test("are counted on disk when ingest is closed, also those whose refusal was still on its way", async () => {
    const directory = await tempDir();
    const log = await levelLog(undefined, directory);
    const clock = new FakeClock();
    const ingest = await openIngest(log, { clock });
    log.refuseReadings(logFull);
    await take(ingest, good);
    void take(ingest, partlyBad);
    await Promise.all([ingest.close(), ingest.close()]);
    await log.close();
    expect(clock.timers).toBe(0);
    const { counters } = await openIngest(await levelLog(undefined, directory));
    expect(counters).toEqual(ingest.counters);
    expect(occurred(counters.rejected)).toEqual({ log_busy: 2, value_type: 1 });
  });
});

test("if the disk refuses to the end, closing ends all the same: with a warning, and without a timer", async () => {
  const clock = new FakeClock();
  const warnings: unknown[] = [];
  const logger = { ...createLogger("silent"), warn: (...parts: unknown[]) => void warnings.push(parts) };
  const log = interceptedLog(memoryLog(), (_write, done) => done(new TidegateError("LOG_WRITE_FAILED", "the disk refuses")));
  const ingest = await openIngest(log, { clock, logger });
  await take(ingest, good);
  await ingest.close();
  expect([warnings.length, clock.timers]).toEqual([1, 0]);
});

describe("after a restart", () => {
  test("the counts go on where they were, over any number of restarts", async () => {
    const directory = await tempDir();
    for (let start = 1; start <= 3; start++) {
      const log = await levelLog(undefined, directory);
      const ingest = await openIngest(log);
      await Promise.all([take(ingest, good), take(ingest, bad), take(ingest, partlyBad)]);
      const { received, stored, pending, rejected } = ingest.counters;
      expect({ received, stored, pending }).toEqual({ received: 4 * start, stored: 2 * start, pending: 0 });
      expect(occurred(rejected)).toEqual({ payload_not_json: start, value_type: start });
      await log.close();
    }
  });

  test("a log of an earlier version without counts begins at none rejected; what it stored was received", async () => {
    const log = memoryLog();
    await append(log, {
      readings: [{ device: "d", metric: "m", unit: "", tags: "", eventTimeUs: 1, value: 1, quality: 0, correctionUs: 0 }],
    });
    expect(await durableCounts(log)).toMatchObject({ received: 1, stored: 1, rejected: {} });
  });

  test.each(["", "no JSON", "null", "{}", '{"rejected": {"log_busy": -1}}', '{"rejected": {"log_busy": "1"}}'])(
    "counts that cannot be read (%j) are warned of and begin at 0",
    async (text) => {
      const warnings: unknown[] = [];
      const logger = { ...createLogger("silent"), warn: (...parts: unknown[]) => void warnings.push(parts) };
      const log = memoryLog();
      await append(log, { checkpoint: { name: "ingest", value: Buffer.from(text) } });
      const ingest = await openIngest(log, { logger });
      expect(warnings.length).toBe(1);
      expect(rejectedOf(ingest.counters.rejected)).toBe(0);
      await take(ingest, bad);
      expect(await durableCounts(log)).toMatchObject({ received: 1, rejected: { payload_not_json: 1 } });
    },
  );

  test("a reason of another version is kept: its readings were received", async () => {
    const log = memoryLog();
    const value = Buffer.from('{"rejected": {"of_tomorrow": 7, "log_busy": 1}}');
    await append(log, { checkpoint: { name: "ingest", value } });
    await take(await openIngest(log), bad);
    const rejected = { of_tomorrow: 7, log_busy: 1, payload_not_json: 1 };
    expect(await durableCounts(log)).toMatchObject({ received: 9, stored: 0, rejected });
  });
});
