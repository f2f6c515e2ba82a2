/** Bins of a {@link LogBins}: 16 KiB. Beyond it the lowest ones are one. */
export const binsMax = 2_048;

/** Bins of room on either side, so that a new one seldom means a new array. */
const spareBins = 24;

/**
 * Counts per integer index, densely from the lowest index to the highest. If these lie `binsMax` or further apart, everything below
 * `highest - binsMax + 1` is counted there. What is kept depends on the counted indexes alone, not on the order in which
 * they came: the highest only rises.
 */
export class LogBins {
  #lowest = 0;
  /** Below the lowest: there are none. */
  #highest = -1;
  /** Index of `counts[0]`. Outside of lowest to highest all counts are 0. */
  #base = 0;
  #counts = new Float64Array(0);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  get lowest(): number {
    return this.#lowest;
  }

  get highest(): number {
    return this.#highest;
  }

  /** Hot path. */
  add(index: number): void {
    const kept = index >= this.#lowest && index <= this.#highest ? index : this.#widen(index);
    (this.#counts[kept - this.#base] as number)++;
    this.#total++;
  }

  merge(other: LogBins): void {
    if (other.#total === 0) return;
    this.#widen(other.#highest);
    this.#widen(other.#lowest);
    for (let index = other.#lowest; index <= other.#highest; index++) {
      (this.#counts[Math.max(index, this.#lowest) - this.#base] as number) += other.count(index);
    }
    this.#total += other.#total;
  }

  /** @param index from lowest to highest. */
  count(index: number): number {
    return this.#counts[index - this.#base] as number;
  }

  snapshot(): unknown {
    const from = this.#lowest - this.#base;
    return [this.#lowest, this.#counts.slice(from, from + this.#highest - this.#lowest + 1)];
  }

  static restore(snapshot: unknown): LogBins {
    const [lowest, counts] = snapshot as [number, Float64Array<ArrayBuffer>];
    const bins = new LogBins();
    bins.#lowest = lowest;
    bins.#highest = lowest + counts.length - 1;
    bins.#base = lowest;
    bins.#counts = counts;
    bins.#total = counts.reduce((total, count) => total + count, 0);
    return bins;
  }

  /** Makes a bin for the index; answers where it is counted. */
  #widen(index: number): number {
    const isEmpty = this.#highest < this.#lowest;
    const highest = isEmpty ? index : Math.max(this.#highest, index);
    const lowest = Math.max(isEmpty ? index : Math.min(this.#lowest, index), highest - binsMax + 1);
    const folded = this.#takeBelow(lowest);
    if (lowest < this.#base || highest >= this.#base + this.#counts.length) this.#reserve(lowest, highest);
    this.#lowest = lowest;
    this.#highest = highest;
    (this.#counts[lowest - this.#base] as number) += folded;
    return Math.max(index, lowest);
  }

  /** Empties the bins below an index; answers what they held. */
  #takeBelow(lowest: number): number {
    let taken = 0;
    for (let index = this.#lowest; index < lowest && index <= this.#highest; index++) {
      taken += this.count(index);
      this.#counts[index - this.#base] = 0;
    }
    return taken;
  }

  #reserve(lowest: number, highest: number): void {
    const base = lowest - spareBins;
    const counts = new Float64Array(highest - lowest + 1 + 2 * spareBins);
    for (let index = Math.max(this.#lowest, lowest); index <= this.#highest; index++) counts[index - base] = this.count(index);
    this.#base = base;
    this.#counts = counts;
  }
}
