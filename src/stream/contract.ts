// Operators: what reads the readings lane and says something about it. A window is one (windows.ts), an alert rule is one
// (alert/rule-operator.ts). The driver (driver.ts) feeds them, stores what they say and keeps their state.
//
// An operator is a deterministic function of the blocks that it was given, in offset order: no clock, no chance, no I/O. Of a
// block it gets every column, then `endBlock`. That is what makes recovery exact: the same blocks again, from a state that was
// kept, give the same outputs again. It need not give the same if readings are cut into other blocks; a block is what became
// durable together, and an operator may take that for "at the same time". The log keeps its blocks as they were written.

import type { ReadingColumn } from "../codec/block-codec.ts";
import type { Alert } from "../model/alert.ts";
import type { WindowResult } from "../model/result.ts";

/** Readings of one series with dense offsets, in the order of arrival. Holds at least one. */
export type InputColumn = ReadingColumn;

/**
 * Where operators put what they say. `causeOffset` of an output is the offset of the reading that caused it, and lies in the
 * block at hand. Of one block an operator appends results in the order of causes, and alerts as well.
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
  /** Results or alerts. */
  readonly outputs: number;
}

export interface Operator {
  /** Kind and name, for instance `window hourly`. Unique among the operators of a driver. */
  readonly id: string;
  /** Changes with the definition, with what is made of it, and with the form of the snapshot; state is never restored over a different fingerprint. */
  readonly fingerprint: string;

  /** @param firstOffset offset of the column's first reading in the readings lane. */
  consume(column: InputColumn, firstOffset: number, outputs: Outputs): void;

  /** All columns of a block were consumed. */
  endBlock(outputs: Outputs): void;

  /** The whole state; only between blocks. */
  snapshot(): Uint8Array;

  /** Takes the state of a snapshot of the same fingerprint; only before the first `consume`. */
  restore(snapshot: Uint8Array): void;

  counters(): Counters;
}

/** The column's values if they are numbers, else null. */
export function numbersOf(column: InputColumn): readonly number[] | null {
  return areNumbers(column.values) ? column.values : null;
}

function areNumbers(values: InputColumn["values"]): values is readonly number[] {
  return typeof values[0] === "number";
}
