import type { Accumulator } from "../aggregates/contract.ts";
import type { GroupWindows, Run, Shared } from "./group-windows.ts";

type Snapshot = [count: number, firstUs: number, lastUs: number, accumulator: unknown];

/**
 * Windows of so many readings of one group, in the order of the log: no event time is late, none is waited for, and silence ends none. A
 * window is emitted with its last reading, and goes from the least event time in it to the greatest.
 */
export class CountWindows implements GroupWindows {
  readonly dueUs = Number.POSITIVE_INFINITY;
  readonly #shared: Shared;
  readonly #readings: number;
  #count = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = Number.NEGATIVE_INFINITY;
  #accumulator: Accumulator;

  constructor(shared: Shared, readings: number) {
    this.#shared = shared;
    this.#readings = readings;
    this.#accumulator = shared.plan.aggregates.create();
  }

  add({ timesUs, values, firstOffset, say }: Run): void {
    let from = 0;
    while (from < timesUs.length) {
      const to = Math.min(timesUs.length, from + this.#readings - this.#count);
      this.#accumulator.addRun(timesUs, values, from, to);
      for (let i = from; i < to; i++) {
        const timeUs = timesUs[i] as number;
        if (timeUs < this.#firstUs) this.#firstUs = timeUs;
        if (timeUs > this.#lastUs) this.#lastUs = timeUs;
      }
      this.#count += to - from;
      from = to;
      if (this.#count === this.#readings) this.#end(say, firstOffset + to - 1);
    }
    this.#shared.counts.taken += timesUs.length;
  }

  emit(): void {
    // A window ends with its last reading.
  }

  relieve(): void {
    // Nothing is held but the window at hand.
  }

  snapshot(): unknown {
    return [this.#count, this.#firstUs, this.#lastUs, this.#accumulator.snapshot()] satisfies Snapshot;
  }

  restore(snapshot: unknown): this {
    const [count, firstUs, lastUs, accumulator] = snapshot as Snapshot;
    this.#count = count;
    this.#firstUs = firstUs;
    this.#lastUs = lastUs;
    this.#accumulator = this.#shared.plan.aggregates.restore(accumulator);
    return this;
  }

  #end(say: Run["say"], causeOffset: number): void {
    const accumulator = this.#accumulator;
    say({ startUs: this.#firstUs, endUs: this.#lastUs + 1, revision: 0, count: this.#count, accumulator, causeOffset });
    this.#count = 0;
    this.#firstUs = Number.POSITIVE_INFINITY;
    this.#lastUs = Number.NEGATIVE_INFINITY;
    this.#accumulator = this.#shared.plan.aggregates.create();
  }
}
