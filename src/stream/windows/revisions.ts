/** How often windows of a group were emitted, and which of those have changed since; by their ends. */
export class Revisions {
  /** Of windows that can still change. */
  readonly #emitted = new Map<number, number>();
  /** End to offset of the last reading that changed the window. */
  readonly #changed = new Map<number, number>();
  #nextEndUs = Number.POSITIVE_INFINITY;

  /** Least end of a window that was emitted, or passed empty, and has changed. Infinity: none. */
  get nextEndUs(): number {
    return this.#nextEndUs;
  }

  changed(endUs: number, offset: number): void {
    this.#changed.set(endUs, offset);
    if (endUs < this.#nextEndUs) this.#nextEndUs = endUs;
  }

  /** The changed windows that end at or before `untilUs`, by end; they count as unchanged then. With the offsets of their causes. */
  takeChanged(untilUs: number): [endUs: number, offset: number][] {
    if (this.#nextEndUs > untilUs) return [];
    const taken = [...this.#changed].filter(([endUs]) => endUs <= untilUs).sort(([one], [other]) => one - other);
    for (const [endUs] of taken) this.#changed.delete(endUs);
    this.#nextEndUs = Number.POSITIVE_INFINITY;
    for (const endUs of this.#changed.keys()) this.#nextEndUs = Math.min(this.#nextEndUs, endUs);
    return taken;
  }

  /** @returns revision of an emission at hand. `isFinal`: there will be no further one. */
  next(endUs: number, isFinal: boolean): number {
    const revision = (this.#emitted.get(endUs) ?? -1) + 1;
    if (!isFinal) this.#emitted.set(endUs, revision);
    return revision;
  }

  /**
   * Windows that end at or before `untilUs` do not change any more. Most were emitted by end; one that was not goes with the last of
   * those emitted before it.
   */
  forget(untilUs: number): void {
    for (const endUs of this.#emitted.keys()) {
      if (endUs > untilUs) return;
      this.#emitted.delete(endUs);
    }
  }

  snapshot(): Float64Array[] {
    const emitted = [...this.#emitted].flat();
    return [Float64Array.from(emitted), Float64Array.from(this.#changed.keys())];
  }

  restore([emitted, changed]: readonly Float64Array[]): void {
    for (let at = 0; at < (emitted?.length ?? 0); at += 2)
      this.#emitted.set(emitted?.[at] as number, emitted?.[at + 1] as number);
    // What changed before this commit is emitted because the watermark, or time, passes; then that is the cause.
    for (const endUs of changed ?? []) this.changed(endUs, -1);
  }
}
