// Readings of one series in the order of event times, for everything that is made of the way from one reading to the next.
//
// Readings arrive disordered, so the newest are kept one by one, sorted by event time and at equal ones by arrival; one that
// comes in order costs a push. If they become more than `pointsMax`, the older half is condensed to a path, the head: its
// ends and the sums of its links. That changes no result. A later reading from before the head still goes in front of it; one
// from inside of it cannot be placed any more: it is refused and counted. So disorder is harmless as long as it is not deeper than
// the newest `pointsMax / 2` readings, and a window may hold any number of readings.
//
// Merging puts the readings of both into one order. Readings of the one that lie inside the head of the other are refused and
// counted, and of two heads that overlap the one with fewer readings is. Accumulators that do not overlap in event time lose
// nothing, if those of the same window are merged in the order of event times or against it: else a head may span a gap that is
// filled later.

import type { Value } from "../../model/reading.ts";
import type { Part } from "./contract.ts";
import { type LinkSums, Path, type PathSnapshot } from "./path.ts";

export interface PointsOptions<L> {
  readonly pointsMax: number;
  createLinks(): L;
}

/** A reading on its way from two accumulators into one; `isOther`: of the one that is taken in, so arrived later. */
interface Point<V> {
  readonly timeUs: number;
  readonly value: V;
  readonly isOther: boolean;
}

interface Head<V extends Value, L extends LinkSums<V>> {
  readonly path: Path<V, L>;
  readonly isOther: boolean;
}

type Snapshot<V> = [head: PathSnapshot<V>, timesUs: Float64Array, values: V[], refused: number];

export class OrderedPoints<V extends Value, L extends LinkSums<V>> implements Part {
  readonly #options: PointsOptions<L>;
  #head: Path<V, L>;
  #timesUs: number[] = [];
  #values: V[] = [];
  #newestUs = Number.NEGATIVE_INFINITY;
  #refused = 0;
  /** All of it as one path, until something is added. */
  #whole: Path<V, L> | null = null;

  constructor(options: PointsOptions<L>) {
    this.#options = options;
    this.#head = new Path(options.createLinks());
  }

  get refused(): number {
    return this.#refused;
  }

  /** Hot path. */
  addRun(timesUs: readonly number[], values: readonly Value[], from: number, to: number): void {
    const { pointsMax } = this.#options;
    const ownTimesUs = this.#timesUs;
    const ownValues = this.#values;
    let newestUs = this.#newestUs;
    for (let i = from; i < to; i++) {
      const timeUs = timesUs[i] as number;
      if (timeUs >= newestUs) {
        ownTimesUs.push(timeUs);
        ownValues.push(values[i] as V);
        newestUs = timeUs;
      } else this.#addLate(timeUs, values[i] as V);
      if (ownTimesUs.length > pointsMax) this.#condense();
    }
    this.#newestUs = newestUs;
    this.#whole = null;
  }

