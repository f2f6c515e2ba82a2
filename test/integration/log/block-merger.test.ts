// Small blocks are merged at rest, below the stream's checkpoint, and nobody can tell but by the size.

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { BlockMerger } from "../../../src/log/block-merger.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import type { SegmentLimits } from "../../../src/log/segments.ts";
import { lanes } from "../../../src/model/lane.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FaultyDisk, ioError } from "../../support/faulty-disk.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { append, reading, readingsOfValues, storedValues } from "../../support/log-appends.ts";
import { alertsOf, resultsOf } from "../../support/log-contents.ts";
import { alertFor, resultFor } from "../../support/records.ts";
import { tempDir } from "../../support/temp-dir.ts";

const logger = createLogger("silent");

interface Bench {
  readonly log: Log;
  readonly clock: FakeClock;
  readonly disk: FaultyDisk;
  readonly reopen: () => Promise<Log>;
}

/** A log on disk whose segments hold so many bytes, without a cache. */
async function bench(segmentLimits: SegmentLimits = { bytesMax: 2000, spanMs: 1e9 }, recentBytesMax = 0): Promise<Bench> {
  const clock = new FakeClock();
  const disk = new FaultyDisk();
  const options = { directory: await tempDir(), clock, logger, pendingReadingsMax: 100_000, recentBytesMax, segmentLimits };
  const log = await openLevelLog({ ...options, syncWrite: disk.syncWrite });
  onTestFinished(() => log.close());
  return { log, clock, disk, reopen: () => openLevelLog(options) };
}

function startMerger({ log, clock }: Bench, streamPosition = () => Number.POSITIVE_INFINITY): BlockMerger {
  const merger = new BlockMerger({ log, streamPosition, clock, logger });
  onTestFinished(() => merger.close());
  merger.start();
  return merger;
}

async function trickle(log: Log, count: number): Promise<void> {
  const first = log.bounds("readings").endOffset;
  for (let value = first; value < first + count; value++) {
    await append(log, { ...readingsOfValues(value), results: [resultFor(value)], alerts: [alertFor(value)] });
  }
}

const unmerged = (log: Log, lane: (typeof lanes)[number]) => log.segments(lane).list.filter(({ merged }) => !merged).length;

/** Lets the merger do everything that there is to do. */
async function allMerged({ log, clock }: Bench, lanesToMerge: readonly (typeof lanes)[number][] = lanes): Promise<void> {
  await vi.waitFor(
    () => {
      clock.advanceMs(1000);
      expect(lanesToMerge.map((lane) => unmerged(log, lane))).toEqual(lanesToMerge.map(() => 1));
    },
    { timeout: 10_000, interval: 1 },
  );
}

async function contents(log: Log) {
  return { values: await storedValues(log), results: await resultsOf(log), alerts: await alertsOf(log) };
}

test.each([0, 4_000_000])(
  "a trickle is merged in all lanes, with %d bytes of blocks in memory; reopened it is the same",
  async (cache) => {
    const on = await bench({ bytesMax: 2000, spanMs: 1e9 }, cache);
    await trickle(on.log, 200);
    const before = await contents(on.log);
    const bytesBefore = on.log.segments("readings").bytes;
    startMerger(on);
    await allMerged(on);
    expect(await contents(on.log)).toEqual(before);
    expect(on.log.segments("readings").bytes).toBeLessThan(bytesBefore / 3);
    for (const { merged, blocks } of on.log.segments("readings").list) if (merged) expect(blocks).toBe(1);
    // It goes on growing as before.
    await trickle(on.log, 5);
    const after = await contents(on.log);
    expect(after.values).toEqual([...before.values, 200, 201, 202, 203, 204]);
    const segments = lanes.map((lane) => on.log.segments(lane).list);
    await on.log.close();
    const reopened = await on.reopen();
    onTestFinished(() => reopened.close());
    expect(await contents(reopened)).toEqual(after);
    expect(lanes.map((lane) => reopened.segments(lane).list)).toEqual(segments);
  },
);

