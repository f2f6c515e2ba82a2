import { setImmediate as nextTurn } from "node:timers/promises";
import { LogCursor } from "../log/cursor.ts";
import type { Log, StoredBlock } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/logger.ts";
import type { LostReadings } from "./checkpoint.ts";
import { tryRead } from "./durable-log.ts";
import { PendingOutputs } from "./pending-outputs.ts";
import { Processor } from "./processor.ts";
import { ReadingFeed } from "./reading-feed.ts";
import { Recorder } from "./recorder.ts";
import type { StreamStart } from "./stream-start.ts";

const readingsPerTurn = 10_000;
/** Longest delay of a timer; a deadline beyond it is looked at again. */
const delayMsMax = 3_600_000;

export interface StreamLoopOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpointEveryMs: number;
  readonly checkpointEveryReadings: number;
  readonly readBytesMax: number;
  readonly outputsMax: number;
  /** Ends the loop. */
  readonly closing: AbortController;
}

/** What a driver does from its start to its close: feed, pass time, record, and wait for more. */
export class StreamLoop {
  readonly #options: StreamLoopOptions;
  readonly #start: StreamStart;
  readonly #outputs = new PendingOutputs();
  readonly #processor: Processor;
  readonly #feed: ReadingFeed;
  readonly #recorder: Recorder;
  /** Ends the wait for readings. */
  #wait = new AbortController();
  #cancelDeadlineTimer: (() => void) | null = null;
  #readingsThisTurn = 0;

  constructor(options: StreamLoopOptions, start: StreamStart) {
    const { log, logger, closing } = options;
    this.#options = options;
    this.#start = start;
    const outputs = this.#outputs;
    const processor = new Processor(start.fed, start.ticks, { start: start.at, outputs });
    this.#processor = processor;
    this.#feed = new ReadingFeed({ log, processor, logger, lost: start.lost, onLoss: () => this.#recorder.stopComparing() });
    const about = { ...options, signal: closing.signal, processor, outputs, lost: () => this.#feed.lost };
    this.#recorder = new Recorder({ ...about, onTime: () => this.#wait.abort(), onHalt: () => closing.abort() }, start);
    closing.signal.addEventListener("abort", () => this.#wait.abort(), { once: true });
  }

  get position(): number {
    return this.#processor.position;
  }

  get checkpointPosition(): number {
    return this.#recorder.checkpointPosition;
  }

  get replayMismatches(): number {
    return this.#recorder.replayMismatches;
  }

  get lost(): LostReadings {
    return this.#feed.lost;
  }

  /** Until closing. Once. */
  async run(): Promise<void> {
    const { signal } = this.#options.closing;
    await this.#recorder.append(this.#start.first);
    const cursor = new LogCursor(this.#options.log, "readings", this.#processor.position);
    while (!signal.aborted) {
      for (const block of await this.#nextBlocks(cursor)) {
        await this.#feedBlock(block);
        cursor.advance(this.#processor.position);
        if (signal.aborted) break;
      }
      if (this.#isCaughtUp()) await this.#passTime();
      await this.#recorder.record();
    }
    await this.#recorder.record({ closing: true });
    this.#recorder.close();
    this.#cancelDeadlineTimer?.();
  }

  async #nextBlocks(cursor: LogCursor): Promise<StoredBlock[]> {
    const { clock, logger, readBytesMax, closing } = this.#options;
    this.#wait = new AbortController();
    this.#setDeadlineTimer();
    const isDue = this.#recorder.isDue || (this.#isCaughtUp() && this.#deadlineIsDue());
    if (isDue || closing.signal.aborted) this.#wait.abort();
    const { signal } = this.#wait;
    const read = () => cursor.next({ bytesMax: readBytesMax, signal });
    return (await tryRead(read, { clock, logger, signal: closing.signal })) ?? [];
  }

  async #feedBlock(block: StoredBlock): Promise<void> {
    await this.#feed.feed(block);
    this.#readingsThisTurn += block.count;
    if (this.#outputs.size >= this.#options.outputsMax || this.#recorder.checkpointIsDue) await this.#recorder.record();
    this.#recorder.watch();
    if (this.#readingsThisTurn >= readingsPerTurn) await this.#yield();
  }

  #isCaughtUp(): boolean {
    return this.#processor.position >= this.#options.log.bounds("readings").endOffset;
  }

  #deadlineIsDue(): boolean {
    return this.#processor.nextDeadlineUs() <= this.#options.clock.nowUs();
  }

  /** All readings are fed: now the ticks behind them, and a new one if a deadline has passed. */
  async #passTime(): Promise<void> {
    const { ticks } = this.#start;
    this.#processor.feedTicks();
    this.#recorder.watch();
    if (!this.#deadlineIsDue()) return;
    await this.#recorder.record();
    // One append holds the tick and what is said about it.
    const timeUs = ticks.timeFor(Math.max(this.#options.clock.nowUs(), this.#processor.timeUs));
    const tick = { kind: "passed", position: this.#processor.position, timeUs } as const;
    const checkpoints = ticks.changesFor(tick);
    ticks.add(tick);
    this.#processor.feedTicks();
    await this.#recorder.append({ ...this.#outputs.drain(), checkpoints });
    this.#recorder.watch();
  }

  #setDeadlineTimer(): void {
    this.#cancelDeadlineTimer?.();
    this.#cancelDeadlineTimer = null;
    const { clock } = this.#options;
    const dueUs = this.#processor.nextDeadlineUs();
    if (dueUs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(delayMsMax, Math.max(0, Math.ceil((dueUs - clock.nowUs()) / 1000)));
    this.#cancelDeadlineTimer = clock.after(delayMs, () => this.#wait.abort());
  }

  /** PUBACKs wait for the same event loop. */
  async #yield(): Promise<void> {
    this.#readingsThisTurn = 0;
    await nextTurn();
  }
}
