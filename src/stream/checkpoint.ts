// What the stream driver keeps in the log beside its outputs. Two values, because a checkpoint is large and outputs are frequent:
//
//   stream          position in the readings lane and the state of every operator, once in a while
//   stream-outputs  how far outputs are recorded, in the same append as those outputs
//
// Encoded as structured clone (node:v8), which keeps -0, infinities, every bit of a double and byte arrays as they are; JSON does
// not. Later versions of Node.js read what earlier ones wrote.

import { deserialize, serialize } from "node:v8";
import type { Operator } from "./contract.ts";

export const checkpointName = "stream";
export const outputMarkName = "stream-outputs";

export interface OutputCounts {
  results: number;
  alerts: number;
}

/** Readings that no operator saw, by reason. */
export interface LostReadings {
  trimmed: number;
  corrupt: number;
}

export interface StreamCheckpoint {
  /** Every reading below this offset is in the operators' states. A block begins or the lane ends here. */
  readonly position: number;
  /**
   * False if it was written while outputs behind `position` were recorded already, by an earlier run and perhaps by other
   * operators. The counts in the mark do not begin at this checkpoint then.
   */
  readonly comparable: boolean;
  readonly lost: LostReadings;
  readonly operators: readonly OperatorState[];
}

interface OperatorState {
  readonly id: string;
  readonly fingerprint: string;
  readonly fromOffset: number;
  readonly state: Uint8Array;
}

export interface OutputMark {
  /** Every output of readings below this offset is in the lanes. A block begins or the lane ends here. */
  readonly position: number;
  /** Of these, the outputs since the checkpoint. */
  readonly counts: OutputCounts;
}

/** An operator and where its input begins. */
export interface FedOperator {
  readonly operator: Operator;
  readonly fromOffset: number;
}

export function encodeCheckpoint(parts: Omit<StreamCheckpoint, "operators">, fed: readonly FedOperator[]): Uint8Array {
  const operators = fed.map(({ operator, fromOffset }) => ({
    id: operator.id,
    fingerprint: operator.fingerprint,
    fromOffset,
    state: operator.snapshot(),
  }));
  return serialize({ ...parts, operators } satisfies StreamCheckpoint);
}

/** Of a log that no driver has read yet, null: everything is to do. */
export function decodeCheckpoint(bytes: Uint8Array | null): StreamCheckpoint {
  if (bytes === null) return { position: 0, comparable: true, lost: { trimmed: 0, corrupt: 0 }, operators: [] };
  return deserialize(bytes);
}

export function encodeOutputMark(mark: OutputMark): Uint8Array {
  return serialize(mark);
}

export function decodeOutputMark(bytes: Uint8Array | null): OutputMark {
  return bytes === null ? { position: 0, counts: { results: 0, alerts: 0 } } : deserialize(bytes);
}
