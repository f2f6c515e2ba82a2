// The backfill: feeds operators that are new, or other ones than before, what the log holds of the time before, beside the others, until
// they have caught up with these.
//
// Who           A new or changed definition that asks for it. All of them are fed together, in the order of operators, so a rule hears
//               the windows that are backfilled with it. When one comes while others are under way, all begin at the start of the
//               lane, and those that have seen more are fed again when that is where they are.
// What          The commits and ticks that the log still holds, from the start of the lane: what the same definition would have been fed
//               in its time. Blocks may have been merged over the position since the last start; of such a one the commits behind
//               the position are fed.
// Exactly once  Every append of outputs holds the states that have said them, and the position, under a name of its own
//               (checkpoint.ts). So after a crash it goes on from there; nothing is said again and nothing need be compared. A
//               replay of the others passes over what was said in a backfill.
// Joining       When it is where the others are, a checkpoint of theirs takes the operators over, with their last outputs, and ends the
//               backfill, in one append. They are compared in a replay from there on.
// Pace          Live readings first: a turn of about 5,000 readings when there are none, or after every 100,000 of them. So they wait for
//               one turn, one read of 256 KiB, or one append of about 1,000 outputs and their states. It begins when the replay of
//               the others is over.
// Memory        One read of blocks, one of them decoded, the outputs of one append and of one commit, and the ticks.
// Bounds        It reads what is retained and holds nothing back: retention does not wait for it. Readings that are gone when it comes
//               there are passed over, and counted as lost.
// Failure       Disk refuses a read: a rest of a second, for the backfill alone. A write: as the driver's. Definition changed or gone at
//               the next start: its state is dropped, what it said stays.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Log, LogWrite, StoredBlock } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { backfillCheckpoint, type FedOperator, type LostReadings, stateChanges } from "./checkpoint.ts";
import { CheckpointCadence } from "./checkpoint-cadence.ts";
import type { Commit } from "./commits.ts";
import { retryDelayMs } from "./durable-log.ts";
import { type OrderedOutputs, PendingOutputs } from "./pending-outputs.ts";
import { Processor } from "./processor.ts";
import { ReadingFeed } from "./reading-feed.ts";
import type { FeedStart } from "./stream-start.ts";
import type { Tick, TickList } from "./ticks.ts";

const readingsPerTurn = 5_000;
const readBytesMax = 256 * 1024;
const outputsPerAppendMax = 1_000;

export interface BackfillOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpointEveryMs: number;
  readonly checkpointEveryReadings: number;
  readonly readBytesMax: number;
  readonly outputsMax: number;
  /** False if it was given up. */
  readonly append: (write: LogWrite) => Promise<boolean>;
  /** There is something to do again. */
  readonly onReady: () => void;
}

export class Backfill {
  readonly #options: BackfillOptions;
  readonly #outputs = new PendingOutputs();
  readonly #ticks: TickList;
  readonly #processor: Processor;
  readonly #feed: ReadingFeed;
  readonly #cadence: CheckpointCadence;
  /** What was read and is not fed yet. */
  #blocks: StoredBlock[] = [];
  /** Of the block at hand, the last one first. */
  #commits: Commit[] = [];
  #cancelRest: (() => void) | null = null;

  constructor(options: BackfillOptions, { fed, at, ticks, lost }: FeedStart) {
    const { log, clock, logger, checkpointEveryMs: everyMs, checkpointEveryReadings: everyReadings, onReady } = options;
    this.#options = options;
    this.#ticks = ticks;
    this.#processor = new Processor(fed, ticks, { start: at, outputs: this.#outputs });
    this.#feed = new ReadingFeed({ log, processor: this.#processor, logger, lost, onLoss: async () => undefined });
    this.#cadence = new CheckpointCadence({ clock, everyMs, everyReadings, onTime: onReady });
    this.#cadence.begin(at);
  }

  get fed(): readonly FedOperator[] {
    return this.#processor.fed;
  }

  get position(): number {
    return this.#processor.position;
  }

  get timeUs(): number {
    return this.#processor.timeUs;
  }

  get lost(): LostReadings {
    return this.#feed.lost;
  }

  /** Whether a turn would do something. */
  get isReady(): boolean {
    return this.#cancelRest === null;
  }

  /** A new tick is in the log. */
  addTick(tick: Tick): void {
    this.#ticks.add(tick);
  }

  /** Feeds some readings below the offset, between two commits, and records what is due. */
  async turn(untilOffset: number): Promise<void> {
    const processor = this.#processor;
    const readingsMax = Math.min(readingsPerTurn, this.#options.checkpointEveryReadings);
    const endOffset = Math.min(untilOffset, processor.position + readingsMax);
    while (processor.position < endOffset && !this.#isFull) {
      const commit = await this.#nextCommit(untilOffset);
      if (commit === null) break;
      processor.feedCommit(commit);
    }
    this.#cadence.watch(processor);
    // PUBACKs wait for the same event loop.
    await nextTurn();
  }

  /** Records what was said and how far it is, if that is due (`closing`: if there is anything to keep). */
  async record({ closing = false } = {}): Promise<void> {
    const { clock, append } = this.#options;
    const { position, timeUs, fed } = this.#processor;
    const at = { position, timeUs };
    if (!(closing ? this.#cadence.hasProgress(at) : this.#isFull || this.#cadence.isDue(at))) return;
    const startUs = clock.nowUs();
    const checkpoint = backfillCheckpoint({ ...at, lost: this.lost }, fed);
    this.#ticks.prune(position);
    const isStored = await append({ ...this.#outputs.drain(), checkpoint, checkpoints: stateChanges(fed) });
    if (isStored) this.#cadence.stored(at, Math.max(0, clock.nowUs() - startUs) / 1000);
  }

  /** Nothing more is to be fed but the ticks at the position. @returns what is not recorded. */
  finish(): OrderedOutputs {
    this.close();
    this.#processor.feedTicks();
    return this.#outputs.drain();
  }

  close(): void {
    this.#cadence.close();
    this.#cancelRest?.();
  }

  get #isFull(): boolean {
    return this.#outputs.size >= Math.min(this.#options.outputsMax, outputsPerAppendMax);
  }

  /** Null if there is none below the offset, or none can be read now. */
  async #nextCommit(untilOffset: number): Promise<Commit | null> {
    while (this.#commits.length === 0) {
      if (this.#blocks.length === 0 && !(await this.#read())) return null;
      const [block] = this.#blocks;
      // What is not there up to the next block, or to where the others are, is lost.
      if (block === undefined || block.firstOffset >= untilOffset) {
        await this.#feed.skipTo(untilOffset);
        return null;
      }
      this.#blocks.shift();
      this.#commits = [...(await this.#feed.open(block))].reverse();
    }
    return this.#commits.pop() ?? null;
  }

  /** False if the disk refuses. */
  async #read(): Promise<boolean> {
    const { log, clock, logger, onReady } = this.#options;
    try {
      this.#blocks = await log.read("readings", this.position, Math.min(this.#options.readBytesMax, readBytesMax));
      return true;
    } catch (error) {
      if (!(error instanceof TidegateError) || !error.retryable) throw error;
      logger.warn({ err: error, retryDelayMs }, "the log cannot be read for a backfill; trying again");
      this.#cancelRest = clock.after(retryDelayMs, () => {
        this.#cancelRest = null;
        onReady();
      });
      return false;
    }
  }
}
