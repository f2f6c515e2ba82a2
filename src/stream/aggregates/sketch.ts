// Quantiles: DDSketch by C. Masson, J. E. Rim and H. K. Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
// Relative-Error Guarantees", PVLDB 12(12), 2019. One serves all quantiles of a set.
//
// Rank        The quantile p of n readings is the one at rank floor(p / 100 * (n - 1)) of all, sorted, counted from 0: always
//             a reading's value, never one between two.
// Error       At most 1 % of the exact value (0.99 %, and the rounding of a logarithm), for magnitudes from 2^-1022 on; smaller
//             ones are taken for zero.
// Bins        Bin i counts magnitudes in (1.02^(i-1), 1.02^i]; positive and negative numbers have bins of their own, zeros a
//             count. Of either sign 2,048 bins are kept, which is a ratio of 4e17 between greatest and least magnitude. Magnitudes
//             further below the greatest of their sign are not told apart: there the error is at most 3e-18 of that one.
// Merging     Counts are added: exact, whatever the order.
// Memory      About 8 bytes per bin from the lowest to the highest: 1 KiB where numbers lie within a factor of 4, at most 33 KiB.

import type { Value } from "../../model/reading.ts";
import type { Part, PartKind } from "./contract.ts";
import { LogBins } from "./log-bins.ts";

/** Stated relative error of a quantile. */
export const quantileErrorMax = 0.01;

/** Ratio between the ends of a bin; its middle is off by (gamma - 1) / (gamma + 1) = 0.0099 at most. */
const gamma = 1.02;
const binsPerE = 1 / Math.log(gamma);
const logOfMiddle = Math.log(2 / (1 + gamma));
/** Least magnitude that has all its bits: 2^-1022. */
const magnitudeMin = 2.2250738585072014e-308;

type Snapshot = [zeros: number, min: number, max: number, positive: unknown, negative: unknown];

export class Sketch implements Part {
  readonly refused = 0;
  #zeros = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #positive = new LogBins();
  /** Of the magnitudes. */
  #negative = new LogBins();

  /** Hot path: a logarithm a reading. */
  addRun(_timesUs: readonly number[], values: readonly Value[], from: number, to: number): void {
    const positive = this.#positive;
    const negative = this.#negative;
    let zeros = this.#zeros;
    let min = this.#min;
    let max = this.#max;
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (value >= magnitudeMin) positive.add(Math.ceil(Math.log(value) * binsPerE));
      else if (value <= -magnitudeMin) negative.add(Math.ceil(Math.log(-value) * binsPerE));
      else zeros++;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.#zeros = zeros;
    this.#min = min;
    this.#max = max;
  }

  merge(other: Sketch): void {
    this.#zeros += other.#zeros;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#positive.merge(other.#positive);
    this.#negative.merge(other.#negative);
  }

  /** @param tenThousandths of the readings that lie below: an integer, 9900 for p99. Whole, because 0.29 * 100 is less than 29. */
  quantile(tenThousandths: number): number | undefined {
    const count = this.#zeros + this.#positive.total + this.#negative.total;
    if (count === 0) return undefined;
    const rank = Math.floor((tenThousandths * (count - 1)) / 10_000);
    const estimate = this.#atRank(rank);
    // The extremes are known exactly; beyond them lies nothing. -0 is given as 0.
    return Math.min(this.#max, Math.max(this.#min, estimate)) + 0;
  }

  snapshot(): unknown {
    return [this.#zeros, this.#min, this.#max, this.#positive.snapshot(), this.#negative.snapshot()] satisfies Snapshot;
  }

  static restore(snapshot: unknown): Sketch {
    const [zeros, min, max, positive, negative] = snapshot as Snapshot;
    const sketch = new Sketch();
    sketch.#zeros = zeros;
    sketch.#min = min;
    sketch.#max = max;
    sketch.#positive = LogBins.restore(positive);
    sketch.#negative = LogBins.restore(negative);
    return sketch;
  }

  #atRank(rank: number): number {
    const negative = this.#negative;
    if (rank < negative.total) return -middleOf(indexAt(negative, negative.total - 1 - rank));
    const aboveNegative = rank - negative.total;
    return aboveNegative < this.#zeros ? 0 : middleOf(indexAt(this.#positive, aboveNegative - this.#zeros));
  }
}

/** Where the reading of a rank is counted, ranks from the lowest index on. */
function indexAt(bins: LogBins, rank: number): number {
  let index = bins.lowest;
  for (let seen = bins.count(index); seen <= rank; seen += bins.count(index)) index++;
  return index;
}

/** The magnitude that is off by the same share from both ends of a bin. */
function middleOf(index: number): number {
  return Math.exp(index / binsPerE + logOfMiddle);
}

export const sketchKind: PartKind<Sketch> = { key: "sketch", create: () => new Sketch(), restore: Sketch.restore };
