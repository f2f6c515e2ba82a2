// Aggregates: what a window says about the readings in it. The configuration names them (`[count, mean, p99]`); aggregate-set.ts
// makes of the names one accumulator, which a window or slice holds per series.
//
// Parts       Names that live on the same state share a part: count, sum, mean, min, max, variance and stddev are one pass over
//             the readings, and so are all quantiles, or increase, rate and twa. A part is a small file: its empty state is
//             the identity, `addRun` adds, `merge` takes in another, getters give the results.
// Merging     Associative, and the empty accumulator changes nothing. Slices are merged to windows, and windows to sessions;
//             the result is that of one accumulator which had all the readings. To the last bit where the arithmetic is exact
//             (counts, extremes, ends, durations, sums of integers below 2^53); else within the error that the part states.
// Order       Readings come in the order of arrival; event times may go back at will. Where order matters it is that of event
//             times, and at equal ones that of arrival; what is merged in arrived later. So permuted arrivals with
//             different event times always give the same. `isOrderFree` promises it for equal event times, too.
// Bounds      AggregateLimits, and those that the parts name. What a bound kept out of a part is counted (`refused`).
// Numbers     Finite (the border sees to that). What leaves the range of doubles on the way is infinite; a value that would be
//             NaN is left out.
// Not here    Which readings belong to a window (the operators know), the wall clock, I/O.

import type { Value } from "../../model/reading.ts";

/** What an aggregate takes. state: booleans and texts. */
export type ValueKind = "number" | "state";

/** Event times [startUs, endUs) of a window. */
export interface WindowInterval {
  readonly startUs: number;
  readonly endUs: number;
}

/** By name, in the order in which they were asked for. */
export type NamedValues = Record<string, Value>;

/** Running state. Belongs to one series where the set says `needsOneSeries`, else to whatever the window is over. */
export interface Accumulator {
  /**
   * Adds `values[from]` up to but without `values[to]` and their event times, in the order of arrival. All are of a kind that
   * the set accepts. Over how many calls they are spread changes no bit. Hot path.
   */
  addRun(timesUs: readonly number[], values: readonly Value[], from: number, to: number): void;
  /** Takes in what another accumulator of the same set holds, as arrived later; the other stays as it is. */
  merge(other: Accumulator): void;
  /** What can be said about all that was added; nothing for an empty accumulator, except counts. */
  result(window: WindowInterval): NamedValues;
  /** Readings that a bound kept out of a part of the result, once per part. 0 as long as no bound was reached. */
  readonly refused: number;
  /** Plain data for node:v8 serialize, exact; later readings do not change it. */
  snapshot(): unknown;
}

/** The aggregates of a window definition, fused. */
export interface AggregateSet {
  /** As in the configuration. */
  readonly specs: readonly string[];
  /** Kinds that every aggregate of the set takes; at least one. */
  readonly accepts: readonly ValueKind[];
  /** Readings with equal event times may come in any order. */
  readonly isOrderFree: boolean;
  /** The result means nothing over the readings of several series together, as of a rate or a share of time. */
  readonly needsOneSeries: boolean;
  /** Changes with the specs, the limits and the form of the snapshot. */
  readonly fingerprint: string;
  create(): Accumulator;
  /** @param snapshot of an accumulator of a set with the same fingerprint; becomes part of the new one. */
  restore(snapshot: unknown): Accumulator;
}

export interface AggregateLimits {
  /**
   * Readings that an accumulator keeps one by one, for increase, rate, resets, twa, in_state and changes; 16 bytes each. Beyond it
   * the older half is condensed to what it sums up to: nothing is lost, but a reading that comes later with an event time
   * inside of the condensed stretch has no place any more. It is refused and counted.
   */
  readonly pointsMax: number;
  /** States that in_state tells apart. Of more, the first ones in the order of their UTF-16 units are kept; the time in all others is summed up. */
  readonly statesMax: number;
}

export const defaultAggregateLimits: AggregateLimits = { pointsMax: 1_024, statesMax: 32 };

/** State that several named values share. Its own kind creates and restores it. */
export interface Part {
  addRun(timesUs: readonly number[], values: readonly Value[], from: number, to: number): void;
  merge(other: this): void;
  readonly refused: number;
  snapshot(): unknown;
}

export interface PartKind<P extends Part = Part> {
  /** Parts with the same key are the same part. */
  readonly key: string;
  create(limits: AggregateLimits): P;
  restore(snapshot: unknown, limits: AggregateLimits): P;
}
