// Tumbling and hopping windows of one group, as slices that all windows share which overlap there (stream slicing: J. Traub and others,
// "Scotty: General and Efficient Open-source Window Operator for Stream Processing", ACM TODS 46(1), 2021). A reading goes into one slice,
// whatever the number of windows over it; an emitted window is put together from its slices (window-fold.ts).
//
// Hot path: `add`. A slice is looked up once for a run of readings in it; each further reading of the run costs three comparisons and its part
// of `Accumulator.addRun`.

import type { Accumulator } from "../aggregates/contract.ts";
import { type EmittedBy, type EmittedSnapshot, EmittedWindows } from "./emitted-windows.ts";
import type { Grid } from "./grid.ts";
import type { Emission, GroupWindows, Run, Shared } from "./group-windows.ts";
import { OpenPlaces } from "./open-pool.ts";
import { type Folded, type FoldItems, WindowFold } from "./window-fold.ts";

interface Slice {
  readonly startUs: number;
  count: number;
  readonly accumulator: Accumulator;
}

/** Windows of so few slices are merged one slice after the other: at ten, ten merges cost less than keeping suffixes for three. */
const unfoldedSlicesMax = 16;

type Snapshot = [startsUs: Float64Array, counts: Float64Array, accumulators: unknown[], emitted: EmittedSnapshot];

export class FixedWindows implements GroupWindows, FoldItems, EmittedBy {
  readonly #shared: Shared;
  readonly #grid: Grid;
  readonly #places: OpenPlaces;
  readonly #fold: WindowFold | null;
  /** In the order of time. */
  readonly #slices: Slice[] = [];
  readonly #emitted = new EmittedWindows();
  #dueUs = Number.POSITIVE_INFINITY;
  /** The one that took the last reading. */
  #last: Slice | null = null;

  constructor(shared: Shared, grid: Grid) {
    this.#shared = shared;
    this.#grid = grid;
    this.#places = new OpenPlaces(shared.pool);
    const isFolded = grid.sizeUs > unfoldedSlicesMax * grid.sliceUs;
    this.#fold = isFolded ? new WindowFold(shared.plan.aggregates, grid.sizeUs) : null;
  }

  get dueUs(): number {
    return this.#dueUs;
  }

