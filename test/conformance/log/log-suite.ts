// What every log promises, by the names of the contract (src/log/log.ts). Run over each implementation.

import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  decodeAlertBlock,
  decodedCount,
  decodeReadingBlock,
  decodeResultBlock,
  readingsOf,
} from "../../../src/codec/block-codec.ts";
import { mergeBlocks } from "../../../src/codec/block-merge.ts";
import type { Eviction, Log, LogWrite } from "../../../src/log/log.ts";
import type { LogReaders } from "../../../src/log/log-readers.ts";
import type { Cut } from "../../../src/log/retention.ts";
import type { Segment, SegmentLimits } from "../../../src/log/segments.ts";
import { lanes } from "../../../src/model/lane.ts";
import type { Clock } from "../../../src/platform/clock.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, reading, readingsOfValues, storedValues, valuesIn } from "../../support/log-appends.ts";
import { alertFor, resultFor } from "../../support/records.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";

export interface LogOptions {
  readonly clock: Clock;
  readonly pendingReadingsMax: number;
  readonly segmentLimits?: SegmentLimits;
  readonly readers?: LogReaders;
}

const everything = Number.MAX_SAFE_INTEGER;

/** An eviction at time 7. */
function eviction(...cuts: Cut[]): Eviction {
  return { cuts, atUs: 7 };
}

