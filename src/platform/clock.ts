/** The only source of time and timers. Tests pass a fake one with the same interface (test/support/fake-clock.ts). */
export interface Clock {
  /** Microseconds since the Unix epoch, an integer. */
  nowUs(): number;
  /**
   * Calls back once, after at least `delayMs`; the returned function cancels. The timer does not keep the process alive, unless it is
   * told to `hold` it: for what must still be done when everything else has ended.
   */
  after(delayMs: number, callback: () => void, hold?: "hold"): () => void;
}

export const systemClock: Clock = {
  // Date.now, not performance.now: the latter never follows a correction of the clock, and a Raspberry Pi boots without one.
  nowUs: () => Date.now() * 1000,
  after(delayMs, callback, hold) {
    const timer = setTimeout(callback, delayMs);
    if (hold === undefined) timer.unref();
    return () => clearTimeout(timer);
  },
};
