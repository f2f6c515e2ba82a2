import { setImmediate as nextTurn } from "node:timers/promises";
import { LogCursor } from "../log/cursor.ts";
import type { Log, LogWrite, StoredBlock } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/logger.ts";
import { Backfill } from "./backfill.ts";
import { type FedOperator, type LostReadings, sumOfLost } from "./checkpoint.ts";
import type { Operator } from "./contract.ts";
import { tryRead } from "./durable-log.ts";
import { PendingOutputs } from "./pending-outputs.ts";
import { Processor } from "./processor.ts";
import { ReadingFeed } from "./reading-feed.ts";
import { Recorder } from "./recorder.ts";
import type { StreamStart } from "./stream-start.ts";

const readingsPerTurn = 10_000;
/** Readings after which a backfill gets its turn though there are more. */
const readingsPerBackfillTurn = 100_000;
/** Longest delay of a timer; a deadline beyond it is looked at again. */
const delayMsMax = 3_600_000;

export interface StreamLoopOptions {
  readonly log: Log;
  /** In the order in which they are fed. */
  readonly operators: readonly Operator[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpointEveryMs: number;
  readonly checkpointEveryReadings: number;
  readonly readBytesMax: number;
  readonly outputsMax: number;
  /** Ends the loop. */
  readonly closing: AbortController;
}

export interface BackfillStatus {
  /** Every reading below this offset has been fed to the operators in backfill. */
  readonly position: number;
  /** Readings up to where the other operators are. */
  readonly lagReadings: number;
  /** Their ids. */
  readonly operators: readonly string[];
}

/** What a driver does from its start to its close: feed, pass time, record, and wait for more. */
export class StreamLoop {
  readonly #options: StreamLoopOptions;
  readonly #start: StreamStart;
  readonly #outputs = new PendingOutputs();
  readonly #processor: Processor;
  readonly #feed: ReadingFeed;
  readonly #recorder: Recorder;
  #backfill: Backfill | null;
  /** Ends the wait for readings. */
  #wait = new AbortController();
  #cancelDeadlineTimer: (() => void) | null = null;
  #readingsThisTurn = 0;
  #readingsSinceBackfill = 0;

  constructor(options: StreamLoopOptions, start: StreamStart) {
    const { log, logger, closing } = options;
    this.#options = options;
    this.#start = start;
    const outputs = this.#outputs;
    const processor = new Processor(start.fed, start.ticks, { start: start.at, outputs });
    this.#processor = processor;
    this.#feed = new ReadingFeed({ log, processor, logger, lost: start.lost, onLoss: () => this.#recorder.stopComparing() });
    const about = { ...options, signal: closing.signal, processor, outputs, lost: () => this.#feed.lost };
    const wake = () => this.#wait.abort();
    this.#recorder = new Recorder({ ...about, onTime: wake, onHalt: () => closing.abort() }, start);
    const append = (write: LogWrite) => this.#recorder.append(write);
    this.#backfill = start.backfill === null ? null : new Backfill({ ...options, append, onReady: wake }, start.backfill);
    closing.signal.addEventListener("abort", wake, { once: true });
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
    return this.#backfill === null ? this.#feed.lost : sumOfLost(this.#feed.lost, this.#backfill.lost);
  }

  get backfill(): BackfillStatus | null {
    if (this.#backfill === null) return null;
    const { position, fed } = this.#backfill;
    return { position, lagReadings: this.position - position, operators: fed.map(({ operator }) => operator.id) };
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
      if (this.#isBackfillsTurn()) await this.#feedBackfill();
    }
    await this.#recorder.record({ closing: true });
    await this.#backfill?.record({ closing: true });
    this.#recorder.close();
    this.#backfill?.close();
    this.#cancelDeadlineTimer?.();
  }

  async #nextBlocks(cursor: LogCursor): Promise<StoredBlock[]> {
    const { clock, logger, readBytesMax, closing } = this.#options;
    this.#wait = new AbortController();
    this.#setDeadlineTimer();
    const isDue = this.#recorder.isDue || (this.#isCaughtUp() && (this.#deadlineIsDue() || this.#isBackfillsTurn()));
    if (isDue || closing.signal.aborted) this.#wait.abort();
    const { signal } = this.#wait;
    const read = () => cursor.next({ bytesMax: readBytesMax, signal });
    return (await tryRead(read, { clock, logger, signal: closing.signal })) ?? [];
  }

  async #feedBlock(block: StoredBlock): Promise<void> {
    await this.#feed.feed(block);
    this.#readingsThisTurn += block.count;
    this.#readingsSinceBackfill += block.count;
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
    this.#backfill?.addTick(tick);
    this.#processor.feedTicks();
    await this.#recorder.append({ ...this.#outputs.drain(), checkpoints });
    this.#recorder.watch();
  }

  /** Live readings go first, but not for ever. A replay must know what is said by whom. */
  #isBackfillsTurn(): boolean {
    if (this.#backfill === null || !this.#backfill.isReady || this.#recorder.isReplaying) return false;
    return this.#isCaughtUp() || this.#readingsSinceBackfill >= readingsPerBackfillTurn;
  }

  async #feedBackfill(): Promise<void> {
    const backfill = this.#backfill;
    if (backfill === null) return;
    this.#readingsSinceBackfill = 0;
    await backfill.turn(this.position);
    if (backfill.position < this.position) await backfill.record();
    else await this.#join(backfill);
  }

  /** The backfill is where the others are, with the readings; now with the ticks, and it is over. */
  async #join(backfill: Backfill): Promise<void> {
    const { operators, logger } = this.#options;
    this.#processor.feedTicks();
    const outputs = backfill.finish();
    const joining = backfill.fed.map(({ operator }) => ({ operator, fromOffset: this.position }));
    const fed = [...this.#processor.fed, ...joining];
    const placeOf = ({ operator }: FedOperator) => operators.indexOf(operator);
    this.#processor.admit(
      fed.sort((one, other) => placeOf(one) - placeOf(other)),
      backfill.timeUs,
    );
    await this.#recorder.join(outputs, backfill.lost);
    this.#feed.addLost(backfill.lost);
    this.#backfill = null;
    logger.info({ operators: joining.map(({ operator }) => operator.id), offset: this.position }, "a backfill has caught up");
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
