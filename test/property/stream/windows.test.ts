// The window core against an oracle that keeps every reading and looks at all of them each time: slow, and obviously right.
//
// Blocks are given as columns here, as the log stores them; where it matters in which order the readings came before they were
// put into columns, the block codec makes the columns.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeReadingBlock } from "../../../src/codec/block-codec.ts";
import type { Reading } from "../../../src/model/reading.ts";
import type { WindowResult } from "../../../src/model/result.ts";
import type { InputColumn } from "../../../src/stream/contract.ts";
import { defaultWindowLimits } from "../../../src/stream/windows/plan.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { KeptState, OperatorBench, oneByOne, stateOf } from "../../support/reading-columns.ts";
import { readingBlock } from "../../support/records.ts";
import { tumbling } from "../../support/window-definitions.ts";

type Block = readonly InputColumn[];

interface Case {
  readonly sizeUs: number;
  readonly latenessUs: number;
  readonly blocks: readonly Block[];
}

interface OracleWindow {
  readonly series: string;
  readonly device: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly firstSeen: number;
  readonly values: number[];
  causeOffset: number | null;
}

const readingOf = fc.tuple(
  fc.integer({ min: -60, max: 400 }),
  fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
);

const columnOf: fc.Arbitrary<InputColumn> = fc
  .tuple(fc.constantFrom("d", "e", "f"), fc.constantFrom("a", "b", "c"), fc.array(readingOf, { minLength: 1, maxLength: 12 }))
  .map(([device, metric, readings]) => ({
    device,
    metric,
    unit: "",
    tags: "",
    eventTimesUs: readings.map(([eventTimeUs]) => eventTimeUs),
    values: readings.map(([, value]) => value),
    qualities: [],
    correctionsUs: [],
  }));

const caseOf: fc.Arbitrary<Case> = fc.record({
  sizeUs: fc.integer({ min: 1, max: 60 }),
  latenessUs: fc.integer({ min: 0, max: 120 }),
  blocks: fc.array(fc.array(columnOf, { minLength: 1, maxLength: 6 }), { maxLength: 10 }),
});

function operatorOf({ sizeUs, latenessUs }: Pick<Case, "sizeUs" | "latenessUs">): WindowOperator {
  return new WindowOperator(tumbling({ sizeUs, latenessUs }));
}

function feedBlocks(operator: WindowOperator, blocks: readonly Block[]): OperatorBench<WindowOperator> {
  const bench = new OperatorBench(operator);
  for (const block of blocks) bench.feed(...block);
  return bench;
}

/** Every reading of the lane, with its place in it. */
function rowsOf(blocks: readonly Block[]) {
  const rows = blocks.flatMap((block, blockIndex) =>
    block.flatMap(({ device, metric, eventTimesUs, values }) =>
      eventTimesUs.map((eventTimeUs, i) => ({ blockIndex, device, metric, eventTimeUs, value: values[i] as number })),
    ),
  );
  return rows.map((row, offset) => ({ ...row, offset }));
}

function oracle({ sizeUs, latenessUs, blocks }: Case): { emitted: OracleWindow[]; tooLate: number } {
  const rows = rowsOf(blocks);
  const seen = [...new Set(rows.map(({ device, metric }) => `${device}/${metric}`))];
  const newestBefore = (device: string, blockIndex: number) =>
    Math.max(...rows.filter((row) => row.device === device && row.blockIndex < blockIndex).map((row) => row.eventTimeUs));
  const windows: OracleWindow[] = [];
  const emitted: OracleWindow[] = [];
  let tooLate = 0;
  for (const blockIndex of blocks.keys()) {
    for (const { device, metric, eventTimeUs, value } of rows.filter((row) => row.blockIndex === blockIndex)) {
      const startUs = Math.floor(eventTimeUs / sizeUs) * sizeUs;
      const endUs = startUs + sizeUs;
      if (endUs <= newestBefore(device, blockIndex) - latenessUs) {
        tooLate++;
        continue;
      }
      const series = `${device}/${metric}`;
      let window = windows.find((w) => w.series === series && w.startUs === startUs);
      if (window === undefined) {
        window = { series, device, startUs, endUs, firstSeen: seen.indexOf(series), values: [], causeOffset: null };
        windows.push(window);
      }
      window.values.push(value);
    }
    const over = windows.filter(
      (w) => w.causeOffset === null && w.endUs <= newestBefore(w.device, blockIndex + 1) - latenessUs,
    );
    for (const window of over) {
      const newestUs = newestBefore(window.device, blockIndex + 1);
      window.causeOffset = rows.find((row) => row.device === window.device && row.eventTimeUs === newestUs)!.offset;
    }
    over.sort(
      (one, other) => one.causeOffset! - other.causeOffset! || one.endUs - other.endUs || one.firstSeen - other.firstSeen,
    );
    emitted.push(...over);
  }
  return { emitted, tooLate };
}