  add(run: Run): void {
    const { timesUs, values } = run;
    const { sliceUs } = this.#grid;
    const emittedUntilUs = this.#emitted.untilUs(run.watermarkUs);
    let at = 0;
    while (at < timesUs.length) {
      const slice = this.#sliceAt(timesUs[at] as number, run);
      const from = at++;
      if (typeof slice === "string") {
        this.#shared.counts.skip(slice, 1);
        continue;
      }
      const { startUs } = slice;
      const endUs = startUs + sliceUs;
      for (; at < timesUs.length; at++) {
        const nextUs = timesUs[at] as number;
        if (nextUs < startUs || nextUs >= endUs) break;
      }
      slice.accumulator.addRun(timesUs, values, from, at);
      slice.count += at - from;
      this.#shared.counts.taken += at - from;
      this.#fold?.changed(startUs);
      if (endUs <= emittedUntilUs) this.#change(slice, { emittedUntilUs, run, from, to: at });
    }
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
    return [
      Float64Array.from(this.#slices, ({ startUs }) => startUs),
      Float64Array.from(this.#slices, ({ count }) => count),
      this.#slices.map(({ accumulator }) => accumulator.snapshot()),
      this.#emitted.snapshot(),
    ] satisfies Snapshot;
  }

  restore(snapshot: unknown, watermarkUs: number): this {
    const [startsUs, counts, accumulators, emitted] = snapshot as Snapshot;
    for (const [i, startUs] of startsUs.entries()) {
      const accumulator = this.#shared.plan.aggregates.restore(accumulators[i]);
      this.#slices.push({ startUs, count: counts[i] as number, accumulator });
      this.#places.take(i, false);
    }
    this.#emitted.restore(emitted);
    this.#setDue(watermarkUs);
    return this;
  }

  get length(): number {
    return this.#slices.length;
  }

  positionOf(timeUs: number): number {
    let low = 0;
    let high = this.#slices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeUs(middle) < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  timeUs(position: number): number {
    return (this.#slices[position] as Slice).startUs;
  }

  count(from: number, to: number): number {
    let count = 0;
    for (let position = from; position < to; position++) count += (this.#slices[position] as Slice).count;
    return count;
  }

  addTo(accumulator: Accumulator, from: number, to: number): void {
    for (let position = from; position < to; position++) accumulator.merge((this.#slices[position] as Slice).accumulator);
  }

  /** Or the reason why there is none. */
  #sliceAt(timeUs: number, run: Run): Slice | string {
    const last = this.#last;
    if (last !== null && timeUs >= last.startUs && timeUs < last.startUs + this.#grid.sliceUs) return last;
    const startUs = this.#grid.sliceStartUs(timeUs);
    const expiryUs = this.#expiryUs(startUs);
    if (expiryUs <= run.watermarkUs) return "too_late";
    const position = this.positionOf(startUs);
    const there = this.#slices[position];
    const slice = there?.startUs === startUs ? there : this.#open(startUs, position, expiryUs <= run.nextWatermarkUs, run);
    if (slice === null) return this.#shared.pool.reason;
    this.#last = slice;
    return slice;
  }

  #open(startUs: number, position: number, isEnding: boolean, run: Run): Slice | null {
    if (!isEnding && !this.#places.hasPlace(() => this.relieve(run.nextWatermarkUs))) return null;
    const slice = { startUs, count: 0, accumulator: this.#shared.plan.aggregates.create() };
    if (position === this.#slices.length) this.#slices.push(slice);
    else this.#slices.splice(position, 0, slice);
    this.#places.take(position, isEnding);
    this.#setDue(run.watermarkUs);
    return slice;
  }

  /** Readings came into a slice whose windows, or some of them, were emitted. */
  #change({ startUs }: Slice, late: { emittedUntilUs: number; run: Run; from: number; to: number }): void {
    const { watermarkUs, firstOffset } = late.run;
    const { reviseUs } = this.#shared.plan;
    const lastEndUs = Math.min(this.#grid.lastEndUs(startUs), late.emittedUntilUs);
    const firstEndUs = this.#grid.firstEndUs(startUs);
    if (firstEndUs + reviseUs <= watermarkUs) this.#shared.counts.note("partly_late", late.to - late.from);
    for (let endUs = firstEndUs; endUs <= lastEndUs; endUs += this.#grid.hopUs) {
      if (endUs + reviseUs <= watermarkUs) continue;
      this.#emitted.changed(endUs, firstOffset + late.to - 1);
    }
    this.#setDue(watermarkUs);
  }

  say(endUs: number, causeOffset: number, { watermarkUs, say }: Emission): void {
    const startUs = endUs - this.#grid.sizeUs;
    const { reviseUs } = this.#shared.plan;
    const isFinal = endUs + reviseUs <= watermarkUs;
    const revision = this.#emitted.next(endUs, isFinal);
    const { count, accumulator } = this.#windowAt(startUs, endUs);
    say({ startUs, endUs, revision, count, accumulator, causeOffset });
  }

  #windowAt(startUs: number, endUs: number): Folded {
    if (this.#fold !== null) return this.#fold.windowAt(this, startUs);
    const from = this.positionOf(startUs);
    const to = this.positionOf(endUs);
    if (to - from === 1) return this.#slices[from] as Slice;
    const accumulator = this.#shared.plan.aggregates.create();
    this.addTo(accumulator, from, to);
    return { count: this.count(from, to), accumulator };
  }

  /** End of the first window behind the time that holds readings. */
  nextEndUs(afterUs: number): number {
    const startUs = this.#grid.startEndingAfter(afterUs);
    const slice = this.#slices[this.positionOf(startUs)];
    return slice === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(this.#grid.firstEndUs(slice.startUs), startUs + this.#grid.sizeUs);
  }

  /** When no window changes any more that the slice is in. */
  #expiryUs(startUs: number): number {
    return this.#grid.lastEndUs(startUs) + this.#shared.plan.reviseUs;
  }

  #free(watermarkUs: number): void {
    const finalUs = watermarkUs - this.#shared.plan.reviseUs;
    const count = this.positionOf(this.#grid.startEndingAfter(finalUs));
    this.#places.giveFirst(count);
    this.#emitted.forget(finalUs);
    if (count === 0) return;
    if (count === 1) this.#slices.shift();
    else this.#slices.splice(0, count);
    this.#last = null;
  }

  #setDue(watermarkUs: number): void {
    const first = this.#slices[0];
    const nextEndUs = this.nextEndUs(this.#emitted.untilUs(watermarkUs));
    this.#dueUs = first === undefined ? nextEndUs : Math.min(nextEndUs, this.#emitted.revisedUs, this.#expiryUs(first.startUs));
  }
}
