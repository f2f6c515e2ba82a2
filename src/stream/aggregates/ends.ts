import type { Value } from "../../model/reading.ts";
import type { Part, PartKind } from "./contract.ts";

type Snapshot = [firstUs: number, first: Value | undefined, lastUs: number, last: Value | undefined];

/**
 * The readings with the earliest and the latest event time, numbers or states. Of several with the same event time, the first is
 * the one that arrived first, the last the one that arrived last.
 */
export class Ends implements Part {
  readonly refused = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #first: Value | undefined;
  #lastUs = Number.NEGATIVE_INFINITY;
  #last: Value | undefined;

  /** Hot path: two comparisons a reading, in local variables. */
  addRun(timesUs: readonly number[], values: readonly Value[], from: number, to: number): void {
    let firstUs = this.#firstUs;
    let lastUs = this.#lastUs;
    let firstAt = -1;
    let lastAt = -1;
    for (let i = from; i < to; i++) {
      const timeUs = timesUs[i] as number;
      if (timeUs < firstUs) {
        firstUs = timeUs;
        firstAt = i;
      }
      if (timeUs >= lastUs) {
        lastUs = timeUs;
        lastAt = i;
      }
    }
    if (firstAt >= 0) {
      this.#firstUs = firstUs;
      this.#first = values[firstAt];
    }
    if (lastAt >= 0) {
      this.#lastUs = lastUs;
      this.#last = values[lastAt];
    }
  }

  merge(other: Ends): void {
    if (other.#first === undefined) return;
    if (other.#firstUs < this.#firstUs) {
      this.#firstUs = other.#firstUs;
      this.#first = other.#first;
    }
    if (other.#lastUs >= this.#lastUs) {
      this.#lastUs = other.#lastUs;
      this.#last = other.#last;
    }
  }

  get first(): Value | undefined {
    return this.#first;
  }

  get last(): Value | undefined {
    return this.#last;
  }

  get firstUs(): number | undefined {
    return this.#first === undefined ? undefined : this.#firstUs;
  }

  get lastUs(): number | undefined {
    return this.#last === undefined ? undefined : this.#lastUs;
  }

  /** Last minus first; of numbers only. */
  get delta(): number | undefined {
    return this.#last === undefined ? undefined : (this.#last as number) - (this.#first as number);
  }

  snapshot(): unknown {
    return [this.#firstUs, this.#first, this.#lastUs, this.#last] satisfies Snapshot;
  }

  static restore(snapshot: unknown): Ends {
    const ends = new Ends();
    [ends.#firstUs, ends.#first, ends.#lastUs, ends.#last] = snapshot as Snapshot;
    return ends;
  }
}

export const endsKind: PartKind<Ends> = { key: "ends", create: () => new Ends(), restore: Ends.restore };
