import type { SyncWrite } from "../../src/log/log-disk.ts";

export const ioError = () => new Error("IO error: 000003.log: Input/output error");
export const fullError = () => new Error("IO error: 000003.log: No space left on device");

/** A disk that refuses writes as long as the test says so. What it refused is not there. */
export class FaultyDisk {
  #error: (() => Error) | null = null;
  /** How many more writes it refuses. */
  #faultsLeft = 0;
  attempts = 0;

  readonly syncWrite: SyncWrite = async (write) => {
    this.attempts++;
    if (this.#error !== null && this.#faultsLeft-- > 0) throw this.#error();
    await write();
  };

  fail(error: () => Error, times = Number.POSITIVE_INFINITY): void {
    this.#error = error;
    this.#faultsLeft = times;
  }

  repair(): void {
    this.#error = null;
  }
}
