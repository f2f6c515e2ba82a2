// The embedded store: one LevelDB that keeps what gateways sent and, in the same synced writes, what has arrived. It is what
// makes "exactly once into the collector" true.
//
// Write path
//   Writes of all streams queue up. One commit at a time takes everything that queued while the one before was being synced,
//   compares each block with the offsets that have arrived, and writes what is missing together with the new progress in one
//   atomic, synced batch. Comparing and writing happen in that one place, so two streams of the same gateway cannot both
//   find a record missing.
//
// Failure
//   A commit that the disk refuses stores nothing, fails every write in it with STORE_WRITE_FAILED, and leaves the progress as
//   it was; the next commit tries the disk again. A crash leaves a commit whole or absent (LevelDB's own log).
//
// Constraints
//   originsMax logs of gateways, rangesMax (1000) separate ranges of offsets a lane: beyond, COLLECTOR_FULL. lossesMax (500) listed
//   losses a lane: beyond, the lowest are closed (lane-progress.ts). The queue itself has no bound here; streams stop reading
//   while `pendingBytes` is above the collector's limit.
//
// It deletes nothing: retention at the collector is another matter. It trusts that blocks were validated.

import type { Gap } from "../model/gap.ts";
import type { IntervalSet } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { CommitStage } from "./commit-stage.ts";
import { type CollectorDatabase, openCollectorDatabase, originKey, readProgress } from "./embedded-database.ts";
import type { Origin, OriginProgress, ReceivedBlock, Store, StoreCounts } from "./store.ts";

interface QueuedWrite {
  readonly bytes: number;
  /** Runs inside a commit. What it returns is called when the commit is on disk. */
  stage(stage: CommitStage): () => void;
  reject(error: unknown): void;
}

/** Performs a synchronous write to disk; resolves when it is there. The tests' disks delay it, or fail. */
export type SyncWrite = (write: () => Promise<void>) => Promise<void>;

export interface EmbeddedStoreOptions {
  /** Created if absent. */
  readonly directory: string;
  /** Most logs of gateways. */
  readonly originsMax: number;
  /** Default: just writes. */
  readonly syncWrite?: SyncWrite;
}

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED. */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const database = await openCollectorDatabase(options.directory, { create: true });
  const progress = await readProgress(database.tables);
  const origins = new Map(progress.map((entry) => [originKey(entry.origin), entry]));
  return new EmbeddedStore(database, origins, options);
}

class EmbeddedStore implements Store {
  readonly #database: CollectorDatabase;
  readonly #originsMax: number;
  readonly #syncWrite: SyncWrite;
  /** What is on disk, in the order of first contact. */
  readonly #origins: Map<string, OriginProgress>;
  #queue: QueuedWrite[] = [];
  #committing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #pendingBytes = 0;
  #counts: StoreCounts = { storedRecords: 0, duplicateRecords: 0, commits: 0 };

  constructor(database: CollectorDatabase, origins: Map<string, OriginProgress>, options: EmbeddedStoreOptions) {
    const { originsMax, syncWrite = (write) => write() } = options;
    this.#database = database;
    this.#origins = origins;
    this.#originsMax = originsMax;
    this.#syncWrite = syncWrite;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  contact(origin: Origin): Promise<Readonly<Record<Lane, IntervalSet>>> {
    return this.#enqueue(0, (stage) => stage.addContact(origin));
  }

  append(origin: Origin, block: ReceivedBlock): Promise<number> {
    return this.#enqueue(block.bytes.length, (stage) => stage.addBlock(origin, block));
  }

  declareLost(origin: Origin, gap: Gap): Promise<number> {
    return this.#enqueue(0, (stage) => stage.addGap(origin, gap));
  }

  progress(): OriginProgress[] {
    return [...this.#origins.values()];
  }

  counts(): StoreCounts {
    return this.#counts;
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#committing;
    await this.#database.level.close();
  }

  #enqueue<T>(bytes: number, apply: (stage: CommitStage) => T): Promise<T> {
    if (this.#closing !== null) {
      return Promise.reject(new TidegateError("STORE_CLOSED", "store a batch: the collector is closing; send it again later"));
    }
    return new Promise((resolve, reject) => {
      const stage = (stage: CommitStage) => {
        const value = apply(stage);
        return () => resolve(value);
      };
      this.#queue.push({ bytes, stage, reject });
      this.#pendingBytes += bytes;
      this.#committing ??= this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    // What arrives in the same turn of the event loop shares the first commit, too.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const writes = this.#queue;
      this.#queue = [];
      const settlements = await this.#commit(writes);
      for (const { bytes } of writes) this.#pendingBytes -= bytes;
      for (const settle of settlements) settle();
    }
    this.#committing = null;
  }

  /** What to call, in order, to tell the writers. */
  async #commit(writes: readonly QueuedWrite[]): Promise<(() => void)[]> {
    const stage = new CommitStage(this.#database.tables, this.#origins, this.#originsMax);
    const outcomes = writes.map((write) => outcomeOf(write, stage));
    try {
      await this.#sync(stage);
    } catch (cause) {
      const error = new TidegateError(
        "STORE_WRITE_FAILED",
        `write ${writes.length} batches to the collector's disk: ${messageOf(cause)}; check its free space and its health`,
        { cause },
      );
      return writes.map((write) => () => write.reject(error));
    }
    return outcomes;
  }

  async #sync(stage: CommitStage): Promise<void> {
    const changes = stage.changes();
    if (changes.length > 0) {
      await this.#syncWrite(() => this.#database.level.batch(changes, { sync: true }));
      stage.publishTo(this.#origins);
    }
    this.#counts = {
      storedRecords: this.#counts.storedRecords + stage.storedRecords,
      duplicateRecords: this.#counts.duplicateRecords + stage.duplicateRecords,
      commits: this.#counts.commits + (changes.length > 0 ? 1 : 0),
    };
  }
}

function outcomeOf(write: QueuedWrite, stage: CommitStage): () => void {
  try {
    return write.stage(stage);
  } catch (error) {
    return () => write.reject(error);
  }
}