/** Readings in the order in which they came, put into columns as a commit does it. */
function blockOf(readings: readonly Reading[]): Block {
  return decodeReadingBlock(readingBlock(readings)).columns;
}

/** What the windows hold in the end, whenever and in which order they were emitted; a far reading per device ends them all. */
function contents(bench: OperatorBench<WindowOperator>): Map<string, Partial<WindowResult>> {
  const far = { metric: "a", unit: "", tags: "", eventTimesUs: [1e9], values: [0], qualities: [], correctionsUs: [] };
  bench.feed(...["d", "e", "f"].map((device) => ({ device, ...far })));
  return new Map(
    bench.results.map(({ causeOffset: _, ...result }) => [`${result.device}/${result.metric}/${result.startUs}`, result]),
  );
}

/** A lane in which no device goes back, from a block to a later one, into a window that is over. Inside of blocks anything goes. */
const punctualOf = fc
  .record({
    sizeUs: fc.integer({ min: 1, max: 60 }),
    latenessUs: fc.integer({ min: 0, max: 120 }),
    steps: fc.array(
      fc.array(
        fc.record({
          device: fc.constantFrom("d", "e", "f"),
          metric: fc.constantFrom("a", "b", "c"),
          aheadUs: fc.integer({ min: 0, max: 300 }),
          value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        }),
        { minLength: 1, maxLength: 20 },
      ),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ sizeUs, latenessUs, steps }) => {
    const newestUs = new Map<string, number>();
    const commits = steps.map((step) => {
      const readings = step.map(({ device, metric, aheadUs, value }) => {
        // The start of the window that holds the watermark: one microsecond earlier would be too late.
        const earliestUs = Math.floor(((newestUs.get(device) ?? 0) - latenessUs) / sizeUs) * sizeUs;
        return { device, metric, unit: "", tags: "", quality: 0, correctionUs: 0, value, eventTimeUs: earliestUs + aheadUs };
      });
      for (const { device, eventTimeUs } of readings) {
        newestUs.set(device, Math.max(newestUs.get(device) ?? eventTimeUs, eventTimeUs));
      }
      return readings;
    });
    return { sizeUs, latenessUs, commits };
  });

/** Puts neighbours together where `joins` says so. */
function joined<Item>(lists: readonly (readonly Item[])[], joins: readonly boolean[]): Item[][] {
  const result: Item[][] = [];
  for (const [i, list] of lists.entries()) {
    if (i > 0 && joins[i % joins.length]) result.at(-1)!.push(...list);
    else result.push([...list]);
  }
  return result;
}

const joinsOf = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });

