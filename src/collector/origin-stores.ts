// A store of which each log of a gateway is a store of its own: for systems where what is written together must be of one gateway.
// Writes of one gateway queue up and share commits (group-commit.ts); gateways do not wait for each other.
//
// Several collectors may share such a system. What a target knows of its gateway is good as long as no other collector serves it; so at
// the commit of a contact it is told to look anew. Between contacts the system itself must refuse what is written on old knowledge.
//
// Constraints
//   openMax   targets at once; beyond it the one that was not used for longest is closed, unless all are in use
//
// Gateways are introduced by their targets, which know how many there are.

import type { Gap } from "../model/gap.ts";
import type { IntervalSet } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { type Origin, originKey } from "../model/origin.ts";
import type { CommitStage } from "./commit-stage.ts";
import { type CommitTarget, type GroupCommitOptions, GroupCommitStore, storeClosed } from "./group-commit.ts";
import type { OriginProgress, ReceivedBlock, Store, StoreCounts } from "./store.ts";

/** Where the commits of one gateway's log go. */
export interface OriginTarget {
  /** As of CommitTarget. @param anew what is known is not to be relied on: look first. */
  commit(fill: (stage: CommitStage) => void, anew: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface OriginStoresOptions extends GroupCommitOptions {
  readonly openMax: number;
  /** Nothing is connected yet. */
  readonly targetOf: (origin: Origin) => OriginTarget;
  readonly progress: () => Promise<OriginProgress[]>;
  /** What all targets share. Called once, after they have been closed. */
  readonly close: () => Promise<void>;
}

interface OpenOrigin {
  readonly commits: GroupCommitStore;
  /** There was a contact since the last commit began. */
  wasContacted: boolean;
  /** Calls that have not settled. */
  users: number;
}

export class OriginStores implements Store {
  readonly #options: OriginStoresOptions;
  /** The one that was not used for longest comes first. */
  readonly #open = new Map<string, OpenOrigin>();
  readonly #retiring = new Set<Promise<void>>();
  #retired: StoreCounts = { storedRecords: 0, duplicateRecords: 0, commits: 0 };
  #closing: Promise<void> | null = null;

  constructor(options: OriginStoresOptions) {
    this.#options = options;
  }

  get pendingBytes(): number {
    return [...this.#open.values()].reduce((sum, { commits }) => sum + commits.pendingBytes, 0);
  }

  contact(origin: Origin): Promise<Readonly<Record<Lane, IntervalSet>>> {
    return this.#use(origin, (open) => {
      open.wasContacted = true;
      return open.commits.contact(origin);
    });
  }

  append(origin: Origin, block: ReceivedBlock): Promise<number> {
    return this.#use(origin, ({ commits }) => commits.append(origin, block));
  }

  declareLost(origin: Origin, gap: Gap): Promise<number> {
    return this.#use(origin, ({ commits }) => commits.declareLost(origin, gap));
  }

  progress(): Promise<OriginProgress[]> {
    return this.#options.progress();
  }

  counts(): StoreCounts {
    return [...this.#open.values()].map(({ commits }) => commits.counts()).reduce(sumOf, this.#retired);
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    const closing = [...this.#open.values()].map(({ commits }) => commits.close());
    await Promise.all([...this.#retiring, ...closing]);
    await this.#options.close();
  }

  async #use<T>(origin: Origin, work: (open: OpenOrigin) => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw storeClosed();
    const open = this.#opened(origin);
    open.users += 1;
    try {
      return await work(open);
    } finally {
      open.users -= 1;
    }
  }

  #opened(origin: Origin): OpenOrigin {
    const key = originKey(origin);
    const open = this.#open.get(key) ?? this.#newlyOpened(origin);
    this.#open.delete(key);
    this.#open.set(key, open);
    return open;
  }

  #newlyOpened(origin: Origin): OpenOrigin {
    if (this.#open.size >= this.#options.openMax) {
      const idle = [...this.#open].find(([, { users }]) => users === 0);
      if (idle !== undefined) this.#retire(...idle);
    }
    const target = this.#options.targetOf(origin);
    const commitTarget: CommitTarget = {
      commit(_origins, fill) {
        const anew = open.wasContacted;
        open.wasContacted = false;
        return target.commit(fill, anew);
      },
      close: () => target.close(),
      progress: () => this.progress(),
    };
    const open: OpenOrigin = { commits: new GroupCommitStore(commitTarget, this.#options), wasContacted: false, users: 0 };
    return open;
  }

  /** Of one that is idle, so that its counts are final. */
  #retire(key: string, { commits }: OpenOrigin): void {
    this.#open.delete(key);
    this.#retired = sumOf(this.#retired, commits.counts());
    const retiring = commits.close().finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }
}

function sumOf(one: StoreCounts, other: StoreCounts): StoreCounts {
  return {
    storedRecords: one.storedRecords + other.storedRecords,
    duplicateRecords: one.duplicateRecords + other.duplicateRecords,
    commits: one.commits + other.commits,
  };
}
