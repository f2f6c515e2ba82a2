import type { Value } from "../../model/reading.ts";
import type { Part, PartKind } from "./contract.ts";

/**
 * Count, sum, mean, extremes, population variance and standard deviation, in one pass. `addRun` is a hot path: everything lies in
 * local variables while it runs, because a double in a field of an object is a heap cell of its own.
 *
 * Errors: count and extremes are exact, and so are sum and mean of integers below 2^53. Else the sum is the exact one but for a
 * rounding and n^2 * 2^-104 of the sum of magnitudes, also if merged. The relative error of the variance is about
 * n * 2^-53 * sqrt(1 + mean^2 / variance) at most (Chan et al., see `merge`), as long as the squares of distances from the mean are
 * doubles of full precision: distances below 2^-511 (1.5e-154) may count as none. A sum that leaves the range of doubles is infinite,
 * and so are then mean and standard deviation.
 */
export class Moments implements Part {
  readonly refused = 0;
  #count = 0;
  #sum = 0;
  #compensation = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #runningMean = 0;
  /** Sum of the squared distances from the mean. */
  #spread = 0;

  addRun(_timesUs: readonly number[], numbers: readonly Value[], from: number, to: number): void {
    const values = numbers as readonly number[];
    let count = this.#count;
    let sum = this.#sum;
    let compensation = this.#compensation;
    let min = this.#min;
    let max = this.#max;
    let mean = this.#runningMean;
    let spread = this.#spread;
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      count++;
      // A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974).
      const total = sum + value;
      compensation += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
      sum = total;
      if (value < min) min = value;
      if (value > max) max = value;
      // B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products", Technometrics 4 (1962).
      const distance = value - mean;
      mean += distance / count;
      spread += distance * (value - mean);
    }
    this.#count = count;
    this.#sum = sum;
    this.#compensation = compensation;
    this.#min = min;
    this.#max = max;
    this.#runningMean = mean;
    this.#spread = spread;
  }

  merge(other: Moments): void {
    if (other.#count === 0) return;
    if (this.#count === 0) {
      // Not only quicker: distances from the mean of nothing may leave the range of doubles.
      this.#copy(other);
      return;
    }
    const count = this.#count + other.#count;
    const sum = this.#sum;
    const value = other.#sum;
    const total = sum + value;
    this.#compensation += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
    this.#compensation += other.#compensation;
    this.#sum = total;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    // T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances",
    // Stanford STAN-CS-79-773 (1979).
    const distance = other.#runningMean - this.#runningMean;
    this.#spread += other.#spread + distance * distance * ((this.#count * other.#count) / count);
    this.#runningMean += distance * (other.#count / count);
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#compensation : this.#sum;
  }

  get mean(): number {
    const mean = this.sum / this.#count;
    // Rounding may carry the quotient past the extremes by one unit in the last place; no mean lies there.
    return Number.isFinite(mean) ? Math.min(this.max, Math.max(this.min, mean)) : mean;
  }

  /** -0 is given as 0: which of the two came first must not show. */
  get min(): number {
    return this.#min + 0;
  }

  get max(): number {
    return this.#max + 0;
  }

  /** Of the whole population: divided by count. */
  get variance(): number {
    const variance = this.#spread / this.#count;
    return variance >= 0 ? variance : Number.POSITIVE_INFINITY;
  }

  get stddev(): number {
    return Math.sqrt(this.variance);
  }

  snapshot(): unknown {
    return [this.#count, this.#sum, this.#compensation, this.#min, this.#max, this.#runningMean, this.#spread];
  }

  static restore(snapshot: unknown): Moments {
    const moments = new Moments();
    const [count, sum, compensation, min, max, mean, spread] = snapshot as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    moments.#count = count;
    moments.#sum = sum;
    moments.#compensation = compensation;
    moments.#min = min;
    moments.#max = max;
    moments.#runningMean = mean;
    moments.#spread = spread;
    return moments;
  }

  #copy(other: Moments): void {
    this.#count = other.#count;
    this.#sum = other.#sum;
    this.#compensation = other.#compensation;
    this.#min = other.#min;
    this.#max = other.#max;
    this.#runningMean = other.#runningMean;
    this.#spread = other.#spread;
  }
}

export const momentsKind: PartKind<Moments> = { key: "moments", create: () => new Moments(), restore: Moments.restore };
