/** Holds streams back while too much waits for the disk: a stream that may not read lets its gateway's send window fill up. */
export class PressureGate {
  readonly #isOverLimit: () => boolean;
  readonly #held = new Set<() => void>();

  constructor(isOverLimit: () => boolean) {
    this.#isOverLimit = isOverLimit;
  }

  /** True: stop reading; `resume` is called once, when there is room again. */
  holds(resume: () => void): boolean {
    if (!this.#isOverLimit()) return false;
    this.#held.add(resume);
    return true;
  }

  /** To be called whenever a write has left the queue. */
  releaseIfRoom(): void {
    if (this.#isOverLimit()) return;
    const held = [...this.#held];
    this.#held.clear();
    for (const resume of held) resume();
  }

  forget(resume: () => void): void {
    this.#held.delete(resume);
  }
}
