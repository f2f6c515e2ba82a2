import type { Clock } from "../platform/clock.ts";

/** Rest after a checkpoint, in times of what it took. */
const restFactor = 10;

/** How far a processor is: every reading below the position is fed, and the time has been reached. */
export interface Progress {
  readonly position: number;
  readonly timeUs: number;
}

export interface CadenceOptions {
  readonly clock: Clock;
  /** Milliseconds from the first reading or tick behind a checkpoint to the next checkpoint. */
  readonly everyMs: number;
  readonly everyReadings: number;
  /** The time has come. */
  readonly onTime: () => void;
}

/**
 * When a checkpoint is due: after so many readings or so much time since the last one, and if there is anything to keep at all. A
 * checkpoint that takes long is followed by a rest of ten times as long.
 */
export class CheckpointCadence {
  readonly #options: CadenceOptions;
  #stored: Progress = { position: 0, timeUs: 0 };
  #timedOut = false;
  #tookMs = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: CadenceOptions) {
    this.#options = options;
  }

  /** Readings below are in what is stored. */
  get position(): number {
    return this.#stored.position;
  }

  /** What an earlier run had stored, before anything else. */
  begin(stored: Progress): void {
    this.#stored = stored;
  }

  isDue(at: Progress): boolean {
    const isLate = this.#timedOut || at.position - this.#stored.position >= this.#options.everyReadings;
    return isLate && this.hasProgress(at);
  }

  hasProgress({ position, timeUs }: Progress): boolean {
    return position > this.#stored.position || timeUs > this.#stored.timeUs;
  }

  /** Time runs from the first progress on. */
  watch(at: Progress): void {
    if (!this.hasProgress(at)) return;
    const delayMs = Math.max(this.#options.everyMs, restFactor * this.#tookMs);
    this.#cancelTimer ??= this.#options.clock.after(delayMs, () => {
      this.#timedOut = true;
      this.#options.onTime();
    });
  }

  /** A checkpoint is on disk. */
  stored(at: Progress, tookMs: number): void {
    this.#stored = at;
    this.#tookMs = tookMs;
    this.close();
  }

  /** Ends the time that runs. */
  close(): void {
    this.#timedOut = false;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
