// Random use of a log against a bare model of it: arrays of numbers, and the places where one block ends and the next begins.

import { cp } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAlertBlock, decodeReadingBlock, decodeResultBlock, readingsOf } from "../../../src/codec/block-codec.ts";
import { mergeableGroups, mergeBlocks } from "../../../src/codec/block-merge.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log, LogWrite, StoredBlock } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { type Lane, lanes } from "../../../src/model/lane.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, reading } from "../../support/log-appends.ts";
import { alertFor, resultFor } from "../../support/records.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";
import { tempDir } from "../../support/temp-dir.ts";

const pendingReadingsMax = 12;
const checkpointNames = ["a", "b"] as const;

interface Counts {
  readonly readings: number;
  readonly results: number;
  readonly alerts: number;
  readonly checkpoint: (typeof checkpointNames)[number] | null;
}

type Step =
  | { readonly kind: "append"; readonly writes: readonly Counts[] }
  | { readonly kind: "read"; readonly lane: Lane; readonly fromOffset: number; readonly bytesMax: number }
  | { readonly kind: "trim"; readonly lane: Lane; readonly beforeOffset: number }
  | { readonly kind: "evict"; readonly lane: Lane; readonly segments: number; readonly confirmedOffset: number }
  | { readonly kind: "merge"; readonly lane: Lane; readonly index: number }
  | { readonly kind: "reopen" | "crash" };

const anyLane = fc.constantFrom(...lanes);
const anyOffset = fc.nat(60);
const anyCounts: fc.Arbitrary<Counts> = fc.record({
  readings: fc.nat(6),
  results: fc.nat(2),
  alerts: fc.nat(2),
  checkpoint: fc.constantFrom(null, null, ...checkpointNames),
});
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("append" as const), writes: fc.array(anyCounts, { maxLength: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("read" as const), lane: anyLane, fromOffset: anyOffset, bytesMax: fc.nat(600) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("trim" as const), lane: anyLane, beforeOffset: anyOffset }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("evict" as const),
      lane: anyLane,
      segments: fc.integer({ min: 1, max: 3 }),
      confirmedOffset: anyOffset,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("merge" as const), lane: anyLane, index: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("reopen" as const, "crash" as const) }) },
);

/** What the log must hold. Every record is a number that no other has. */
class Model {
  readonly records: Record<Lane, number[]> = { readings: [], results: [], alerts: [] };
  /** First offsets of the blocks, and the end. */
  readonly edges: Record<Lane, number[]> = { readings: [0], results: [0], alerts: [0] };
  readonly starts: Record<Lane, number> = { readings: 0, results: 0, alerts: 0 };
  readonly checkpoints = new Map<string, number>();
  /** Records that were evicted before the sink had confirmed them, and those of them that the log still lists, by lane. */
  readonly evicted: Record<Lane, number> = { readings: 0, results: 0, alerts: 0 };
  #nextNumber = 0;

  numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.#nextNumber++);
  }

  endBlock(lane: Lane): void {
    const end = this.records[lane].length;
    if (end > (this.edges[lane].at(-1) ?? 0)) this.edges[lane].push(end);
  }

  edgeAtOrBefore(lane: Lane, offset: number): number {
    return this.edges[lane].filter((edge) => edge <= offset).at(-1) ?? 0;
  }
}

function numbersIn(lane: Lane, { bytes }: StoredBlock): number[] {
  if (lane === "readings") return readingsOf(decodeReadingBlock(bytes)).map(({ value }) => Number(value));
  if (lane === "results") return decodeResultBlock(bytes).results.map(({ causeOffset }) => causeOffset);
  return decodeAlertBlock(bytes).alerts.map(({ causeOffset }) => causeOffset);
}

