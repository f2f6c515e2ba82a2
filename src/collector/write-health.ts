import type { Logger } from "../platform/logger.ts";

/** Says once that a store takes no writes of some gateway, and once that it takes those of all again. */
export class WriteHealth {
  readonly #store: string;
  readonly #logger: Logger;
  /** Gateways whose last write failed. */
  readonly #failing = new Set<string>();

  /** @param store for people */
  constructor(store: string, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** @param failure of the last write for that gateway; null: it did well */
  note(key: string, failure: Error | null): void {
    if (failure !== null) {
      if (this.#failing.size === 0)
        this.#logger.error({ store: this.#store, error: failure.message }, "the store takes no writes");
      this.#failing.add(key);
    } else if (this.#failing.delete(key) && this.#failing.size === 0) {
      this.#logger.info({ store: this.#store }, "the store takes writes again");
    }
  }

  /** Nothing more is written for that gateway. */
  forget(key: string): void {
    this.#failing.delete(key);
  }
}
