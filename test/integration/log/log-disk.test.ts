// A write that failed may be on disk all the same, whole: LevelDB's journal has it and the handle does not show it. The database
// that these tests open again is such a one.

import { stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { Ballast } from "../../../src/log/ballast.ts";
import { bytesOf, type Change, keyOf, type LogDatabase, openDatabase, writeChanges } from "../../../src/log/log-database.ts";
import { LogDisk, type SyncWrite } from "../../../src/log/log-disk.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FaultyDisk, fullError, ioError } from "../../support/faulty-disk.ts";
import { HeldDisk } from "../../support/held-disk.ts";
import { tempDir } from "../../support/temp-dir.ts";

const logger = createLogger("silent");

async function diskWhere(surfaces: (database: LogDatabase) => Promise<void>, disks: { syncWrite?: SyncWrite } = {}) {
  const directory = await tempDir();
  const faults = new FaultyDisk();
  const clock = new FakeClock();
  const verified: Record<string, string>[] = [];
  const ballastFile = `${directory}/ballast`;
  let openings = 0;
  const disk = new LogDisk(await openDatabase(directory), {
    open: async () => {
      openings++;
      const database = await openDatabase(directory);
      await surfaces(database);
      return database;
    },
    verify: async (database) => void verified.push(await entriesOf(database)),
    sync: true,
    syncWrite: disks.syncWrite ?? faults.syncWrite,
    ballast: new Ballast({ path: ballastFile, bytes: 1000, freeBytes: async () => 2000, logger }),
    clock,
    logger,
  });
  onTestFinished(() => disk.close());
  return { disk, faults, clock, verified, ballastFile, openings: () => openings };
}

const checkpoint = (name: string, value: string | null): Change => ({
  table: "checkpoint",
  key: bytesOf(name),
  value: value === null ? null : bytesOf(value),
});
const block = (offset: number): Change => ({ table: "readings", key: keyOf(offset), value: bytesOf(`block ${offset}`) });

async function entriesOf({ checkpoints, lanes }: LogDatabase): Promise<Record<string, string>> {
  const entries = [...(await checkpoints.iterator().all()), ...(await lanes.readings.iterator().all())];
  return Object.fromEntries(entries.map(([key, value]) => [Buffer.from(key).toString(), Buffer.from(value).toString()]));
}

test("what a failed write left on disk is taken back before anything else is written: put, overwritten and deleted keys", async () => {
  const failed = [checkpoint("a", "new"), checkpoint("b", null), checkpoint("c", "new"), block(7)];
  const { disk, faults, verified } = await diskWhere((database) => writeChanges(database, failed, true));
  const stored = [checkpoint("a", "old"), checkpoint("b", "old")];
  await disk.write(stored);
  faults.fail(ioError, 1);
  await expect(disk.write(failed)).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  await disk.write([checkpoint("d", "next")]);
  expect(verified).toEqual([{ a: "old", b: "old" }]);
  expect(await disk.use(entriesOf)).toEqual({ a: "old", b: "old", d: "next" });
});

test("when taking it back fails too, that is done first at the next attempt", async () => {
  const failed = [checkpoint("a", "new"), block(7)];
  const { disk, faults, clock } = await diskWhere((database) => writeChanges(database, failed, true));
  await disk.write([checkpoint("a", "old")]);
  faults.fail(ioError, 3);
  await expect(disk.write(failed)).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  await vi.waitFor(() => expect(disk.state.kind).toBe("failing"));
  await expect(disk.write([checkpoint("d", "next")])).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  await vi.waitFor(() => {
    clock.advanceMs(1000);
    expect(disk.state.kind).toBe("ok");
  });
  await disk.write([checkpoint("d", "next")]);
  expect(await disk.use(entriesOf)).toEqual({ a: "old", d: "next" });
});

test("while there is no handle, reads fail and are retryable", async () => {
  let broken = true;
  const { disk, faults, clock } = await diskWhere(async (database) => {
    if (!broken) return;
    await database.root.close();
    throw ioError();
  });
  await disk.write([checkpoint("a", "old")]);
  faults.fail(ioError, 1);
  await expect(disk.write([checkpoint("b", "new")])).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  await expect(disk.use(entriesOf)).rejects.toMatchObject({ code: "LOG_READ_FAILED", retryable: true });
  broken = false;
  await vi.waitFor(() => {
    clock.advanceMs(1000);
    expect(disk.state.kind).toBe("ok");
  });
  expect(await disk.use(entriesOf)).toEqual({ a: "old" });
});

test("a write that fails while a failed removal has the database opened anew is waited for, and taken back too", async () => {
  const held = new HeldDisk();
  const failed = [checkpoint("a", "new")];
  const { disk, clock, openings } = await diskWhere((database) => writeChanges(database, failed, true), held);
  const storing = disk.write([checkpoint("a", "old")]);
  await held.releaseNext();
  await storing;

  const refused = expect(disk.write(failed)).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  await held.arrival();
  await expect(disk.change(() => Promise.reject(ioError()))).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  clock.advanceMs(10_000);
  await nextTurn();
  expect([disk.state.kind, openings()]).toEqual(["reopening", 0]);

  await held.failNext(ioError());
  await refused;
  // The undoing is a write, too.
  await held.releaseNext();
  await vi.waitFor(() => expect(disk.state.kind).toBe("ok"));
  expect(openings()).toBe(1);
  expect(await disk.use(entriesOf)).toEqual({ a: "old" });
});

test("after a full disk was opened anew, room is held back again at once, as much as a quarter of what is free", async () => {
  const { disk, faults, ballastFile } = await diskWhere(async () => undefined);
  faults.fail(fullError, 1);
  await expect(disk.write([checkpoint("a", "new")])).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  await vi.waitFor(() => expect(disk.state.kind).toBe("ok"));
  expect((await stat(ballastFile)).size).toBe(500);
});
