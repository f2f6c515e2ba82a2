// Retention over both logs, on a disk whose free space the test decides.

import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { deliveryOf } from "../../../src/log/accounting.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { LogReaders } from "../../../src/log/log-readers.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { RetentionPolicy } from "../../../src/log/retention.ts";
import { RetentionKeeper } from "../../../src/log/retention-keeper.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FaultyDisk, fullError } from "../../support/faulty-disk.ts";
import { append, readingsOfValues, storedValues } from "../../support/log-appends.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";
import { tempDir } from "../../support/temp-dir.ts";

const logger = createLogger("silent");
/** Every block is a segment. */
const segmentLimits = { bytesMax: 1, spanMs: 1e9 };
const clock = new FakeClock();

const options = { clock, pendingReadingsMax: 1000, logger, segmentLimits, compactBytesMin: 1 };
const implementations = {
  "memory log": async (readers: LogReaders) => createMemoryLog({ ...options, readers }),
  "LevelDB log": async (readers: LogReaders) => openLevelLog({ ...options, directory: await tempDir(), readers }),
};

describe.each(Object.entries(implementations))("%s", (_name, openLog) => {
  /** A lane of readings that may hold about four blocks of one reading. */
  async function keeping(policy: Partial<RetentionPolicy>) {
    const reader = new ScriptedReader();
    const readers = readersOf(reader);
    const log = await openLog(readers);
    await append(log, readingsOfValues(0));
    const blockBytes = log.segments("readings").bytes;
    const lane = { bytesMax: blockBytes * 4 + 20, ageMsMax: null };
    const disk = { freeBytes: 1e9 };
    const keeper = new RetentionKeeper({
      log,
      readers,
      policy: {
        lanes: { readings: lane, results: lane, alerts: lane },
        diskFreeBytesMin: 1000,
        whenFull: "evict-oldest",
        ...policy,
      },
      diskFree: async () => disk.freeBytes,
      clock,
      logger,
    });
    onTestFinished(async () => {
      await keeper.close();
      await log.close();
    });
    return { log, reader, keeper, disk };
  }

  async function appendUpTo(log: Log, value: number): Promise<void> {
    while (log.bounds("readings").endOffset <= value) await append(log, readingsOfValues(log.bounds("readings").endOffset));
  }

  function expectBooksToBalance(log: Log, reader: ScriptedReader): void {
    const bounds = log.bounds("readings");
    const evicted = log.evicted.collector?.readings;
    const delivery = deliveryOf({ bounds, settled: reader.settled.readings, evicted, holes: [] });
    expect(delivery.delivered + delivery.pending + delivery.evicted).toBe(bounds.endOffset);
    expect(delivery.delivered).toBeLessThanOrEqual(reader.confirmed.readings);
    expect(delivery.pending).toBeGreaterThanOrEqual(0);
  }

  test("what was confirmed stays until space is needed, then goes first, and is no loss", async () => {
    const { log, reader, keeper } = await keeping({});
    await appendUpTo(log, 3);
    reader.confirm("readings", 3);
    await keeper.look();
    expect(await storedValues(log)).toEqual([0, 1, 2, 3]);
    await appendUpTo(log, 5);
    await keeper.look();
    expect(await storedValues(log)).toEqual([2, 3, 4, 5]);
    expect([log.losses, log.evicted]).toEqual([[], {}]);
  });

  test("what was evicted unconfirmed is recorded and counted, with the checkpoint that it was decided on", async () => {
    const { log, reader, keeper } = await keeping({});
    reader.confirm("readings", 2);
    await appendUpTo(log, 9);
    await keeper.look();
    expect(await storedValues(log)).toEqual([6, 7, 8, 9]);
    expect(log.losses).toMatchObject([{ lane: "readings", fromOffset: 2, toOffset: 6, reason: "size" }]);
    expectBooksToBalance(log, reader);
    const checkpoint = await log.readCheckpoint("forward:collector");
    expect(Buffer.from(checkpoint ?? []).toString()).toContain('"readings":2');
    // A copy that was under way is confirmed after all: it stays counted as evicted.
    for (const confirmed of [4, 6, 10]) {
      reader.confirm("readings", confirmed);
      expectBooksToBalance(log, reader);
    }
  });

  test("under refuse readings are refused at the bound, nothing is lost, and they are taken again when the sink confirms", async () => {
    const { log, reader, keeper } = await keeping({ whenFull: "refuse" });
    await appendUpTo(log, 4);
    await keeper.look();
    expect(await append(log, readingsOfValues(5))).toBe("LOG_FULL");
    expect(keeper.status().refusal).toBe("size");
    reader.confirm("readings", 3);
    await keeper.look();
    expect(keeper.status().refusal).toBeNull();
    expect(await append(log, readingsOfValues(5))).toBeNull();
    expect(await storedValues(log)).toEqual([1, 2, 3, 4, 5]);
    expect(log.losses).toEqual([]);
  });

  test("a disk that runs short is given back what may go, and readings are refused when that is not enough", async () => {
    const { log, reader, keeper, disk } = await keeping({});
    await appendUpTo(log, 3);
    reader.confirm("readings", 4);
    disk.freeBytes = 100;
    await keeper.look();
    expect(await storedValues(log)).toEqual([3]);
    expect(keeper.status()).toEqual({ refusal: "disk", diskFreeBytes: 100 });
    expect(await append(log, readingsOfValues(4))).toBe("LOG_FULL");
    disk.freeBytes = 1e9;
    await keeper.look();
    expect(await append(log, readingsOfValues(4))).toBeNull();
  });

  test("it looks by itself when the log has grown, and every second", async () => {
    const { log, keeper, disk } = await keeping({});
    await appendUpTo(log, 9);
    await vi.waitFor(async () => expect((await storedValues(log)).length).toBeLessThanOrEqual(4));
    await keeper.look();
    disk.freeBytes = 100;
    clock.advanceMs(999);
    await nextTurn();
    expect(keeper.status().refusal).toBeNull();
    clock.advanceMs(1);
    await vi.waitFor(() => expect(keeper.status().refusal).toBe("disk"));
  });
});

