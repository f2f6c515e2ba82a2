// The window core against an oracle that keeps every reading and looks at all of them each time: slow, and obviously right.

import { deserialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InputColumn } from "../../../src/stream/contract.ts";
import { WindowOperator } from "../../../src/stream/windows.ts";
import { OperatorBench } from "../../support/reading-columns.ts";

interface Case {
  readonly sizeUs: number;
  readonly latenessUs: number;
  readonly columns: readonly InputColumn[];
}

interface OracleWindow {
  readonly series: string;
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
    eventTimesUs: readings.map(([eventTimeUs]) => eventTimeUs),
    values: readings.map(([, value]) => value),
    qualities: [],
  }));

const caseOf: fc.Arbitrary<Case> = fc.record({
  sizeUs: fc.integer({ min: 1, max: 60 }),
  latenessUs: fc.integer({ min: 0, max: 120 }),
  columns: fc.array(columnOf, { maxLength: 25 }),
});

function operatorOf({ sizeUs, latenessUs }: Case): WindowOperator {
  return new WindowOperator({ name: "w", match: { device: "*", metric: "*" }, sizeUs, latenessUs });
}

function oracle({ sizeUs, latenessUs, columns }: Case): { emitted: OracleWindow[]; tooLate: number } {
  const windows: OracleWindow[] = [];
  const emitted: OracleWindow[] = [];
  const newestUs = new Map<string, number>();
  const seen: string[] = [];
  let offset = 0;
  let tooLate = 0;
  for (const { device, metric, eventTimesUs, values } of columns) {
    const series = `${device}/${metric}`;
    if (!seen.includes(series)) seen.push(series);
    for (const [i, eventTimeUs] of eventTimesUs.entries()) {
      newestUs.set(device, Math.max(newestUs.get(device) ?? eventTimeUs, eventTimeUs));
      const watermarkUs = newestUs.get(device)! - latenessUs;
      const over = windows.filter((w) => w.series.startsWith(`${device}/`) && w.causeOffset === null && w.endUs <= watermarkUs);
      over.sort((one, other) => one.endUs - other.endUs || one.firstSeen - other.firstSeen);
      for (const window of over) {
        window.causeOffset = offset;
        emitted.push(window);
      }
      const startUs = Math.floor(eventTimeUs / sizeUs) * sizeUs;
      const endUs = startUs + sizeUs;
      if (endUs <= watermarkUs) tooLate++;
      else {
        let window = windows.find((w) => w.series === series && w.startUs === startUs);
        if (window === undefined) {
          window = { series, startUs, endUs, firstSeen: seen.indexOf(series), values: [], causeOffset: null };
          windows.push(window);
        }
        window.values.push(values[i] as number);
      }
      offset++;
    }
  }
  return { emitted, tooLate };
}

/** One column per reading. */
function cutSmall(columns: readonly InputColumn[]): InputColumn[] {
  return columns.flatMap((column) =>
    column.eventTimesUs.map((eventTimeUs, i) => ({
      ...column,
      eventTimesUs: [eventTimeUs],
      values: [column.values[i] as number],
    })),
  );
}

describe("tumbling windows over any disordered input of several devices", () => {
  test("are those of the oracle, in its order", () => {
    fc.assert(
      fc.property(caseOf, (input) => {
        const { results, operator } = new OperatorBench(operatorOf(input)).feed(...input.columns);
        const { emitted, tooLate } = oracle(input);
        expect(operator.counters().skipped.too_late).toBe(tooLate);
        expect(results.map((r) => [`${r.device}/${r.metric}`, r.startUs, r.endUs, r.causeOffset, r.count])).toEqual(
          emitted.map((w) => [w.series, w.startUs, w.endUs, w.causeOffset, w.values.length]),
        );
        for (const [i, { values }] of emitted.entries()) {
          const result = results[i]!;
          const sum = values.reduce((total, value) => total + value, 0);
          const mean = sum / values.length;
          const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
          // Squares of values below 1e-150 leave the range of doubles, here and there.
          const scale = Math.max(...values.map(Math.abs), 1e-100);
          expect(result.min).toBe(Math.min(...values));
          expect(result.max).toBe(Math.max(...values));
          expect(Math.abs(result.sum - sum) / scale).toBeLessThan(1e-12);
          expect(Math.abs(result.mean - mean) / scale).toBeLessThan(1e-12);
          expect(Math.abs(result.stddev - Math.sqrt(variance)) / scale).toBeLessThan(1e-7);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("do not depend on how the readings are cut into columns, down to the last bit", () => {
    fc.assert(
      fc.property(caseOf, (input) => {
        const whole = new OperatorBench(operatorOf(input)).feed(...input.columns);
        const cut = new OperatorBench(operatorOf(input)).feed(...cutSmall(input.columns));
        expect(cut.results).toEqual(whole.results);
        expect(deserialize(cut.operator.snapshot())).toEqual(deserialize(whole.operator.snapshot()));
      }),
      { numRuns: 200 },
    );
  });

  test("do not depend on a snapshot and restore after every reading, down to the last bit", () => {
    fc.assert(
      fc.property(caseOf, (input) => {
        const whole = new OperatorBench(operatorOf(input)).feed(...input.columns);
        const results: unknown[] = [];
        let operator = operatorOf(input);
        for (const [offset, column] of cutSmall(input.columns).entries()) {
          const bench = new OperatorBench(operator, offset).feed(column);
          results.push(...bench.results);
          operator = operatorOf(input);
          operator.restore(bench.operator.snapshot());
        }
        expect(results).toEqual(whole.results);
        expect(operator.counters()).toEqual(whole.operator.counters());
      }),
      { numRuns: 100 },
    );
  });

  test("take or skip every reading, and hold in results plus open windows what they took", () => {
    fc.assert(
      fc.property(caseOf, fc.integer({ min: 1, max: 5 }), (input, max) => {
        const limits = { seriesMax: max, openWindowsMax: 3 * max, openWindowsPerSeriesMax: max };
        const definition = { name: "w", match: { device: "*", metric: "*" }, ...input };
        const { results, operator, nextOffset } = new OperatorBench(new WindowOperator(definition, limits)).feed(
          ...input.columns,
        );
        const { taken, skipped, outputs } = operator.counters();
        expect(taken + Object.values(skipped).reduce((sum, count) => sum + count, 0)).toBe(nextOffset);
        expect(results.length).toBe(outputs);
        const far = { metric: "a", unit: "", eventTimesUs: [1e6], values: [0], qualities: [] };
        const devices = ["d", "e", "f"].map((device) => ({ device, ...far }));
        const rest = new OperatorBench(operator, nextOffset).feed(...devices).results;
        expect([...results, ...rest].reduce((sum, { count }) => sum + count, 0)).toBe(taken);
      }),
      { numRuns: 200 },
    );
  });
});
