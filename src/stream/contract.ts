// Operators: what reads the readings lane and says something about it. A window is one (windows.ts), an alert rule is one
// (alert/rule-operator.ts). The driver (driver.ts) feeds them, stores what they say and keeps their state.
//
// An operator is a deterministic function of the commits and the times that it was given: no clock, no chance, no I/O. Of a commit it
// gets the time, every column, what the windows before it said, then `endBlock`. That is what makes recovery exact: the same again,
// from a state that was kept, gives the same outputs again. It need not give the same if readings are cut into other commits; a
// commit is what became durable together, and an operator may take that for "at the same time".
//
// Processing time is what the log says it is: the ingest times of commits, and ticks (ticks.ts), which the driver writes when a
// deadline of an operator passes and no reading comes. It never goes back.

import type { ReadingColumn } from "../codec/block-codec.ts";
import type { Alert } from "../model/alert.ts";
import type { WindowResult } from "../model/result.ts";

/** Readings of one series with dense offsets, in the order of arrival. Holds at least one. */
export type InputColumn = ReadingColumn;

/**
 * Where operators put what they say. `causeOffset` of an output is the offset of the reading that caused it, and lies in the
 * commit at hand; of what the passing of time caused, the offset of the next reading. Of one commit an operator appends results in
 * the order of causes, and alerts as well.
 */
export interface Outputs {
  readonly results: WindowResult[];
  readonly alerts: Alert[];
}

/** Since the operator was first configured; kept over restarts, exactly. `taken` and `skipped` add up to the readings of its series. */
export interface Counters {
  readonly taken: number;
  /** Readings of matching series that were not taken, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Readings that were taken, but not as any other, by reason; a reading may be noted for several. */
  readonly noted?: Readonly<Record<string, number>>;
  /** Results or alerts. */
  readonly outputs: number;
}

/** A part of an operator's state, under a key of its own choice; null: the part is gone. */
export interface StateChange {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface StatePart {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface Operator {
  /** Kind and name, for instance `window hourly`. Unique among the operators of a driver. */
  readonly id: string;
  /** Changes with the definition, with what is made of it, and with the form of the snapshot; state is never restored over a different fingerprint. */
  readonly fingerprint: string;

  /**
   * Processing time has reached `timeUs`; called before each commit, with its ingest time, and for ticks. Deadlines up to there were
   * given one by one before, so at most one passes at a time. `causeOffset` is the offset of the next reading.
   */
  advance(timeUs: number, causeOffset: number, outputs: Outputs): void;

  /** When `advance` would say or change something though no reading came, in processing time; Infinity: never. Cheap: asked for every commit. */
  nextDeadlineUs(): number;

  /** The gateway was away until `timeUs`: no reading could come, so that time counts for no timeout and no duration. */
  resume(timeUs: number): void;

  /** @param firstOffset offset of the column's first reading in the readings lane. */
  consume(column: InputColumn, firstOffset: number, outputs: Outputs): void;

  /** What the operators before this one said about the commit at hand, or as time passed. */
  consumeResults?(results: readonly WindowResult[], outputs: Outputs): void;

  /** All columns of a commit were consumed. */
  endBlock(outputs: Outputs): void;

  /** What changed of the state since the last call, at the first call all of it; only between commits. */
  changes(): StateChange[];

  /** Takes the state that all changes of an operator of the same fingerprint amount to; only before anything else. */
  restore(parts: readonly StatePart[]): void;

  counters(): Counters;
}

/** What is left of an operator that is no longer configured as it was. */
export interface RetiredOperator {
  readonly id: string;
  readonly why: "removed" | "changed";
  /** Its state, as it was last kept. */
  readonly parts: readonly StatePart[];
  /** What it said since then, in order. */
  readonly alerts: readonly Alert[];
  /** When that is found out, in processing time. */
  readonly timeUs: number;
  /** Cause of what is said about it now. */
  readonly causeOffset: number;
}

/** The last words of such an operator. */
export type Retire = (retired: RetiredOperator) => readonly Alert[];

/** The column's values if they are numbers, else null. */
export function numbersOf(column: InputColumn): readonly number[] | null {
  return areNumbers(column.values) ? column.values : null;
}

function areNumbers(values: InputColumn["values"]): values is readonly number[] {
  return typeof values[0] === "number";
}
