// Windows of every kind against an oracle that looks at all readings at every step (test/support/window-oracle.ts): same results
// to the last bit, in the same order, same counts. Values are integers, so that all arithmetic is exact.

import { deserialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WindowShape } from "../../../src/model/definitions.ts";
import type { InputColumn, StatePart } from "../../../src/stream/contract.ts";
import { defaultWindowLimits, type WindowLimits } from "../../../src/stream/windows/plan.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { iotSteps } from "../../support/iot-disorder.ts";
import { OperatorBench, oneByOne, stateOf } from "../../support/reading-columns.ts";
import { type FullDefinition, type Step, WindowOracle } from "../../support/window-oracle.ts";

interface Case {
  readonly definition: FullDefinition;
  readonly steps: readonly Step[];
}

const shapes: Record<WindowShape["kind"], fc.Arbitrary<WindowShape>> = {
  tumbling: fc.integer({ min: 1, max: 80 }).map((sizeUs) => ({ kind: "tumbling", sizeUs })),
  hopping: fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 })).map(([one, other]) => {
    const sizeUs = Math.max(one, other);
    return { kind: "hopping", sizeUs, hopUs: Math.max(Math.min(one, other), Math.ceil(sizeUs / 12)) };
  }),
  sliding: fc.integer({ min: 1, max: 80 }).map((sizeUs) => ({ kind: "sliding", sizeUs })),
  session: fc.integer({ min: 1, max: 60 }).map((gapUs) => ({ kind: "session", gapUs })),
  count: fc.integer({ min: 1, max: 20 }).map((readings) => ({ kind: "count", readings })),
};

function definitionOf(shape: fc.Arbitrary<WindowShape>): fc.Arbitrary<FullDefinition> {
  return fc
    .record({
      name: fc.constant("w"),
      match: fc.constant({ device: "*", metric: "*" }),
      shape,
      by: fc.constantFrom("series", "device", "metric"),
      latenessUs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })),
      reviseUs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 150 })),
      idleTimeoutUs: fc.oneof(fc.integer({ min: 16, max: 200 }), fc.constant(1e9)),
      aheadMaxUs: fc.integer({ min: 0, max: 60 }),
      overflow: fc.constant("refuse" as const),
    })
    .map((definition) => {
      const ofAny = ["count", "sum", "mean", "min", "max", "first", "last", "first_time_us"];
      const aggregates = definition.by === "series" ? [...ofAny, "increase", "resets"] : ofAny;
      return { ...definition, by: definition.by as FullDefinition["by"], aggregates };
    });
}

