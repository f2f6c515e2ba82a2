import type { Clock } from "./clock.ts";

/**
 * Lets one of many like warnings through per interval and key, and says how many were held back since the last one. The keys
 * come from a table of our own, so their number is bounded.
 */
export class LimitedWarning {
  readonly #clock: Clock;
  readonly #intervalUs: number;
  readonly #last = new Map<string, { timeUs: number; suppressed: number }>();

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalUs = intervalMs * 1000;
  }

  /** How many were held back before this one; null if this one is to be held back too. */
  pass(key: string): number | null {
    const nowUs = this.#clock.nowUs();
    const last = this.#last.get(key);
    if (last !== undefined && nowUs - last.timeUs < this.#intervalUs) {
      last.suppressed++;
      return null;
    }
    this.#last.set(key, { timeUs: nowUs, suppressed: 0 });
    return last?.suppressed ?? 0;
  }
}
