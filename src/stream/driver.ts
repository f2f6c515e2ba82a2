// The stream driver: reads the readings lane, feeds the operators, records what they say. The shell around processor.ts, which is pure.
//
// Exactly once  An output is recorded once, over any crash (P3). Operators are deterministic, so the outputs of a reading can be
//               made again at will. A checkpoint says how far the lanes of outputs reached; after a crash: restore it, feed the
//               readings and ticks behind it again, compare what is said with what the lanes hold, and leave that out
//               (recorded-outputs.ts). Outputs of one commit are never divided between two appends.
// Order         Outputs stand in the order of commits; of one commit, by the offset of their cause. Blocks are fed whole, merged
//               ones commit by commit; appends and checkpoints end between two of them, and a replay begins there.
// Time          Only what the log holds: ingest times, and ticks (ticks.ts). When everything is fed and a deadline of an operator
//               passes, a tick is recorded in the append that records what is said about it. At each start a tick says that the gateway was away.
// Definitions   State belongs to an operator's id and fingerprint. A new definition starts empty at the end of the lane, a removed one
//               is dropped; either is said to the logger, and is written to a checkpoint before anything else happens, with the last
//               words of the old one (retired-operators.ts).
// Checkpoints   One append of all that changed of the operators' states. After checkpointEveryReadings, or checkpointEveryMs after
//               the first reading or tick behind the last checkpoint, and at close; a checkpoint that takes long is followed by a rest of ten times
//               as long. So a start feeds at most about checkpointEveryReadings again.
// Pace          One append is in flight at a time and nothing is fed meanwhile; a slow disk slows the driver, and the log holds
//               the readings. Every 10,000 readings and the rest of a block other callbacks get their turn.
// Memory        readBytesMax of blocks, and outputsMax outputs plus those of one block.
//
// States        new ─start─▶ restoring ─▶ running ─close─▶ closed
//
// Failure       Disk refuses a write: tried again every second; at close given up, the next start makes the outputs again. Disk
//               refuses a read: tried again every second.
//               Readings trimmed before they were fed: counted, logged, the windows they belonged to lack them; so that this
//               does not happen, trim below checkpointPosition only. Readings that the log lost because they were damaged at
//               rest, or a corrupt block: the same. A block of a later format, a log closed before its driver, or a bug: the
//               process ends, since the loop's promise is not caught.
//               A replay that does not repeat what was recorded: logged as an error and counted, and we go on. It is a bug of
//               ours, but to stop would refuse sensors their place in the log at every start from then on.
// Not here      Publishing to MQTT: that is another reader of the lanes.

import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeReadingBlock, type ReadingBlock } from "../codec/block-codec.ts";
import { LogCursor } from "../log/cursor.ts";
import type { Log, LogWrite, StoredBlock } from "../log/log.ts";
import type { Alert } from "../model/alert.ts";
import { assert } from "../platform/assert.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import {
  checkpointName,
  decodeCheckpoint,
  encodeCheckpoint,
  type FedOperator,
  type LostReadings,
  type OutputEnds,
  stateChange,
} from "./checkpoint.ts";
import type { Counters, Operator, Retire } from "./contract.ts";
import { appendDurably, appendRetryDelayMs, delay } from "./durable-append.ts";
import { restoreOperators } from "./fed-operators.ts";
import { type OrderedOutputs, PendingOutputs } from "./pending-outputs.ts";
import { Processor } from "./processor.ts";
import { ReplayCheck } from "./replay-check.ts";
import { lastWords } from "./retired-operators.ts";
import { TickList, tickOf, tickPrefix } from "./ticks.ts";

/** Rest after a checkpoint, in times of what it took. */
const checkpointRestFactor = 10;
const readingsPerTurn = 10_000;
/** Longest delay of a timer; a deadline beyond it is looked at again. */
const delayMsMax = 3_600_000;
const defaults = {
  checkpointEveryMs: 1_000,
  checkpointEveryReadings: 500_000,
  readBytesMax: 1_048_576,
  outputsMax: 10_000,
  retire: (): readonly Alert[] => [],
};

