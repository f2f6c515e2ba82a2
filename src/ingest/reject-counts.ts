// How many readings were rejected since the log was made, by reason: the part of received = stored + rejected(reason) that the lanes
// do not hold. It is kept in the log, as JSON under "ingest": {"rejected": {"payload_not_json": 3}}.
//
// Durable no later than the answer: what a message was rejected for stands in the counts that ride in that message's own append, and
// its answer follows the append. Group commit keeps that cheap: of all the counts in one commit only the last ones are written.
//
// log_busy comes when an append fails, so it can ride only in a later one: the next, or one of its own after `flushDelayMs`, or in
// `close`. SIGKILL can take so much of it. The same is true of counts whose append failed.
//
// Reasons that this version does not know, of another one that wrote to the same log, are kept: their readings were received.
//
// Hot path: `append`, once a message. While there is nothing new to write it passes on and costs nothing else.

import { Buffer } from "node:buffer";
import { type RejectReason, rejectTable } from "../codec/reject.ts";
import type { AppendDone, Checkpoint, Log, LogWrite } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";

export interface RejectCountsOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
}

const checkpointName = "ingest";
/** Milliseconds from a count that nothing has carried until it has an append of its own. */
const flushDelayMs = 1000;

export class RejectCounts {
  readonly #options: RejectCountsOptions;
  readonly #counts: Record<string, number>;
  /** Counts that are neither in the log nor on their way to it. */
  #unwritten = false;
  #cancelTimer: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  /** Takes over what the log remembers; zeros if it remembers nothing, or nothing that can be read. */
  static async open(options: RejectCountsOptions): Promise<RejectCounts> {
    const bytes = await options.log.readCheckpoint(checkpointName);
    const kept = bytes === null ? {} : parseCounts(bytes);
    if (kept === null)
      options.logger.warn({ checkpoint: checkpointName }, "checkpoint is not readable; rejected readings are counted from 0");
    return new RejectCounts(options, kept ?? {});
  }

  private constructor(options: RejectCountsOptions, kept: Readonly<Record<string, number>>) {
    this.#options = options;
    const zeros = Object.fromEntries(Object.keys(rejectTable).map((reason) => [reason, 0]));
    this.#counts = { ...zeros, ...kept };
  }

  get byReason(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  get total(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  /** To be followed by an `append`, or by `flushLater` if there is none to come. */
  add(reason: RejectReason, count = 1): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + count;
    this.#unwritten = true;
  }

  /** Appends, with the counts as they are now unless they are in the log or on their way to it. */
  append(write: LogWrite, done: AppendDone): void {
    const { log } = this.#options;
    if (!this.#unwritten) {
      log.append(write, done);
      return;
    }
    this.#unwritten = false;
    this.#stopTimer();
    log.append({ ...write, checkpoint: this.#checkpoint() }, (error) => {
      if (error !== null) this.flushLater();
      done(error);
    });
  }

  /** Counts that no append has carried, or one that failed, are written within a second, by an append of their own if need be. */
  flushLater(): void {
    this.#unwritten = true;
    if (this.#closing !== null) return;
    this.#cancelTimer ??= this.#options.clock.after(flushDelayMs, () => this.append({}, () => undefined));
  }

  /** Writes what is not written; before the log closes, after the last message. Idempotent; every call waits. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stopTimer();
    // Dones come in the order of the appends: behind this one it is known what became of every other.
    await this.#appended();
    const error = this.#unwritten ? await this.#appended() : null;
    if (error !== null) this.#options.logger.warn({ err: error }, "the newest counts of rejected readings are not kept");
  }

  #appended(): Promise<TidegateError | null> {
    return new Promise((resolve) => this.append({}, resolve));
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #checkpoint(): Checkpoint {
    const rejected = Object.fromEntries(Object.entries(this.#counts).filter(([, count]) => count > 0));
    return { name: checkpointName, value: Buffer.from(JSON.stringify({ rejected })) };
  }
}

function parseCounts(bytes: Uint8Array): Record<string, number> | null {
  try {
    const { rejected }: { rejected: Record<string, number> } = JSON.parse(Buffer.from(bytes).toString());
    return Object.values(rejected).every(isCount) ? rejected : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
