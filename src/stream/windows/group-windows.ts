import type { Value } from "../../model/reading.ts";
import type { Accumulator } from "../aggregates/contract.ts";
import type { OpenPool } from "./open-pool.ts";
import type { WindowPlan } from "./plan.ts";
import type { WindowCounts } from "./window-counts.ts";

/** What the windows of all groups of an operator share. */
export interface Shared {
  readonly plan: WindowPlan;
  readonly counts: WindowCounts;
  readonly pool: OpenPool;
}

/** A column on its way into a group; the same object for every column. */
export interface Run {
  timesUs: readonly number[];
  values: readonly Value[];
  /** Offset of the first reading. */
  firstOffset: number;
  /** Of the group: what lies behind it is late. Does not move inside of a block. */
  watermarkUs: number;
  /** Where the watermark will stand behind this block, by what was seen of it; or less. */
  nextWatermarkUs: number;
  say: Say;
}

/** A window as it is now. */
export interface SaidWindow {
  readonly startUs: number;
  readonly endUs: number;
  readonly revision: number;
  readonly count: number;
  /** Null if the window is withdrawn. Only to be read, and only now. */
  readonly accumulator: Accumulator | null;
  readonly causeOffset: number;
}

export type Say = (window: SaidWindow) => void;

/** Up to where a group's windows are to be emitted. */
export interface Emission {
  /** Where the watermark stood before. Windows that end up to here have been emitted, unless late readings changed them since. */
  readonly watermarkBeforeUs: number;
  readonly watermarkUs: number;
  /** The watermark, or Infinity: everything is emitted as it is, because no device of the group says anything any more. */
  readonly untilUs: number;
  /** Of what the watermark, or the passing of time, emits. */
  readonly causeOffset: number;
  readonly say: Say;
}

/**
 * The windows of one group. Something is new in a window that holds readings which no emission had yet. Windows emitted and changed
 * since stay emitted, until they are emitted again with the next revision.
 */
export interface GroupWindows {
  /** Watermark at which the group must be looked at again: a window ends in which something is new, or something is freed. Infinity: none. */
  readonly dueUs: number;
  /** Takes the readings that are not too late, and have a place; counts every one. Hot path. */
  add(run: Run): void;
  /** Emits the windows in which something is new, if they end at or before `untilUs`, by end; then frees what is final. */
  emit(emission: Emission): void;
  /** Sees what the end of the block will free. */
  relieve(nextWatermarkUs: number): void;
  /** Between blocks; plain data, exact. */
  snapshot(): unknown;
}
