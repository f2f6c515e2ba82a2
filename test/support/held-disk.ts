import type { SyncWrite } from "../../src/log/log-disk.ts";

interface HeldWrite {
  readonly release: () => void;
  readonly fail: (error: Error) => void;
}

/** A disk whose synchronous writes wait until the test releases them or lets them fail, oldest first. */
export class HeldDisk {
  readonly #held: HeldWrite[] = [];
  #onArrival: () => void = () => {};
  /** Writes that are on the real disk. */
  written = 0;

  readonly syncWrite: SyncWrite = async (write) => {
    await new Promise<void>((resolve, reject) => {
      this.#held.push({ release: resolve, fail: reject });
      this.#onArrival();
    });
    await write();
    this.written++;
  };

  get heldWrites(): number {
    return this.#held.length;
  }

  /** Resolves when a write waits. */
  async arrival(): Promise<void> {
    if (this.#held.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#onArrival = resolve;
    });
  }

  async releaseNext(): Promise<void> {
    await this.arrival();
    this.#held.shift()?.release();
  }

  async failNext(error: Error): Promise<void> {
    await this.arrival();
    this.#held.shift()?.fail(error);
  }
}
