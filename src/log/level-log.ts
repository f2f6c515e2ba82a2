// The log on disk: LevelDB, one database, one synchronous write for each group commit.
//
// Durability: what `done` means (P1), and what a power cut can take. The death of the process alone takes nothing in any of them.
//   sync      done follows the fsync; nothing acknowledged is lost
//   interval  the same, but commits begin at least `syncIntervalMs` apart: later acknowledgements, less wear, nothing lost
//   none      done follows the write to the operating system, which keeps it in memory for up to half a minute; a power cut takes
//             what was acknowledged since then. It takes the newest records only: LevelDB replays its journal in order.
//
// Write path: append queues (group-commit.ts); one atomic batch carries the blocks of all lanes and the checkpoints, with
// sync, so that a commit is on disk whole or not at all. Only when it is there do lanes end later, readers see it and dones run.
// Read path: the newest blocks of each lane stand in memory (`recentBytesMax`); what lies before them is read from LevelDB.
// Recovery: opening (log-database.ts). There is no clean-shutdown mark, because a crash leaves nothing to clean up.
//
// Limits: group-commit.ts bounds what waits, commit.ts the size of a block, `recentBytesMax` the memory for recent blocks.
//
// Failure: a write that fails is reported to its appends and changes nothing; the next commit tries anew. A directory that
// cannot be used or is in use stops the opening. Every failure of `trim` leaves the lane as it was or trimmed, never in between.
//
// Not here: retention (who trims, and when), checksums, inspection.

import { readBlockHeader } from "../codec/block-codec.ts";
import type { Lane } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import type { Commit } from "./commit.ts";
import { closedError, eachLane, GroupCommit, writeFailedError } from "./group-commit.ts";
import { LaneTail } from "./lane-tail.ts";
import type { AppendDone, LaneBounds, Log, LogWrite, StoredBlock } from "./log.ts";
import {
  checkpointKeyOf,
  keyOf,
  type LogDatabase,
  offsetOf,
  openDatabase,
  readLogId,
  recoverBounds,
  startKeyOf,
} from "./log-database.ts";

/** Default of {@link LevelLogOptions.recentBytesMax}: a second of readings at the highest rate, minutes at an ordinary one. */
const recentBytesMaxDefault = 4 * 1024 * 1024;
/** Default of {@link LevelLogOptions.syncIntervalMs}. */
const syncIntervalMsDefault = 100;

export type Durability = "sync" | "interval" | "none";

/** Performs a synchronous write to disk; resolves when it is there. The tests' disks delay it, or fail. */
export type SyncWrite = (write: () => Promise<void>) => Promise<void>;

export interface LevelLogOptions {
  /** Made if it does not exist. */
  readonly directory: string;
  readonly clock: Clock;
  /** Readings that may wait for the disk; beyond it appends are done with LOG_QUEUE_FULL. */
  readonly pendingReadingsMax: number;
  readonly logger: Logger;
  /** Newest blocks that each lane keeps in memory for the readers at its end, in bytes; default 4 MiB. */
  readonly recentBytesMax?: number;
  /** Default sync. */
  readonly durability?: Durability;
  /** With durability `interval`: milliseconds; sensible: 10 to 10,000; default 100. */
  readonly syncIntervalMs?: number;
  /** Default: just writes. */
  readonly syncWrite?: SyncWrite;
}

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, BLOCK_CORRUPT or BLOCK_FORMAT_UNKNOWN (of the last block of a lane). */
export async function openLevelLog(options: LevelLogOptions): Promise<Log> {
  const { directory, logger } = options;
  const database = await openDatabase(directory);
  try {
    const logId = await readLogId(database, directory);
    const bounds = await recoverBounds(database, logger);
    logger.info({ directory, logId, bounds }, "log opened");
    return new LevelLog(options, database, { logId, bounds });
  } catch (thrown) {
    await database.root.close();
    throw thrown;
  }
}

interface Recovered {
  readonly logId: string;
  readonly bounds: Readonly<Record<Lane, LaneBounds>>;
}

class LevelLog implements Log {
  readonly logId: string;
  readonly #database: LogDatabase;
  readonly #logger: Logger;
  readonly #syncWrite: SyncWrite;
  /** Of LevelDB's writes. */
  readonly #writeOptions: { readonly sync: boolean };
  readonly #lanes: Readonly<Record<Lane, LaneTail>>;
  readonly #commits: GroupCommit;
  readonly #running = new Set<Promise<unknown>>();
  #lastTrim: Promise<void> = Promise.resolve();
  #failing = false;
  #closed: Promise<void> | null = null;