export interface StreamDriverOptions {
  readonly log: Log;
  /** With unique ids; the driver owns them from now on. */
  readonly operators: readonly Operator[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds from the first reading behind a checkpoint to the next checkpoint. Default 1,000. */
  readonly checkpointEveryMs?: number;
  /** Readings between two checkpoints. Default 500,000: about a second of replay. */
  readonly checkpointEveryReadings?: number;
  /** Bytes of blocks read at a time. Default 1 MiB. */
  readonly readBytesMax?: number;
  /** Results and alerts that are gathered before they are recorded. Default 10,000. */
  readonly outputsMax?: number;
  /** What operators say as their last that are no longer configured as they were. Default: nothing. */
  readonly retire?: Retire;
}

export interface StreamStatus {
  /** Every reading below this offset has been fed. */
  readonly position: number;
  /** Readings below this offset are not needed any more, not even after a crash: they may be trimmed. */
  readonly checkpointPosition: number;
  readonly lagReadings: number;
  /** Readings that no operator saw, by reason. */
  readonly lost: Readonly<LostReadings>;
  /** Replays that did not repeat what was recorded. Anything but 0 is a bug. */
  readonly replayMismatches: number;
  readonly operators: readonly { readonly id: string; readonly counters: Counters }[];
}

type State =
  | { readonly kind: "new" }
  | { readonly kind: "restoring"; readonly done: Promise<unknown> }
  | { readonly kind: "running"; readonly done: Promise<void> }
  | { readonly kind: "closed" };

export class StreamDriver {
  readonly #options: Required<StreamDriverOptions>;
  readonly #closing = new AbortController();
  #closed: Promise<void> | null = null;
  #state: State = { kind: "new" };
  #fed: readonly FedOperator[] = [];
  #ticks = new TickList([]);
  #outputs = new PendingOutputs();
  #processor = new Processor([], this.#ticks, { start: { position: 0, timeUs: 0 }, outputs: this.#outputs });
  /** What `run` begins with. */
  #first: LogWrite = {};
  #replay: ReplayCheck | null = null;
  #checkpointPosition = 0;
  #checkpointTimeUs = 0;
  #checkpointTimedOut = false;
  #checkpointTookMs = 0;
  #cancelCheckpointTimer: (() => void) | null = null;
  #cancelDeadlineTimer: (() => void) | null = null;
  /** Ends the wait for readings. */
  #wait = new AbortController();
  #readingsThisTurn = 0;
  #lost: LostReadings = { trimmed: 0, corrupt: 0 };
  #replayMismatches = 0;
  /** True once an append was given up. What it held is no longer in memory, so nothing may be recorded behind it. */
  #halted = false;

  constructor(options: StreamDriverOptions) {
    const ids = options.operators.map((operator) => operator.id);
    assert(new Set(ids).size === ids.length, `operators have unique ids; these are ${ids.join(", ")}`);
    this.#options = { ...defaults, ...options };
  }

