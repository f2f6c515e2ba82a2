import { deserialize } from "node:v8";
import type { WindowResult } from "../../src/model/result.ts";
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

/** Behind every event time that a reading can have: none is ahead, and between blocks no time passes. */
const endOfTimeUs = 2 ** 53;

/** Feeds an operator with dense offsets and collects what it says. */
export class OperatorBench<T extends Operator> implements Outputs {
  readonly results: Outputs["results"] = [];
  readonly alerts: Outputs["alerts"] = [];
  readonly #operator: T;
  #nextOffset: number;
  #nowUs = endOfTimeUs;

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

  /** Time passes, and is the ingest time of blocks from now on. Deadlines on the way are given one by one, as the processor does. */
  at(timeUs: number): this {
    for (let dueUs = this.#operator.nextDeadlineUs(); dueUs <= timeUs; ) {
      this.#operator.advance(dueUs, this.#nextOffset, this);
      const nextUs = this.#operator.nextDeadlineUs();
      if (nextUs <= dueUs) throw new Error(`the operator did not meet its deadline ${dueUs}`);
      dueUs = nextUs;
    }
    this.#nowUs = timeUs;
    this.#operator.advance(timeUs, this.#nextOffset, this);
    return this;
  }

  /** The gateway was away until then. */
  resume(timeUs: number): this {
    this.#nowUs = timeUs;
    this.#operator.resume(timeUs);
    return this;
  }

  /** Feeds one block. */
  feed(...columns: InputColumn[]): this {
    this.#operator.advance(this.#nowUs, this.#nextOffset, this);
    for (const each of columns) {
      this.#operator.consume(each, this.#nextOffset, this);
      this.#nextOffset += each.eventTimesUs.length;
    }
    this.#operator.endBlock(this);
    return this;
  }

  /** What the operators before it say about a block that holds one reading. */
  feedResults(...results: WindowResult[]): this {
    this.#operator.advance(this.#nowUs, this.#nextOffset, this);
    this.#operator.consumeResults?.(results, this);
    this.#operator.endBlock(this);
    this.#nextOffset++;
    return this;
  }

  /** Feeds every reading as a block of its own. */
  feedOneByOne(...columns: InputColumn[]): this {
    for (const each of columns.flatMap(oneByOne)) this.feed(each);
    return this;
  }
}

/** What a new operator's changes amount to, as a checkpoint keeps them. */
export function stateOf(operator: Operator): StatePart[] {
  return new KeptState().keep(operator).parts();
}

/** Takes in changes as the log does. */
export class KeptState {
  readonly #parts = new Map<string, Uint8Array>();

  keep(operator: Operator): this {
    for (const { key, value } of operator.changes()) {
      if (value === null) this.#parts.delete(key);
      else this.#parts.set(key, value);
    }
    return this;
  }

  /** What the parts say, by key; equal states may have different bytes. */
  contents(): Record<string, unknown> {
    return Object.fromEntries(this.parts().map(({ key, value }) => [key, deserialize(value)]));
  }

  /** In the order of keys. */
  parts(): StatePart[] {
    const parts = Array.from(this.#parts, ([key, value]) => ({ key, value }));
    return parts.sort((one, other) => (one.key < other.key ? -1 : 1));
  }
}
