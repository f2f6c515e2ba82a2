import type { Value } from "../../model/reading.ts";
import type { Part, PartKind } from "./contract.ts";

/** Number of readings of any kind, where nothing else of a set counts them. */
export class Count implements Part {
  readonly refused = 0;
  #count: number;

  constructor(count = 0) {
    this.#count = count;
  }

  addRun(_timesUs: readonly number[], _values: readonly Value[], from: number, to: number): void {
    this.#count += to - from;
  }

  merge(other: Count): void {
    this.#count += other.#count;
  }

  get count(): number {
    return this.#count;
  }

  snapshot(): unknown {
    return this.#count;
  }
}

export const countKind: PartKind<Count> = {
  key: "count",
  create: () => new Count(),
  restore: (snapshot) => new Count(snapshot as number),
};
