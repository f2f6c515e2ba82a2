// The embedded store: one LevelDB that keeps what gateways sent and, in the same synced writes, what has arrived. It is what
// makes "exactly once into the collector" true on one machine.
//
// Write path
//   A commit (group-commit.ts) compares each block with the offsets that have arrived, which are in memory, and writes what is
//   missing together with the new progress in one atomic, synced batch.
//
// Failure
//   A commit that the disk refuses stores nothing, fails every write in it with STORE_WRITE_FAILED, and leaves the progress as
//   it was; the next commit tries the disk again. A crash leaves a commit whole or absent (LevelDB's own log).
//
// Constraints
//   commitBytesMax (4 MiB) of blocks a commit. originsMax logs of gateways, rangesMax (1000) separate ranges of offsets a lane:
//   beyond, COLLECTOR_FULL. lossesMax (500) listed losses a lane: beyond, the lowest are closed (lane-progress.ts).
//
// It deletes nothing: retention at the collector is another matter. It trusts that blocks were validated.

import { type Origin, originKey } from "../model/origin.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { CommitStage, type StagedPart } from "./commit-stage.ts";
import {
  blockKey,
  type CollectorDatabase,
  encodeContact,
  openCollectorDatabase,
  progressChanges,
  readProgress,
  type TableChange,
  type Tables,
} from "./embedded-database.ts";
import { type CommitTarget, GroupCommitStore } from "./group-commit.ts";
import { partBytes } from "./staged-part.ts";
import type { OriginProgress, ReceivedBlock, Store } from "./store.ts";

/** More bytes in a sync make it longer, and hardly cheaper a byte. */
const commitBytesMax = 4 * 1024 * 1024;

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
  const limits = { costOf: ({ bytes }: ReceivedBlock) => bytes.length, commitCostMax: commitBytesMax };
  return new GroupCommitStore(new EmbeddedTarget(database, origins, options), limits);
}

class EmbeddedTarget implements CommitTarget {
  readonly #database: CollectorDatabase;
  readonly #originsMax: number;
  readonly #syncWrite: SyncWrite;
  /** What is on disk, in the order of first contact. */
  readonly #origins: Map<string, OriginProgress>;

  constructor(database: CollectorDatabase, origins: Map<string, OriginProgress>, options: EmbeddedStoreOptions) {
    const { originsMax, syncWrite = (write) => write() } = options;
    this.#database = database;
    this.#origins = origins;
    this.#originsMax = originsMax;
    this.#syncWrite = syncWrite;
  }

  async commit(_origins: readonly Origin[], fill: (stage: CommitStage) => void): Promise<void> {
    const stage = new CommitStage({ progress: this.#origins, count: this.#origins.size, countMax: this.#originsMax });
    fill(stage);
    if (stage.isEmpty) return;
    try {
      const changes = changesOf(stage, this.#database.tables, this.#origins.size);
      await this.#syncWrite(() => this.#database.level.batch(changes, { sync: true }));
    } catch (cause) {
      throw new TidegateError(
        "STORE_WRITE_FAILED",
        `write to the collector's disk: ${messageOf(cause)}; check its free space and its health`,
        { cause },
      );
    }
    stage.publishTo(this.#origins);
  }

  async progress(): Promise<OriginProgress[]> {
    return [...this.#origins.values()];
  }

  close(): Promise<void> {
    return this.#database.level.close();
  }
}

/** Everything to write, in one atomic batch. */
function changesOf(stage: CommitStage, tables: Tables, knownOrigins: number): TableChange[] {
  const contacts = stage.contacts.map((origin, index): TableChange => {
    return { type: "put", sublevel: tables.contacts, key: originKey(origin), value: encodeContact(knownOrigins + index) };
  });
  const blocks = stage.parts.map((part) => blockPut(tables, part));
  return [...contacts, ...blocks, ...stage.steps.flatMap((step) => progressChanges(tables, step))];
}

function blockPut({ blocks }: Tables, staged: StagedPart): TableChange {
  const { origin, block, part } = staged;
  return { type: "put", sublevel: blocks, key: blockKey(origin, block.lane, part.start), value: partBytes(staged) };
}
