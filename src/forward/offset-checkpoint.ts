// The forwarder's position in the log, kept in the log: confirmed offsets per lane, as JSON under "forward:<sink>". Written at
// most once a second, because it may be old: what is sent again after a crash the collector takes for the duplicate it is.

import type { Checkpoint, Log } from "../log/log.ts";
import { type Lane, lanes } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, type TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import type { LaneOffsets } from "./sink.ts";

const writeIntervalMs = 1000;

export interface OffsetCheckpointOptions {
  readonly sinkName: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class OffsetCheckpoint {
  readonly #options: OffsetCheckpointOptions;
  readonly #name: string;
  #offsets: Record<Lane, number> = { readings: 0, results: 0, alerts: 0 };
  #written: LaneOffsets = { ...this.#offsets };
  #cancelTimer: (() => void) | null = null;

  constructor(options: OffsetCheckpointOptions) {
    this.#options = options;
    this.#name = `forward:${options.sinkName}`;
  }

  get offsets(): LaneOffsets {
    return this.#offsets;
  }

  /** Takes over what the log remembers; zeros if it remembers nothing. */
  async load(): Promise<void> {
    const bytes = await this.#options.log.readCheckpoint(this.#name);
    if (bytes === null) return;
    const offsets = parseOffsets(bytes);
    if (offsets === null) {
      this.#options.logger.warn({ checkpoint: this.#name }, "checkpoint is not readable; forwarding begins at offset 0");
      return;
    }
    this.#offsets = { ...offsets };
    this.#written = offsets;
  }

  set(lane: Lane, offset: number): void {
    this.#offsets[lane] = offset;
    if (this.#cancelTimer !== null || !this.#isChanged()) return;
    this.#cancelTimer = this.#options.clock.after(writeIntervalMs, () => {
      this.#cancelTimer = null;
      void this.flush();
    });
  }

  /** Makes the offsets durable. A write that fails is reported and made up for by the next. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (!this.#isChanged()) return;
    const offsets = { ...this.#offsets };
    const error = await this.#append();
    if (error === null) this.#written = offsets;
    else this.#options.logger.warn({ checkpoint: this.#name }, `checkpoint not written: ${messageOf(error)}`);
  }

  /** What `flush` would write now. */
  snapshot(): Checkpoint {
    return { name: this.#name, value: Buffer.from(JSON.stringify(this.#offsets)) };
  }

  #append(): Promise<TidegateError | null> {
    return new Promise((resolve) => this.#options.log.append({ checkpoint: this.snapshot() }, resolve));
  }

  #isChanged(): boolean {
    return lanes.some((lane) => this.#offsets[lane] !== this.#written[lane]);
  }
}

function parseOffsets(bytes: Uint8Array): LaneOffsets | null {
  try {
    const { readings, results, alerts }: Partial<LaneOffsets> = JSON.parse(Buffer.from(bytes).toString());
    return isOffset(readings) && isOffset(results) && isOffset(alerts) ? { readings, results, alerts } : null;
  } catch {
    return null;
  }
}

function isOffset(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
