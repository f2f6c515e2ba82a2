import type { Reading } from "../model/reading.ts";
import type { Name } from "./name-table.ts";

/** What a builder knows of one series: its column in the block under construction, and the last event time in that. */
export interface OpenSeries {
  readonly device: Name;
  readonly metric: Name;
  column: OpenColumn | null;
  eventTimeUs: number;
  /** Decimals of its numbers in the block before. */
  decimals: number;
}

export interface OpenColumn {
  readonly index: number;
  readonly series: OpenSeries;
  readonly unit: Name;
  /** Null: none. */
  readonly tags: Name | null;
  readonly type: "number" | "boolean" | "string";
  count: number;
}

/** Readings column by column; the arrays are longer than their contents. */
export interface SortedReadings {
  readonly timesUs: Float64Array;
  readonly values: Float64Array;
  readonly qualities: Float64Array;
  readonly correctionsUs: Float64Array;
  /** Place of each in the order of arrival. */
  readonly positions: Uint32Array;
}

/** Readings of one block after the other, in the order of arrival, in flat arrays that stay. */
export class OpenReadings {
  count = 0;
  /** False while all quality flags are 0. */
  hasQualities = false;
  /** False while all corrections are 0; only otherwise they are sorted. */
  hasCorrections = false;
  #capacity = 256;
  #arrived = arraysOf(this.#capacity);
  #sorted = arraysOf(this.#capacity);

  /** @param value a boolean as 0 or 1, a text as its position. */
  add(column: OpenColumn, { eventTimeUs, quality, correctionUs }: Reading, value: number): void {
    if (this.count === this.#capacity) this.#grow();
    const at = this.count++;
    const { timesUs, values, qualities, positions } = this.#arrived;
    timesUs[at] = eventTimeUs;
    values[at] = value;
    qualities[at] = quality;
    // Of its column, until they are sorted.
    positions[at] = column.index;
    if (quality !== 0) this.hasQualities = true;
    if (correctionUs !== 0) {
      this.hasCorrections = true;
      this.#arrived.correctionsUs[at] = correctionUs;
    }
    column.count++;
  }

  /** Valid until the next `add`. Counting sort: stable, and linear in the readings. */
  byColumn(columns: readonly OpenColumn[]): SortedReadings {
    const { timesUs, values, qualities, positions: columnOf } = this.#arrived;
    const next = new Uint32Array(columns.length);
    let from = 0;
    for (const { index, count } of columns) {
      next[index] = from;
      from += count;
    }
    const sorted = this.#sorted;
    for (let i = 0; i < this.count; i++) {
      const column = columnOf[i] as number;
      const to = next[column] as number;
      next[column] = to + 1;
      sorted.timesUs[to] = timesUs[i] as number;
      sorted.values[to] = values[i] as number;
      sorted.qualities[to] = qualities[i] as number;
      sorted.positions[to] = i;
    }
    if (this.hasCorrections) this.#sortCorrections();
    return sorted;
  }

  #sortCorrections(): void {
    const { correctionsUs, positions } = this.#sorted;
    for (let to = 0; to < this.count; to++) correctionsUs[to] = this.#arrived.correctionsUs[positions[to] as number] as number;
  }

  clear(): void {
    // `add` leaves out what is 0.
    if (this.hasCorrections) this.#arrived.correctionsUs.fill(0, 0, this.count);
    this.hasCorrections = false;
    this.count = 0;
    this.hasQualities = false;
  }

  #grow(): void {
    this.#capacity *= 2;
    const { timesUs, values, qualities, correctionsUs, positions } = this.#arrived;
    this.#arrived = arraysOf(this.#capacity);
    this.#arrived.timesUs.set(timesUs);
    this.#arrived.values.set(values);
    this.#arrived.qualities.set(qualities);
    this.#arrived.correctionsUs.set(correctionsUs);
    this.#arrived.positions.set(positions);
    this.#sorted = arraysOf(this.#capacity);
  }
}

function arraysOf(capacity: number): SortedReadings {
  return {
    timesUs: new Float64Array(capacity),
    values: new Float64Array(capacity),
    qualities: new Float64Array(capacity),
    correctionsUs: new Float64Array(capacity),
    positions: new Uint32Array(capacity),
  };
}
