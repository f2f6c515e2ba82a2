// The stream driver: reads the readings lane, feeds the operators, records what they say.
//
// Exactly once  An output is recorded once, over any crash (P3). Operators are deterministic, so the outputs of a reading can be
//               made again at will; what counts is to know which ones are in the lanes already. Each append of outputs
//               therefore carries a mark: the outputs of all readings below this offset are recorded. Mark and outputs are
//               one commit. After a crash: restore the checkpoint, feed the readings behind it again, leave out the outputs of
//               readings below the mark. The mark, and not the last output in the lanes, because those may be trimmed.
// Order         Outputs of one append are sorted by the offset of their cause, so causeOffset never decreases in a lane.
//               Blocks are fed whole: appends, marks and checkpoints end between two of them, and a replay begins there.
// Definitions   State belongs to an operator's id and fingerprint. A new definition starts empty behind the mark, a removed one
//               is dropped; either is said to the logger, and is written to a checkpoint before anything else happens.
// Checkpoints   After checkpointEveryReadings, or checkpointEveryMs after the first reading behind the last checkpoint, and at
//               close. So a start feeds at most about checkpointEveryReadings again.
// Pace          One append is in flight at a time and nothing is fed meanwhile; a slow disk slows the driver, and the log holds
//               the readings. Every 10,000 readings and the rest of a block other callbacks get their turn.
// Memory        readBytesMax of blocks, and outputsMax outputs plus those of one block: per window at most its open windows and one
//               per reading, per rule one per reading.
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
import type { Checkpoint, Log, LogWrite, StoredBlock } from "../log/log.ts";
import { assert } from "../platform/assert.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import {
  checkpointName,
  decodeCheckpoint,
  decodeOutputMark,
  encodeCheckpoint,
  encodeOutputMark,
  type FedOperator,
  type LostReadings,
  outputMarkName,
} from "./checkpoint.ts";
import type { Counters, Operator } from "./contract.ts";
import { appendDurably, appendRetryDelayMs, delay } from "./durable-append.ts";
import { feedBlock, restoreOperators } from "./fed-operators.ts";
import { PendingOutputs } from "./pending-outputs.ts";

