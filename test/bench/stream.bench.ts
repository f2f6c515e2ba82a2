// The window processor without its log: readings a second through one operator, on one core, as blocks of columns; what a series takes of
// memory; and what a checkpoint and a restart take. Each case beside its reference, run in turn with it.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { WindowShape } from "../../src/model/definitions.ts";
import type { InputColumn, StatePart } from "../../src/stream/contract.ts";
import { defaultWindowLimits } from "../../src/stream/windows/plan.ts";
import { WindowOperator } from "../../src/stream/windows/window-operator.ts";
import { type BenchCase, benchCase, median, report } from "./report.ts";

const rounds = 5;
const secondUs = 1_000_000;
const seriesPerDevice = 10;
const limits = { ...defaultWindowLimits, seriesMax: 1e6, slicesMax: 1e8, pointsMax: 1e8 };

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

interface Load {
  readonly series: number;
  /** Readings of a series in a block, which spans so many seconds. */
  readonly perBlock: number;
  readonly secondsPerBlock: number;
  readonly blocks: number;
}

/** A tumbling window of a second, or windows over each other that begin every second. */
function overlapping(windows: number): WindowShape {
  if (windows === 1) return { kind: "tumbling", sizeUs: secondUs };
  return { kind: "hopping", sizeUs: windows * secondUs, hopUs: secondUs };
}

function operatorOf(shape: WindowShape): WindowOperator {
  return new WindowOperator({ name: "w", match: { device: "*", metric: "*" }, shape, latenessUs: 0 }, limits);
}

/** The columns of one block. Event times are moved on from block to block. */
class LoadSource {
  readonly columns: InputColumn[];
  readonly #load: Load;
  #block = 0;

  constructor(load: Load) {
    this.#load = load;
    const { series, perBlock } = load;
    this.columns = Array.from({ length: series }, (_, i) => ({
      device: `device-${Math.floor(i / seriesPerDevice)}`,
      metric: `metric-${i % seriesPerDevice}`,
      unit: "",
      tags: "",
      correctionsUs: [],
      eventTimesUs: new Array<number>(perBlock).fill(0),
      values: Array.from({ length: perBlock }, (_, k) => ((i * 31 + k * 17) % 1000) / 10),
      qualities: [],
    }));
  }

  next(): readonly InputColumn[] {
    const { perBlock, secondsPerBlock } = this.#load;
    const startUs = 1_767_225_600_000_000 + this.#block++ * secondsPerBlock * secondUs;
    const stepUs = Math.floor((secondsPerBlock * secondUs) / perBlock);
    for (const { eventTimesUs } of this.columns) {
      for (let k = 0; k < perBlock; k++) (eventTimesUs as number[])[k] = startUs + k * stepUs;
    }
    return this.columns;
  }
}

/** Milliseconds of processor time, so that other programs count for nothing; with those of the garbage collection. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Columns of one commit: as many as the log puts together at a time. */
const readingsPerCommit = 8_192;

/** Milliseconds to feed the blocks. Results are let go. */
function feed(operator: WindowOperator, load: Load): number {
  const source = new LoadSource(load);
  // A device is not divided: what of it came in a later commit would be late.
  const columnsPerCommit = Math.ceil(readingsPerCommit / load.perBlock / seriesPerDevice) * seriesPerDevice;
  let offset = 0;
  let tookMs = 0;
  for (let block = 0; block < load.blocks; block++) {
    const columns = source.next();
    const start = processorMs();
    for (let from = 0; from < columns.length; from += columnsPerCommit) {
      const outputs = { results: [], alerts: [] };
      operator.advance(2e15, offset, outputs);
      for (const column of columns.slice(from, from + columnsPerCommit)) {
        operator.consume(column, offset);
        offset += column.eventTimesUs.length;
      }
      operator.endBlock(outputs);
    }
    tookMs += processorMs() - start;
  }
  return tookMs;
}

function sum(load: Load): number {
  const source = new LoadSource(load);
  let total = 0;
  let tookMs = 0;
  for (let block = 0; block < load.blocks; block++) {
    const columns = source.next();
    const start = processorMs();
    for (const { values } of columns) for (const value of values as readonly number[]) total += value;
    tookMs += processorMs() - start;
  }
  if (total < 0) console.log(total);
  return tookMs;
}