test("readings that the stream has not checkpointed keep their blocks", async () => {
  const on = await bench();
  await trickle(on.log, 200);
  const [first, second, third] = on.log.segments("readings").list;
  const streamPosition = second!.endOffset;
  startMerger(on, () => streamPosition);
  await allMerged(on, ["results", "alerts"]);
  const { list } = on.log.segments("readings");
  expect(list.slice(0, 2).map(({ merged, blocks }) => [merged, blocks])).toEqual([
    [true, 1],
    [true, 1],
  ]);
  expect(list.slice(2)).toEqual(expect.arrayContaining([third]));
  expect(list[2]).toEqual(third);
  expect(list[0]?.endOffset).toBe(first?.endOffset);
});

test("blocks of good size are left alone", async () => {
  const on = await bench();
  for (let block = 0; block < 6; block++) {
    await append(on.log, { readings: Array.from({ length: 2500 }, (_, value) => reading(value)) });
  }
  await trickle(on.log, 60);
  startMerger(on);
  await allMerged(on, ["results", "alerts"]);
  const counts = (await on.log.read("readings", 0, Number.MAX_SAFE_INTEGER)).map(({ count }) => count);
  expect(counts.slice(0, 6)).toEqual([2500, 2500, 2500, 2500, 2500, 2500]);
});

test("a disk that fails leaves a segment as it was, and it is merged later", async () => {
  const on = await bench();
  await trickle(on.log, 200);
  const before = await contents(on.log);
  const segments = on.log.segments("readings").list.slice();
  on.disk.fail(ioError);
  startMerger(on);
  await vi.waitFor(() => {
    on.clock.advanceMs(1000);
    expect(on.disk.attempts).toBeGreaterThan(3);
  });
  expect(on.log.segments("readings").list).toEqual(segments);
  expect(await contents(on.log)).toEqual(before);
  on.disk.repair();
  await allMerged(on);
  expect(await contents(on.log)).toEqual(before);
});

test("what retention removes meanwhile is not brought back", async () => {
  const on = await bench();
  await trickle(on.log, 300);
  startMerger(on);
  for (let offset = 20; offset <= 200; offset += 20) {
    on.clock.advanceMs(1000);
    await on.log.trim("readings", offset);
  }
  await allMerged(on);
  const { startOffset } = on.log.bounds("readings");
  expect(startOffset).toBeGreaterThan(150);
  expect(await storedValues(on.log)).toEqual(Array.from({ length: 300 - startOffset }, (_, index) => startOffset + index));
});

test("closing ends it between two blocks; the segment stays whole", async () => {
  const on = await bench({ bytesMax: 100_000, spanMs: 1e9 });
  await trickle(on.log, 3000);
  const before = await contents(on.log);
  const merger = startMerger(on);
  on.clock.advanceMs(1000);
  await merger.close();
  expect(on.log.segments("readings").list.every(({ merged }) => !merged)).toBe(true);
  expect(await contents(on.log)).toEqual(before);
});

test("a merge goes in steps, so that others get their turn in between", async () => {
  const on = await bench({ bytesMax: 100_000, spanMs: 1e9 }, 4_000_000);
  const values = Array.from({ length: 60 }, (_, i) => i);
  while (on.log.segments("readings").list.length < 2) await append(on.log, readingsOfValues(...values));
  let turns = 0;
  let isMerged = false;
  const merge: Log["merge"] = async (lane, segment, blocks) => {
    isMerged = true;
    return on.log.merge(lane, segment, blocks);
  };
  startMerger({ ...on, log: { ...interceptedLog(on.log, (write, done) => on.log.append(write, done)), merge } });
  on.clock.advanceMs(1000);
  while (!isMerged) {
    await nextTurn();
    turns++;
  }
  expect(turns).toBeGreaterThanOrEqual(100_000 / 16_384);
});
