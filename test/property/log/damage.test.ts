// Random damage to a log that is used at random, against a model that knows what was harmed: what is whole is served, what is not is
// lost, exactly, and counted for each sink exactly where it stood when it was found.

import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeReadingBlock, readingsOf } from "../../../src/codec/block-codec.ts";
import { deliveryOf } from "../../../src/log/accounting.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { harm, harms } from "../../support/damaged-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, reading } from "../../support/log-appends.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";
import { tempDir } from "../../support/temp-dir.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const anyHarm = fc.constantFrom(...Object.values(harms));
const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      counts: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("harm" as const), places: fc.array(share, { maxLength: 4 }), how: anyHarm }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("read" as const), from: share, bytesMax: fc.nat(400) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("confirm" as const), to: share, sink: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("evict" as const), segments: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim" as const), to: share }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

class Model {
  /** First offsets and ends of all blocks ever. */
  readonly blocks: [first: number, end: number][] = [];
  readonly harmed = new Set<number>();
  readonly sinks = [new ScriptedReader("a"), new ScriptedReader("b")] as const;

  get end(): number {
    return this.blocks.at(-1)?.[1] ?? 0;
  }

  /** Offsets that the lane must serve from its start on. */
  whole(startOffset: number): number[] {
    return this.blocks
      .filter(([first]) => first >= startOffset && !this.harmed.has(first))
      .flatMap(([first, end]) => Array.from({ length: end - first }, (_, index) => first + index));
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
  for (const { sink, confirmed } of sinks) {
    const inputs = { bounds, confirmedOffset: confirmed.readings, evicted: log.evicted[sink]?.readings, holes };
    const { delivered, pending, evicted, stored } = deliveryOf(inputs);
    expect(delivered + pending + evicted).toBe(stored);
    expect(Math.min(delivered, pending)).toBeGreaterThanOrEqual(0);
  }
}

async function take(step: Step, log: Log, model: Model): Promise<void> {
  const { startOffset, endOffset } = log.bounds("readings");
  switch (step.kind) {
    case "append":
      for (const count of step.counts) {
        const first = model.end;
        model.blocks.push([first, first + count]);
        await append(log, { readings: Array.from({ length: count }, (_, index) => reading(first + index)) });
      }
      return;
    case "read": {
      const from = Math.floor(step.from * endOffset);
      const expected = model.whole(startOffset).filter((offset) => offset >= from);
      expect((await offsetsFrom(log, from, step.bytesMax)).filter((offset) => offset >= from)).toEqual(expected);
      return;
    }
    case "confirm": {
      const sink = model.sinks[step.sink] as ScriptedReader;
      // As forwarders do: up to the end of a block, and over what is lost.
      const reached = model.blocks.filter(([, end]) => end <= step.to * endOffset).at(-1)?.[1] ?? 0;
      sink.confirm("readings", Math.max(sink.confirmed.readings, reached));
      return;
    }
    case "evict": {
      const cut = log.segments("readings").list[step.segments - 1];
      if (cut === undefined) return;
      await log.evict({
        cuts: [{ lane: "readings", fromOffset: startOffset, toOffset: cut.endOffset, reason: "size" }],
        atUs: 7,
      });
      return;
    }
    case "trim":
      await log.trim("readings", Math.floor(step.to * Math.min(...model.sinks.map(({ confirmed }) => confirmed.readings))));
      return;
    case "harm":
  }
}

test("whatever is harmed and whenever: what is whole is served in order, the rest is lost once, and the books balance", async () => {
  const base = await tempDir();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 14 }), async (steps) => {
      const directory = `${base}/${runs++}`;
      const model = new Model();
      const options = {
        directory,
        clock: new FakeClock(),
        pendingReadingsMax: 1000,
        logger: createLogger("silent"),
        recentBytesMax: 0,
      };
      const open = () =>
        openLevelLog({ ...options, segmentLimits: { bytesMax: 300, spanMs: 1e9 }, readers: readersOf(...model.sinks) });
      let log = await open();
      try {
        for (const step of steps) {
          if (step.kind === "harm") {
            const { startOffset } = log.bounds("readings");
            await log.close();
            const there = model.blocks
              .map(([first]) => first)
              .filter((first) => first >= startOffset && !model.harmed.has(first));
            const places = [...new Set(step.places.map((place) => there[Math.floor(place * (there.length - 1))]))];
            const offsets = places.filter((place) => place !== undefined);
            await harm(directory, "readings", offsets, step.how);
            for (const offset of offsets) model.harmed.add(offset);
            log = await open();
          } else await take(step, log, model);
          expectBooksToBalance(log, model);
        }
        const { startOffset } = log.bounds("readings");
        expect(await offsetsFrom(log, 0, 200)).toEqual(model.whole(startOffset));
        const { list, bytes } = log.segments("readings");
        const whole = model.blocks.filter(([first]) => first >= startOffset && !model.harmed.has(first));
        expect(list.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(whole.length);
        expect(bytes).toBeGreaterThanOrEqual(whole.length);
        const [losses, evicted] = [log.losses, log.evicted];
        await log.close();
        log = await open();
        expect([...log.losses].sort(byOffset)).toEqual([...losses].sort(byOffset));
        expect(log.evicted).toEqual(evicted);
      } finally {
        await log.close();
      }
    }),
    { numRuns: 60 },
  );
});

const byOffset = (a: { fromOffset: number }, b: { fromOffset: number }) => a.fromOffset - b.fromOffset;
