// The store's contract: where a collector keeps what it received. embedded-store.ts, postgres-store.ts, nats-store.ts and kafka-store.ts
// implement it, on what they have in common (group-commit.ts).
//
// Invariants
// - A record is stored once, however often and in whatever blocks it arrives, also from two streams at the same time; and from two
//   collectors at the same time, if the store can be shared.
// - Data, progress and losses become durable together: after a crash all hold a write or none does.
// - A promise of `append` or `declareLost` settles after the write is on disk, in the order of the calls for that origin.

import type { Gap } from "../model/gap.ts";
import type { IntervalSet } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import type { LaneProgress } from "./lane-progress.ts";

/** A block whose content was checked: it decodes and holds `count` records. */
export interface ReceivedBlock {
  readonly lane: Lane;
  readonly firstOffset: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

export interface OriginProgress {
  readonly origin: Origin;
  readonly lanes: Readonly<Record<Lane, LaneProgress>>;
}

/** Of this process, since the store was opened. stored + duplicate = records of all appends. */
export interface StoreCounts {
  readonly storedRecords: number;
  readonly duplicateRecords: number;
  /** Synced writes. */
  readonly commits: number;
}

export interface Store {
  /** Makes a first contact durable; later ones do nothing. Yields what is stored or lost of each lane. Errors as `append`. */
  contact(origin: Origin): Promise<Readonly<Record<Lane, IntervalSet>>>;

  /**
   * Stores what is missing of a block and yields the lane's next offset.
   * Errors: COLLECTOR_FULL, STORE_WRITE_FAILED, STORE_REFUSED, STORE_CLOSED; nothing is kept. Where the store is on a server, some of it
   * may be after STORE_WRITE_FAILED; when it comes again, that is a duplicate.
   */
  append(origin: Origin, block: ReceivedBlock): Promise<number>;

  /** Remembers records that will never come and yields the lane's next offset. Errors as `append`. */
  declareLost(origin: Origin, gap: Gap): Promise<number>;

  /** Bytes of blocks that wait for the disk. */
  readonly pendingBytes: number;

  /** Every origin, in the order of first contact. Errors: STORE_UNREACHABLE, STORE_UNUSABLE. */
  progress(): Promise<OriginProgress[]>;

  counts(): StoreCounts;

  /** Commits what waits, then closes. Idempotent; every call waits. */
  close(): Promise<void>;
}
