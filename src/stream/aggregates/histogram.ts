import type { Value } from "../../model/reading.ts";
import type { NamedValues, Part, PartKind } from "./contract.ts";

/** Upper bounds of a histogram. */
export const histogramBoundsMax = 64;

/**
 * Counts per interval between given bounds. Told as Prometheus does it: cumulative, per upper bound and including it, the last one
 * over all readings; `le_10`, `le_25`, `le_inf` of `histogram(10,25)`. Exact, whatever the order.
 */
export class Histogram implements Part {
  readonly refused = 0;
  readonly #bounds: readonly number[];
  /** Per bound those above the one before; then those above all. */
  readonly #counts: number[];

  /** @param bounds finite, ascending. */
  constructor(bounds: readonly number[], counts: number[] = new Array<number>(bounds.length + 1).fill(0)) {
    this.#bounds = bounds;
    this.#counts = counts;
  }

  addRun(_timesUs: readonly number[], values: readonly Value[], from: number, to: number): void {
    const bounds = this.#bounds;
    const counts = this.#counts;
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      let low = 0;
      let high = bounds.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (value <= (bounds[middle] as number)) high = middle;
        else low = middle + 1;
      }
      (counts[low] as number)++;
    }
  }

  merge(other: Histogram): void {
    for (const [i, count] of other.#counts.entries()) (this.#counts[i] as number) += count;
  }

  writeTo(values: NamedValues): void {
    let total = 0;
    for (const [i, count] of this.#counts.entries()) {
      total += count;
      const bound = this.#bounds[i];
      values[bound === undefined ? "le_inf" : `le_${bound}`] = total;
    }
  }

  snapshot(): unknown {
    return this.#counts.slice();
  }
}

export function histogramKind(bounds: readonly number[]): PartKind<Histogram> {
  return {
    key: `histogram(${bounds.join()})`,
    create: () => new Histogram(bounds),
    restore: (snapshot) => new Histogram(bounds, snapshot as number[]),
  };
}
