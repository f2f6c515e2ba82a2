import type { Emission } from "./group-windows.ts";
import { Revisions } from "./revisions.ts";

export type EmittedSnapshot = readonly [untilUs: number, revisions: Float64Array[] | null];

/** What FixedWindows and SlidingWindows do with their windows. */
export interface EmittedBy {
  /** End of the first window behind the time that holds readings; Infinity: there is none. */
  nextEndUs(afterUs: number): number;
  say(endUs: number, causeOffset: number, emission: Emission): void;
}

/** Which windows of a group were emitted: up to where in their order, and what is known of those that may still change. */
export class EmittedWindows {
  /** Null until a window is emitted, or changed, that can change again. */
  #revisions: Revisions | null = null;
  /** Windows that end up to here were emitted because no device said anything any more, before the watermark passed them. */
  #untilUs = Number.NEGATIVE_INFINITY;

  /** Windows that end up to here were emitted, or passed empty. */
  untilUs(watermarkUs: number): number {
    return Math.max(watermarkUs, this.#untilUs);
  }

  /** Least end of a window that was emitted, or passed empty, and has changed. Infinity: none. */
  get revisedUs(): number {
    return this.#revisions?.nextEndUs ?? Number.POSITIVE_INFINITY;
  }

  changed(endUs: number, offset: number): void {
    this.#revisions ??= new Revisions();
    this.#revisions.changed(endUs, offset);
  }

  /** @returns revision of an emission at hand. `isFinal`: there will be no further one. */
  next(endUs: number, isFinal: boolean): number {
    if (!isFinal) this.#revisions ??= new Revisions();
    return this.#revisions?.next(endUs, isFinal) ?? 0;
  }

  /** Says the windows that changed, then those that are over, by end. */
  emit(emission: Emission, windows: EmittedBy): void {
    const { watermarkBeforeUs, watermarkUs, untilUs, causeOffset } = emission;
    for (const [endUs, offset] of this.#revisions?.takeChanged(untilUs) ?? []) {
      windows.say(endUs, endUs <= watermarkBeforeUs ? offset : causeOffset, emission);
    }
    let endUs = windows.nextEndUs(this.untilUs(watermarkBeforeUs));
    for (; endUs <= untilUs && endUs !== Number.POSITIVE_INFINITY; endUs = windows.nextEndUs(endUs)) {
      windows.say(endUs, causeOffset, emission);
      if (endUs > watermarkUs) this.#untilUs = endUs;
    }
  }

  /** Windows that end at or before the time do not change any more. */
  forget(finalUs: number): void {
    this.#revisions?.forget(finalUs);
  }

  snapshot(): EmittedSnapshot {
    return [this.#untilUs, this.#revisions?.snapshot() ?? null];
  }

  restore([untilUs, revisions]: EmittedSnapshot): void {
    this.#untilUs = untilUs;
    if (revisions === null) return;
    this.#revisions = new Revisions();
    this.#revisions.restore(revisions);
  }
}
