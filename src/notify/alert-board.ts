// Which alerts fire: a fold over the alerts lane, with what operators said of them. Pure: no clock, no I/O.
//
// An alert is on the board from the transition that makes it fire; it is told apart from all others by the offset of that transition. One
// that resolves stays, as resolved, until every webhook has been told of it. So what is kept is whole lives of alerts, and what a
// webhook missed is one message for each, with both times.
//
// Bounds: beyond alertsMax an alert that fires is not taken up and counted (`untracked`). Beyond resolvedMax the alert that resolved
// first is forgotten, and counted for each webhook that still waits for it (`lost`).

import type { Alert } from "../model/alert.ts";
import type { Acknowledgement, ActiveAlert, AlertNames } from "../model/alert-note.ts";

export interface BoardAlert {
  /** The transition that made it fire. */
  readonly alert: Alert;
  /** Of that transition, in the alerts lane. */
  readonly offset: number;
  /** When that was recorded, by the gateway's clock: microseconds since the Unix epoch. */
  readonly firedAtUs: number;
  acknowledged: Acknowledgement | null;
  /** End of the silence that covers it longest. It follows from the silences, and is not kept. */
  silencedUntilUs: number | null;
  resolved: Resolution | null;
}

export interface Resolution {
  readonly alert: Alert;
  readonly offset: number;
  readonly atUs: number;
}

export interface BoardLimits {
  readonly alertsMax: number;
  readonly resolvedMax: number;
}

/** A transition and where it stands in the alerts lane. */
export interface RecordedAlert {
  readonly alert: Alert;
  readonly offset: number;
  readonly atUs: number;
}

/** By offset: what is to be kept of an alert; null: nothing any more. */
export type BoardChanges = ReadonlyMap<number, BoardAlert | null>;

export class AlertBoard {
  readonly #limits: BoardLimits;
  readonly #active = new Map<string, BoardAlert>();
  /** In the order in which they resolved. */
  #resolved: BoardAlert[] = [];
  /** By webhook: of what resolved below this offset it needs nothing any more. */
  readonly #settled: Map<string, number>;
  #changed = new Map<number, BoardAlert | null>();
  #untracked = 0;
  readonly #lost = new Map<string, number>();

  /** @param settled by webhook, the offset in the alerts lane from which on it is to be told what resolves. */
  constructor(limits: BoardLimits, settled: ReadonlyMap<string, number>) {
    this.#limits = limits;
    this.#settled = new Map(settled);
  }

  /** Firing alerts, in the order in which they began. */
  get active(): Iterable<BoardAlert> {
    return this.#active.values();
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** Alerts that resolved and that some webhook was not told of yet, in that order. */
  get resolved(): readonly BoardAlert[] {
    return this.#resolved;
  }

  /** Those that fire, and those that resolved. */
  get all(): BoardAlert[] {
    return [...this.#active.values(), ...this.#resolved];
  }

  get settled(): ReadonlyMap<string, number> {
    return this.#settled;
  }

  /** Alerts that fired beyond alertsMax, since the start. */
  get untracked(): number {
    return this.#untracked;
  }

  /** Alerts that resolved and that the webhook was never told of, because of resolvedMax, since the start. */
  lost(webhook: string): number {
    return this.#lost.get(webhook) ?? 0;
  }

  find(names: AlertNames): BoardAlert | undefined {
    return this.#active.get(keyOf(names));
  }

  /** Takes up a transition. @returns the alert that fires now; null if the transition makes none fire. */
  apply({ alert, offset, atUs }: RecordedAlert): BoardAlert | null {
    const key = keyOf(alert);
    const before = this.#active.get(key);
    this.#active.delete(key);
    if (alert.state === "resolved") {
      if (before !== undefined) this.#resolve(before, { alert, offset, atUs });
      return null;
    }
    // Firing twice: the end of the first was lost with a damaged block.
    if (before !== undefined) this.#changed.set(before.offset, null);
    if (this.#active.size >= this.#limits.alertsMax) {
      this.#untracked++;
      return null;
    }
    const board: BoardAlert = { alert, offset, firedAtUs: atUs, acknowledged: null, silencedUntilUs: null, resolved: null };
    this.#active.set(key, board);
    this.#changed.set(offset, board);
    return board;
  }

  /** The webhook needs nothing any more of what resolved below the offset. */
  settle(webhook: string, offset: number): void {
    this.#settled.set(webhook, offset);
    this.#forgetSettled();
  }

  /** What is to be kept differently than before the last call. */
  takeChanges(): BoardChanges {
    const changes = this.#changed;
    this.#changed = new Map();
    return changes;
  }

  /** Changes that were taken and could not be kept: they are taken again, but for what has changed since. */
  putBack(changes: BoardChanges): void {
    for (const [offset, board] of changes) if (!this.#changed.has(offset)) this.#changed.set(offset, board);
  }

  /** @param kept as the changes since the beginning left it. */
  restore(kept: Iterable<BoardAlert>): void {
    const ofOffset = [...kept].sort((one, other) => one.offset - other.offset);
    for (const board of ofOffset) if (board.resolved === null) this.#active.set(keyOf(board.alert), board);
    this.#resolved = ofOffset
      .filter(({ resolved }) => resolved !== null)
      .sort((one, other) => resolvedAt(one) - resolvedAt(other));
    this.#forgetSettled();
  }

  #forgetSettled(): void {
    const neededFrom = Math.min(...this.#settled.values());
    const needed = this.#resolved.findIndex((board) => resolvedAt(board) >= neededFrom);
    const forgotten = this.#resolved.splice(0, needed < 0 ? this.#resolved.length : needed);
    for (const { offset } of forgotten) this.#changed.set(offset, null);
  }

  #resolve(board: BoardAlert, resolution: Resolution): void {
    board.resolved = resolution;
    this.#changed.set(board.offset, this.#settled.size === 0 ? null : board);
    if (this.#settled.size === 0) return;
    this.#resolved.push(board);
    if (this.#resolved.length <= this.#limits.resolvedMax) return;
    const first = this.#resolved.shift() as BoardAlert;
    this.#changed.set(first.offset, null);
    for (const [webhook, settled] of this.#settled) {
      if (settled <= resolvedAt(first)) this.#lost.set(webhook, this.lost(webhook) + 1);
    }
  }
}

export function activeAlertOf({ alert, firedAtUs, acknowledged, silencedUntilUs }: BoardAlert): ActiveAlert {
  return { ...alert, firedAtUs, acknowledged, silencedUntilUs };
}

/** Offset of the transition that resolved it. */
function resolvedAt({ resolved }: BoardAlert): number {
  return resolved?.offset ?? Number.POSITIVE_INFINITY;
}

function keyOf({ rule, device, metric, tag }: AlertNames): string {
  return JSON.stringify([rule, device, metric, tag]);
}
