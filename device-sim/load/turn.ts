export interface Flushable {
  /**
   * @param nowMs by performance.now.
   * @param timestampMs milliseconds since the Unix epoch.
   */
  flush(nowMs: number, timestampMs: number): void;
}

/**
 * Collects who has something to send while a turn of the event loop reads all sockets, and lets each send once at its end. That
 * makes one write of many acknowledgements, and time for timers between turns.
 */
export class Turn {
  #waiting: Flushable[] = [];
  #flushing: Flushable[] = [];
  #scheduled = false;

  /** At most once a turn for each. */
  add(flushable: Flushable): void {
    this.#waiting.push(flushable);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    [this.#waiting, this.#flushing] = [this.#flushing, this.#waiting];
    this.#scheduled = false;
    const nowMs = performance.now();
    const timestampMs = Date.now();
    for (const flushable of this.#flushing) flushable.flush(nowMs, timestampMs);
    this.#flushing.length = 0;
  };
}