const readingsPerTurn = 10_000;
const defaults = { checkpointEveryMs: 1_000, checkpointEveryReadings: 500_000, readBytesMax: 1_048_576, outputsMax: 10_000 };

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
  #outputs = new PendingOutputs(null);
  #position = 0;
  #checkpointPosition = 0;
  #checkpointTimedOut = false;
  #cancelCheckpointTimer: (() => void) | null = null;
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
    const changed = await restored;
    if (this.#closing.signal.aborted) return;
    // Not caught here: a failure of the loop is a bug, and ends the process as an unhandled rejection.
    this.#state = { kind: "running", done: this.#run(changed) };
  }

  status(): StreamStatus {
    return {
      position: this.#position,
      checkpointPosition: this.#checkpointPosition,
      lagReadings: this.#options.log.bounds("readings").endOffset - this.#position,
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

  /** @returns whether the operators are others than those of the checkpoint. */
  async #restore(): Promise<boolean> {
    const { log, operators, logger } = this.#options;
    const checkpoint = decodeCheckpoint(await log.readCheckpoint(checkpointName));
    const mark = decodeOutputMark(await log.readCheckpoint(outputMarkName));
    const recordedUntil = Math.max(checkpoint.position, mark.position);
    const { fed, changed } = restoreOperators(operators, checkpoint, recordedUntil, logger);
    this.#fed = fed;
    this.#position = checkpoint.position;
    this.#checkpointPosition = checkpoint.position;
    this.#lost = { ...checkpoint.lost };
    if (recordedUntil > checkpoint.position) {
      const expected = checkpoint.comparable && !changed ? mark.counts : null;
      this.#outputs = new PendingOutputs({ until: recordedUntil, expected });
      logger.info({ from: checkpoint.position, until: recordedUntil }, "readings behind the checkpoint are fed again");
    }
    return changed;
  }

  async #run(changed: boolean): Promise<void> {
    if (changed) await this.#append({ checkpoint: this.#checkpoint() });
    const cursor = new LogCursor(this.#options.log, "readings", this.#position);
    while (!this.#closing.signal.aborted) {
      for (const block of await this.#nextBlocks(cursor)) {
        await this.#feedBlock(block);
        cursor.advance(this.#position);
        if (this.#closing.signal.aborted) break;
      }
      await this.#record(false);
    }
    await this.#record(true);
    this.#cancelCheckpointTimer?.();
  }

  async #nextBlocks(cursor: LogCursor): Promise<StoredBlock[]> {
    this.#wait = new AbortController();
    if (this.#checkpointIsDue(false) || this.#closing.signal.aborted) this.#wait.abort();
    try {
      return await cursor.next({ bytesMax: this.#options.readBytesMax, signal: this.#wait.signal });
    } catch (error) {
      if (!(error instanceof TidegateError) || !error.retryable) throw error;
      const { clock, logger } = this.#options;
      logger.warn({ err: error, retryDelayMs: appendRetryDelayMs }, "readings cannot be read; trying again");
      await delay(clock, appendRetryDelayMs, this.#closing.signal);
      return [];
    }
  }

  async #feedBlock(block: StoredBlock): Promise<void> {
    this.#skipTo(block.firstOffset);
    assert(block.firstOffset === this.#position, "blocks are fed whole");
    const decoded = this.#decode(block);
    const endOffset = block.firstOffset + block.count;
    if (decoded === null) this.#lose("corrupt", endOffset);
    else feedBlock(this.#fed, decoded, block.firstOffset, this.#outputs);
    this.#position = endOffset;
    this.#readingsThisTurn += block.count;
    if (this.#outputs.size >= this.#options.outputsMax || this.#checkpointIsDue(false)) await this.#record(false);
    if (this.#position > this.#checkpointPosition) this.#startCheckpointTimer();
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
  #skipTo(offset: number): void {
    if (offset <= this.#position) return;
    for (const { toOffset, loss } of this.#options.log.missing("readings", this.#position, offset)) {
      this.#lose(loss?.reason === "corrupt" ? "corrupt" : "trimmed", toOffset);
    }
  }

  /** Goes on at `offset`; the readings before it are seen by no operator. */
  #lose(reason: keyof LostReadings, offset: number): void {
    const readings = offset - this.#position;
    this.#lost[reason] += readings;
    this.#options.logger.error({ reason, readings, fromOffset: this.#position }, "windows and alerts miss readings");
    this.#outputs.expectNothing();
    this.#position = offset;
  }

  /** Records what is pending, with a checkpoint if one is due (`closing`: or if there is anything to keep), else with a mark. */
  async #record(closing: boolean): Promise<void> {
    const { results, alerts } = this.#outputs.drain();
    this.#endReplay();
    const checkpointing = this.#checkpointIsDue(closing);
    if (results.length + alerts.length === 0 && !checkpointing) return;
    const position = this.#position;
    await this.#append({ results, alerts, checkpoint: checkpointing ? this.#checkpoint() : this.#mark() });
    if (!checkpointing || this.#halted) return;
    this.#checkpointPosition = position;
    this.#checkpointTimedOut = false;
    this.#cancelCheckpointTimer?.();
    this.#cancelCheckpointTimer = null;
    this.#outputs.checkpointed();
  }

  async #append(write: LogWrite): Promise<void> {
    if (this.#halted) return;
    const { log, clock, logger } = this.#options;
    if (await appendDurably(write, { log, clock, logger, signal: this.#closing.signal })) return;
    this.#halted = true;
    this.#closing.abort();
  }

  #checkpointIsDue(closing: boolean): boolean {
    const readings = this.#position - this.#checkpointPosition;
    if (readings === 0) return false;
    return closing || this.#checkpointTimedOut || readings >= this.#options.checkpointEveryReadings;
  }

  #startCheckpointTimer(): void {
    const { clock, checkpointEveryMs } = this.#options;
    this.#cancelCheckpointTimer ??= clock.after(checkpointEveryMs, () => {
      this.#checkpointTimedOut = true;
      this.#wait.abort();
    });
  }

  #checkpoint(): Checkpoint {
    const parts = { position: this.#position, comparable: !this.#outputs.replaying, lost: this.#lost };
    return { name: checkpointName, value: encodeCheckpoint(parts, this.#fed) };
  }

  #mark(): Checkpoint {
    const value = encodeOutputMark({ position: this.#position, counts: this.#outputs.sinceCheckpoint });
    return { name: outputMarkName, value };
  }

  #endReplay(): void {
    const difference = this.#outputs.endReplay(this.#position);
    if (difference === null) return;
    this.#replayMismatches++;
    this.#options.logger.error(difference, "a replay did not repeat the recorded outputs; this is a bug in Tidegate");
  }

  /** PUBACKs wait for the same event loop. */
  async #yield(): Promise<void> {
    this.#readingsThisTurn = 0;
    await nextTurn();
  }
}