describe("room that was removed and does not come back", () => {
  /** Ten blocks on a disk without a free byte, where two are to be given up for the reserve. */
  async function stuck() {
    const faults = new FaultyDisk();
    const directory = await tempDir();
    const log = await openLevelLog({
      ...{ directory, clock, pendingReadingsMax: 1000, logger, segmentLimits },
      // Nothing removed ever comes back.
      ...{ compactBytesMin: Number.POSITIVE_INFINITY, syncWrite: faults.syncWrite },
    });
    while (log.bounds("readings").endOffset < 10) await append(log, readingsOfValues(1));
    const blockBytes = log.segments("readings").bytes / 10;
    const lane = { bytesMax: 1e9, ageMsMax: null };
    const lanes = { readings: lane, results: lane, alerts: lane };
    const policy = { lanes, diskFreeBytesMin: blockBytes * 2, whenFull: "evict-oldest" } as const;
    const disk = { freeBytes: 0 };
    const keeper = new RetentionKeeper({
      ...{ log, readers: new LogReaders(), policy, clock, logger },
      diskFree: async () => disk.freeBytes,
    });
    onTestFinished(async () => {
      await keeper.close();
      await log.close();
    });
    await keeper.look();
    return { log, keeper, faults, disk, start: () => log.bounds("readings").startOffset };
  }

  test("counts as free for two seconds, as long as nothing speaks against it", async () => {
    const { keeper, disk, start } = await stuck();
    for (let look = 0; look < 5; look++) {
      disk.freeBytes = look % 2;
      await keeper.look();
      clock.advanceMs(1999);
    }
    expect(start()).toBe(2);
  });

  test("does not count when nothing has moved for two seconds: LevelDB may be at fault and not have said so", async () => {
    const { keeper, start } = await stuck();
    await keeper.look();
    clock.advanceMs(2000);
    await keeper.look();
    expect(start()).toBe(4);
    await keeper.look();
    expect(start()).toBe(4);
  });

  test("does not count while the disk is at fault, two seconds after the last eviction", async () => {
    const { log, keeper, faults, disk, start } = await stuck();
    faults.fail(fullError, 1);
    await append(log, { checkpoint: { name: "c", value: Uint8Array.of(1) } });
    await keeper.look();
    expect(start()).toBe(2);
    clock.advanceMs(2000);
    disk.freeBytes = 1;
    await keeper.look();
    expect(start()).toBe(4);
  });
});