/** Anything in any order. Event times lie around the time of their commit. */
const anySteps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom("commit", "commit", "commit", "commit", "tick", "away"),
      afterUs: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 300 })),
      columns: fc.array(
        fc.record({
          device: fc.constantFrom("d", "e", "f"),
          metric: fc.constantFrom("a", "b"),
          readings: fc.array(fc.tuple(fc.integer({ min: -150, max: 80 }), fc.integer({ min: -99, max: 99 })), {
            minLength: 1,
            maxLength: 8,
          }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { maxLength: 14 },
  )
  .map((steps) => {
    let atUs = 1_000;
    return steps.map(({ kind, afterUs, columns }): Step => {
      atUs += afterUs;
      if (kind !== "commit") return { kind: kind as "tick" | "away", atUs };
      return { kind: "commit", atUs, columns: columns.map((each) => columnAt(atUs, each)) };
    });
  });

function columnAt(
  atUs: number,
  { device, metric, readings }: { device: string; metric: string; readings: [number, number][] },
): InputColumn {
  const eventTimesUs = readings.map(([offsetUs]) => atUs + offsetUs);
  return {
    device,
    metric,
    unit: "",
    tags: "",
    correctionsUs: [],
    eventTimesUs,
    values: readings.map(([, value]) => value),
    qualities: [],
  };
}

const iot = fc.integer().map((seed) => iotSteps({ seed, devices: 3, metrics: 2, seconds: 40 }));

function caseOf(shape: fc.Arbitrary<WindowShape>): fc.Arbitrary<Case> {
  return fc.record({
    definition: definitionOf(shape),
    steps: fc.oneof({ weight: 5, arbitrary: anySteps }, { weight: 1, arbitrary: iot }),
  });
}

const runs = 150;
const limits = { ...defaultWindowLimits, slicesPerGroupMax: 1e6, slicesMax: 1e6 };

function benchOf({ definition }: Case): OperatorBench<WindowOperator> {
  return new OperatorBench(new WindowOperator(definition, limits));
}

function take(bench: OperatorBench<WindowOperator>, step: Step, cut = (column: InputColumn): InputColumn[] => [column]): void {
  if (step.kind === "away") bench.resume(step.atUs);
  else bench.at(step.atUs);
  if (step.kind === "commit") bench.feed(...step.columns.flatMap(cut));
}

/** All of the state. The bytes may differ: one integer has two representations. */
function valuesOf(operator: WindowOperator): unknown[] {
  return stateOf(operator).map(({ key, value }) => [key, deserialize(value)]);
}

/** Feeds all steps; two in three times the operator ends after one, and another goes on from the parts of state that were stored. */
function restarted({ definition, steps }: Case, to: WindowLimits, cut?: (column: InputColumn) => InputColumn[]) {
  const stored = new Map<string, StatePart>();
  const results: unknown[] = [];
  let bench = new OperatorBench(new WindowOperator(definition, to));
  for (const [i, step] of steps.entries()) {
    take(bench, step, cut);
    for (const { key, value } of bench.operator.changes()) if (value !== null) stored.set(key, { key, value });
    if (i % 3 === 0) continue;
    results.push(...bench.results);
    const operator = new WindowOperator(definition, to);
    operator.restore([...stored.values()].reverse());
    bench = new OperatorBench(operator, bench.nextOffset);
  }
  return { results: [...results, ...bench.results], operator: bench.operator, stored: [...stored.values()] };
}

describe.each(Object.entries(shapes))(
  "%s windows over disordered input of several devices, with idle times and wrong clocks",
  (_, shape) => {
    test("say what the oracle says, in its order, and count every reading as it does", () => {
      fc.assert(
        fc.property(caseOf(shape), (input) => {
          const bench = benchOf(input);
          const oracle = new WindowOracle(input.definition);
          for (const step of input.steps) {
            take(bench, step);
            oracle.step(step);
            expect(bench.results).toEqual(oracle.results);
          }
          const { taken, skipped, noted } = bench.operator.counters();
          expect({ taken, tooLate: skipped.too_late, ahead: noted?.ahead, partlyLate: noted?.partly_late }).toEqual({
            taken: oracle.taken,
            tooLate: oracle.tooLate,
            ahead: oracle.ahead,
            partlyLate: oracle.partlyLate,
          });
        }),
        { numRuns: runs },
      );
    });

    test("do not change by a restart after any step, from the parts of state that changed, nor by the columns inside of a block", () => {
      fc.assert(
        fc.property(caseOf(shape), (input) => {
          const whole = benchOf(input);
          for (const step of input.steps) take(whole, step);
          const { results, operator, stored } = restarted(input, limits, oneByOne);
          expect(results).toEqual(whole.results);
          expect(operator.counters()).toEqual(whole.operator.counters());
          const restored = new WindowOperator(input.definition, limits);
          restored.restore(stored);
          expect(valuesOf(restored)).toEqual(valuesOf(whole.operator));
        }),
        { numRuns: runs },
      );
    });

    test("with every limit in reach take or skip every reading, and a restart after any step changes nothing", () => {
      fc.assert(
        fc.property(caseOf(shape), fc.integer({ min: 1, max: 6 }), fc.boolean(), (input, max, refuses) => {
          const small = { seriesMax: max, slicesMax: 2 * max, slicesPerGroupMax: max, sessionsPerGroupMax: max };
          const tight = { ...small, pointsMax: 3 * max, pointsPerGroupMax: 2 * max };
          // What is said of one series has no place in a group for the rest.
          const aggregates = input.definition.aggregates.filter((spec) => spec !== "increase" && spec !== "resets");
          const definition = { ...input.definition, aggregates, overflow: refuses ? ("refuse" as const) : ("other" as const) };
          const whole = new OperatorBench(new WindowOperator(definition, tight));
          for (const step of input.steps) take(whole, step);
          const { taken, skipped, outputs } = whole.operator.counters();
          expect(taken + Object.values(skipped).reduce((sum, count) => sum + count, 0)).toBe(whole.nextOffset);
          expect(outputs).toBe(whole.results.length);
          if (!refuses) expect(skipped.series_limit).toBe(0);
          const { results, operator } = restarted({ ...input, definition }, tight);
          expect(results).toEqual(whole.results);
          expect(operator.counters()).toEqual(whole.operator.counters());
        }),
        { numRuns: runs },
      );
    });
  },
);