  constructor(options: LevelLogOptions, database: LogDatabase, { logId, bounds }: Recovered) {
    const { clock, pendingReadingsMax, logger } = options;
    const { recentBytesMax = recentBytesMaxDefault, syncWrite = (write) => write() } = options;
    const { durability = "sync", syncIntervalMs = syncIntervalMsDefault } = options;
    this.logId = logId;
    this.#database = database;
    this.#logger = logger;
    this.#syncWrite = syncWrite;
    this.#writeOptions = { sync: durability !== "none" };
    this.#lanes = eachLane((lane) => new LaneTail(bounds[lane], recentBytesMax));
    this.#commits = new GroupCommit({
      clock,
      pendingReadingsMax,
      intervalMs: durability === "interval" ? syncIntervalMs : 0,
      ends: () => eachLane((lane) => this.#lanes[lane].endOffset),
      store: (commit) => this.#store(commit),
      stored: ({ blocks }) => {
        for (const { lane, block } of blocks) this.#lanes[lane].append(block);
      },
    });
  }

  get pendingReadings(): number {
    return this.#commits.pendingReadings;
  }

  append(write: LogWrite, done: AppendDone): void {
    this.#commits.append(write, done);
  }

  read(lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]> {
    return this.#whileOpen("read", async () => {
      return this.#lanes[lane].read(fromOffset, bytesMax) ?? (await this.#readDisk(lane, fromOffset, bytesMax));
    });
  }

  trim(lane: Lane, beforeOffset: number): Promise<void> {
    return this.#whileOpen("trim", () => {
      // One after the other, so that the stored start of a lane never moves back.
      const trimmed = this.#lastTrim.then(() => this.#trim(lane, beforeOffset));
      this.#lastTrim = trimmed.catch(() => undefined);
      return trimmed;
    });
  }

  bounds(lane: Lane): LaneBounds {
    return this.#lanes[lane].bounds;
  }

  readCheckpoint(name: string): Promise<Uint8Array | null> {
    return this.#whileOpen(
      "read checkpoint",
      async () => (await this.#database.checkpoints.get(checkpointKeyOf(name))) ?? null,
    );
  }

  onCommit(listener: () => void): () => void {
    return this.#commits.onCommit(listener);
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeDatabase();
    return this.#closed;
  }

  async #store({ blocks, checkpoints }: Commit): Promise<void> {
    const { root, lanes, checkpoints: sublevel } = this.#database;
    const type = "put" as const;
    const operations = [
      ...blocks.map(({ lane, block }) => ({ type, sublevel: lanes[lane], key: keyOf(block.firstOffset), value: block.bytes })),
      ...Array.from(checkpoints, ([name, value]) => ({ type, sublevel, key: checkpointKeyOf(name), value })),
    ];
    try {
      await this.#syncWrite(() => root.batch(operations, this.#writeOptions));
      if (this.#failing) this.#logger.info("the disk takes writes again");
      this.#failing = false;
    } catch (cause) {
      // Once, not for every commit: the next one follows at once.
      if (!this.#failing)
        this.#logger.error({ err: cause }, "the disk refuses writes; nothing is acknowledged until it takes them");
      this.#failing = true;
      throw cause;
    }
  }

  async #trim(lane: Lane, beforeOffset: number): Promise<void> {
    const tail = this.#lanes[lane];
    const startOffset = tail.firstOffsetOfBlock(beforeOffset) ?? (await this.#firstOffsetOnDisk(lane, beforeOffset));
    if (startOffset <= tail.bounds.startOffset) return;
    const { root, meta, lanes } = this.#database;
    const start = { type: "put", sublevel: meta, key: startKeyOf(lane), value: String(startOffset) } as const;
    try {
      // The new start first, and synced: without it a lane that loses all its blocks would begin at 0 again after a power cut.
      await this.#syncWrite(() => root.batch([start], this.#writeOptions));
      tail.trim(startOffset);
      await lanes[lane].clear({ lt: keyOf(startOffset) });
    } catch (cause) {
      throw writeFailedError(cause);
    }
  }

  async #readDisk(lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]> {
    // The end before the first await: a block that a failed commit may have left behind it is not part of the lane.
    const lt = keyOf(this.#lanes[lane].endOffset);
    const gte = keyOf(await this.#firstOffsetOnDisk(lane, fromOffset));
    const range = { gte, lt, highWaterMarkBytes: bytesMax };
    const blocks: StoredBlock[] = [];
    let readBytes = 0;
    for await (const [key, bytes] of this.#database.lanes[lane].iterator(range)) {
      readBytes += bytes.length;
      if (readBytes > bytesMax && blocks.length > 0) break;
      blocks.push({ firstOffset: offsetOf(key), count: readBlockHeader(bytes).count, bytes });
    }
    return blocks;
  }

  /** First offset of the block that holds the offset, or of the first block of the lane if that is later. */
  async #firstOffsetOnDisk(lane: Lane, offset: number): Promise<number> {
    const { startOffset } = this.#lanes[lane].bounds;
    const range = { gte: keyOf(startOffset), lte: keyOf(Math.max(offset, startOffset)), reverse: true, limit: 1 };
    const [key] = await this.#database.lanes[lane].keys(range).all();
    return key === undefined ? startOffset : offsetOf(key);
  }

  /** Closing waits for the operation; after closing there is none. */
  async #whileOpen<Result>(attempt: string, operation: () => Promise<Result>): Promise<Result> {
    if (this.#closed !== null) throw closedError(attempt);
    const running = operation();
    this.#running.add(running);
    try {
      return await running;
    } catch (cause) {
      if (cause instanceof TidegateError) throw cause;
      throw new TidegateError("LOG_READ_FAILED", `${attempt}: ${messageOf(cause)}; check the disk`, { cause });
    } finally {
      this.#running.delete(running);
    }
  }

  async #closeDatabase(): Promise<void> {
    await this.#commits.close();
    await Promise.allSettled(this.#running);
    await this.#database.root.close();
  }
}
