// A disk at fault is a state of the log, not its end: nothing is acknowledged that is not stored, nothing is stored that was
// refused, and it goes on by itself when the disk does.

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { lanes } from "../../../src/model/lane.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FaultyDisk, fullError, ioError } from "../../support/faulty-disk.ts";
import { append, readingsOfValues, storedValues } from "../../support/log-appends.ts";
import { resultFor } from "../../support/records.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";
import { tempDir } from "../../support/temp-dir.ts";

async function logOn(disk: FaultyDisk) {
  const clock = new FakeClock();
  const directory = await tempDir();
  const readers = readersOf(new ScriptedReader("s"));
  const options = { directory, clock, pendingReadingsMax: 1000, logger: createLogger("silent"), recentBytesMax: 0, readers };
  const log = await openLevelLog({ ...options, syncWrite: disk.syncWrite });
  onTestFinished(() => log.close());
  return { log, clock, reopen: () => openLevelLog(options) };
}

const checkpointOf = async (log: Log) => [...((await log.readCheckpoint("c")) ?? [])];
const withCheckpoint = (byte: number, ...values: number[]) => ({
  ...readingsOfValues(...values),
  results: [resultFor(byte)],
  checkpoint: { name: "c", value: Uint8Array.of(byte) },
});

/** What holds of the log on disk, in one value. */
async function contents(log: Log) {
  return {
    values: await storedValues(log),
    bounds: lanes.map((lane) => log.bounds(lane)),
    segments: lanes.map((lane) => log.segments(lane).list),
    checkpoint: await checkpointOf(log),
    losses: log.losses,
    evicted: log.evicted,
  };
}

test("a sync that fails: nothing of the commit is acknowledged or stored, and the next one takes its offsets", async () => {
  const disk = new FaultyDisk();
  const { log, reopen } = await logOn(disk);
  await append(log, withCheckpoint(1, 0, 1));
  const before = await contents(log);
  disk.fail(ioError, 1);
  expect(await append(log, withCheckpoint(2, 10, 11, 12))).toBe("LOG_WRITE_FAILED");
  expect(await contents(log)).toEqual(before);
  expect(await append(log, withCheckpoint(3, 2))).toBeNull();
  expect(log.disk.kind).toBe("ok");
  const after = await contents(log);
  expect(after).toMatchObject({ values: [0, 1, 2], checkpoint: [3] });
  await log.close();
  const reopened = await reopen();
  expect(await contents(reopened)).toEqual(after);
  await reopened.close();
});

test("an eviction whose sync fails removes nothing, records nothing and counts nothing", async () => {
  const disk = new FaultyDisk();
  const { log } = await logOn(disk);
  for (let value = 0; value < 10; value++) await append(log, readingsOfValues(value));
  const before = await contents(log);
  disk.fail(ioError, 1);
  const eviction = { cuts: [{ lane: "readings", fromOffset: 0, toOffset: 4, reason: "size" } as const], atUs: 7 };
  await expect(log.evict(eviction)).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  expect(await contents(log)).toEqual(before);
  await log.evict(eviction);
  expect(await contents(log)).toMatchObject({ values: [4, 5, 6, 7, 8, 9] });
  expect(log.evicted.s?.readings.size).toBe(4);
  expect(await log.readCheckpoint("forward:s")).not.toBeNull();
});

test("a disk that goes on failing: appends are refused at once, reads go on, and it is taken up again by itself", async () => {
  const disk = new FaultyDisk();
  const { log, clock } = await logOn(disk);
  await append(log, readingsOfValues(0));
  disk.fail(ioError);
  expect(await append(log, readingsOfValues(1))).toBe("LOG_WRITE_FAILED");
  expect(await append(log, readingsOfValues(1))).toBe("LOG_WRITE_FAILED");
  await vi.waitFor(() => expect(log.disk.kind).toBe("failing"));
  const { attempts } = disk;
  for (let more = 0; more < 10; more++) expect(await append(log, readingsOfValues(1))).toBe("LOG_WRITE_FAILED");
  expect(disk.attempts).toBe(attempts);
  expect(await storedValues(log)).toEqual([0]);
  expect(await append(log, {})).toBeNull();

  disk.repair();
  clock.advanceMs(5000);
  await vi.waitFor(() => expect(log.disk.kind).toBe("ok"));
  expect(await append(log, readingsOfValues(1))).toBeNull();
  expect(await storedValues(log)).toEqual([0, 1]);
});

test("attempts follow each other with growing delays, up to five seconds", async () => {
  const disk = new FaultyDisk();
  const { log, clock } = await logOn(disk);
  disk.fail(ioError);
  const attemptsAtMs: number[] = [];
  for (let ms = 0; ms <= 20_000; ms += 250) {
    const before = disk.attempts;
    await append(log, readingsOfValues(1));
    if (disk.attempts > before) attemptsAtMs.push(ms);
    clock.advanceMs(250);
    await vi.waitFor(() => expect(log.disk.kind).not.toBe("reopening"));
  }
  const delaysMs = attemptsAtMs.slice(1).map((at, index) => at - attemptsAtMs[index]!);
  expect(delaysMs.slice(0, 8)).toEqual([250, 250, 500, 1000, 2000, 4000, 5000, 5000].slice(0, delaysMs.length));
});

test("a full disk is told from a broken one: LOG_FULL, and readings are taken again when there is room", async () => {
  const disk = new FaultyDisk();
  const { log, clock } = await logOn(disk);
  disk.fail(fullError);
  await append(log, readingsOfValues(0));
  await append(log, readingsOfValues(0));
  await vi.waitFor(() => expect(log.disk.kind).toBe("full"));
  expect(await append(log, readingsOfValues(0))).toBe("LOG_FULL");
  disk.repair();
  clock.advanceMs(5000);
  await vi.waitFor(() => expect(log.disk.kind).toBe("ok"));
  expect(await append(log, readingsOfValues(0))).toBeNull();
});

test("a log whose disk fails can be closed, and opens again with what was acknowledged", async () => {
  const disk = new FaultyDisk();
  const { log, reopen } = await logOn(disk);
  await append(log, readingsOfValues(0, 1));
  disk.fail(ioError);
  await append(log, readingsOfValues(2));
  await nextTurn();
  await log.close();
  const reopened = await reopen();
  expect(await storedValues(reopened)).toEqual([0, 1]);
  await reopened.close();
});