/** Readings a second of each, the medians of the rounds; run in turn. */
function rates(load: Load, attempts: readonly (() => number)[]): number[] {
  const readings = load.series * load.perBlock * load.blocks;
  const measured = attempts.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, attempt] of attempts.entries()) {
      const tookMs = attempt();
      // The first round warms up.
      if (round > 0) measured[i]?.push((readings * 1000) / tookMs);
    }
  }
  return measured.map(median);
}

function rateCases(load: Load): BenchCase[] {
  const counts = [1, 10, 100];
  const attempts = [() => sum(load), ...counts.map((windows) => () => feed(operatorOf(overlapping(windows)), load))];
  const [bare = 0, one = 0, ...others] = rates(load, attempts);
  const what = `${load.series} series, ${load.perBlock} readings a column`;
  const unit = "readings/s";
  const budget = load.series === 1000 ? 10e6 / bare : null;
  return [
    benchCase({ case: `1 window, ${what}`, value: one, unit, reference: { name: "bare sum", value: bare }, budget }),
    ...others.map((value, i) => {
      const windows = counts[i + 1] as number;
      const least = load.series === 1000 && windows === 10 ? 1 / 1.5 : null;
      return benchCase({
        case: `${windows} overlapping windows, ${what}`,
        value,
        unit,
        reference: { name: "1 window", value: one },
        budget: least,
      });
    }),
  ];
}

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Beside the numbers that a window of one series is made of. */
function memoryCase(windows: number): BenchCase {
  const load = { series: 100_000, perBlock: 4, secondsPerBlock: 2, blocks: Math.min(12, windows + 1) };
  const before = heapBytes();
  const operator = operatorOf(overlapping(windows));
  feed(operator, load);
  const value = (heapBytes() - before) / load.series;
  // Of each slice: start, count, sum, compensation, min, max, mean, spread.
  const reference = { name: "8 doubles a slice", value: 64 * Math.min(windows, 2 * load.blocks) };
  if (operator.counters().taken === 0) throw new Error("nothing was measured");
  return benchCase({ case: `memory, ${windows} overlapping windows`, value, unit: "bytes/series", reference, budget: null });
}

function applied(stored: Map<string, StatePart>, operator: WindowOperator): number {
  const start = processorMs();
  const changes = operator.changes();
  const tookMs = processorMs() - start;
  for (const { key, value } of changes) if (value !== null) stored.set(key, { key, value });
  return tookMs;
}

function stateCases(): BenchCase[] {
  const load = { series: 100_000, perBlock: 2, secondsPerBlock: 2, blocks: 2 };
  const operator = operatorOf(overlapping(1));
  feed(operator, load);
  const stored = new Map<string, StatePart>();
  const wholeMs = applied(stored, operator);
  const few = median(
    Array.from({ length: 5 }, () => {
      const [column] = new LoadSource({ ...load, series: 1 }).next();
      for (let i = 0; i < 100; i++) operator.consume({ ...(column as InputColumn), device: `device-${i * 97}` }, 0);
      operator.endBlock({ results: [], alerts: [] });
      return applied(stored, operator);
    }),
  );
  const restored = operatorOf(overlapping(1));
  const start = processorMs();
  restored.restore([...stored.values()]);
  const restoreMs = processorMs() - start;
  const bytes = [...stored.values()].reduce((total, { value }) => total + value.length, 0);
  const plain = { unit: "ms", budget: null };
  const reference = { name: "whole checkpoint", value: wholeMs };
  return [
    benchCase({
      case: "whole checkpoint of 100,000 series",
      value: wholeMs,
      reference: { name: "restore", value: restoreMs },
      ...plain,
    }),
    benchCase({ case: "checkpoint of 100 series changed of 100,000", value: few, reference, ...plain }),
    benchCase({ case: "restore of 100,000 series", value: restoreMs, reference, ...plain }),
    benchCase({
      case: "state of 100,000 series",
      value: bytes / load.series,
      unit: "bytes/series",
      reference: { name: "8 doubles a slice", value: 64 },
      budget: null,
    }),
  ];
}

report("stream", [
  ...rateCases({ series: 1, perBlock: 10_000, secondsPerBlock: 20, blocks: 100 }),
  ...rateCases({ series: 1_000, perBlock: 1_000, secondsPerBlock: 2, blocks: 12 }),
  ...rateCases({ series: 1_000, perBlock: 200, secondsPerBlock: 2, blocks: 60 }),
  ...rateCases({ series: 100_000, perBlock: 4, secondsPerBlock: 2, blocks: 6 }),
  memoryCase(1),
  memoryCase(10),
  ...stateCases(),
]);
