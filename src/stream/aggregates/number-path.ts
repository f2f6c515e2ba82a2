import type { AggregateLimits, PartKind, WindowInterval } from "./contract.ts";
import { OrderedPoints } from "./ordered-points.ts";
import type { LinkSums, Path } from "./path.ts";

type Snapshot = [lost: number, resets: number, integral: number, min: number, max: number];

/** Sums over the links between numbers: counter resets, and the area below the steps. Exact for integers up to 2^53, else each addition is rounded. */
export class NumberLinks implements LinkSums<number> {
  #lost = 0;
  #resets = 0;
  /** In value microseconds. */
  #integral = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  add(from: number, to: number, durationUs: number): void {
    if (to < from) {
      this.#lost += from;
      this.#resets++;
    }
    this.#integral += from * durationUs;
    if (from < this.#min) this.#min = from;
    if (from > this.#max) this.#max = from;
  }

  addRun(timesUs: readonly number[], values: readonly number[], count: number): void {
    let lost = this.#lost;
    let integral = this.#integral;
    let min = this.#min;
    let max = this.#max;
    for (let i = 1; i < count; i++) {
      const from = values[i - 1] as number;
      if ((values[i] as number) < from) {
        lost += from;
        this.#resets++;
      }
      integral += from * ((timesUs[i] as number) - (timesUs[i - 1] as number));
      if (from < min) min = from;
      if (from > max) max = from;
    }
    this.#lost = lost;
    this.#integral = integral;
    this.#min = min;
    this.#max = max;
  }

  merge(other: NumberLinks): void {
    this.#lost += other.#lost;
    this.#resets += other.#resets;
    this.#integral += other.#integral;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** What counters had reached when they fell. */
  get lost(): number {
    return this.#lost;
  }

  get resets(): number {
    return this.#resets;
  }

  /** Mean over time, if the last value then holds for a while; the whole is longer than 0. */
  meanOverTime(last: number, lastForUs: number, wholeUs: number): number {
    const mean = (this.#integral + last * lastForUs) / wholeUs;
    // As in moments.ts: rounding must not carry it past the extremes. -0 is given as 0.
    return Math.min(Math.max(this.#max, last), Math.max(Math.min(this.#min, last), mean)) + 0;
  }

  snapshot(): unknown {
    return [this.#lost, this.#resets, this.#integral, this.#min, this.#max] satisfies Snapshot;
  }

  static restore(snapshot: unknown): NumberLinks {
    const links = new NumberLinks();
    [links.#lost, links.#resets, links.#integral, links.#min, links.#max] = snapshot as Snapshot;
    return links;
  }
}

export type NumberPath = Path<number, NumberLinks>;

/**
 * By how much a counter rose, from the first reading to the last; of at least two. A value below the one before is a reset, as in
 * Prometheus: the counter began anew at 0, so the value counts in full. Unlike there nothing is extrapolated to the ends of
 * the window: the same readings say the same in a window of any length, and integers stay integers. The rise between the last
 * reading of one window and the first of the next is in neither.
 */
export function increaseOf(path: NumberPath): number | undefined {
  return path.readings < 2 ? undefined : path.last - path.first + path.links.lost;
}

/** Increase per second, over the time from the first reading to the last; none if that is 0. */
export function rateOf(path: NumberPath): number | undefined {
  const increase = increaseOf(path);
  const coveredUs = path.lastUs - path.firstUs;
  return increase === undefined || coveredUs === 0 ? undefined : increase / (coveredUs / 1e6);
}

/** How often the value fell. */
export function resetsOf(path: NumberPath): number | undefined {
  return path.readings === 0 ? undefined : path.links.resets;
}

/**
 * Mean over time: each value holds until the next reading, the last one to the end of the window. The time before the first reading
 * counts for nothing, because what came before the window is not known here.
 */
export function timeWeightedMeanOf(path: NumberPath, window: WindowInterval): number | undefined {
  if (path.readings === 0) return undefined;
  const lastForUs = Math.max(0, window.endUs - path.lastUs);
  const wholeUs = path.lastUs - path.firstUs + lastForUs;
  return wholeUs === 0 ? path.last : path.links.meanOverTime(path.last, lastForUs, wholeUs);
}

function optionsOf({ pointsMax }: AggregateLimits) {
  return { pointsMax, createLinks: () => new NumberLinks() };
}

export const numberPathKind: PartKind<OrderedPoints<number, NumberLinks>> = {
  key: "number path",
  create: (limits) => new OrderedPoints(optionsOf(limits)),
  restore: (snapshot, limits) => OrderedPoints.restore(snapshot, optionsOf(limits), NumberLinks.restore),
};