async function appendStep(log: Log, model: Model, writes: readonly Counts[]): Promise<void> {
  let pending = 0;
  const codes: Promise<string | null>[] = [];
  const expected: (string | null)[] = [];
  for (const counts of writes) {
    const numbers = {
      readings: model.numbers(counts.readings),
      results: model.numbers(counts.results),
      alerts: model.numbers(counts.alerts),
    };
    const [state] = model.numbers(1) as [number];
    const write: LogWrite = {
      readings: numbers.readings.map(reading),
      results: numbers.results.map(resultFor),
      alerts: numbers.alerts.map(alertFor),
      ...(counts.checkpoint === null ? {} : { checkpoint: { name: counts.checkpoint, value: Buffer.from(String(state)) } }),
    };
    codes.push(append(log, write));
    const refused = counts.readings > 0 && pending + counts.readings > pendingReadingsMax;
    expected.push(refused ? "LOG_QUEUE_FULL" : null);
    if (refused) continue;
    pending += counts.readings;
    for (const lane of lanes) model.records[lane].push(...numbers[lane]);
    if (counts.checkpoint !== null) model.checkpoints.set(counts.checkpoint, state);
  }
  expect(await Promise.all(codes)).toEqual(expected);
  for (const lane of lanes) model.endBlock(lane);
}

async function readStep(
  log: Log,
  model: Model,
  { lane, fromOffset, bytesMax }: Extract<Step, { kind: "read" }>,
): Promise<void> {
  const blocks = await log.read(lane, fromOffset, bytesMax);
  const wanted = Math.max(fromOffset, model.starts[lane]);
  if (wanted >= model.records[lane].length) {
    expect(blocks).toEqual([]);
    return;
  }
  let offset = model.edgeAtOrBefore(lane, wanted);
  let bytes = 0;
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) {
    expect(block.firstOffset).toBe(offset);
    expect(model.edges[lane]).toContain(offset + block.count);
    expect(numbersIn(lane, block)).toEqual(model.records[lane].slice(offset, offset + block.count));
    offset += block.count;
    bytes += block.bytes.length;
  }
  if (blocks.length > 1) expect(bytes).toBeLessThanOrEqual(bytesMax);
  const [next] = await log.read(lane, offset, 0);
  if (next !== undefined) expect(bytes + next.bytes.length).toBeGreaterThan(bytesMax);
}

async function trimStep(log: Log, model: Model, { lane, beforeOffset }: Extract<Step, { kind: "trim" }>): Promise<void> {
  await log.trim(lane, beforeOffset);
  model.starts[lane] = Math.max(model.starts[lane], model.edgeAtOrBefore(lane, beforeOffset));
}

async function evictStep(
  { log, reader }: LogInUse,
  model: Model,
  { lane, segments, confirmedOffset }: Extract<Step, { kind: "evict" }>,
): Promise<void> {
  const { startOffset } = log.bounds(lane);
  const last = log.segments(lane).list.slice(0, segments).at(-1);
  if (last === undefined) return;
  reader.confirm(lane, Math.max(reader.confirmed[lane], confirmedOffset));
  await log.evict({ cuts: [{ lane, fromOffset: startOffset, toOffset: last.endOffset, reason: "size" }], atUs: 1 });
  model.starts[lane] = last.endOffset;
  model.evicted[lane] += Math.max(0, last.endOffset - Math.max(startOffset, reader.confirmed[lane]));
}

/** Merges what is worth it of one segment, as the log's merger does. */
async function mergeStep(log: Log, model: Model, { lane, index }: Extract<Step, { kind: "merge" }>): Promise<void> {
  const { list } = log.segments(lane);
  const segment = list[index];
  if (segment === undefined) return;
  const { firstOffset, endOffset } = segment;
  const blocks = (await log.read(lane, firstOffset, Number.MAX_SAFE_INTEGER)).filter(
    (block) => block.firstOffset >= firstOffset && block.firstOffset < endOffset,
  );
  const merged = mergeableGroups(blocks).map((group) => mergeBlocks(lane, group));
  const isClosed = index < list.length - 1;
  expect(await log.merge(lane, segment, merged)).toBe(isClosed);
  if (!isClosed) return;
  const starts = merged.map((block) => block.firstOffset);
  model.edges[lane] = model.edges[lane].filter((edge) => edge <= firstOffset || edge >= endOffset || starts.includes(edge));
}

