import { closeSync, openSync, writeSync } from "node:fs";
import { ExitError, exitCodes } from "./exit-error.ts";
import type { SentReading } from "./message.ts";

/**
 * The truth about what devices sent, as NDJSON:
 *
 *     {"s":0,"device":"sensor-001","metric":"temperature","eventTimeUs":1700000000000000,"value":21.57}
 *     {"a":0}
 *
 * The first line is written when reading 0 leaves for the first time, the second when the broker has acknowledged it. A reading
 * without an `a` line was not acknowledged or was rejected. Numbers count up from 0. `eventTimeUs` is null if none was sent.
 */
export interface Ledger {
  /** Returns the reading's number. */
  sent(device: string, reading: SentReading): number;
  acknowledged(number: number): void;
  /** Everything is in the file afterwards. */
  close(): void;
}

export const noLedger: Ledger = {
  sent: () => 0,
  acknowledged() {},
  close() {},
};

/** What may be lost if the simulator is killed; a clean end writes all. */
const bufferLengthMax = 64 * 1024;

/** Replaces the file if it exists. */
export class FileLedger implements Ledger {
  readonly #path: string;
  readonly #file: number;
  #next = 0;
  #buffer = "";

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#guard(() => openSync(path, "w"));
  }

  sent(device: string, reading: SentReading): number {
    const number = this.#next++;
    const names = `"device":${JSON.stringify(device)},"metric":${JSON.stringify(reading.metric)}`;
    this.#line(`{"s":${number},${names},"eventTimeUs":${reading.eventTimeUs},"value":${reading.value}}\n`);
    return number;
  }

  acknowledged(number: number): void {
    this.#line(`{"a":${number}}\n`);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #line(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length >= bufferLengthMax) this.#flush();
  }

  // Synchronous: the buffer is then bounded by itself, and 64 KiB into the page cache take less than a millisecond.
  #flush(): void {
    const text = this.#buffer;
    this.#buffer = "";
    let rest = Buffer.from(text);
    while (rest.length > 0) {
      const chunk = rest;
      rest = chunk.subarray(this.#guard(() => writeSync(this.#file, chunk)));
    }
  }

  #guard<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ExitError(exitCodes.fileUnwritable, `cannot write the ledger ${this.#path}: ${reason}; choose another file`);
    }
  }
}

export function openLedger(path: string | undefined): Ledger {
  return path === undefined ? noLedger : new FileLedger(path);
}
