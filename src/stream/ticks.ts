// Ticks: processing time that passed while no reading came, recorded in the log so that the window processor stays a function of it.
// A tick stands before the reading with the offset `position`, behind all that lie before it.
//
//   passed    time has reached timeUs: a deadline of an operator was due
//   resumed   the gateway started at timeUs and was away before; that time counts for nothing
//
// At one position, ticks of a kind that follow each other say no more than the last of them; so the driver keeps that one only, and
// an idle gateway keeps no more ticks than readings and starts. At most `ticksMax` are kept; the oldest go, and those of readings that
// retention has removed.
//
// Stored as checkpoints "stream-tick/<position>/<time>", decimal and padded, so that their order is that of names.

import type { Checkpoint, CheckpointChange } from "../log/log.ts";

export interface Tick {
  readonly position: number;
  readonly timeUs: number;
  readonly kind: "passed" | "resumed";
}

export const tickPrefix = "stream-tick/";
export const ticksMax = 50_000;

export function tickChange(tick: Tick): CheckpointChange & Checkpoint {
  return { name: nameOf(tick), value: Uint8Array.of(tick.kind === "passed" ? 0 : 1) };
}

export function tickRemoval(tick: Tick): CheckpointChange {
  return { name: nameOf(tick), value: null };
}

export function tickOf({ name, value }: Checkpoint): Tick {
  const [, position, timeUs] = name.split("/");
  return { position: Number(position), timeUs: Number(timeUs), kind: value[0] === 0 ? "passed" : "resumed" };
}

function nameOf({ position, timeUs }: Tick): string {
  return `${tickPrefix}${padded(position)}/${padded(timeUs)}`;
}

function padded(count: number): string {
  return String(count).padStart(16, "0");
}

/** The ticks of a log, in order. */
export class TickList {
  readonly #ticks: Tick[];
  /** Those before are fed. */
  #next = 0;

  constructor(ticks: readonly Tick[]) {
    this.#ticks = [...ticks];
  }

  /** A list of the same ticks, with a place of its own. */
  copy(): TickList {
    return new TickList(this.#ticks);
  }

  /** Passes over what stands in a state that has seen all before `position`, and time up to `timeUs`. */
  skipTo(position: number, timeUs: number): void {
    const isSeen = (tick: Tick) => tick.position < position || (tick.position === position && tick.timeUs <= timeUs);
    while (this.#next < this.#ticks.length && isSeen(this.#ticks[this.#next] as Tick)) this.#next++;
  }

  /** The next one that stands at or before the position; null if there is none. */
  next(position: number): Tick | null {
    const tick = this.#ticks[this.#next];
    if (tick === undefined || tick.position > position) return null;
    this.#next++;
    return tick;
  }

  /** The time that a new tick says: now, but later than that of the tick before it, whose name it would else have. */
  timeFor(nowUs: number): number {
    return Math.max(nowUs, (this.#ticks.at(-1)?.timeUs ?? -1) + 1);
  }

  /** What to store for a new one, the last of all. */
  changesFor(tick: Tick): CheckpointChange[] {
    const last = this.#ticks.at(-1);
    const replaces = last !== undefined && last.position === tick.position && last.kind === tick.kind;
    return [...(replaces ? [tickRemoval(last)] : []), tickChange(tick)];
  }

  /** The tick is stored; it is still to be fed. */
  add(tick: Tick): void {
    const last = this.#ticks.at(-1);
    if (last !== undefined && last.position === tick.position && last.kind === tick.kind) {
      this.#ticks.pop();
      this.#next = Math.min(this.#next, this.#ticks.length);
    }
    this.#ticks.push(tick);
  }

  /** Forgets what is fed and of no use any more, before the start of the lane or beyond `ticksMax`; gives what to store for it. */
  prune(startOffset: number): CheckpointChange[] {
    const excess = this.#ticks.length - ticksMax;
    let count = 0;
    while (count < this.#next && (count < excess || (this.#ticks[count] as Tick).position < startOffset)) count++;
    this.#next -= count;
    return this.#ticks.splice(0, count).map(tickRemoval);
  }
}
