// Keeps the alert desk in the log: at once for an operator, who waits, and within a second for what the lane says. Every write holds all
// that has changed, so that position and state in the log are of one moment, whatever was written before or failed.

import type { CheckpointChange, Log } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { BoardChanges } from "./alert-board.ts";
import { alertChange, type DeskPart, deskChange } from "./desk-checkpoint.ts";

const writeDelayMs = 1000;
/** What operators asked for and that is not on disk yet. */
const operationsMax = 100;

/** What is kept: the board, and the rest of the desk. */
export interface KeptDesk {
  part(): DeskPart;
  takeChanges(): BoardChanges;
  putBack(changes: BoardChanges): void;
}

export interface DeskKeeperOptions {
  readonly log: Log;
  readonly desk: KeptDesk;
  readonly clock: Clock;
  /** A write that nobody waits for has failed; it will be made again. */
  readonly onFailure: (error: TidegateError) => void;
}

export class DeskKeeper {
  readonly #options: DeskKeeperOptions;
  #operations = 0;
  #cancelTimer: (() => void) | null = null;
  #isClosed = false;

  constructor(options: DeskKeeperOptions) {
    this.#options = options;
  }

  /** On behalf of an operator. Errors: LOG_QUEUE_FULL, LOG_WRITE_FAILED, LOG_CLOSED. */
  async operate(changes: readonly CheckpointChange[]): Promise<void> {
    if (this.#operations >= operationsMax)
      throw new TidegateError("LOG_QUEUE_FULL", `${operationsMax} requests wait for the disk; try again later`);
    this.#operations++;
    const error = await this.#write(changes);
    this.#operations--;
    if (error !== null) throw error;
  }

  /** Writes these now. Should that fail, it is told and not made again; the rest of the desk is. */
  async attempt(changes: readonly CheckpointChange[]): Promise<void> {
    const error = await this.#write(changes);
    if (error === null) return;
    this.#options.onFailure(error);
    if (!this.#isClosed) this.soon();
  }

  soon(): void {
    this.#cancelTimer ??= this.#options.clock.after(writeDelayMs, () => {
      this.#cancelTimer = null;
      void this.attempt([]);
    });
  }

  /** Writes what still waits. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#cancelTimer === null) return;
    this.#cancelTimer();
    await this.attempt([]);
  }

  async #write(changes: readonly CheckpointChange[]): Promise<TidegateError | null> {
    const { log, desk } = this.#options;
    const ofBoard = desk.takeChanges();
    const alerts = Array.from(ofBoard, ([offset, board]) => alertChange(offset, board));
    const checkpoints = [...alerts, deskChange(desk.part()), ...changes];
    const error = await new Promise<TidegateError | null>((resolve) => log.append({ checkpoints }, resolve));
    if (error !== null) desk.putBack(ofBoard);
    return error;
  }
}
