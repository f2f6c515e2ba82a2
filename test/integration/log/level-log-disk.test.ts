// P1: acknowledged means durable. The disk is held by hand, so that what happens before and after a write is seen apart.

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openLevelLog } from "../../../src/log/level-log.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { HeldDisk } from "../../support/held-disk.ts";
import { append, readingsOfValues, storedValues } from "../../support/log-appends.ts";
import { tempDir } from "../../support/temp-dir.ts";

async function openOn(disk: HeldDisk, directory: string, pendingReadingsMax = 1000) {
  const logger = createLogger("silent");
  return openLevelLog({ directory, clock: new FakeClock(), pendingReadingsMax, logger, syncWrite: disk.syncWrite });
}

/** Enough turns of the event loop for anything that does not wait for the disk. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

test("done is not called before the synchronous write has completed, and nothing is visible until then", async () => {
  const disk = new HeldDisk();
  const log = await openOn(disk, await tempDir());
  onTestFinished(() => log.close());
  const calls: unknown[] = [];
  let commits = 0;
  log.onCommit(() => commits++);
  log.append(readingsOfValues(1), (error) => calls.push([error, disk.written]));
  await disk.arrival();
  await turns();
  expect([calls, commits, log.bounds("readings").endOffset, log.pendingReadings]).toEqual([[], 0, 0, 1]);
  expect(await storedValues(log)).toEqual([]);

  const barrier = append(log, {});
  await disk.releaseNext();
  await barrier;
  expect([calls, commits, log.bounds("readings").endOffset, log.pendingReadings]).toEqual([[[null, 1]], 1, 1, 0]);
  expect(await storedValues(log)).toEqual([1]);
});

test("one write is under way at a time, and everything that arrives meanwhile shares the next one", async () => {
  const disk = new HeldDisk();
  const log = await openOn(disk, await tempDir());
  onTestFinished(() => log.close());
  const first = append(log, readingsOfValues(1));
  await disk.arrival();
  const later: Promise<string | null>[] = [];
  for (const value of [2, 3, 4]) {
    later.push(append(log, readingsOfValues(value)));
    await nextTurn();
  }
  expect(disk.heldWrites).toBe(1);
  await disk.releaseNext();
  await first;
  await disk.releaseNext();
  expect(await Promise.all(later)).toEqual([null, null, null]);
  expect(disk.written).toBe(2);
  expect((await log.read("readings", 0, 1e6)).map(({ count }) => count)).toEqual([1, 3]);
});

test("a queue that the disk has filled refuses, in order, and takes readings again after the write", async () => {
  const disk = new HeldDisk();
  const log = await openOn(disk, await tempDir(), 3);
  onTestFinished(() => log.close());
  const calls: string[] = [];
  const record = (name: string) => (error: { code: string } | null) => calls.push(`${name} ${error?.code ?? "stored"}`);
  log.append(readingsOfValues(1, 2), record("a"));
  await disk.arrival();
  log.append(readingsOfValues(3), record("b"));
  log.append(readingsOfValues(4), record("c"));
  await turns();
  expect([calls, log.pendingReadings]).toEqual([[], 3]);
  await disk.releaseNext();
  await disk.releaseNext();
  await append(log, {});
  expect(calls).toEqual(["a stored", "b stored", "c LOG_QUEUE_FULL"]);
  const again = append(log, readingsOfValues(5, 6, 7));
  await disk.releaseNext();
  expect(await again).toBeNull();
});

test("a write that fails is reported to each of its appends, consumes no offset, and the next one is tried anew", async () => {
  const disk = new HeldDisk();
  const directory = await tempDir();
  const log = await openOn(disk, directory);
  let commits = 0;
  log.onCommit(() => commits++);
  const lost = [
    append(log, readingsOfValues(1)),
    append(log, { checkpoint: { name: "c", value: Uint8Array.of(1) } }),
    append(log, {}),
  ];
  await disk.failNext(new Error("no space left on device"));
  expect(await Promise.all(lost)).toEqual(["LOG_WRITE_FAILED", "LOG_WRITE_FAILED", "LOG_WRITE_FAILED"]);
  expect([commits, log.pendingReadings, log.bounds("readings").endOffset]).toEqual([0, 0, 0]);

  const stored = append(log, readingsOfValues(2));
  await disk.releaseNext();
  expect(await stored).toBeNull();
  await log.close();
  const reopened = await openOn(new HeldDisk(), directory);
  expect(await storedValues(reopened)).toEqual([2]);
  expect([reopened.bounds("readings").endOffset, await reopened.readCheckpoint("c")]).toEqual([1, null]);
  await reopened.close();
});

test("the error of a failed write names the disk's reason", async () => {
  const disk = new HeldDisk();
  const log = await openOn(disk, await tempDir());
  onTestFinished(() => log.close());
  const failed = new Promise((resolve) => log.append(readingsOfValues(1), resolve));
  await disk.failNext(new Error("no space left on device"));
  expect(await failed).toMatchObject({
    code: "LOG_WRITE_FAILED",
    retryable: true,
    message: expect.stringContaining("no space left on device"),
    cause: expect.any(Error),
  });
});

test("a trim that fails leaves the lane as it was", async () => {
  const disk = new HeldDisk();
  const log = await openOn(disk, await tempDir());
  onTestFinished(() => log.close());
  const stored = append(log, readingsOfValues(1, 2));
  await disk.releaseNext();
  await stored;
  const trimmed = log.trim("readings", 2);
  await Promise.all([disk.failNext(new Error("broken")), expect(trimmed).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" })]);
  expect(log.bounds("readings")).toEqual({ startOffset: 0, endOffset: 2 });
  expect(await storedValues(log)).toEqual([1, 2]);
});

test("closing waits for the write under way and for what waits behind it", async () => {
  const disk = new HeldDisk();
  const directory = await tempDir();
  const log = await openOn(disk, directory);
  const first = append(log, readingsOfValues(1));
  await disk.arrival();
  const second = append(log, readingsOfValues(2));
  let closed = false;
  const closing = log.close().then(() => {
    closed = true;
  });
  await turns();
  expect(closed).toBe(false);
  await disk.releaseNext();
  await first;
  await disk.releaseNext();
  await closing;
  expect(await second).toBeNull();
});
