// Group commit: one write to disk at a time, and everything that was appended meanwhile goes into the next one.
//
// An fsync costs milliseconds whatever it carries, so the acknowledged rate is (appends per commit) / (fsync time), and it
// grows by itself with the load. A commit starts in setImmediate, never inside append: setImmediate runs after the poll phase
// of the event loop, so that what all sockets delivered in one turn shares one fsync. Started at once, the first message of
// the turn would go alone and all others would wait for its fsync.
//
// States: idle, waiting (for the interval to pass), scheduled (setImmediate is pending), committing. append moves idle to
// waiting or scheduled, the immediate moves to committing, its end to idle, or on to the next one if something waits.
//
// Interval: with `intervalMs` commits begin at least so far apart, for less wear of the disk; the first one after a rest begins
// at once. The interval is cut short when half of what may wait does wait, and by close.
//
// Refusal: while retention refuses readings (`refuse`), an append of readings is done with LOG_FULL; results, checkpoints and
// barriers pass, as they do a full queue.
//
// Limits: a commit holds about `commitBytesMax` (commit.ts). `pendingReadingsMax` readings wait or are in a commit. An append that would pass it is refused with LOG_QUEUE_FULL,
// and one that alone holds more can never be stored. Writes without readings (results, checkpoints, barriers) are not refused:
// each has one writer, which waits for `done`, or a publish, of which the broker bounds the open ones; and a full queue must not
// stop the reader that drains it.
// A refused append keeps its place in the queue for its `done` alone, so that the dones stay in order; its readings are let go.
//
// Failure: all appends of the commit are done with LOG_WRITE_FAILED, the ends of the lanes stay, the next commit tries anew
// with the same offsets. An exception in a `done` or a listener is a bug and ends the process.

import type { Lane } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { type Commit, CommitAssembly, type LaneEnds, writesOfCommit } from "./commit.ts";
import type { AppendDone, LogWrite } from "./log.ts";

export interface GroupCommitOptions {
  readonly clock: Clock;
  readonly pendingReadingsMax: number;
  /** Least time between the beginnings of two commits, in milliseconds. Default 0. */
  readonly intervalMs?: number;
  /** The ends of the lanes now; read before every commit. */
  readonly ends: () => LaneEnds;
  /** Makes the commit durable, all or nothing, then visible to readers. Not called while a call of it is under way. */
  readonly store: (commit: Commit) => Promise<void>;
}

interface QueuedAppend {
  readonly write: LogWrite;
  readonly done: AppendDone;
  readonly refusal: TidegateError | null;
}

const nothing: LogWrite = {};

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #assembly = new CommitAssembly();
  readonly #listeners = new Set<() => void>();
  #state: "idle" | "waiting" | "scheduled" | "committing" = "idle";
  #cancelInterval: (() => void) | null = null;
  #lastCommitUs = Number.NEGATIVE_INFINITY;
  #queue: QueuedAppend[] = [];
  #pendingReadings = 0;
  #refusal: TidegateError | null = null;
  #drained: Promise<void> | null = null;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  get pendingReadings(): number {
    return this.#pendingReadings;
  }

  get closed(): boolean {
    return this.#drained !== null;
  }

  append(write: LogWrite, done: AppendDone): void {
    const readings = write.readings?.length ?? 0;
    const refusal = this.#refusalOf(readings);
    if (refusal === null) this.#pendingReadings += readings;
    this.#queue.push({ write: refusal === null ? write : nothing, done, refusal });
    if (this.#state === "idle") this.#schedule();
    else if (this.#state === "waiting" && this.#isUrgent()) this.#begin();
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Refuses further appends; resolves when all before are done. */
  close(): Promise<void> {
    // A barrier: it is done after everything that waits. It must be queued before #drained is set, which refuses appends.
    this.#drained ??= new Promise((resolve) => this.append(nothing, () => resolve()));
    if (this.#state === "waiting") this.#begin();
    return this.#drained;
  }

  /** From now on readings are refused with this error; null: they are taken again. */
  refuse(refusal: TidegateError | null): void {
    this.#refusal = refusal;
  }

  #refusalOf(readings: number): TidegateError | null {
    if (this.closed) return closedError("append");
    const { pendingReadingsMax } = this.#options;
    if (readings > 0 && this.#refusal !== null) return this.#refusal;
    if (this.#pendingReadings + readings <= pendingReadingsMax) return null;
    return new TidegateError(
      "LOG_QUEUE_FULL",
      `append ${readings} readings: ${this.#pendingReadings} of at most ${pendingReadingsMax} wait for the disk; send again later`,
      { details: { pendingReadings: this.#pendingReadings, pendingReadingsMax } },
    );
  }

  #schedule(): void {
    const waitMs = this.#isUrgent() ? 0 : this.#intervalLeftMs();
    if (waitMs === 0) {
      this.#begin();
      return;
    }
    this.#state = "waiting";
    // A closing gateway may have nothing else left that keeps it alive.
    this.#cancelInterval = this.#options.clock.after(waitMs, () => this.#begin(), "hold");
  }

  #begin(): void {
    this.#cancelInterval?.();
    this.#cancelInterval = null;
    this.#state = "scheduled";
    setImmediate(() => void this.#commit());
  }

  #isUrgent(): boolean {
    return this.closed || this.#pendingReadings * 2 >= this.#options.pendingReadingsMax;
  }

  #intervalLeftMs(): number {
    const { clock, intervalMs = 0 } = this.#options;
    const passedMs = (clock.nowUs() - this.#lastCommitUs) / 1000;
    // A clock that was set back must not hold up a commit for hours.
    return passedMs < 0 ? 0 : Math.max(0, intervalMs - passedMs);
  }

  async #commit(): Promise<void> {
    this.#state = "committing";
    const queued = this.#queue.map(({ write }) => write);
    const writes = queued.slice(0, writesOfCommit(queued));
    const appends = this.#queue.slice(0, writes.length);
    this.#queue = this.#queue.slice(writes.length);
    this.#lastCommitUs = this.#options.clock.nowUs();
    const commit = this.#assembly.assemble(writes, this.#options.ends(), this.#lastCommitUs);
    const failure = await this.#store(commit);
    for (const { readings } of writes) this.#pendingReadings -= readings?.length ?? 0;
    this.#state = "idle";
    if (this.#queue.length > 0) this.#schedule();
    for (const { done, refusal } of appends) done(refusal ?? failure);
    if (failure === null && commit.blocks.length > 0) for (const listener of [...this.#listeners]) listener();
  }

  async #store(commit: Commit): Promise<TidegateError | null> {
    // A barrier or a refused append alone needs no disk.
    if (commit.blocks.length === 0 && commit.checkpoints.size === 0) return null;
    try {
      await this.#options.store(commit);
    } catch (cause) {
      return cause instanceof TidegateError ? cause : writeFailedError(cause);
    }
    return null;
  }
}

export function closedError(attempt: string): TidegateError {
  return new TidegateError("LOG_CLOSED", `${attempt}: the log is closed; open it again`);
}

export function writeFailedError(cause: unknown): TidegateError {
  return new TidegateError("LOG_WRITE_FAILED", `write to the log: ${messageOf(cause)}; check the disk, then send again`, {
    cause,
  });
}

/** The same value for every lane, made by `make`. */
export function eachLane<Value>(make: (lane: Lane) => Value): Record<Lane, Value> {
  return { readings: make("readings"), results: make("results"), alerts: make("alerts") };
}
