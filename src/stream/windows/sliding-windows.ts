// Sliding windows of one group: for each event time t of a reading the window (t - size, t], which is [t - size + 1, t + 1) in whole
// microseconds. Every reading is a slice of its own here, so readings are kept one by one until no window holds them any
// more, and windows are put together as those of slices are (window-fold.ts): a window costs the same, however many readings are in it.

import type { Value } from "../../model/reading.ts";
import type { Accumulator } from "../aggregates/contract.ts";
import { type EmittedBy, type EmittedSnapshot, EmittedWindows } from "./emitted-windows.ts";
import { lowerBound } from "./grid.ts";
import type { Emission, GroupWindows, Run, Shared } from "./group-windows.ts";
import { OpenPlaces } from "./open-pool.ts";
import { type FoldItems, WindowFold } from "./window-fold.ts";

type Snapshot = [timesUs: Float64Array, values: Value[], emitted: EmittedSnapshot];

export class SlidingWindows implements GroupWindows, FoldItems, EmittedBy {
  readonly #shared: Shared;
  readonly #sizeUs: number;
  readonly #places: OpenPlaces;
  readonly #fold: WindowFold;
  /** In the order of event times; at equal ones, of arrival. */
  readonly #timesUs: number[] = [];
  readonly #values: Value[] = [];
  readonly #emitted = new EmittedWindows();
  #dueUs = Number.POSITIVE_INFINITY;

  constructor(shared: Shared, sizeUs: number) {
    this.#shared = shared;
    this.#sizeUs = sizeUs;
    this.#places = new OpenPlaces(shared.pool);
    this.#fold = new WindowFold(shared.plan.aggregates, sizeUs);
  }

  get dueUs(): number {
    return this.#dueUs;
  }

  /** Hot path: in order, a reading costs two comparisons and two pushes. */
  add(run: Run): void {
    const { timesUs, values, watermarkUs } = run;
    const { counts, pool } = this.#shared;
    const emittedUntilUs = this.#emitted.untilUs(watermarkUs);
    for (let i = 0; i < timesUs.length; i++) {
      const timeUs = timesUs[i] as number;
      const expiryUs = this.#expiryUs(timeUs);
      if (expiryUs <= watermarkUs) counts.skip("too_late", 1);
      else if (this.#hasPlace(expiryUs, run)) {
        this.#insert(timeUs, values[i] as Value, expiryUs <= run.nextWatermarkUs);
        counts.taken++;
        if (timeUs < emittedUntilUs) this.#change(timeUs, emittedUntilUs, run, run.firstOffset + i);
      } else counts.skip(pool.reason, 1);
    }
    this.#setDue(watermarkUs);
  }

  emit(emission: Emission): void {
    this.#emitted.emit(emission, this);
    this.#free(emission.watermarkUs);
    this.#setDue(emission.watermarkUs);
  }

  relieve(nextWatermarkUs: number): void {
    this.#places.relieve(nextWatermarkUs, (position) => this.#expiryUs(this.timeUs(position)));
  }

  snapshot(): unknown {
    return [Float64Array.from(this.#timesUs), this.#values, this.#emitted.snapshot()] satisfies Snapshot;
  }

  restore(snapshot: unknown, watermarkUs: number): this {
    const [timesUs, values, emitted] = snapshot as Snapshot;
    for (const [i, timeUs] of timesUs.entries()) {
      this.#timesUs.push(timeUs);
      this.#values.push(values[i] as Value);
      this.#places.take(i, false);
    }
    this.#emitted.restore(emitted);
    this.#setDue(watermarkUs);
    return this;
  }

  get length(): number {
    return this.#timesUs.length;
  }

  positionOf(timeUs: number): number {
    return lowerBound(this.#timesUs, timeUs);
  }

  timeUs(position: number): number {
    return this.#timesUs[position] as number;
  }

  count(from: number, to: number): number {
    return to - from;
  }

  addTo(accumulator: Accumulator, from: number, to: number): void {
    accumulator.addRun(this.#timesUs, this.#values, from, to);
  }

  #hasPlace(expiryUs: number, run: Run): boolean {
    return expiryUs <= run.nextWatermarkUs || this.#places.hasPlace(() => this.relieve(run.nextWatermarkUs));
  }

  #insert(timeUs: number, value: Value, isEnding: boolean): void {
    const last = this.#timesUs.length - 1;
    const position = last < 0 || timeUs >= this.timeUs(last) ? last + 1 : lowerBound(this.#timesUs, timeUs + 1);
    if (position > last) {
      this.#timesUs.push(timeUs);
      this.#values.push(value);
    } else {
      this.#timesUs.splice(position, 0, timeUs);
      this.#values.splice(position, 0, value);
    }
    this.#places.take(position, isEnding);
    this.#fold.changed(timeUs);
  }

  /** A reading came into windows that were emitted, or should have been. */
  #change(timeUs: number, emittedUntilUs: number, run: Run, offset: number): void {
    const finalUs = run.watermarkUs - this.#shared.plan.reviseUs;
    if (timeUs < finalUs) this.#shared.counts.note("partly_late", 1);
    let position = lowerBound(this.#timesUs, Math.max(timeUs, finalUs));
    for (; position < this.length; position++) {
      const endUs = this.timeUs(position) + 1;
      if (endUs > emittedUntilUs || endUs > timeUs + this.#sizeUs) break;
      this.#emitted.changed(endUs, offset);
    }
  }

  say(endUs: number, causeOffset: number, { watermarkUs, say }: Emission): void {
    const startUs = endUs - this.#sizeUs;
    const isFinal = endUs + this.#shared.plan.reviseUs <= watermarkUs;
    const revision = this.#emitted.next(endUs, isFinal);
    const { count, accumulator } = this.#fold.windowAt(this, startUs);
    say({ startUs, endUs, revision, count, accumulator, causeOffset });
  }

  nextEndUs(afterUs: number): number {
    const timeUs = this.#timesUs[lowerBound(this.#timesUs, afterUs)];
    return timeUs === undefined ? Number.POSITIVE_INFINITY : timeUs + 1;
  }

  /** When no window changes any more that the reading is in. */
  #expiryUs(timeUs: number): number {
    return timeUs + this.#sizeUs + this.#shared.plan.reviseUs;
  }

  #free(watermarkUs: number): void {
    const finalUs = watermarkUs - this.#shared.plan.reviseUs;
    const count = lowerBound(this.#timesUs, finalUs - this.#sizeUs + 1);
    this.#places.giveFirst(count);
    this.#emitted.forget(finalUs);
    if (count === 0) return;
    this.#timesUs.splice(0, count);
    this.#values.splice(0, count);
  }

  #setDue(watermarkUs: number): void {
    const nextEndUs = this.nextEndUs(this.#emitted.untilUs(watermarkUs));
    const firstUs = this.#timesUs[0];
    this.#dueUs = firstUs === undefined ? nextEndUs : Math.min(nextEndUs, this.#emitted.revisedUs, this.#expiryUs(firstUs));
  }
}
