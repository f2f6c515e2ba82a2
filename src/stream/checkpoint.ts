// What the stream driver keeps in the log beside its outputs and its ticks:
//
//   stream                       position in the readings lane, the time, how far the lanes of outputs reached, which operators there are
//   stream-backfill              the same of the backfill (backfill.ts), while there is one, but for the lanes
//   stream-state/<operator>/...  the parts of each operator's state; a checkpoint writes those that changed
//
// An operator stands in one of the first two; its parts have the same names in both, so that none moves when it goes over.
//
// All of a checkpoint is one append. Encoded as structured clone (node:v8), which keeps -0, infinities, every bit of a double and
// byte arrays as they are; JSON does not. Later versions of Node.js read what earlier ones wrote.

import { deserialize, serialize } from "node:v8";
import type { Checkpoint, CheckpointChange } from "../log/log.ts";
import type { Operator, StateChange, StatePart } from "./contract.ts";

export const checkpointName = "stream";
export const backfillName = "stream-backfill";
const statePrefix = "stream-state/";
const version = 2;

/** Readings that no operator saw, by reason. */
export interface LostReadings {
  trimmed: number;
  corrupt: number;
}

export function sumOfLost(one: LostReadings, other: LostReadings): LostReadings {
  return { trimmed: one.trimmed + other.trimmed, corrupt: one.corrupt + other.corrupt };
}

/** An operator and where its input begins. */
export interface FedOperator {
  readonly operator: Operator;
  readonly fromOffset: number;
}

/** An operator as a checkpoint names it. */
export interface KeptOperator {
  readonly id: string;
  readonly fingerprint: string;
  readonly fromOffset: number;
}

export interface BackfillCheckpoint {
  /** Every reading below this offset is in the operators' states. A commit begins or the lane ends here. */
  readonly position: number;
  /** Processing time that the states have reached; ticks at the position up to this time are in them, too. */
  readonly timeUs: number;
  readonly lost: LostReadings;
  readonly operators: readonly KeptOperator[];
}

export interface StreamCheckpoint extends BackfillCheckpoint {
  /** The outputs of all that are recorded below these offsets. */
  readonly ends: OutputEnds;
}

export interface OutputEnds {
  readonly results: number;
  readonly alerts: number;
}

type Parts<Kept extends BackfillCheckpoint> = Omit<Kept, "operators">;

export function streamCheckpoint(parts: Parts<StreamCheckpoint>, fed: readonly FedOperator[]): Checkpoint {
  return { name: checkpointName, value: encode(parts, fed) };
}

export function backfillCheckpoint(parts: Parts<BackfillCheckpoint>, fed: readonly FedOperator[]): Checkpoint {
  return { name: backfillName, value: encode(parts, fed) };
}

function encode(parts: object, fed: readonly FedOperator[]): Uint8Array {
  const operators = fed.map(({ operator: { id, fingerprint }, fromOffset }): KeptOperator => ({ id, fingerprint, fromOffset }));
  return serialize({ version, ...parts, operators });
}

/** Null of a log that no driver has read yet, or a driver of another version. */
export function decodeCheckpoint(bytes: Uint8Array | null): StreamCheckpoint | null {
  return decode<StreamCheckpoint>(bytes);
}

/** Null if there is no backfill, or one of another version. */
export function decodeBackfill(bytes: Uint8Array | null): BackfillCheckpoint | null {
  return decode<BackfillCheckpoint>(bytes);
}

function decode<Kept>(bytes: Uint8Array | null): Kept | null {
  if (bytes === null) return null;
  const checkpoint: Kept & { readonly version?: number } = deserialize(bytes);
  return checkpoint.version === version ? checkpoint : null;
}

/** What changed of the operators' states since the last checkpoint. */
export function stateChanges(fed: readonly FedOperator[]): CheckpointChange[] {
  return fed.flatMap(({ operator }) => operator.changes().map((change) => stateChange(operator.id, change)));
}

function stateChange(operatorId: string, { key, value }: StateChange) {
  return { name: `${statePrefix}${operatorId}/${key}`, value };
}

/** Begins the names of all parts of an operator's state; of all operators without one. Names of operators hold no "/". */
export function statePrefixOf(operatorId = ""): string {
  return operatorId === "" ? statePrefix : `${statePrefix}${operatorId}/`;
}

export function statePartOf(operatorId: string, { name, value }: Checkpoint): StatePart {
  return { key: name.slice(statePrefixOf(operatorId).length), value };
}