export function describeLog(name: string, open: (options: LogOptions) => Promise<Log>): void {
  const openLog = async (options: Partial<LogOptions> = {}) => {
    const log = await open({ clock: new FakeClock(), pendingReadingsMax: 100_000, ...options });
    onTestFinished(() => log.close());
    return log;
  };

  describe(`${name}: append`, () => {
    test("offsets are dense from 0, in the order of append, over many commits", async () => {
      const log = await openLog();
      for (let value = 0; value < 50; value += 2) await append(log, readingsOfValues(value, value + 1));
      const blocks = await log.read("readings", 0, everything);
      let offset = 0;
      for (const block of blocks) {
        expect(block.firstOffset).toBe(offset);
        expect(decodedCount("readings", block.bytes)).toBe(block.count);
        offset += block.count;
      }
      expect(log.bounds("readings")).toEqual({ startOffset: 0, endOffset: offset });
      expect(valuesIn(blocks)).toEqual(Array.from({ length: 50 }, (_, value) => value));
    });

    test("each lane has offsets of its own", async () => {
      const log = await openLog();
      await append(log, { readings: [reading(1), reading(2)], results: [resultFor(1)] });
      await append(log, { alerts: [alertFor(1)], results: [resultFor(2)] });
      expect(lanes.map((lane) => log.bounds(lane).endOffset)).toEqual([2, 2, 1]);
      const results = await log.read("results", 0, everything);
      expect(results.map(({ firstOffset }) => firstOffset)).toEqual([0, 1]);
      expect(results.flatMap(({ bytes }) => decodeResultBlock(bytes).results)).toEqual([resultFor(1), resultFor(2)]);
      const [alerts] = await log.read("alerts", 0, everything);
      expect(decodeAlertBlock(alerts!.bytes).alerts).toEqual([alertFor(1)]);
    });

    test("all appends of one turn of the event loop share one commit", async () => {
      const log = await openLog();
      await Promise.all([1, 2, 3].map((value) => append(log, readingsOfValues(value))));
      expect(await log.read("readings", 0, everything)).toEqual([expect.objectContaining({ firstOffset: 0, count: 3 })]);
    });

    test("what one append holds becomes durable together, its checkpoint included", async () => {
      const log = await openLog();
      const write: LogWrite = {
        readings: [reading(1)],
        results: [resultFor(1)],
        alerts: [alertFor(1)],
        checkpoint: { name: "reader", value: Uint8Array.of(7) },
      };
      const done = append(log, write);
      expect(lanes.map((lane) => log.bounds(lane).endOffset)).toEqual([0, 0, 0]);
      expect(await done).toBeNull();
      expect(lanes.map((lane) => log.bounds(lane).endOffset)).toEqual([1, 1, 1]);
      expect([...((await log.readCheckpoint("reader")) ?? [])]).toEqual([7]);
    });

    test("a commit carries the time of its clock as the ingest time", async () => {
      const clock = new FakeClock();
      const log = await openLog({ clock });
      await append(log, { readings: [reading(1)], results: [resultFor(1)], alerts: [alertFor(1)] });
      const blocks = await Promise.all(lanes.map((lane) => log.read(lane, 0, everything)));
      const [readings, results, alerts] = blocks.map(([block]) => block!.bytes);
      const timesUs = [decodeReadingBlock(readings!), decodeResultBlock(results!), decodeAlertBlock(alerts!)];
      expect(timesUs.map(({ ingestTimeUs }) => ingestTimeUs)).toEqual([clock.nowUs(), clock.nowUs(), clock.nowUs()]);
    });

    test("done is called once per append, in the order of the appends, never inside append", async () => {
      const log = await openLog({ pendingReadingsMax: 3 });
      const calls: number[] = [];
      const writes = [readingsOfValues(0, 1), {}, readingsOfValues(3, 3), readingsOfValues(4), { results: [resultFor(5)] }];
      for (const [index, write] of writes.entries()) log.append(write, () => calls.push(index));
      expect(calls).toEqual([]);
      await append(log, {});
      await nextTurn();
      expect(calls).toEqual([0, 1, 2, 3, 4]);
    });

    test("an empty append is done when everything before it is durable", async () => {
      const log = await openLog();
      log.append(readingsOfValues(1), () => {});
      expect(await append(log, {})).toBeNull();
      expect(log.bounds("readings").endOffset).toBe(1);
      expect(await append(log, { readings: [], results: [], alerts: [] })).toBeNull();
      expect(log.bounds("readings").endOffset).toBe(1);
    });

    test("an append from within a done is stored behind", async () => {
      const log = await openLog();
      const second = new Promise((resolve) => {
        log.append(readingsOfValues(1), () => log.append(readingsOfValues(2), resolve));
      });
      expect(await second).toBeNull();
      expect(await storedValues(log)).toEqual([1, 2]);
    });

    test("a reader sees only what is durable", async () => {
      const log = await openLog();
      const done = append(log, readingsOfValues(1));
      expect(await log.read("readings", 0, everything)).toEqual([]);
      await done;
      expect(await storedValues(log)).toEqual([1]);
    });

    test("a large append is cut into blocks of at most 8192 readings, which become durable together", async () => {
      const log = await openLog();
      const ends = new Set<number>();
      log.onCommit(() => ends.add(log.bounds("readings").endOffset));
      await append(log, readingsOfValues(...Array.from({ length: 20_000 }, (_, value) => value)));
      await append(log, {});
      const blocks = await log.read("readings", 0, everything);
      expect(blocks.map(({ firstOffset, count }) => [firstOffset, count])).toEqual([
        [0, 8192],
        [8192, 8192],
        [16_384, 3616],
      ]);
      expect(ends).toEqual(new Set([20_000]));
      expect(valuesIn(blocks)).toEqual(Array.from({ length: 20_000 }, (_, value) => value));
    });

    test("results and alerts are cut the same way", async () => {
      const log = await openLog();
      const numbers = Array.from({ length: 9000 }, (_, number) => number);
      await append(log, { results: numbers.map(resultFor), alerts: numbers.map(alertFor) });
      for (const lane of ["results", "alerts"] as const) {
        const blocks = await log.read(lane, 0, everything);
        expect(blocks.map(({ firstOffset, count }) => [firstOffset, count])).toEqual([
          [0, 8192],
          [8192, 808],
        ]);
        expect(blocks.map(({ bytes }) => decodedCount(lane, bytes))).toEqual([8192, 808]);
      }
    });

    test("a block of the longest texts stays below 2 MiB", async () => {
      const log = await openLog();
      const readings = Array.from({ length: 300 }, (_, value) => ({ ...reading(value), value: "€".repeat(4096) }));
      await append(log, { readings });
      const blocks = await log.read("readings", 0, everything);
      expect(Math.max(...blocks.map(({ bytes }) => bytes.length))).toBeLessThan(2 * 1024 * 1024);
      expect(blocks.flatMap(({ bytes }) => readingsOf(decodeReadingBlock(bytes)))).toEqual(readings);
    });
  });

  describe(`${name}: the bound of what waits`, () => {
    test("readings that wait or are in a commit are counted", async () => {
      const log = await openLog();
      const done = append(log, readingsOfValues(1, 2, 3));
      expect(log.pendingReadings).toBe(3);
      await nextTurn();
      const later = append(log, readingsOfValues(4));
      await Promise.all([done, later]);
      expect(log.pendingReadings).toBe(0);
    });

    test("an append beyond pendingReadingsMax is done with LOG_QUEUE_FULL and nothing of it is stored", async () => {
      const log = await openLog({ pendingReadingsMax: 3 });
      const refused = {
        ...readingsOfValues(3, 4),
        results: [resultFor(1)],
        checkpoint: { name: "c", value: Uint8Array.of(1) },
      };
      const codes = [readingsOfValues(1, 2), refused, readingsOfValues(5), readingsOfValues(6)].map((write) =>
        append(log, write),
      );
      expect(log.pendingReadings).toBe(3);
      expect(await Promise.all(codes)).toEqual([null, "LOG_QUEUE_FULL", null, "LOG_QUEUE_FULL"]);
      expect(await storedValues(log)).toEqual([1, 2, 5]);
      expect([log.bounds("results").endOffset, await log.readCheckpoint("c")]).toEqual([0, null]);
      expect(await append(log, readingsOfValues(7, 8, 9))).toBeNull();
    });

    test("results, checkpoints and barriers pass a full queue", async () => {
      const log = await openLog({ pendingReadingsMax: 1 });
      const writes: LogWrite[] = [
        readingsOfValues(1),
        { results: [resultFor(1)] },
        { checkpoint: { name: "c", value: Uint8Array.of(1) } },
        {},
      ];
      expect(await Promise.all(writes.map((write) => append(log, write)))).toEqual([null, null, null, null]);
      expect(log.bounds("results").endOffset).toBe(1);
    });
  });

  describe(`${name}: read`, () => {
    /** Ten blocks of two readings each. */
    const filled = async () => {
      const log = await openLog();
      for (let value = 0; value < 20; value += 2) await append(log, readingsOfValues(value, value + 1));
      return log;
    };

    test("begins with the block that holds the offset, also in its middle", async () => {
      const log = await filled();
      for (let offset = 0; offset < 20; offset++) {
        const blocks = await log.read("readings", offset, everything);
        expect(blocks[0]?.firstOffset).toBe(offset - (offset % 2));
        expect(blocks).toHaveLength(10 - Math.floor(offset / 2));
      }
    });

    test("is empty at the end of the lane, behind it, and in an empty lane", async () => {
      const log = await filled();
      expect(await log.read("readings", 20, everything)).toEqual([]);
      expect(await log.read("readings", 1000, everything)).toEqual([]);
      expect(await log.read("alerts", 0, everything)).toEqual([]);
    });

    test("stays within bytesMax, but gives one block at least", async () => {
      const log = await filled();
      const sizes = (await log.read("readings", 0, everything)).map(({ bytes }) => bytes.length);
      const threeBlocks = sizes[2]! + sizes[3]! + sizes[4]!;
      expect(await log.read("readings", 5, threeBlocks)).toHaveLength(3);
      expect(await log.read("readings", 5, threeBlocks - 1)).toHaveLength(2);
      expect(await log.read("readings", 5, 0)).toHaveLength(1);
    });
  });

  describe(`${name}: trim`, () => {
    /** Five blocks of three readings each. */
    const filled = async () => {
      const log = await openLog();
      for (let value = 0; value < 15; value += 3) await append(log, readingsOfValues(value, value + 1, value + 2));
      return log;
    };

    test.each([
      [0, 0],
      [2, 0],
      [3, 3],
      [7, 6],
      [14, 12],
      [15, 15],
      [1000, 15],
    ])("before offset %d removes whole blocks: the lane begins at %d", async (beforeOffset, startOffset) => {
      const log = await filled();
      await log.trim("readings", beforeOffset);
      expect(log.bounds("readings")).toEqual({ startOffset, endOffset: 15 });
      const blocks = await log.read("readings", 0, everything);
      expect(blocks[0]?.firstOffset ?? 15).toBe(startOffset);
      expect(valuesIn(blocks)).toEqual(Array.from({ length: 15 - startOffset }, (_, index) => startOffset + index));
    });

    test("never moves the start back", async () => {
      const log = await filled();
      await Promise.all([log.trim("readings", 9), log.trim("readings", 4)]);
      await log.trim("readings", 0);
      expect(log.bounds("readings")).toEqual({ startOffset: 9, endOffset: 15 });
    });

    test("leaves the other lanes alone", async () => {
      const log = await filled();
      await append(log, { results: [resultFor(1)] });
      await log.trim("readings", 1000);
      expect(log.bounds("results")).toEqual({ startOffset: 0, endOffset: 1 });
    });

    test("of everything: the next append goes on where the lane ended", async () => {
      const log = await filled();
      await log.trim("readings", 1000);
      await append(log, readingsOfValues(15));
      expect(log.bounds("readings")).toEqual({ startOffset: 15, endOffset: 16 });
      expect(await storedValues(log)).toEqual([15]);
    });
  });

  describe(`${name}: segments and eviction`, () => {
    /** Six blocks of two readings each, a segment each; one sink has confirmed so much of every lane. */
    const filled = async (confirmedOffset = 0) => {
      const reader = new ScriptedReader();
      reader.confirmAll(confirmedOffset);
      const log = await openLog({ segmentLimits: { bytesMax: 1, spanMs: 1e9 }, readers: readersOf(reader) });
      for (let value = 0; value < 12; value += 2) await append(log, readingsOfValues(value, value + 1));
      return log;
    };
    const cut = (toOffset: number): Cut => ({ lane: "readings", fromOffset: 0, toOffset, reason: "disk" });

    test("segments say how large a lane is, and what it holds, without reading it", async () => {
      const log = await openLog({ segmentLimits: { bytesMax: 150, spanMs: 1e9 } });
      for (let value = 0; value < 12; value += 2)
        await append(log, { ...readingsOfValues(value, value + 1), results: [resultFor(1)] });
      for (const lane of ["readings", "results"] as const) {
        const blocks = await log.read(lane, 0, everything);
        const { list, bytes } = log.segments(lane);
        expect(bytes).toBe(blocks.reduce((sum, block) => sum + block.bytes.length, 0));
        expect(list.length).toBeGreaterThan(1);
        expect(list.reduce((sum, segment) => sum + segment.blocks, 0)).toBe(6);
        expect([list[0]?.firstOffset, list.at(-1)?.endOffset]).toEqual([0, log.bounds(lane).endOffset]);
        for (const [index, segment] of list.slice(1).entries()) expect(segment.firstOffset).toBe(list[index]?.endOffset);
      }
      expect(log.segments("alerts")).toMatchObject({ list: [], bytes: 0 });
    });

    test("a segment ends after its span too", async () => {
      const clock = new FakeClock();
      const log = await openLog({ clock, segmentLimits: { bytesMax: 1e9, spanMs: 1000 } });
      for (let value = 0; value < 6; value++) {
        await append(log, readingsOfValues(value));
        clock.advanceMs(400);
      }
      expect(
        log
          .segments("readings")
          .list.map(({ firstOffset, lastTimeUs, firstTimeUs }) => [firstOffset, lastTimeUs - firstTimeUs]),
      ).toEqual([
        [0, 800_000],
        [3, 800_000],
      ]);
    });

    test("a trim in the middle of a segment leaves a smaller one", async () => {
      const log = await openLog();
      for (let value = 0; value < 12; value += 2) await append(log, readingsOfValues(value, value + 1));
      await log.trim("readings", 5);
      const blocks = await log.read("readings", 0, everything);
      const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0);
      expect(log.segments("readings").list).toMatchObject([{ firstOffset: 4, endOffset: 12, blocks: 4, bytes }]);
      expect(log.segments("readings").bytes).toBe(bytes);
    });

    /** The segment's blocks as one. */
    const mergedBlockOf = async (log: Log, { firstOffset, endOffset }: Segment) => {
      const blocks = await log.read("readings", firstOffset, everything);
      return mergeBlocks(
        "readings",
        blocks.filter((block) => block.firstOffset >= firstOffset && block.firstOffset < endOffset),
      );
    };

    /** Six segments of two blocks of one reading each. */
    const smallBlocks = async () => {
      const log = await openLog({ segmentLimits: { bytesMax: 80, spanMs: 1e9 } });
      for (let value = 0; value < 12; value++) await append(log, readingsOfValues(value));
      expect(log.segments("readings").list.map(({ blocks }) => blocks)).toEqual([2, 2, 2, 2, 2, 2]);
      return log;
    };

    test("merged blocks take the place of a segment's: same records, same offsets, fewer blocks", async () => {
      const log = await smallBlocks();
      const before = await storedValues(log);
      for (const index of [1, 3]) {
        const segment = log.segments("readings").list[index]!;
        expect(await log.merge("readings", segment, [await mergedBlockOf(log, segment)])).toBe(true);
      }
      const blocks = await log.read("readings", 0, everything);
      expect(blocks.map(({ firstOffset }) => firstOffset)).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10, 11]);
      expect(valuesIn(blocks)).toEqual(before);
      const { list, bytes } = log.segments("readings");
      expect(bytes).toBe(blocks.reduce((sum, block) => sum + block.bytes.length, 0));
      expect(list.map(({ blocks: count, merged }) => [count, merged])).toEqual([
        [2, false],
        [1, true],
        [2, false],
        [1, true],
        [2, false],
        [2, false],
      ]);
      expect((await log.read("readings", 3, everything))[0]?.firstOffset).toBe(2);
    });

    test("a trim in the middle of a merged block leaves that block", async () => {
      const log = await smallBlocks();
      const segment = log.segments("readings").list[1]!;
      await log.merge("readings", segment, [await mergedBlockOf(log, segment)]);
      await log.trim("readings", 3);
      expect(log.bounds("readings").startOffset).toBe(2);
      expect(await storedValues(log)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    });

    test("a segment that still grows, or that is not as it was, is not merged", async () => {
      const log = await smallBlocks();
      const { list } = log.segments("readings");
      const [first, last] = [list[0]!, list.at(-1)!];
      expect(await log.merge("readings", last, [await mergedBlockOf(log, last)])).toBe(false);
      const merged = await mergedBlockOf(log, first);
      await log.trim("readings", 1);
      expect(await log.merge("readings", first, [merged])).toBe(false);
      expect((await storedValues(log)).length).toBe(11);
    });

    test("evict removes, records what a sink lacked, counts it, and stores the checkpoints with it", async () => {
      const log = await filled(3);
      await log.evict(eviction(cut(8)));
      expect(log.bounds("readings")).toEqual({ startOffset: 8, endOffset: 12 });
      expect(await storedValues(log)).toEqual([8, 9, 10, 11]);
      expect(log.losses).toEqual([{ lane: "readings", fromOffset: 3, toOffset: 8, reason: "disk", sinceUs: 7, untilUs: 7 }]);
      expect(log.evicted.collector?.readings.disk).toBe(5);
      expect(Buffer.from((await log.readCheckpoint("forward:collector")) ?? []).toString()).toContain('"readings":3');
      expect(log.segments("readings").list.map(({ firstOffset }) => firstOffset)).toEqual([8, 10]);
    });

    test("cuts of several lanes, and several of one lane, are one eviction", async () => {
      const log = await filled();
      await append(log, { results: [resultFor(1)] });
      const cuts: Cut[] = [
        { lane: "readings", fromOffset: 0, toOffset: 2, reason: "age" },
        { lane: "results", fromOffset: 0, toOffset: 1, reason: "size" },
        { lane: "readings", fromOffset: 2, toOffset: 6, reason: "disk" },
      ];
      await log.evict(eviction(...cuts));
      expect([log.bounds("readings").startOffset, log.bounds("results")]).toEqual([6, { startOffset: 1, endOffset: 1 }]);
      expect(log.evicted.collector?.readings).toEqual({ age: 2, disk: 4, size: 0, corrupt: 0 });
      expect(log.evicted.collector?.results.size).toBe(1);
    });

    test("what is missing is told in pieces, by what is known of them", async () => {
      const log = await filled(3);
      await log.trim("readings", 4);
      await log.evict(eviction({ ...cut(8), fromOffset: 4 }));
      expect(log.missing("readings", 0, 8)).toEqual([
        { fromOffset: 0, toOffset: 4, loss: null },
        { fromOffset: 4, toOffset: 8, loss: log.losses[0] },
      ]);
    });

    test("without a sink what is evicted counts for nobody's sink, as lost to all", async () => {
      const log = await openLog({ segmentLimits: { bytesMax: 1, spanMs: 1e9 } });
      await append(log, readingsOfValues(0, 1));
      await append(log, readingsOfValues(2));
      await log.evict(eviction(cut(2)));
      expect(log.evicted.none?.readings.disk).toBe(2);
    });

    test("an eviction of everything: the next append goes on where the lane ended", async () => {
      const log = await filled(12);
      await log.evict(eviction(cut(12)));
      await append(log, readingsOfValues(12));
      expect(log.bounds("readings")).toEqual({ startOffset: 12, endOffset: 13 });
      expect(log.segments("readings").list).toMatchObject([{ firstOffset: 12, endOffset: 13 }]);
    });

    test("while readings are refused they get the error, in order; results, checkpoints and barriers pass", async () => {
      const log = await filled();
      const full = new TidegateError("LOG_FULL", "append readings: full");
      const before = append(log, readingsOfValues(12));
      log.refuseReadings(full);
      const codes = [before, append(log, readingsOfValues(13)), append(log, { results: [resultFor(1)] }), append(log, {})];
      expect(await Promise.all(codes)).toEqual([null, "LOG_FULL", null, null]);
      log.refuseReadings(null);
      expect(await append(log, readingsOfValues(13))).toBeNull();
      expect(log.bounds("readings").endOffset).toBe(14);
    });
  });

  describe(`${name}: checkpoints`, () => {
    test("one that was never appended is null", async () => {
      const log = await openLog();
      expect(await log.readCheckpoint("nobody")).toBeNull();
    });

    test("the last durable one of each name is read, also of several in one commit", async () => {
      const log = await openLog();
      const appendCheckpoint = (name: string, byte: number) =>
        append(log, { checkpoint: { name, value: Uint8Array.of(byte) } });
      await Promise.all([appendCheckpoint("a", 1), appendCheckpoint("ä/b", 2), appendCheckpoint("a", 3)]);
      await appendCheckpoint("ä/b", 4);
      expect([...((await log.readCheckpoint("a")) ?? [])]).toEqual([3]);
      expect([...((await log.readCheckpoint("ä/b")) ?? [])]).toEqual([4]);
    });

    test("of several parts: written, replaced and deleted in one append, read by the beginning of their names", async () => {
      const log = await openLog();
      const part = (name: string, byte: number | null) => ({ name, value: byte === null ? null : Uint8Array.of(byte) });
      await append(log, { checkpoints: [part("s/a", 1), part("s/ä", 2), part("s/b", 3), part("t/a", 4), part("s", 5)] });
      await append(log, {
        checkpoints: [part("s/b", 6), part("s/a", null)],
        checkpoint: { name: "s/c", value: Uint8Array.of(7) },
      });
      const read = (await log.readCheckpoints("s/")).map(({ name, value }) => [name, ...value]);
      expect(read).toEqual([
        ["s/b", 6],
        ["s/c", 7],
        ["s/ä", 2],
      ]);
      expect(await log.readCheckpoint("s/a")).toBeNull();
      expect(await log.readCheckpoints("x")).toEqual([]);
    });

    test("its bytes are the log's own once it is done", async () => {
      const log = await openLog();
      const value = Buffer.from([1]);
      await append(log, { checkpoint: { name: "a", value } });
      value[0] = 2;
      expect([...((await log.readCheckpoint("a")) ?? [])]).toEqual([1]);
    });
  });

  describe(`${name}: onCommit`, () => {
    test("is called after every commit that moved the end of a lane, and after no other", async () => {
      const log = await openLog();
      const ends: number[] = [];
      const stop = log.onCommit(() => ends.push(log.bounds("readings").endOffset + log.bounds("alerts").endOffset));
      await append(log, readingsOfValues(1, 2));
      await append(log, { checkpoint: { name: "a", value: Uint8Array.of(1) } });
      await append(log, {});
      await append(log, { alerts: [alertFor(1)] });
      await append(log, {});
      expect(ends).toEqual([2, 3]);
      stop();
      await append(log, readingsOfValues(3));
      await append(log, {});
      expect(ends).toEqual([2, 3]);
    });
  });

  describe(`${name}: close`, () => {
    test("commits what waits first", async () => {
      const log = await openLog();
      const done = append(log, readingsOfValues(1));
      await log.close();
      expect(await done).toBeNull();
      expect(log.bounds("readings").endOffset).toBe(1);
    });

    test("appends from then on are done with LOG_CLOSED, in order, while it closes and after", async () => {
      const log = await openLog();
      const calls: string[] = [];
      log.append(readingsOfValues(1), (error) => calls.push(`first ${error?.code}`));
      const closing = log.close();
      log.append(readingsOfValues(2), (error) => calls.push(`second ${error?.code}`));
      expect(await append(log, {})).toBe("LOG_CLOSED");
      await closing;
      expect(await append(log, readingsOfValues(3))).toBe("LOG_CLOSED");
      expect(calls).toEqual(["first undefined", "second LOG_CLOSED"]);
      expect(log.bounds("readings").endOffset).toBe(1);
    });

    test("is idempotent, and every call waits for the end", async () => {
      const log = await openLog();
      const done = append(log, readingsOfValues(1));
      await Promise.all([log.close(), log.close()]);
      expect(await done).toBeNull();
      await log.close();
    });

    test("waits for reads under way and refuses later ones with LOG_CLOSED", async () => {
      const log = await openLog();
      await append(log, readingsOfValues(1));
      const underWay = log.read("readings", 0, everything);
      await log.close();
      expect(valuesIn(await underWay)).toEqual([1]);
      const closed = expect.objectContaining({ code: "LOG_CLOSED" });
      await expect(log.read("readings", 0, everything)).rejects.toEqual(closed);
      await expect(log.trim("readings", 0)).rejects.toEqual(closed);
      await expect(log.readCheckpoint("a")).rejects.toEqual(closed);
    });
  });
}