  /** Done when the operators have their state back; feeding goes on from there by itself. Once. */
  async start(): Promise<void> {
    assert(this.#state.kind === "new", "a stream driver is started once");
    const restored = this.#restore();
    this.#state = { kind: "restoring", done: restored.catch(() => undefined) };
    await restored;
    if (this.#closing.signal.aborted) return;
    // Not caught here: a failure of the loop is a bug, and ends the process as an unhandled rejection.
    this.#state = { kind: "running", done: this.#run() };
  }

  status(): StreamStatus {
    const { position } = this.#processor;
    return {
      position,
      checkpointPosition: this.#checkpointPosition,
      lagReadings: this.#options.log.bounds("readings").endOffset - position,
      lost: { ...this.#lost },
      replayMismatches: this.#replayMismatches,
      operators: this.#options.operators.map((operator) => ({ id: operator.id, counters: operator.counters() })),
    };
  }

  /** Ends after the block at hand, with a checkpoint. Idempotent; every call waits. Close the log after it. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#wait.abort();
    if (this.#state.kind === "restoring") await this.#state.done;
    if (this.#state.kind === "running") await this.#state.done;
    this.#state = { kind: "closed" };
  }

  async #restore(): Promise<void> {
    const { log, operators, logger } = this.#options;
    const stored = await log.readCheckpoint(checkpointName);
    const checkpoint = decodeCheckpoint(stored);
    const ends = checkpoint?.ends ?? this.#ends();
    const { endOffset } = log.bounds("readings");
    // Of a log that no driver has read yet, everything is to do.
    const fromOffset = stored === null ? 0 : endOffset;
    const { fed, continued, retired, orphaned } = await restoreOperators(operators, checkpoint, { log, logger, fromOffset });
    this.#fed = fed;
    this.#lost = { ...(checkpoint?.lost ?? this.#lost) };
    const start = { position: checkpoint?.position ?? fromOffset, timeUs: checkpoint?.timeUs ?? 0 };
    this.#ticks = new TickList((await log.readCheckpoints(tickPrefix)).map(tickOf));
    this.#ticks.skipTo(start.position, start.timeUs);
    this.#processor = new Processor(fed, this.#ticks, { start, outputs: this.#outputs });
    this.#checkpointPosition = start.position;
    this.#checkpointTimeUs = start.timeUs;
    this.#replay = new ReplayCheck({
      read: (lane, from, bytesMax) => this.#readRecorded(() => log.read(lane, from, bytesMax)),
      untilOffset: endOffset,
      from: ends,
      to: this.#ends(),
      repeatedFrom: (id) => continued.get(id) ?? Number.POSITIVE_INFINITY,
    });
    if (endOffset > start.position)
      logger.info({ from: start.position, until: endOffset }, "readings behind the checkpoint are fed again");
    const tick = { kind: "resumed", position: endOffset, timeUs: this.#timeForTick() } as const;
    const removals = orphaned.map((name) => ({ name, value: null }));
    const { retire } = this.#options;
    const { position } = start;
    const alerts = await lastWords(retired, { log, retire, position, alertsFrom: ends.alerts, timeUs: tick.timeUs });
    const value = encodeCheckpoint({ ...start, ends, lost: this.#lost }, fed);
    const checkpoints = [...removals, ...this.#ticks.changesFor(tick)];
    this.#first = { alerts, checkpoint: { name: checkpointName, value }, checkpoints };
    this.#ticks.add(tick);
  }

  async #run(): Promise<void> {
    // Which operators there are, and when they went on, is on disk before any of them says something.
    await this.#append(this.#first);
    const cursor = new LogCursor(this.#options.log, "readings", this.#processor.position);
    while (!this.#closing.signal.aborted) {
      for (const block of await this.#nextBlocks(cursor)) {
        await this.#feedBlock(block);
        cursor.advance(this.#processor.position);
        if (this.#closing.signal.aborted) break;
      }
      if (this.#isCaughtUp()) await this.#passTime();
      await this.#record(false);
    }
    await this.#record(true);
    this.#cancelCheckpointTimer?.();
    this.#cancelDeadlineTimer?.();
  }

  async #nextBlocks(cursor: LogCursor): Promise<StoredBlock[]> {
    this.#wait = new AbortController();
    this.#setDeadlineTimer();
    const isDue = this.#checkpointIsDue(false) || (this.#isCaughtUp() && this.#deadlineIsDue());
    if (isDue || this.#replayIsOver() || this.#closing.signal.aborted) this.#wait.abort();
    const { signal } = this.#wait;
    return (await this.#tried(() => cursor.next({ bytesMax: this.#options.readBytesMax, signal }))) ?? [];
  }

  /** Null, after a while, if the disk refuses the read. */
  async #tried<Value>(read: () => Promise<Value>): Promise<Value | null> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof TidegateError) || !error.retryable) throw error;
      const { clock, logger } = this.#options;
      logger.warn({ err: error, retryDelayMs: appendRetryDelayMs }, "the log cannot be read; trying again");
      if (!this.#closing.signal.aborted) await delay(clock, appendRetryDelayMs, this.#closing.signal);
      return null;
    }
  }

  /** Until the disk gives it. Closing ends that: then nothing is recorded any more, since nobody knows what is recorded already. */
  async #readRecorded(read: () => Promise<StoredBlock[]>): Promise<StoredBlock[]> {
    for (;;) {
      const blocks = await this.#tried(read);
      if (blocks !== null) return blocks;
      if (!this.#closing.signal.aborted) continue;
      this.#halted = true;
      return [];
    }
  }

  async #feedBlock(block: StoredBlock): Promise<void> {
    await this.#skipTo(block.firstOffset);
    assert(block.firstOffset === this.#processor.position, "blocks are fed whole");
    const decoded = this.#decode(block);
    if (decoded === null) await this.#lose("corrupt", block.firstOffset + block.count);
    else this.#processor.feed(decoded);
    this.#readingsThisTurn += block.count;
    if (this.#outputs.size >= this.#options.outputsMax || this.#checkpointIsDue(false)) await this.#record(false);
    this.#startCheckpointTimer();
    if (this.#readingsThisTurn >= readingsPerTurn) await this.#yield();
  }

  /** Null if the block is corrupt. */
  #decode(block: StoredBlock): ReadingBlock | null {
    try {
      return decodeReadingBlock(block.bytes);
    } catch (error) {
      if (!(error instanceof TidegateError) || error.code !== "BLOCK_CORRUPT") throw error;
      this.#options.logger.error({ err: error, firstOffset: block.firstOffset }, "a block of readings cannot be decoded");
      return null;
    }
  }

  /** What lies before `offset` and was not fed is not in the log. */
  async #skipTo(offset: number): Promise<void> {
    const { position } = this.#processor;
    if (offset <= position) return;
    for (const { toOffset, loss } of this.#options.log.missing("readings", position, offset)) {
      await this.#lose(loss?.reason === "corrupt" ? "corrupt" : "trimmed", toOffset);
    }
  }

  /** Goes on at `offset`; the readings before it are seen by no operator. */
  async #lose(reason: keyof LostReadings, offset: number): Promise<void> {
    const { position } = this.#processor;
    const readings = offset - position;
    this.#lost[reason] += readings;
    this.#options.logger.error({ reason, readings, fromOffset: position }, "windows and alerts miss readings");
    await this.#replay?.stopComparing();
    this.#processor.skipTo(offset);
  }

  #isCaughtUp(): boolean {
    return this.#processor.position >= this.#options.log.bounds("readings").endOffset;
  }

