/** A flag to sleep on: a signal while nobody waits is kept, so that none is missed between looking for work and waiting. */
export class Wakeup {
  #signalled = false;
  #wake: (() => void) | null = null;

  signal(): void {
    this.#signalled = true;
    this.#wake?.();
  }

  /** Returns at the next signal, or at once if there was one since the last wait. One waiter at a time. */
  async wait(): Promise<void> {
    if (!this.#signalled) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = null;
    this.#signalled = false;
  }
}
