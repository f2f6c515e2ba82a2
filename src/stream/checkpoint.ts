// What the stream driver keeps in the log beside its outputs and its ticks:
//
//   stream                       position in the readings lane, the time, how far the lanes of outputs reached, which operators there are
//   stream-state/<operator>/...  the parts of each operator's state; a checkpoint writes those that changed
//
// All of a checkpoint is one append. Encoded as structured clone (node:v8), which keeps -0, infinities, every bit of a double and
// byte arrays as they are; JSON does not. Later versions of Node.js read what earlier ones wrote.

import { deserialize, serialize } from "node:v8";
import type { Checkpoint } from "../log/log.ts";
import type { Operator, StateChange, StatePart } from "./contract.ts";

export const checkpointName = "stream";
const statePrefix = "stream-state/";
const version = 2;

/** Readings that no operator saw, by reason. */
export interface LostReadings {
  trimmed: number;
  corrupt: number;
}

/** An operator and where its input begins. */
export interface FedOperator {
  readonly operator: Operator;
  readonly fromOffset: number;
}

export interface StreamCheckpoint {
  /** Every reading below this offset is in the operators' states. A commit begins or the lane ends here. */
  readonly position: number;
  /** Processing time that the states have reached; ticks at the position up to this time are in them, too. */
  readonly timeUs: number;
  /** The outputs of all that are recorded below these offsets. */
  readonly ends: OutputEnds;
  readonly lost: LostReadings;
  readonly operators: readonly { readonly id: string; readonly fingerprint: string; readonly fromOffset: number }[];
}

export interface OutputEnds {
  readonly results: number;
  readonly alerts: number;
}

export function encodeCheckpoint(parts: Omit<StreamCheckpoint, "operators">, fed: readonly FedOperator[]): Uint8Array {
  const operators = fed.map(({ operator: { id, fingerprint }, fromOffset }) => ({ id, fingerprint, fromOffset }));
  return serialize({ version, ...parts, operators } satisfies StreamCheckpoint & { version: number });
}

/** Null of a log that no driver has read yet, or a driver of another version. */
export function decodeCheckpoint(bytes: Uint8Array | null): StreamCheckpoint | null {
  if (bytes === null) return null;
  const checkpoint: StreamCheckpoint & { version?: number } = deserialize(bytes);
  return checkpoint.version === version ? checkpoint : null;
}

export function stateChange(operatorId: string, { key, value }: StateChange) {
  return { name: `${statePrefix}${operatorId}/${key}`, value };
}

/** Begins the names of all parts of an operator's state; of all operators without one. Names of operators hold no "/". */
export function statePrefixOf(operatorId = ""): string {
  return operatorId === "" ? statePrefix : `${statePrefix}${operatorId}/`;
}

export function statePartOf(operatorId: string, { name, value }: Checkpoint): StatePart {
  return { key: name.slice(statePrefixOf(operatorId).length), value };
}