  #deadlineIsDue(): boolean {
    return this.#processor.nextDeadlineUs() <= this.#options.clock.nowUs();
  }

  /** All readings are fed: now the ticks behind them, and a new one if a deadline has passed. */
  async #passTime(): Promise<void> {
    this.#processor.feedTicks();
    this.#startCheckpointTimer();
    if (!this.#deadlineIsDue()) return;
    await this.#record(false);
    // One append holds the tick and what is said about it.
    const tick = { kind: "passed", position: this.#processor.position, timeUs: this.#timeForTick() } as const;
    const checkpoints = this.#ticks.changesFor(tick);
    this.#ticks.add(tick);
    this.#processor.feedTicks();
    await this.#append({ ...this.#outputs.drain(), checkpoints });
    this.#startCheckpointTimer();
  }

  #timeForTick(): number {
    return this.#ticks.timeFor(Math.max(this.#options.clock.nowUs(), this.#processor.timeUs));
  }

  /** Records what is pending, with a checkpoint if one is due (`closing`: or if there is anything to keep). */
  async #record(closing: boolean): Promise<void> {
    const outputs = await this.#newOutputs();
    const checkpointing = this.#checkpointIsDue(closing);
    if (outputs.results.length + outputs.alerts.length === 0 && !checkpointing) return;
    if (!checkpointing) {
      await this.#append(outputs);
      return;
    }
    const startUs = this.#options.clock.nowUs();
    const { position, timeUs } = this.#processor;
    await this.#append({ ...outputs, ...this.#checkpoint(outputs) });
    if (this.#halted) return;
    this.#checkpointPosition = position;
    this.#checkpointTimeUs = timeUs;
    this.#checkpointTookMs = Math.max(0, this.#options.clock.nowUs() - startUs) / 1000;
    this.#checkpointTimedOut = false;
    this.#cancelCheckpointTimer?.();
    this.#cancelCheckpointTimer = null;
  }

