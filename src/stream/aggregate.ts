/** Numbers that {@link Aggregate.appendTo} appends. */
export const aggregateWidth = 7;

/**
 * Running aggregates of one window over one series. `addRun` is a hot path: everything lies in local variables while it runs,
 * because a double in a field of an object is a heap cell of its own. A sum that leaves the range of doubles is infinite, and so are then mean and standard deviation.
 */
export class Aggregate {
  #count = 0;
  #sum = 0;
  #compensation = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #runningMean = 0;
  /** Sum of the squared distances from the mean. */
  #spread = 0;

  /** Adds `values[from]` up to but without `values[to]`; all finite. Over how many calls they are spread changes no bit. */
  addRun(values: readonly number[], from: number, to: number): void {
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

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#compensation : this.#sum;
  }

  get mean(): number {
    const mean = this.sum / this.#count;
    // Rounding may carry the quotient past the extremes by one unit in the last place; no mean lies there.
    return Number.isFinite(mean) ? Math.min(this.#max, Math.max(this.#min, mean)) : mean;
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  get stddev(): number {
    const variance = this.#spread / this.#count;
    return variance >= 0 ? Math.sqrt(variance) : Number.POSITIVE_INFINITY;
  }

  appendTo(numbers: number[]): void {
    numbers.push(this.#count, this.#sum, this.#compensation, this.#min, this.#max, this.#runningMean, this.#spread);
  }

  static readFrom(numbers: Float64Array, at: number): Aggregate {
    const read = new Aggregate();
    read.#count = numbers[at] as number;
    read.#sum = numbers[at + 1] as number;
    read.#compensation = numbers[at + 2] as number;
    read.#min = numbers[at + 3] as number;
    read.#max = numbers[at + 4] as number;
    read.#runningMean = numbers[at + 5] as number;
    read.#spread = numbers[at + 6] as number;
    return read;
  }
}
