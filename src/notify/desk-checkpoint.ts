// What the alert desk keeps in the log:
//
//   notify/desk               position in the alerts lane, how many silences were made, what every webhook was told of
//   notify/alert/<offset>     an alert of the board, by the offset of the transition that made it fire
//   notify/silence/<number>   a silence
//
// JSON; offsets and numbers are padded, so that the order of names is theirs. One append holds all that belongs together.

import type { Checkpoint, CheckpointChange } from "../log/log.ts";
import type { Silence } from "../model/alert-note.ts";
import type { BoardAlert } from "./alert-board.ts";

export const deskPrefix = "notify/";
const deskName = `${deskPrefix}desk`;
const alertPrefix = `${deskPrefix}alert/`;
const silencePrefix = `${deskPrefix}silence/`;

export interface DeskPart {
  /** Every transition below this offset is on the board. */
  readonly position: number;
  readonly silencesMade: number;
  /** By webhook: of what resolved below this offset it needs nothing any more. */
  readonly settled: Readonly<Record<string, number>>;
}

export interface DeskCheckpoint {
  /** Null: there is none yet. */
  readonly desk: DeskPart | null;
  readonly alerts: readonly BoardAlert[];
  readonly silences: readonly Silence[];
}

export function deskChange(part: DeskPart): CheckpointChange {
  return { name: deskName, value: bytesOf(part) };
}

export function alertChange(offset: number, board: BoardAlert | null): CheckpointChange {
  const name = `${alertPrefix}${padded(offset)}`;
  if (board === null) return { name, value: null };
  const { silencedUntilUs: _, ...kept } = board;
  return { name, value: bytesOf(kept) };
}

export function silenceChange({ id, ...silence }: Silence): CheckpointChange {
  return { name: silenceName(id), value: bytesOf(silence) };
}

export function silenceRemoval({ id }: Silence): CheckpointChange {
  return { name: silenceName(id), value: null };
}

export function deskCheckpointOf(parts: readonly Checkpoint[]): DeskCheckpoint {
  const read = <Value>(prefix: string, make: (kept: Record<string, unknown>, name: string) => Value): Value[] =>
    parts
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, value }) => make(JSON.parse(Buffer.from(value).toString()), name.slice(prefix.length)));
  const [desk = null] = read(deskName, (kept) => kept as unknown as DeskPart);
  return {
    desk,
    alerts: read(alertPrefix, (kept) => ({ ...kept, silencedUntilUs: null }) as unknown as BoardAlert),
    silences: read(silencePrefix, (kept, number) => ({ ...kept, id: String(Number(number)) }) as unknown as Silence),
  };
}

function silenceName(id: string): string {
  return `${silencePrefix}${padded(Number(id))}`;
}

function padded(count: number): string {
  return String(count).padStart(16, "0");
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
