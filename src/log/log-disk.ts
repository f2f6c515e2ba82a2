// The database of a log as a disk that may fail: every read and write goes through here.
//
// A write that fails is not repeated on the same handle. After a failed fsync the kernel may have dropped the dirty pages and a second
// one then succeeds without them (PostgreSQL's "fsyncgate", 2018); and LevelDB may have written half a record into its journal,
// behind which nothing is found again. So the database is closed and opened anew: recovery reads what is really there.
//
// The failed write is then in doubt: it may be there, whole, since it was atomic. Whoever made it was told that it was not stored, and
// will repeat it. So it is undone: what its keys held before is read through the old handle, which never shows a failed write,
// and, where the new one shows something else, written back before anything else. If the process dies in between, the next start finds the write whole
// or not at all, as after any crash.
//
// States: disk-state.ts. While the disk is failing or full, reads go on through the old handle as long as there is one; writes are
// refused at once, so that senders learn it now. Attempts come by themselves, with growing delays.
// A full disk: LevelDB needs some room to open, and leaves half-written tables behind that only opening removes. `ballast.ts` holds
// that room; retention then refuses readings and removes what may go, with the room that it finds.
//
// Errors: LOG_WRITE_FAILED, LOG_FULL (write), LOG_READ_FAILED (read, while there is no handle).

import type { Clock } from "../platform/clock.ts";
import { saysFull } from "../platform/data-directory.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import type { Ballast } from "./ballast.ts";
import { attemptDelayMs, type DiskEvent, type DiskState, diskOk, transition } from "./disk-state.ts";
import { writeFailedError } from "./group-commit.ts";
import { type Change, differing, inverseOf, type LogDatabase, writeChanges } from "./log-database.ts";

/** Performs a write to disk; resolves when it is there. The tests' disks delay it, or fail. */
export type SyncWrite = (write: () => Promise<void>) => Promise<void>;

export interface LogDiskOptions {
  /** Opens the database anew. */
  readonly open: () => Promise<LogDatabase>;
  /** Compares what was found with what is known to be stored; rejects if something is missing. */
  readonly verify: (database: LogDatabase) => Promise<void>;
  /** Whether a write waits for the disk. */
  readonly sync: boolean;
  readonly syncWrite: SyncWrite;
  readonly ballast: Ballast;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After a fault, before room is held back again. */
const ballastDelayMs = 60_000;

export class LogDisk {
  readonly #options: LogDiskOptions;
  #database: LogDatabase | null;
  #state: DiskState = diskOk;
  #reopening: Promise<void> | null = null;
  #cancelAttempt: (() => void) | null = null;
  #cancelBallast: (() => void) | null = null;
  readonly #uses = new Set<Promise<unknown>>();
  /** Of the write that failed last, until its undoing is known. */
  #doubtful: readonly Change[] = [];
  #undoing: readonly Change[] = [];
  #closed = false;

  constructor(database: LogDatabase, options: LogDiskOptions) {
    this.#database = database;
    this.#options = options;
  }

  get state(): DiskState {
    return this.#state;
  }

