import type { Value } from "../../model/reading.ts";
import { assert } from "../../platform/assert.ts";

/** What is summed up over the links of a path, that is from one reading to the next. In which order links are added does not matter. */
export interface LinkSums<V extends Value> {
  /** @param durationUs from the one reading to the other; 0 or more. */
  add(from: V, to: V, durationUs: number): void;
  /** Adds those between the first `count` readings, which are in the order of event times. Hot path. */
  addRun(timesUs: readonly number[], values: readonly V[], count: number): void;
  merge(other: this): void;
  snapshot(): unknown;
}

export type PathSnapshot<V> = [
  readings: number,
  firstUs: number,
  first: V | undefined,
  lastUs: number,
  last: V | undefined,
  links: unknown,
];

/**
 * A stretch of readings in the order of event times, condensed to its ends and what its links sum up to. Two that follow each other
 * are put together without loss; the empty one is the identity.
 */
export class Path<V extends Value, L extends LinkSums<V>> {
  readonly links: L;
  #readings = 0;
  #firstUs = 0;
  #first: V | undefined;
  #lastUs = 0;
  #last: V | undefined;

  /** @param links empty. */
  constructor(links: L) {
    this.links = links;
  }

  get readings(): number {
    return this.#readings;
  }

  /** Event time of the first reading; the ends mean nothing in an empty path. */
  get firstUs(): number {
    return this.#firstUs;
  }

  get first(): V {
    return this.#first as V;
  }

  get lastUs(): number {
    return this.#lastUs;
  }

  get last(): V {
    return this.#last as V;
  }

  /** Appends the first `count` readings; they are in order, and not before the last one here. */
  appendRun(timesUs: readonly number[], values: readonly V[], count: number): void {
    if (count === 0) return;
    this.#linkTo(timesUs[0] as number, values[0] as V);
    this.links.addRun(timesUs, values, count);
    this.#lastUs = timesUs[count - 1] as number;
    this.#last = values[count - 1];
    this.#readings += count;
  }

  /** @param timeUs not after the first reading; the path is not empty. */
  prepend(timeUs: number, value: V): void {
    this.links.add(value, this.first, this.#firstUs - timeUs);
    this.#firstUs = timeUs;
    this.#first = value;
    this.#readings++;
  }

  /** @param other begins not before the last reading; stays as it is. */
  appendPath(other: Path<V, L>): void {
    if (other.#readings === 0) return;
    this.#linkTo(other.#firstUs, other.first);
    this.links.merge(other.links);
    this.#lastUs = other.#lastUs;
    this.#last = other.#last;
    this.#readings += other.#readings;
  }

  snapshot(): PathSnapshot<V> {
    return [this.#readings, this.#firstUs, this.#first, this.#lastUs, this.#last, this.links.snapshot()];
  }

  static restore<V extends Value, L extends LinkSums<V>>(snapshot: PathSnapshot<V>, links: L): Path<V, L> {
    const path = new Path<V, L>(links);
    [path.#readings, path.#firstUs, path.#first, path.#lastUs, path.#last] = snapshot;
    return path;
  }

  /** To a reading that comes next. */
  #linkTo(timeUs: number, value: V): void {
    if (this.#readings === 0) {
      this.#firstUs = timeUs;
      this.#first = value;
    } else {
      assert(timeUs >= this.#lastUs, "a path is continued in the order of event times");
      this.links.add(this.last, value, timeUs - this.#lastUs);
    }
  }
}
