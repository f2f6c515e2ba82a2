// The log's contract. Everything that a sensor said passes through an implementation of it: LevelDB (level-log.ts) in a
// gateway, memory (memory-log.ts) in tests and simulations. test/conformance/log runs one suite over both.
//
// Invariants
// - Offsets of a lane are given densely: 0, 1, 2, ... in the order of append, also over crashes and reopenings. Records go from the
//   lane's start on, by `trim` and `evict`; in its middle only what was damaged at rest (set-aside.ts), and `losses` say so.
// - What one append holds becomes durable together, in one commit, or not at all.
// - `done` is called exactly once per append, in the order of the appends, after the commit is on disk (or has failed).
// - A reader sees only what is durable.

import type { Alert } from "../model/alert.ts";
import type { Lane } from "../model/lane.ts";
import type { Reading } from "../model/reading.ts";
import type { WindowResult } from "../model/result.ts";
import type { TidegateError } from "../platform/errors.ts";
import type { DiskState } from "./disk-state.ts";
import type { EvictedCounts, Loss, MissingRange } from "./loss.ts";
import type { Cut } from "./retention.ts";
import type { Segment, SegmentsView } from "./segments.ts";

/** Position and state of a reader, kept by name. */
export interface Checkpoint {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Null: the checkpoint is no longer needed. */
export interface CheckpointChange {
  readonly name: string;
  readonly value: Uint8Array | null;
}

/** What one append makes durable together. An empty one is a barrier: it is done when everything before it is durable. */
export interface LogWrite {
  readonly readings?: readonly Reading[];
  readonly results?: readonly WindowResult[];
  readonly alerts?: readonly Alert[];
  readonly checkpoint?: Checkpoint;
  /** Further ones, of a reader that keeps its state in parts; the last one of a name counts. */
  readonly checkpoints?: readonly CheckpointChange[];
}

/** Errors: LOG_QUEUE_FULL, LOG_FULL, LOG_WRITE_FAILED (nothing of the append is stored), LOG_CLOSED. */
export type AppendDone = (error: TidegateError | null) => void;

/** The records that one commit wrote to one lane. `bytes` is the encoded block (codec/block-codec.ts); do not change it. */
export interface StoredBlock {
  readonly firstOffset: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** The lane holds the offsets o with startOffset <= o < endOffset, but for what was damaged at rest. */
export interface LaneBounds {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** What retention removes in one atomic write. */
export interface Eviction {
  readonly cuts: readonly Cut[];
  readonly atUs: number;
}

export interface Log {
  /** Identity of this log, made with it, kept over reopening. A UUID. */
  readonly logId: string;

  /** Queues a write for the next commit. Never throws. All appends that wait while a commit is in flight share the next one. */
  append(write: LogWrite, done: AppendDone): void;

  /** Readings that wait for a commit or are in one. */
  readonly pendingReadings: number;

  /**
   * Blocks in offset order, from the one that holds `fromOffset` (or, where that is trimmed or lost, the first behind it), until
   * `bytesMax` is reached, or damage that nobody has come to yet; at least one if there is any. Empty if the lane holds nothing
   * from there on: at its end, or when all up to the end that it had at the call is lost.
   *
   * The first block may begin before `fromOffset`, and ends behind it. Every block is whole: damage at rest is found here, set
   * aside and recorded as a loss, before what follows it is read. Errors of this and of all that returns a promise: LOG_CLOSED,
   * LOG_READ_FAILED, BLOCK_FORMAT_UNKNOWN; of this also LOG_WRITE_FAILED and LOG_FULL: the loss cannot be recorded yet.
   */
  read(lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]>;

  /**
   * Removes the blocks all of whose offsets lie below `beforeOffset`. Never moves the end of the lane. Errors also:
   * LOG_WRITE_FAILED.
   */
  trim(lane: Lane, beforeOffset: number): Promise<void>;

  /**
   * Removes whole segments. What a reader of the log (log-readers.ts) had not confirmed is recorded as lost and counted, and the
   * readers' checkpoints are stored, in the same write. Errors also: LOG_WRITE_FAILED; nothing is removed then.
   */
  evict(eviction: Eviction): Promise<void>;

  /**
   * Puts merged blocks in the place of a segment's: the same records at the same offsets, in fewer blocks. False if the segment is no
   * longer as given, because it was trimmed or has grown: nothing is changed then. Errors also: LOG_WRITE_FAILED.
   */
  merge(lane: Lane, segment: Segment, blocks: readonly StoredBlock[]): Promise<boolean>;

  /** Appends of readings are done with this error from now on; null: they are taken again. */
  refuseReadings(refusal: TidegateError | null): void;

  bounds(lane: Lane): LaneBounds;

  /** What the lane holds, in segments: the same object for the life of the log. */
  segments(lane: Lane): SegmentsView;

  /** Bytes that were removed and that the file system does not have back yet. */
  readonly reclaimingBytes: number;

  /** Whether the disk takes writes. */
  readonly disk: DiskState;

  /** What was given up, in the order in which it was; at most 1000 records. */
  readonly losses: readonly Loss[];

  /** How many records were given up, since the log was made. */
  readonly evicted: EvictedCounts;

  /** What is known of offsets from <= o < to that a reader found missing, in pieces that are the range together. */
  missing(lane: Lane, fromOffset: number, toOffset: number): readonly MissingRange[];

  /** The last durable checkpoint of that name; null if there is none. */
  readCheckpoint(name: string): Promise<Uint8Array | null>;

  /** The last durable checkpoints of the names that begin so, in the order of names (as UTF-8). */
  readCheckpoints(prefix: string): Promise<Checkpoint[]>;

  /** Calls back after every commit that moved the end of a lane. The returned function ends that. */
  onCommit(listener: () => void): () => void;

  /** Commits what waits, then closes. Appends from then on are done with LOG_CLOSED. Idempotent; every call waits. */
  close(): Promise<void>;
}