  /** All or nothing. One call at a time. */
  async write(changes: readonly Change[]): Promise<void> {
    while (this.#reopening !== null) await this.#reopening;
    if (this.#state.kind !== "ok") throw this.#state.error;
    await this.#writing(changes);
  }

  /** A change that may be lost: whoever makes it makes it again. */
  async change(work: (database: LogDatabase) => Promise<void>): Promise<void> {
    while (this.#reopening !== null) await this.#reopening;
    if (this.#state.kind !== "ok") throw this.#state.error;
    await this.use(work).catch((cause: unknown) => {
      if (this.#state.kind === "ok") this.#fail(cause, []);
      throw writeFailedError(cause);
    });
  }

  /** Reads; the handle stays open as long. */
  async use<Result>(work: (database: LogDatabase) => Promise<Result>): Promise<Result> {
    while (this.#reopening !== null) await this.#reopening;
    if (this.#database === null) throw notReadable(this.#state);
    // No wait in between: a use that begins while the handle is being closed would not be waited for.
    const using = work(this.#database);
    this.#uses.add(using);
    try {
      return await using;
    } finally {
      this.#uses.delete(using);
    }
  }

  /** Waits for everything under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelAttempt?.();
    this.#cancelBallast?.();
    await this.#reopening;
    await this.#closeDatabase();
  }

  async #writing(changes: readonly Change[]): Promise<void> {
    const { syncWrite, sync } = this.#options;
    if (this.#database === null) throw notReadable(this.#state);
    try {
      await this.use((database) => syncWrite(() => writeChanges(database, changes, sync)));
    } catch (cause) {
      this.#fail(cause, changes);
      throw writeFailedError(cause);
    }
    if (this.#state.failures === 0) return;
    this.#options.logger.info("the disk takes writes again");
    this.#enter({ kind: "written" });
    this.#loadBallastLater();
  }

  #loadBallastLater(): void {
    const { clock, ballast } = this.#options;
    this.#cancelBallast?.();
    this.#cancelBallast = clock.after(ballastDelayMs, () => void ballast.load());
  }

  #fail(cause: unknown, changes: readonly Change[]): void {
    const { logger } = this.#options;
    const isFull = saysFull(cause);
    if (changes.length > 0) this.#doubtful = changes;
    // A write and a removal were under way together and both failed: the attempt waits for both.
    if (this.#reopening !== null) return;
    // Once, not for every attempt: they follow each other for as long as the disk is at fault.
    if (this.#state.failures === 0)
      logger.error({ err: cause }, "the disk refuses writes; nothing is acknowledged until it takes them");
    this.#enter({ kind: "failed", error: isFull ? diskFullError(cause) : writeFailedError(cause), isFull });
    if (this.#closed) return;
    const delayMs = attemptDelayMs(this.#state);
    if (delayMs === 0) this.#attempt();
    else this.#cancelAttempt = this.#options.clock.after(delayMs, () => this.#attempt());
  }

  #attempt(): void {
    this.#enter({ kind: "attempt" });
    this.#reopening = this.#reopen().then(
      () => this.#settle({ kind: "opened" }),
      (cause: unknown) => {
        this.#settle(null);
        this.#fail(cause, []);
      },
    );
  }

  async #reopen(): Promise<void> {
    const { open, verify, syncWrite, ballast } = this.#options;
    const isFull = this.#state.kind === "reopening" && this.#state.error.code === "LOG_FULL";
    // Also the writes: one that fails only now is in doubt, too.
    await Promise.allSettled(this.#uses);
    if (this.#database !== null && this.#doubtful.length > 0) {
      this.#undoing = [...this.#undoing, ...(await inverseOf(this.#database, this.#doubtful))];
      this.#doubtful = [];
    }
    await this.#closeDatabase();
    if (isFull) await ballast.give();
    const database = await ballast.during(open);
    this.#database = database;
    // At once: a compaction that found no room begins anew, and must leave some for the next opening.
    if (isFull) await ballast.load();
    const undoing = await differing(database, this.#undoing);
    if (undoing.length > 0) await syncWrite(() => writeChanges(database, undoing, true));
    this.#undoing = [];
    await verify(database);
  }

  async #closeDatabase(): Promise<void> {
    const database = this.#database;
    await Promise.allSettled(this.#uses);
    this.#database = null;
    await database?.root.close();
  }

  #settle(event: DiskEvent | null): void {
    this.#reopening = null;
    if (event !== null) this.#enter(event);
  }

  #enter(event: DiskEvent): void {
    this.#state = transition(this.#state, event, this.#options.clock.nowUs());
  }
}

function diskFullError(cause: unknown): TidegateError {
  const message = `write to the log: ${messageOf(cause)}; free disk space, readings are taken again by themselves`;
  return new TidegateError("LOG_FULL", message, { cause, details: { bound: "disk" } });
}

function notReadable(state: DiskState): TidegateError {
  const why = state.kind === "ok" ? "it is closed" : state.error.message;
  return new TidegateError("LOG_READ_FAILED", `read the log: it cannot be opened again: ${why}`);
}
