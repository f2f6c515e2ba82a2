// Windows of one length over items in the order of event time (slices, or the readings of sliding windows), each put together
// with a few merges, however many items it holds.
//
// A window [a, a + size) holds exactly one multiple b of the size, or begins there. It is the items before b, from a on, and those
// from b on, up to its end. For the items before b, what each of them and all behind it amount to is kept (suffixes); for those
// from b on, what all of them up to the last window's end amount to (prefix). As windows move on, a suffix is passed, the prefix
// grows, and a window costs the merge of both. (M. van Herk, "A Fast Algorithm for Local Minimum and Maximum Filters on Rectangular and
// Octagonal Kernels", Pattern Recognition Letters 13 (1992), has the idea; any associative merge will do.)
//
// What is merged with what depends on the items alone, not on which windows were asked for before. So a state that was kept and restored, and
// has lost suffixes and prefix, gives the same results to the last bit.

import type { Accumulator, AggregateSet } from "../aggregates/contract.ts";
import { ceilTo } from "./grid.ts";

/** Items in the order of event time. */
export interface FoldItems {
  readonly length: number;
  /** Position of the first item at or behind the time. */
  positionOf(timeUs: number): number;
  timeUs(position: number): number;
  /** Readings in the items from `from` up to but without `to`. */
  count(from: number, to: number): number;
  addTo(accumulator: Accumulator, from: number, to: number): void;
}

/** What several items amount to. */
export interface Folded {
  readonly count: number;
  /** Only to be read, and only until the next call. */
  readonly accumulator: Accumulator;
}

interface Suffix extends Folded {
  readonly timeUs: number;
}

export class WindowFold {
  readonly #set: AggregateSet;
  readonly #sizeUs: number;
  #boundaryUs = Number.NaN;
  #startUs = 0;
  /** Ends of what is kept: items before are in it. */
  #endUs = Number.NEGATIVE_INFINITY;
  /** The earliest comes last. */
  #suffixes: Suffix[] = [];
  #prefix: Accumulator | null = null;
  #prefixCount = 0;

  constructor(set: AggregateSet, sizeUs: number) {
    this.#set = set;
    this.#sizeUs = sizeUs;
  }

  /** An item at this time is new or has changed. */
  changed(timeUs: number): void {
    if (timeUs >= this.#endUs) return;
    this.#boundaryUs = Number.NaN;
    this.#endUs = Number.NEGATIVE_INFINITY;
  }

  /** The window [startUs, startUs + size); it holds an item. Cheapest if windows are asked for in their order. */
  windowAt(items: FoldItems, startUs: number): Folded {
    const boundaryUs = ceilTo(startUs, this.#sizeUs);
    const endUs = startUs + this.#sizeUs;
    if (boundaryUs !== this.#boundaryUs || startUs < this.#startUs || endUs < this.#endUs)
      this.#begin(items, startUs, boundaryUs);
    while ((this.#suffixes.at(-1)?.timeUs ?? startUs) < startUs) this.#suffixes.pop();
    this.#startUs = startUs;
    this.#extendPrefix(items, endUs);
    const suffix = this.#suffixes.at(-1);
    const prefix = this.#prefix;
    if (prefix === null) return suffix as Suffix;
    if (suffix === undefined) return { count: this.#prefixCount, accumulator: prefix };
    const accumulator = this.#set.create();
    accumulator.merge(suffix.accumulator);
    accumulator.merge(prefix);
    return { count: suffix.count + this.#prefixCount, accumulator };
  }

  #begin(items: FoldItems, startUs: number, boundaryUs: number): void {
    const first = items.positionOf(startUs);
    this.#suffixes = [];
    let next: Suffix | undefined;
    for (let position = items.positionOf(boundaryUs) - 1; position >= first; position--) {
      const accumulator = this.#set.create();
      items.addTo(accumulator, position, position + 1);
      if (next !== undefined) accumulator.merge(next.accumulator);
      const count = items.count(position, position + 1) + (next?.count ?? 0);
      next = { timeUs: items.timeUs(position), count, accumulator };
      this.#suffixes.push(next);
    }
    this.#prefix = null;
    this.#prefixCount = 0;
    this.#boundaryUs = boundaryUs;
    this.#endUs = boundaryUs;
  }

  #extendPrefix(items: FoldItems, endUs: number): void {
    const from = items.positionOf(this.#endUs);
    const to = items.positionOf(endUs);
    this.#endUs = endUs;
    if (from === to) return;
    this.#prefix ??= this.#set.create();
    items.addTo(this.#prefix, from, to);
    this.#prefixCount += items.count(from, to);
  }
}
