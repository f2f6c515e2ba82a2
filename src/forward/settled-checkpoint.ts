// What a sink has, kept in the log: for each lane the ranges of offsets that have their fate, as JSON under "forward:<sink>". Written at
// most once a second, because it may be old: what is sent again after a crash a sink takes for the duplicate it is, or it is there twice
// (at least once). Versions before wrote one offset a lane; it is read as the range below it.

import type { Checkpoint, Log } from "../log/log.ts";
import { allBelow, type IntervalSet } from "../model/interval-set.ts";
import { type Lane, lanes } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, type TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { settledFor } from "./lane-schedule.ts";
import type { LaneSets } from "./sink.ts";

const writeIntervalMs = 1000;

/** The first offset that is not there, by lane. */
export type LaneEnds = Readonly<Record<Lane, number>>;

export interface SettledCheckpointOptions {
  readonly sinkName: string;
  /** Lanes that go there. Of others there is nothing to send. */
  readonly lanes: readonly Lane[];
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class SettledCheckpoint {
  readonly #options: SettledCheckpointOptions;
  readonly #name: string;
  #settled: LaneSets = { readings: [], results: [], alerts: [] };
  #ownEnds: LaneEnds | null = null;
  #isWritten = true;
  #cancelTimer: (() => void) | null = null;

  constructor(options: SettledCheckpointOptions) {
    this.#options = options;
    this.#name = `forward:${options.sinkName}`;
  }

  /** Everything of a lane that does not go there. */
  get settled(): LaneSets {
    return settledFor(this.#options.lanes, this.#settled);
  }

  /** Takes over what the log remembers; nothing if it remembers nothing. */
  async load(): Promise<void> {
    const bytes = await this.#options.log.readCheckpoint(this.#name);
    if (bytes === null) return;
    const stored = parse(bytes);
    if (stored === null) {
      this.#options.logger.warn({ checkpoint: this.#name }, "checkpoint is not readable; forwarding begins at offset 0");
      return;
    }
    this.#settled = stored.settled;
    this.#ownEnds = stored.ownEnds;
  }

  /**
   * Where the lanes ended when the sink was found to have more than the log: what it has behind that are records of another past. Null:
   * nothing is known of one.
   */
  get ownEnds(): LaneEnds | null {
    return this.#ownEnds;
  }

  set ownEnds(ends: LaneEnds | null) {
    if (this.#ownEnds === ends) return;
    this.#ownEnds = ends;
    this.#isWritten = false;
    void this.flush();
  }

  set(lane: Lane, settled: IntervalSet): void {
    // What does not go there keeps its position: it may go there again.
    if (this.#settled[lane] === settled || !this.#options.lanes.includes(lane)) return;
    this.#settled = { ...this.#settled, [lane]: settled };
    this.#isWritten = false;
    this.#cancelTimer ??= this.#options.clock.after(writeIntervalMs, () => {
      this.#cancelTimer = null;
      void this.flush();
    });
  }

  /** Makes it durable. A write that fails is reported and made up for by the next. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#isWritten) return;
    this.#isWritten = true;
    const error = await this.#append();
    if (error === null) return;
    this.#isWritten = false;
    this.#options.logger.warn({ checkpoint: this.#name }, `checkpoint not written: ${messageOf(error)}`);
  }

  /** What `flush` would write now. */
  snapshot(): Checkpoint {
    const ranges = (lane: Lane) => this.#settled[lane].map(({ start, end }) => [start, end]);
    const sets = Object.fromEntries(lanes.map((lane) => [lane, ranges(lane)]));
    const value = this.#ownEnds === null ? sets : { ...sets, ownEnds: this.#ownEnds };
    return { name: this.#name, value: Buffer.from(JSON.stringify(value)) };
  }

  #append(): Promise<TidegateError | null> {
    return new Promise((resolve) => this.#options.log.append({ checkpoint: this.snapshot() }, resolve));
  }
}

interface Stored {
  readonly settled: LaneSets;
  readonly ownEnds: LaneEnds | null;
}

function parse(bytes: Uint8Array): Stored | null {
  try {
    const stored: Partial<Record<Lane | "ownEnds", unknown>> = JSON.parse(Buffer.from(bytes).toString());
    const [readings, results, alerts] = lanes.map((lane) => setOf(stored[lane]));
    if (!readings || !results || !alerts) return null;
    return { settled: { readings, results, alerts }, ownEnds: endsOf(stored.ownEnds) };
  } catch {
    return null;
  }
}

function endsOf(stored: unknown): LaneEnds | null {
  const { readings, results, alerts } = (stored ?? {}) as Partial<Record<Lane, unknown>>;
  return isOffset(readings) && isOffset(results) && isOffset(alerts) ? { readings, results, alerts } : null;
}

/** Null if it is no set of offsets. */
function setOf(stored: unknown): IntervalSet | null {
  if (isOffset(stored)) return allBelow(stored);
  if (!Array.isArray(stored)) return null;
  const set = stored.map(([start, end]: [unknown, unknown]) => ({ start, end }));
  // Versions before wrote that for a lane which the sink did not want, and forgot what the sink had of it.
  if (set.at(-1)?.end === Number.MAX_SAFE_INTEGER) return [];
  return set.every(isInterval) ? set : null;
}

function isInterval(range: { readonly start: unknown; readonly end: unknown }): range is { start: number; end: number } {
  return isOffset(range.start) && isOffset(range.end) && range.start < range.end;
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