  merge(other: OrderedPoints<V, L>): void {
    this.#whole = null;
    this.#refused += other.#refused;
    const followsThis = other.#head.readings === 0 && (other.#timesUs[0] ?? Number.POSITIVE_INFINITY) >= this.#newestUs;
    if (followsThis) this.addRun(other.#timesUs, other.#values, 0, other.#timesUs.length);
    else this.#interleave(other);
  }

  /** Everything from the first reading to the last. Not to be changed. */
  whole(): Path<V, L> {
    if (this.#whole !== null) return this.#whole;
    const whole = new Path<V, L>(this.#options.createLinks());
    whole.appendPath(this.#head);
    whole.appendRun(this.#timesUs, this.#values, this.#timesUs.length);
    this.#whole = whole;
    return whole;
  }

  snapshot(): unknown {
    const timesUs = Float64Array.from(this.#timesUs);
    return [this.#head.snapshot(), timesUs, this.#values.slice(), this.#refused] satisfies Snapshot<V>;
  }

  /** @param restoreLinks makes the sums of the head of what its snapshot holds. */
  static restore<V extends Value, L extends LinkSums<V>>(
    snapshot: unknown,
    options: PointsOptions<L>,
    restoreLinks: (links: unknown) => L,
  ): OrderedPoints<V, L> {
    const [head, timesUs, values, refused] = snapshot as Snapshot<V>;
    const points = new OrderedPoints<V, L>(options);
    points.#head = Path.restore(head, restoreLinks(head[5]));
    points.#timesUs = Array.from(timesUs);
    points.#values = values;
    points.#refused = refused;
    points.#newestUs = points.#newest();
    return points;
  }

  #addLate(timeUs: number, value: V): void {
    const head = this.#head;
    if (head.readings === 0 || timeUs >= head.lastUs) this.#insert(timeUs, value);
    else if (timeUs < head.firstUs) head.prepend(timeUs, value);
    else this.#refused++;
  }

  /** From the end: disorder is seldom deep. */
  #insert(timeUs: number, value: V): void {
    const timesUs = this.#timesUs;
    const values = this.#values;
    let at = timesUs.length;
    for (; at > 0 && (timesUs[at - 1] as number) > timeUs; at--) {
      timesUs[at] = timesUs[at - 1] as number;
      values[at] = values[at - 1] as V;
    }
    timesUs[at] = timeUs;
    values[at] = value;
  }

  #condense(): void {
    const count = this.#timesUs.length - (this.#options.pointsMax >>> 1);
    this.#head.appendRun(this.#timesUs, this.#values, count);
    dropFirst(this.#timesUs, count);
    dropFirst(this.#values, count);
  }

  #interleave(other: OrderedPoints<V, L>): void {
    let points = this.#pointsWith(other);
    const joined = new Path<V, L>(this.#options.createLinks());
    for (const head of this.#headsWith(other)) {
      const before = points.filter((point) => isBefore(point, head));
      const after = points.filter((point) => isAfter(point, head));
      joined.appendRun(before.map(timeIn), before.map(valueIn), before.length);
      joined.appendPath(head.path);
      this.#refused += points.length - before.length - after.length;
      points = after;
    }
    this.#head = joined;
    this.#timesUs = points.map(timeIn);
    this.#values = points.map(valueIn);
    this.#newestUs = this.#newest();
    if (points.length > this.#options.pointsMax) this.#condense();
  }

  /** Sorting is stable: of equal event times the own readings come first. */
  #pointsWith(other: OrderedPoints<V, L>): Point<V>[] {
    const points = this.#timesUs.map((timeUs, i) => ({ timeUs, value: this.#values[i] as V, isOther: false }));
    const taken = other.#timesUs.map((timeUs, i) => ({ timeUs, value: other.#values[i] as V, isOther: true }));
    return points.concat(taken).sort((one, next) => one.timeUs - next.timeUs);
  }

  #headsWith(other: OrderedPoints<V, L>): Head<V, L>[] {
    const own = { path: this.#head, isOther: false };
    const taken = { path: other.#head, isOther: true };
    if (taken.path.readings === 0) return own.path.readings === 0 ? [] : [own];
    if (own.path.readings === 0) return [taken];
    if (own.path.lastUs <= taken.path.firstUs) return [own, taken];
    if (taken.path.lastUs < own.path.firstUs) return [taken, own];
    const [kept, refused] = own.path.readings >= taken.path.readings ? [own, taken] : [taken, own];
    this.#refused += refused.path.readings;
    return [kept];
  }

  #newest(): number {
    return this.#timesUs.at(-1) ?? (this.#head.readings > 0 ? this.#head.lastUs : Number.NEGATIVE_INFINITY);
  }
}

function timeIn({ timeUs }: Point<unknown>): number {
  return timeUs;
}

function valueIn<V>({ value }: Point<V>): V {
  return value;
}

/** In place, for who iterates over it; by hand, because `splice` and `copyWithin` cost several times as much. */
function dropFirst(list: unknown[], count: number): void {
  for (let i = count; i < list.length; i++) list[i - count] = list[i];
  list.length -= count;
}

function isBefore<V extends Value, L extends LinkSums<V>>({ timeUs, isOther }: Point<V>, head: Head<V, L>): boolean {
  return timeUs < head.path.firstUs || (timeUs === head.path.firstUs && !isOther && head.isOther);
}

function isAfter<V extends Value, L extends LinkSums<V>>({ timeUs, isOther }: Point<V>, head: Head<V, L>): boolean {
  return timeUs > head.path.lastUs || (timeUs === head.path.lastUs && (isOther || !head.isOther));
}