describe("tumbling windows over any disordered input of several devices", () => {
  test("are those of the oracle, in its order", () => {
    fc.assert(
      fc.property(caseOf, (input) => {
        const { results, operator } = feedBlocks(operatorOf(input), input.blocks);
        const { emitted, tooLate } = oracle(input);
        expect(operator.counters().skipped.too_late).toBe(tooLate);
        expect(results.map((r) => [`${r.device}/${r.metric}`, r.startUs, r.endUs, r.causeOffset, r.count])).toEqual(
          emitted.map((w) => [w.series, w.startUs, w.endUs, w.causeOffset, w.values.length]),
        );
        for (const [i, { values }] of emitted.entries()) {
          const { min, max, ...result } = results[i]!.aggregates as Record<string, number>;
          const sum = values.reduce((total, value) => total + value, 0);
          const mean = sum / values.length;
          const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
          // Squares of values below 1e-150 leave the range of doubles, here and there.
          const scale = Math.max(...values.map(Math.abs), 1e-100);
          expect(min).toBe(Math.min(...values));
          expect(max).toBe(Math.max(...values));
          expect(Math.abs(result.sum! - sum) / scale).toBeLessThan(1e-12);
          expect(Math.abs(result.mean! - mean) / scale).toBeLessThan(1e-12);
          expect(Math.abs(result.stddev! - Math.sqrt(variance)) / scale).toBeLessThan(1e-7);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("do not depend on a snapshot and restore after any block, nor on the columns inside of it, down to the last bit", () => {
    fc.assert(
      fc.property(caseOf, (input) => {
        const whole = feedBlocks(operatorOf(input), input.blocks);
        const results: unknown[] = [];
        let operator = operatorOf(input);
        let offset = 0;
        for (const block of input.blocks) {
          const bench = new OperatorBench(operator, offset).feed(...block.flatMap(oneByOne));
          results.push(...bench.results);
          offset = bench.nextOffset;
          operator = operatorOf(input);
          operator.restore(stateOf(bench.operator));
        }
        expect(results).toEqual(whole.results);
        expect(operator.counters()).toEqual(whole.operator.counters());
        expect(new KeptState().keep(operator).contents()).toEqual(new KeptState().keep(whole.operator).contents());
      }),
      { numRuns: 200 },
    );
  });

  test("hold the same, bit for bit, however the readings come together in blocks, if none goes back into a window that is over", () => {
    fc.assert(
      fc.property(punctualOf, joinsOf, ({ commits, ...times }, joins) => {
        const apart = feedBlocks(operatorOf(times), commits.map(blockOf));
        const cut = feedBlocks(operatorOf(times), joined(commits, joins).map(blockOf));
        const together = feedBlocks(operatorOf(times), [blockOf(commits.flat())]);
        for (const { operator } of [apart, cut, together]) expect(operator.counters().skipped.too_late).toBe(0);
        const expected = contents(together);
        expect(contents(apart)).toEqual(expected);
        expect(contents(cut)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test("take every reading that they take in smaller blocks also in larger ones", () => {
    fc.assert(
      fc.property(caseOf, joinsOf, (input, joins) => {
        const small = feedBlocks(operatorOf(input), input.blocks);
        const large = feedBlocks(operatorOf(input), joined(input.blocks, joins));
        expect(large.operator.counters().skipped.too_late).toBeLessThanOrEqual(small.operator.counters().skipped.too_late ?? 0);
        const inLarge = contents(large);
        for (const [window, { count }] of contents(small)) expect(inLarge.get(window)?.count).toBeGreaterThanOrEqual(count!);
      }),
      { numRuns: 200 },
    );
  });

  test("take or skip every reading, and hold in results plus open windows what they took", () => {
    fc.assert(
      fc.property(caseOf, fc.integer({ min: 1, max: 5 }), (input, max) => {
        const { sizeUs, latenessUs } = input;
        const limits = { ...defaultWindowLimits, seriesMax: max, slicesMax: 3 * max, slicesPerGroupMax: max };
        const limited = new WindowOperator(tumbling({ sizeUs, latenessUs }), limits);
        const { results, operator, nextOffset } = feedBlocks(limited, input.blocks);
        const { taken, skipped, outputs } = operator.counters();
        expect(taken + Object.values(skipped).reduce((sum, count) => sum + count, 0)).toBe(nextOffset);
        expect(results.length).toBe(outputs);
        const far = { metric: "a", unit: "", tags: "", eventTimesUs: [1e6], values: [0], qualities: [], correctionsUs: [] };
        const devices = ["d", "e", "f"].map((device) => ({ device, ...far }));
        const rest = new OperatorBench(operator, nextOffset).feed(...devices).results;
        expect([...results, ...rest].reduce((sum, { count }) => sum + count, 0)).toBe(taken);
      }),
      { numRuns: 200 },
    );
  });
});
