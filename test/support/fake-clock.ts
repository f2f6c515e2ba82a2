import type { Clock } from "../../src/platform/clock.ts";

interface Timer {
  readonly dueUs: number;
  readonly callback: () => void;
}

/** A clock that moves only when it is told to; timers fire in the order of their due times. */
export class FakeClock implements Clock {
  #nowUs: number;
  readonly #timers = new Set<Timer>();

  constructor(startUs = Date.UTC(2026, 0, 1) * 1000) {
    this.#nowUs = startUs;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueUs: this.#nowUs + delayMs * 1000, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that are set and have not fired. */
  get timers(): number {
    return this.#timers.size;
  }

  advanceMs(durationMs: number): void {
    const untilUs = this.#nowUs + durationMs * 1000;
    for (let next = this.#nextDue(untilUs); next !== undefined; next = this.#nextDue(untilUs)) {
      this.#timers.delete(next);
      this.#nowUs = next.dueUs;
      next.callback();
    }
    this.#nowUs = untilUs;
  }

  #nextDue(untilUs: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueUs <= untilUs && (earliest === undefined || timer.dueUs < earliest.dueUs)) earliest = timer;
    }
    return earliest;
  }
}
