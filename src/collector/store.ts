// The store's contract: where a collector keeps what it received. One file per store implements it (embedded-store.ts so far).
//
// Invariants
// - A record is stored once, however often and in whatever blocks it arrives, also from two streams at the same time.
// - Data, progress and losses become durable together: after a crash all hold a write or none does.
// - A promise of `append` or `declareLost` settles after the write is on disk, in the order of the calls.

import type { Gap } from "../model/gap.ts";
import type { IntervalSet } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { LaneProgress } from "./lane-progress.ts";

/** One log of one gateway. A gateway whose data directory was replaced has a new log, with offsets from 0 again. */
export interface Origin {
  readonly gatewayId: string;
  readonly logId: string;
}

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

/** Since the store was opened. stored + duplicate = records of all appends. */
export interface StoreCounts {
  readonly storedRecords: number;
  readonly duplicateRecords: number;
  /** Synced writes. */
  readonly commits: number;
}

export interface Store {
  /** Makes a first contact durable; later ones do nothing. Yields what is stored or lost of each lane. Errors: COLLECTOR_FULL. */
  contact(origin: Origin): Promise<Readonly<Record<Lane, IntervalSet>>>;

  /** Stores what is missing of a block and yields the lane's next offset. Errors: COLLECTOR_FULL, LOG_WRITE_FAILED, LOG_CLOSED. */
  append(origin: Origin, block: ReceivedBlock): Promise<number>;

  /** Remembers records that will never come and yields the lane's next offset. Errors as `append`. */
  declareLost(origin: Origin, gap: Gap): Promise<number>;

  /** Bytes of blocks that wait for the disk. */
  readonly pendingBytes: number;

  /** Every origin, in the order of first contact. */
  progress(): OriginProgress[];

  counts(): StoreCounts;

  /** Commits what waits, then closes. Idempotent; every call waits. */
  close(): Promise<void>;
}
