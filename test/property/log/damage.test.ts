// Random damage to a log that is used at random, against a model that knows what was harmed: what is whole is served, what is not is
// lost, exactly, and counted for each sink exactly where it stood when it was found.

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { decodeReadingBlock, readBlockHeader, readingsOf } from "../../../src/codec/block-codec.ts";
import { deliveryOf } from "../../../src/log/accounting.ts";
import { BlockMerger } from "../../../src/log/block-merger.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { offsetOf } from "../../../src/log/log-database.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { type Harm, harm, harms, withDatabase } from "../../support/damaged-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, reading } from "../../support/log-appends.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";
import { tempDir } from "../../support/temp-dir.ts";

const logger = createLogger("silent");
const clock = new FakeClock();
const share = fc.double({ min: 0, max: 1, noNaN: true });
const counts = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 });
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("append" as const), counts }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("harm" as const),
      places: fc.array(share, { maxLength: 4 }),
      how: fc.constantFrom<Harm[]>(...Object.values(harms)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("read" as const), from: share, bytesMax: fc.nat(400) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("confirm" as const), to: share, sink: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("evict" as const), segments: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim" as const), to: share }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("merge" as const) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

class Model {
  readonly harmed = new Set<number>();
  readonly sinks = [new ScriptedReader("a"), new ScriptedReader("b")] as const;

  /** Offsets that the lane must serve. */
  whole(fromOffset: number, endOffset: number): number[] {
    return Array.from({ length: Math.max(0, endOffset - fromOffset) }, (_, index) => fromOffset + index).filter(
      (offset) => !this.harmed.has(offset),
    );
  }
}

async function offsetsFrom(log: Log, fromOffset: number, bytesMax: number): Promise<number[]> {
  const offsets: number[] = [];
  for (let offset = fromOffset; ; ) {
    const blocks = await log.read("readings", offset, bytesMax);
    for (const { firstOffset, count, bytes } of blocks) {
      expect(firstOffset + count).toBeGreaterThan(offset);
      for (const { value } of readingsOf(decodeReadingBlock(bytes))) offsets.push(Number(value));
      expect(offsets.at(-count)).toBe(firstOffset);
      offset = firstOffset + count;
    }
    if (blocks.length === 0) return offsets;
  }
}

function expectBooksToBalance(log: Log, { sinks }: Model): void {
  const bounds = log.bounds("readings");
  const holes = log.losses.filter(({ reason }) => reason === "corrupt");
  for (const { sink, settled } of sinks) {
    const inputs = { bounds, settled: settled.readings, evicted: log.evicted[sink]?.readings, holes };
    const { delivered, pending, evicted, stored } = deliveryOf(inputs);
    expect(delivered + pending + evicted).toBe(stored);
    expect(Math.min(delivered, pending)).toBeGreaterThanOrEqual(0);
  }
}

async function mergeAll(log: Log): Promise<void> {
  const merger = new BlockMerger({ log, streamPosition: () => Number.POSITIVE_INFINITY, clock, logger });
  merger.start();
  await vi.waitFor(
    () => {
      clock.advanceMs(1000);
      expect(
        log
          .segments("readings")
          .list.slice(0, -1)
          .every(({ merged, blocks }) => merged || blocks <= 1),
      ).toBe(true);
    },
    { timeout: 10_000, interval: 1 },
  );
  await merger.close();
}

async function take(step: Exclude<Step, { kind: "harm" }>, log: Log, model: Model): Promise<void> {
  const { startOffset, endOffset } = log.bounds("readings");
  switch (step.kind) {
    case "append":
      for (const count of step.counts) {
        const first = log.bounds("readings").endOffset;
        await append(log, { readings: Array.from({ length: count }, (_, index) => reading(first + index)) });
      }
      return;
    case "read": {
      const from = Math.max(startOffset, Math.floor(step.from * endOffset));
      const read = await offsetsFrom(log, from, step.bytesMax);
      expect(read.filter((offset) => offset >= from)).toEqual(model.whole(from, endOffset));
      return;
    }
    case "confirm": {
      const sink = model.sinks[step.sink] as ScriptedReader;
      sink.confirm("readings", Math.max(sink.confirmed.readings, Math.floor(step.to * endOffset)));
      return;
    }
    case "evict": {
      const toOffset = log.segments("readings").list[step.segments - 1]?.endOffset;
      if (toOffset === undefined) return;
      await log.evict({ cuts: [{ lane: "readings", fromOffset: startOffset, toOffset, reason: "size" }], atUs: 7 });
      return;
    }
    case "trim":
      await log.trim("readings", Math.floor(step.to * Math.min(...model.sinks.map(({ confirmed }) => confirmed.readings))));
      return;
    case "merge":
      await mergeAll(log);
  }
}

/** The blocks of a closed log that are there, as they were written: first offsets and counts. */
async function blocksIn(directory: string, startOffset: number): Promise<[first: number, count: number, bytes: number][]> {
  return withDatabase(directory, async ({ lanes }) => {
    const entries = await lanes.readings.iterator().all();
    return entries
      .filter(([key]) => offsetOf(key) >= startOffset)
      .map(([key, bytes]) => [offsetOf(key), readBlockHeader(bytes).count, bytes.length]);
  });
}

test("whatever is harmed and whenever: what is whole is served in order, the rest is lost once, and the books balance", async () => {
  const base = await tempDir();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 14 }), async (steps) => {
      const directory = `${base}/${runs++}`;
      const model = new Model();
      const segmentLimits = { bytesMax: 300, spanMs: 1e9 };
      const options = { directory, clock, pendingReadingsMax: 1000, logger, recentBytesMax: 0, segmentLimits };
      const open = () => openLevelLog({ ...options, readers: readersOf(...model.sinks) });
      let log = await open();
      try {
        for (const step of steps) {
          if (step.kind === "harm") {
            // All damage is found before more is done, so that the model knows what a block is by its header.
            await offsetsFrom(log, 0, 400);
            const { startOffset } = log.bounds("readings");
            await log.close();
            const there = await blocksIn(directory, startOffset);
            const chosen = step.places.flatMap((place) => there.slice(Math.floor(place * there.length)).slice(0, 1));
            await harm(directory, "readings", [...new Set(chosen.map(([first]) => first))], step.how);
            for (const [first, count] of chosen) for (let i = 0; i < count; i++) model.harmed.add(first + i);
            log = await open();
          } else await take(step, log, model);
          expectBooksToBalance(log, model);
        }
        const { startOffset, endOffset } = log.bounds("readings");
        expect(await offsetsFrom(log, 0, 200)).toEqual(model.whole(startOffset, endOffset));
        expectBooksToBalance(log, model);
        const { list, bytes } = log.segments("readings");
        const [segmentBlocks, losses, evicted] = [list.reduce((sum, { blocks }) => sum + blocks, 0), log.losses, log.evicted];
        await log.close();
        const there = await blocksIn(directory, startOffset);
        expect([segmentBlocks, bytes]).toEqual([there.length, there.reduce((sum, [, , size]) => sum + size, 0)]);
        log = await open();
        expect([...log.losses].sort(byOffset)).toEqual([...losses].sort(byOffset));
        expect(log.evicted).toEqual(evicted);
      } finally {
        await log.close();
      }
    }),
    { numRuns: 50 },
  );
});

const byOffset = (a: { fromOffset: number }, b: { fromOffset: number }) => a.fromOffset - b.fromOffset;
