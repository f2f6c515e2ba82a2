// What retention removes returns to the file system: measured on the files of a log, not in its books.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { openDatabase } from "../../../src/log/log-database.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, reading, readingsOfValues } from "../../support/log-appends.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

const mebibyte = 1024 * 1024;

const open = (directory: string) =>
  openLevelLog({ directory, clock: new FakeClock(), pendingReadingsMax: 100_000, logger: createLogger("silent") });

/** Room that the files take, in bytes, as du counts it. */
async function usedBytes(directory: string): Promise<number> {
  const names = await readdir(directory);
  const sizes = await Promise.all(names.map((name) => stat(join(directory, name)).catch(() => null)));
  return sizes.reduce((sum, size) => sum + (size?.blocks ?? 0) * 512, 0);
}

/** Appends about so many bytes that no compression can shrink. */
async function fill(log: Log, bytes: number, random: () => number): Promise<void> {
  const text = () => Array.from({ length: 3000 }, () => String.fromCharCode(33 + Math.floor(random() * 90))).join("");
  while (log.segments("readings").bytes < bytes) {
    await append(log, { readings: Array.from({ length: 80 }, (_, value) => ({ ...reading(value), value: text() })) });
  }
}

test("after an eviction of nine tenths the files are not much larger than what is left", async () => {
  const directory = await tempDir();
  const log = await open(directory);
  onTestFinished(() => log.close());
  await fill(log, 20 * mebibyte, seededRandom(1));
  const before = await usedBytes(directory);
  expect(before).toBeGreaterThan(20 * mebibyte);

  const { list } = log.segments("readings");
  const { endOffset } = list[Math.floor(list.length * 0.9) - 1]!;
  const cuts = [{ lane: "readings", fromOffset: 0, toOffset: endOffset, reason: "size" } as const];
  await log.evict({ cuts, atUs: 0 });
  expect(log.reclaimingBytes).toBeGreaterThan(10 * mebibyte);
  await vi.waitFor(() => expect(log.reclaimingBytes).toBe(0), { timeout: 10_000 });
  // The write buffer's journal, and the tables at the seam.
  await vi.waitFor(async () => expect(await usedBytes(directory)).toBeLessThan(log.segments("readings").bytes + 6 * mebibyte), {
    timeout: 10_000,
  });
});

test("blocks that a crash left behind the start of their lane are deleted by the next start", async () => {
  const directory = await tempDir();
  const log = await open(directory);
  for (let value = 0; value < 10; value++) await append(log, readingsOfValues(value));
  await log.close();
  const database = await openDatabase(directory);
  await database.segments.readings.clear();
  await database.meta.put("start/readings", "10");
  await database.root.close();

  await (await open(directory)).close();
  const after = await openDatabase(directory);
  expect(await after.lanes.readings.keys().all()).toEqual([]);
  await after.root.close();
});