async function expectSame(log: Log, model: Model): Promise<void> {
  for (const lane of lanes) {
    expect(log.bounds(lane)).toEqual({ startOffset: model.starts[lane], endOffset: model.records[lane].length });
  }
  for (const lane of lanes) {
    const { list, bytes } = log.segments(lane);
    expect(bytes).toBe(list.reduce((sum, segment) => sum + segment.bytes, 0));
    expect(log.evicted.collector?.[lane].size ?? 0).toBe(model.evicted[lane]);
  }
  for (const name of checkpointNames) {
    const value = await log.readCheckpoint(name);
    expect(value === null ? undefined : Number(Buffer.from(value).toString())).toBe(model.checkpoints.get(name));
  }
}

interface LogInUse {
  readonly log: Log;
  readonly reader: ScriptedReader;
}

interface LogUnderTest {
  readonly reader: ScriptedReader;
  readonly open: () => Promise<Log>;
  /** Closes and opens again; a log that cannot is given back as it is. */
  readonly reopen: (log: Log) => Promise<Log>;
  /** The process dies, and another opens what is on disk. */
  readonly crash: (log: Log) => Promise<Log>;
}

async function run(steps: readonly Step[], { reader, open, reopen, crash }: LogUnderTest): Promise<void> {
  let log = await open();
  const model = new Model();
  try {
    for (const step of steps) {
      if (step.kind === "append") await appendStep(log, model, step.writes);
      else if (step.kind === "read") await readStep(log, model, step);
      else if (step.kind === "trim") await trimStep(log, model, step);
      else if (step.kind === "evict") await evictStep({ log, reader }, model, step);
      else if (step.kind === "merge") await mergeStep(log, model, step);
      else log = await (step.kind === "crash" ? crash(log) : reopen(log));
      await expectSame(log, model);
    }
    for (const lane of lanes)
      await readStep(log, model, { kind: "read", lane, fromOffset: 0, bytesMax: Number.MAX_SAFE_INTEGER });
  } finally {
    await log.close();
  }
}

const clock = new FakeClock();
const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 25 });

/** A few blocks each. */
const segmentLimits = { bytesMax: 200, spanMs: 1e9 };

describe("whatever is appended, read, trimmed, evicted and merged, and in whatever order, a log is what its model is", () => {
  test("memory log", async () => {
    const same = async (log: Log) => log;
    await fc.assert(
      fc.asyncProperty(anySteps, (steps) => {
        const reader = new ScriptedReader();
        const readers = readersOf(reader);
        const open = async () => createMemoryLog({ clock, pendingReadingsMax, segmentLimits, readers });
        return run(steps, { reader, open, reopen: same, crash: same });
      }),
      { numRuns: 200 },
    );
  });

  // 3000 bytes hold a few blocks, so that reads come from memory, from disk, and from the seam of the two.
  test.each([0, 3000, 4_000_000])(
    "LevelDB log with %d bytes of recent blocks, reopened or killed at any time",
    async (recentBytesMax) => {
      const base = await tempDir();
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(anySteps, async (steps) => {
          let directory = `${base}/${runs++}`;
          const reader = new ScriptedReader();
          const open = () =>
            openLevelLog({
              directory,
              clock,
              pendingReadingsMax,
              logger: createLogger("silent"),
              recentBytesMax,
              segmentLimits,
              readers: readersOf(reader),
            });
          const reopen = async (log: Log) => {
            await log.close();
            return open();
          };
          // What is on disk while the log is open is what a killed process leaves.
          const crash = async (log: Log) => {
            const copy = `${base}/${runs++}`;
            await cp(directory, copy, { recursive: true });
            await log.close();
            directory = copy;
            return open();
          };
          await run(steps, { reader, open, reopen, crash });
        }),
        { numRuns: 40 },
      );
    },
  );
});
