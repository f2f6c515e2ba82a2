import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { keyOf, offsetOf, openDatabase } from "../../../src/log/log-database.ts";
import { lanes } from "../../../src/model/lane.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, readingsOfValues, storedValues } from "../../support/log-appends.ts";
import { alertFor, resultFor } from "../../support/records.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";
import { tempDir } from "../../support/temp-dir.ts";

const open = (directory: string): Promise<Log> =>
  openLevelLog({ directory, clock: new FakeClock(), pendingReadingsMax: 100_000, logger: createLogger("silent") });

test("a reopened log has the same identity, records, bounds and checkpoints, and goes on behind them", async () => {
  const directory = join(await tempDir(), "made", "by", "the-log");
  const first = await open(directory);
  await append(first, { ...readingsOfValues(0, 1, 2), results: [resultFor(1)] });
  await append(first, { ...readingsOfValues(3), checkpoint: { name: "reader", value: Uint8Array.of(9) } });
  const blocks = await first.read("readings", 0, 1e6);
  await first.close();

  const second = await open(directory);
  expect(second.logId).toBe(first.logId);
  expect(lanes.map((lane) => second.bounds(lane))).toEqual(lanes.map((lane) => first.bounds(lane)));
  const reread = await second.read("readings", 0, 1e6);
  expect(reread.map(({ firstOffset, count, bytes }) => [firstOffset, count, [...bytes]])).toEqual(
    blocks.map(({ firstOffset, count, bytes }) => [firstOffset, count, [...bytes]]),
  );
  expect([...((await second.readCheckpoint("reader")) ?? [])]).toEqual([9]);
  await append(second, readingsOfValues(4));
  expect(await storedValues(second)).toEqual([0, 1, 2, 3, 4]);
  await second.close();
});

test("two new logs have different identities", async () => {
  const logs = [await open(await tempDir()), await open(await tempDir())];
  expect(logs[0]?.logId).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  expect(logs[0]?.logId).not.toBe(logs[1]?.logId);
  await Promise.all(logs.map((log) => log.close()));
});

test("a lane that was trimmed to nothing goes on at its end after reopening, not at 0", async () => {
  const directory = await tempDir();
  const first = await open(directory);
  await append(first, { ...readingsOfValues(0, 1, 2), alerts: [alertFor(1)] });
  await first.trim("readings", 3);
  await first.close();

  const second = await open(directory);
  expect(second.bounds("readings")).toEqual({ startOffset: 3, endOffset: 3 });
  await append(second, readingsOfValues(3));
  expect(second.bounds("readings")).toEqual({ startOffset: 3, endOffset: 4 });
  expect(second.bounds("alerts")).toEqual({ startOffset: 0, endOffset: 1 });
  await second.close();
});

test("a trimmed lane begins behind the trimmed blocks after reopening", async () => {
  const directory = await tempDir();
  const first = await open(directory);
  for (let value = 0; value < 10; value += 2) await append(first, readingsOfValues(value, value + 1));
  await first.trim("readings", 5);
  await first.close();

  const second = await open(directory);
  expect(second.bounds("readings")).toEqual({ startOffset: 4, endOffset: 10 });
  expect(await storedValues(second)).toEqual([4, 5, 6, 7, 8, 9]);
  await second.close();
});

test("trimmed blocks are gone from the database, not just out of sight", async () => {
  const directory = await tempDir();
  const log = await open(directory);
  for (let value = 0; value < 10; value += 2) await append(log, readingsOfValues(value, value + 1));
  await log.trim("readings", 5);
  await log.close();
  const database = await openDatabase(directory);
  expect((await database.lanes.readings.keys().all()).map(offsetOf)).toEqual([4, 6, 8]);
  await database.root.close();
});

test("of two trims at once, the one that says less does not take back the stored start of the lane", async () => {
  const directory = await tempDir();
  const log = await open(directory);
  for (let value = 0; value < 10; value += 2) await append(log, readingsOfValues(value, value + 1));
  await Promise.all([log.trim("readings", 10), log.trim("readings", 4)]);
  await log.close();
  const reopened = await open(directory);
  expect(reopened.bounds("readings")).toEqual({ startOffset: 10, endOffset: 10 });
  await reopened.close();
});

test("offsets beyond 2^32 keep their order", () => {
  const offsets = [0, 1, 255, 256, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER];
  expect(offsets.map((offset) => offsetOf(keyOf(offset)))).toEqual(offsets);
  const keys = offsets.map((offset) => Buffer.from(keyOf(offset)));
  expect([...keys].sort(Buffer.compare)).toEqual(keys);
});

test("what was done before the files were copied from under a running log is in the copy: no clean close is needed", async () => {
  const directory = await tempDir();
  const copy = join(await tempDir(), "copy");
  const log = await open(directory);
  for (let value = 0; value < 20; value++) await append(log, readingsOfValues(value));
  await cp(directory, copy, { recursive: true });
  await log.close();

  const recovered = await open(copy);
  expect(await storedValues(recovered)).toEqual(Array.from({ length: 20 }, (_, value) => value));
  expect(recovered.bounds("readings")).toEqual({ startOffset: 0, endOffset: 20 });
  await recovered.close();
});

test("segments, losses and counts are there after reopening, and go on", async () => {
  const directory = await tempDir();
  const segmentLimits = { bytesMax: 150, spanMs: 1e9 };
  const reader = new ScriptedReader("s");
  reader.confirm("readings", 1);
  const openSmall = () =>
    openLevelLog({
      directory,
      readers: readersOf(reader),
      clock: new FakeClock(),
      pendingReadingsMax: 1000,
      logger: createLogger("silent"),
      segmentLimits,
    });
  const first = await openSmall();
  for (let value = 0; value < 20; value += 2)
    await append(first, { ...readingsOfValues(value, value + 1), alerts: [alertFor(1)] });
  const [oldest] = first.segments("readings").list;
  const cuts = [{ lane: "readings", fromOffset: 0, toOffset: oldest!.endOffset, reason: "size" } as const];
  await first.evict({ cuts, atUs: 7 });
  await first.trim("readings", oldest!.endOffset + 2);
  const seen = (log: Log) => ({
    segments: lanes.map((lane) => log.segments(lane).list),
    bytes: lanes.map((lane) => log.segments(lane).bytes),
    losses: log.losses,
    evicted: log.evicted,
  });
  const before = seen(first);
  expect(before.evicted.s?.readings.size).toBe(oldest!.endOffset - 1);
  await first.close();

  const second = await openSmall();
  expect(seen(second)).toEqual(before);
  await append(second, readingsOfValues(20));
  const { list } = second.segments("readings");
  expect(list.at(-1)?.endOffset).toBe(21);
  await second.close();
});

test("a log of the layout before segments is read through once, and then has them", async () => {
  const directory = await tempDir();
  const log = await open(directory);
  for (let value = 0; value < 10; value += 2)
    await append(log, { ...readingsOfValues(value, value + 1), results: [resultFor(1)] });
  await log.trim("readings", 4);
  const segments = lanes.map((lane) => log.segments(lane).list);
  await log.close();
  const database = await openDatabase(directory);
  for (const lane of lanes) await database.segments[lane].clear();
  await database.meta.put("version", "1");
  await database.root.close();

  const upgraded = await open(directory);
  expect(lanes.map((lane) => upgraded.segments(lane).list)).toEqual(segments);
  expect(await storedValues(upgraded)).toEqual([4, 5, 6, 7, 8, 9]);
  await upgraded.close();
});
