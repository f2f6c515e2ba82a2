import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeReadingBlock, readingsOf } from "../../../src/codec/block-codec.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import type { ReadingLedger } from "./reading-ledger.ts";

const readBytesMax = 1024 * 1024;

/** Enters into the ledger what the log of a stopped gateway holds. Reads a copy, so that the gateway itself recovers the log. */
export class LogCheck {
  readonly #dataDirectory: string;
  readonly #copy: string;
  readonly #ledger: ReadingLedger;
  #checkedTo = 0;
  /** Places where the lane lacked offsets, in all checks: there must be none, whatever was lost. */
  holes = 0;
  /** Offsets that the lane no longer holds. */
  trimmed = 0;

  /** @param copy a directory of its own, which does not exist. */
  constructor(dataDirectory: string, copy: string, ledger: ReadingLedger) {
    this.#dataDirectory = dataDirectory;
    this.#copy = copy;
    this.#ledger = ledger;
  }

  /** What came since the last check. */
  async checkNew(): Promise<void> {
    await cp(join(this.#dataDirectory, "log"), this.#copy, { recursive: true });
    const log = await openLevelLog({
      directory: this.#copy,
      pendingReadingsMax: 1000,
      clock: systemClock,
      logger: createLogger("silent"),
    });
    try {
      await this.#read(log);
    } finally {
      await log.close();
      await rm(this.#copy, { recursive: true });
    }
  }

  /** Everything, from the first offset. */
  async checkAll(): Promise<void> {
    this.#forget();
    await this.checkNew();
  }

  async #read(log: Log): Promise<void> {
    const { startOffset, endOffset } = log.bounds("readings");
    this.trimmed = startOffset;
    // Its end moved back: offsets that were read have been given to other readings, or are gone.
    if (endOffset < this.#checkedTo) this.#forget();
    this.#checkedTo = Math.max(this.#checkedTo, startOffset);
    while (this.#checkedTo < endOffset) {
      for (const { firstOffset, count, bytes } of await log.read("readings", this.#checkedTo, readBytesMax)) {
        if (firstOffset > this.#checkedTo) this.holes++;
        const readings = readingsOf(decodeReadingBlock(bytes));
        for (const reading of [...readings].slice(Math.max(0, this.#checkedTo - firstOffset))) this.#ledger.stored(reading);
        this.#checkedTo = firstOffset + count;
      }
    }
  }

  #forget(): void {
    this.#checkedTo = 0;
    this.#ledger.forgetStored();
  }
}