  /** What is pending and not recorded already. */
  async #newOutputs(): Promise<OrderedOutputs> {
    if (this.#replayIsOver()) this.#processor.feedTicks();
    const drained = this.#outputs.drain();
    const replay = this.#replay;
    if (replay === null) return drained;
    const outputs = await replay.leaveOut(drained);
    const { results, alerts } = replay.nextOffsets;
    if ((results === null && alerts === null) || this.#replayIsOver()) await this.#endReplay(replay);
    return outputs;
  }

  #replayIsOver(): boolean {
    return this.#replay?.isOver(this.#processor.position) ?? false;
  }

  async #endReplay(replay: ReplayCheck): Promise<void> {
    this.#replay = null;
    const difference = await replay.difference();
    if (difference === null || this.#halted) return;
    this.#replayMismatches++;
    this.#options.logger.error(difference, "a replay did not repeat the recorded outputs; this is a bug in Tidegate");
  }

  async #append(write: LogWrite): Promise<void> {
    if (this.#halted) return;
    const { log, clock, logger } = this.#options;
    if (await appendDurably(write, { log, clock, logger, signal: this.#closing.signal })) return;
    this.#halted = true;
    this.#closing.abort();
  }

  #hasProgress(): boolean {
    const { position, timeUs } = this.#processor;
    return position > this.#checkpointPosition || timeUs > this.#checkpointTimeUs;
  }

  #checkpointIsDue(closing: boolean): boolean {
    if (!this.#hasProgress()) return false;
    const readings = this.#processor.position - this.#checkpointPosition;
    return closing || this.#checkpointTimedOut || readings >= this.#options.checkpointEveryReadings;
  }

  #startCheckpointTimer(): void {
    if (!this.#hasProgress()) return;
    const { clock, checkpointEveryMs } = this.#options;
    const delayMs = Math.max(checkpointEveryMs, checkpointRestFactor * this.#checkpointTookMs);
    this.#cancelCheckpointTimer ??= clock.after(delayMs, () => {
      this.#checkpointTimedOut = true;
      this.#wait.abort();
    });
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

  /** Where the lanes of outputs end. */
  #ends(): OutputEnds {
    const { log } = this.#options;
    return { results: log.bounds("results").endOffset, alerts: log.bounds("alerts").endOffset };
  }

  #checkpoint({ results, alerts }: OrderedOutputs) {
    const { position, timeUs } = this.#processor;
    const lanesEnd = this.#ends();
    const ends = {
      results: this.#replay?.nextOffsets.results ?? lanesEnd.results + results.length,
      alerts: this.#replay?.nextOffsets.alerts ?? lanesEnd.alerts + alerts.length,
    };
    const value = encodeCheckpoint({ position, timeUs, ends, lost: this.#lost }, this.#fed);
    const parts = this.#fed.flatMap(({ operator }) => operator.changes().map((change) => stateChange(operator.id, change)));
    const checkpoints = [...parts, ...this.#ticks.prune(this.#options.log.bounds("readings").startOffset)];
    return { checkpoint: { name: checkpointName, value }, checkpoints };
  }

  /** PUBACKs wait for the same event loop. */
  async #yield(): Promise<void> {
    this.#readingsThisTurn = 0;
    await nextTurn();
  }
}
