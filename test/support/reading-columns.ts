import type { InputColumn, Operator, Outputs, StatePart } from "../../src/stream/contract.ts";

/** A column from text: `"5=1.5 7=2"` is 1.5 at event time 5 us, then 2 at 7 us. */
export function column(device: string, metric: string, readings: string, unit = ""): InputColumn {
  const pairs = readings.split(" ").map((pair) => pair.split("=").map(Number) as [number, number]);
  return {
    device,
    metric,
    unit,
    tags: "",
    eventTimesUs: pairs.map(([eventTimeUs]) => eventTimeUs),
    values: pairs.map(([, value]) => value),
    qualities: [],
    correctionsUs: [],
  };
}

/** The same column with texts (or booleans) instead of its numbers. */
export function withValues(numbers: InputColumn, value: string | boolean): InputColumn {
  const values = numbers.eventTimesUs.map(() => value) as string[] | boolean[];
  return { ...numbers, values };
}

/** The same readings, one in a column. */
export function oneByOne(column: InputColumn): InputColumn[] {
  return column.eventTimesUs.map((eventTimeUs, i) => ({
    ...column,
    eventTimesUs: [eventTimeUs],
    values: column.values.slice(i, i + 1) as InputColumn["values"],
  }));
}

/** Feeds an operator with dense offsets and collects what it says. */
export class OperatorBench<T extends Operator> implements Outputs {
  readonly results: Outputs["results"] = [];
  readonly alerts: Outputs["alerts"] = [];
  readonly #operator: T;
  #nextOffset: number;

  constructor(operator: T, firstOffset = 0) {
    this.#operator = operator;
    this.#nextOffset = firstOffset;
  }

  get operator(): T {
    return this.#operator;
  }

  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Feeds one block. */
  feed(...columns: InputColumn[]): this {
    for (const each of columns) {
      this.#operator.consume(each, this.#nextOffset, this);
      this.#nextOffset += each.eventTimesUs.length;
    }
    this.#operator.endBlock(this);
    return this;
  }

  /** Feeds every reading as a block of its own. */
  feedOneByOne(...columns: InputColumn[]): this {
    for (const each of columns.flatMap(oneByOne)) this.feed(each);
    return this;
  }
}

/** All of an operator's state, as a checkpoint keeps it. */
export function stateOf(operator: Operator): StatePart[] {
  return operator.changes().flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
}
