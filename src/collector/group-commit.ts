// What every store has in common: writes of all streams queue up, and one commit at a time takes what queued while the one before
// was made durable. Comparing what arrives with what has arrived, and writing it, happen in that one place (commit-stage.ts), so
// two streams of a gateway cannot both find a record missing.
//
// Constraints
//   A commit takes the writes of all origins in turn (fair-queue.ts), as many as the store can make durable in good time: so a gateway with a large backlog makes
//   nobody else wait for more than its one write a turn. The queue itself has no bound here; streams stop reading while too much
//   of theirs waits (pressure-gate.ts).
//
// Failure
//   A commit that fails keeps nothing and fails every write in it; the next one tries again. If the store says that it cannot hold
//   what it was given (STORE_REFUSED), each write is tried alone, so that only the one at fault fails.

import type { Gap } from "../model/gap.ts";
import type { IntervalSet } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { type Origin, originKey } from "../model/origin.ts";
import { TidegateError } from "../platform/errors.ts";
import type { CommitStage } from "./commit-stage.ts";
import { FairQueue } from "./fair-queue.ts";
import type { OriginProgress, ReceivedBlock, Store, StoreCounts } from "./store.ts";

interface QueuedWrite {
  readonly origin: Origin;
  readonly bytes: number;
  readonly cost: number;
  /** Runs inside a commit. What it returns is called when the commit is durable. */
  stage(stage: CommitStage): () => void;
  reject(error: unknown): void;
}

/** Where commits go to. Called for one at a time. */
export interface CommitTarget {
  /** Lets `fill` stage the writes on what is known of the origins, and makes that durable. Rejects, with a TidegateError, if nothing of it is kept. */
  commit(origins: readonly Origin[], fill: (stage: CommitStage) => void): Promise<void>;
  /** Every origin, in the order of first contact. */
  progress(): Promise<OriginProgress[]>;
  close(): Promise<void>;
}

export interface GroupCommitOptions {
  /** What a block costs in a commit, and how much all of a commit may; a block that costs more has one of its own. */
  readonly costOf: (block: ReceivedBlock) => number;
  readonly commitCostMax: number;
}

export class GroupCommitStore implements Store {
  readonly #target: CommitTarget;
  readonly #options: GroupCommitOptions;
  readonly #queue = new FairQueue<QueuedWrite>();
  #committing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #pendingBytes = 0;
  #counts: StoreCounts = { storedRecords: 0, duplicateRecords: 0, commits: 0 };

  constructor(target: CommitTarget, options: GroupCommitOptions) {
    this.#target = target;
    this.#options = options;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  contact(origin: Origin): Promise<Readonly<Record<Lane, IntervalSet>>> {
    return this.#enqueue({ origin, bytes: 0, cost: 0 }, (stage) => stage.addContact(origin));
  }

  append(origin: Origin, block: ReceivedBlock): Promise<number> {
    const about = { origin, bytes: block.bytes.length, cost: this.#options.costOf(block) };
    return this.#enqueue(about, (stage) => stage.addBlock(origin, block));
  }

  declareLost(origin: Origin, gap: Gap): Promise<number> {
    return this.#enqueue({ origin, bytes: 0, cost: 0 }, (stage) => stage.addGap(origin, gap));
  }

  progress(): Promise<OriginProgress[]> {
    return this.#target.progress();
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
    await this.#target.close();
  }

  #enqueue<T>(about: Omit<QueuedWrite, "stage" | "reject">, apply: (stage: CommitStage) => T): Promise<T> {
    if (this.#closing !== null) {
      return Promise.reject(storeClosed());
    }
    return new Promise((resolve, reject) => {
      const stage = (stage: CommitStage) => {
        const value = apply(stage);
        return () => resolve(value);
      };
      this.#queue.add({ ...about, stage, reject });
      this.#pendingBytes += about.bytes;
      this.#committing ??= this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    // What arrives in the same turn of the event loop shares the first commit, too.
    await new Promise(setImmediate);
    while (!this.#queue.isEmpty) {
      const writes = this.#queue.take(this.#options.commitCostMax);
      const settlements = await this.#commit(writes);
      for (const { bytes } of writes) this.#pendingBytes -= bytes;
      for (const settle of settlements) settle();
    }
    this.#committing = null;
  }

  /** What to call, in order, to tell the writers. */
  async #commit(writes: readonly QueuedWrite[]): Promise<(() => void)[]> {
    let outcomes: (() => void)[] = [];
    let staged: CommitStage | null = null;
    const fill = (stage: CommitStage) => {
      staged = stage;
      outcomes = writes.map((write) => outcomeOf(write, stage));
    };
    try {
      await this.#target.commit(originsOf(writes), fill);
    } catch (error) {
      if (isRefused(error) && writes.length > 1) return this.#commitEach(writes);
      return writes.map((write) => () => write.reject(error));
    }
    if (staged !== null) this.#count(staged);
    return outcomes;
  }

  async #commitEach(writes: readonly QueuedWrite[]): Promise<(() => void)[]> {
    const settlements: (() => void)[] = [];
    for (const write of writes) settlements.push(...(await this.#commit([write])));
    return settlements;
  }

  #count({ storedRecords, duplicateRecords, isEmpty }: CommitStage): void {
    this.#counts = {
      storedRecords: this.#counts.storedRecords + storedRecords,
      duplicateRecords: this.#counts.duplicateRecords + duplicateRecords,
      commits: this.#counts.commits + (isEmpty ? 0 : 1),
    };
  }
}

/** STORE_CLOSED. */
export function storeClosed(): TidegateError {
  return new TidegateError("STORE_CLOSED", "store a batch: the collector is closing; send it again later");
}

/** Each once. */
function originsOf(writes: readonly QueuedWrite[]): Origin[] {
  return [...new Map(writes.map(({ origin }) => [originKey(origin), origin])).values()];
}

function outcomeOf(write: QueuedWrite, stage: CommitStage): () => void {
  try {
    return write.stage(stage);
  } catch (error) {
    return () => write.reject(error);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof TidegateError && error.code === "STORE_REFUSED";
}
