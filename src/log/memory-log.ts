import { randomUUID } from "node:crypto";
import { type Lane, lanes } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import type { TidegateError } from "../platform/errors.ts";
import { blocksOfLane, type Commit } from "./commit.ts";
import { diskOk } from "./disk-state.ts";
import { closedError, eachLane, GroupCommit } from "./group-commit.ts";
import { LaneTail } from "./lane-tail.ts";
import type { AppendDone, Checkpoint, Eviction, LaneBounds, Log, LogWrite, StoredBlock } from "./log.ts";
import { LogReaders } from "./log-readers.ts";
import { type EvictedCounts, type Loss, LossLedger, type MissingRange, missingRanges } from "./loss.ts";
import {
  LaneSegments,
  type Segment,
  type SegmentLimits,
  type SegmentsView,
  segmentLimitsDefault,
  withMergedBlocks,
  withoutBlocks,
} from "./segments.ts";

export interface MemoryLogOptions {
  readonly clock: Clock;
  /** Readings; default 200,000. */
  readonly pendingReadingsMax?: number;
  readonly segmentLimits?: SegmentLimits;
  /** Who is counted what the log gives up; default: nobody. */
  readonly readers?: LogReaders;
}

/** A log that ends with its process: for tests and simulations. "Durable" means committed; everything else is as on disk. */
export function createMemoryLog(options: MemoryLogOptions): Log {
  return new MemoryLog(options);
}

class MemoryLog implements Log {
  readonly logId = randomUUID();
  readonly reclaimingBytes = 0;
  readonly disk = diskOk;
  readonly #lanes = eachLane(() => new LaneTail({ startOffset: 0, endOffset: 0 }, Number.POSITIVE_INFINITY));
  readonly #segments: Record<Lane, LaneSegments>;
  readonly #ledger = new LossLedger();
  readonly #readers: LogReaders;
  readonly #checkpoints = new Map<string, Uint8Array>();
  readonly #commits: GroupCommit;

  constructor(options: MemoryLogOptions) {
    const { clock, pendingReadingsMax = 200_000, segmentLimits = segmentLimitsDefault, readers = new LogReaders() } = options;
    this.#readers = readers;
    this.#segments = eachLane(() => new LaneSegments([], segmentLimits));
    this.#commits = new GroupCommit({
      clock,
      pendingReadingsMax,
      ends: () => eachLane((lane) => this.#lanes[lane].endOffset),
      store: async (commit) => this.#keep(commit),
    });
  }

  get pendingReadings(): number {
    return this.#commits.pendingReadings;
  }

  append(write: LogWrite, done: AppendDone): void {
    this.#commits.append(write, done);
  }

  async read(lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]> {
    this.#assertOpen("read");
    return this.#lanes[lane].read(fromOffset, bytesMax) ?? [];
  }

  async trim(lane: Lane, beforeOffset: number): Promise<void> {
    this.#assertOpen("trim");
    const startOffset = this.#lanes[lane].firstOffsetOfBlock(beforeOffset);
    if (startOffset !== null) this.#remove(lane, startOffset);
  }

  async evict({ cuts, atUs }: Eviction): Promise<void> {
    this.#assertOpen("evict");
    const losses = cuts.map((cut): Loss => ({ ...cut, sinceUs: atUs, untilUs: atUs }));
    const positions = eachLane((lane) => this.#readers.positions(lane));
    // Nothing is damaged in memory, so there are no holes to keep.
    const startOffsets = eachLane((lane) => this.bounds(lane).startOffset);
    this.#ledger.adopt(this.#ledger.after(losses, { positions, startOffsets }));
    for (const { name, value } of this.#readers.checkpoints) this.#checkpoints.set(name, new Uint8Array(value));
    for (const { lane, toOffset } of cuts) this.#remove(lane, toOffset);
  }

  async merge(lane: Lane, segment: Segment, blocks: readonly StoredBlock[]): Promise<boolean> {
    this.#assertOpen("merge");
    const segments = this.#segments[lane];
    if (!segments.isClosed(segment)) return false;
    segments.replace(withMergedBlocks(segment, blocks));
    this.#lanes[lane].replace(blocks);
    return true;
  }

  refuseReadings(refusal: TidegateError | null): void {
    this.#commits.refuse(refusal);
  }

  bounds(lane: Lane): LaneBounds {
    return this.#lanes[lane].bounds;
  }

  segments(lane: Lane): SegmentsView {
    return this.#segments[lane];
  }

  get losses(): readonly Loss[] {
    return this.#ledger.losses;
  }

  get evicted(): EvictedCounts {
    return this.#ledger.evicted;
  }

  missing(lane: Lane, fromOffset: number, toOffset: number): MissingRange[] {
    return missingRanges(this.#ledger.losses, { lane, fromOffset, toOffset });
  }

  async readCheckpoint(name: string): Promise<Uint8Array | null> {
    this.#assertOpen("read checkpoint");
    return this.#checkpoints.get(name) ?? null;
  }

  async readCheckpoints(prefix: string): Promise<Checkpoint[]> {
    this.#assertOpen("read checkpoints");
    const found = Array.from(this.#checkpoints, ([name, value]) => ({ name, value })).filter(({ name }) =>
      name.startsWith(prefix),
    );
    return found.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  }

  onCommit(listener: () => void): () => void {
    return this.#commits.onCommit(listener);
  }

  close(): Promise<void> {
    return this.#commits.close();
  }

  #keep({ blocks, ingestTimeUs, checkpoints }: Commit): void {
    for (const lane of lanes) {
      const ofLane = blocksOfLane(blocks, lane);
      const segments = this.#segments[lane];
      segments.adopt(segments.after({ blocks: ofLane, ingestTimeUs }));
      for (const block of ofLane) this.#lanes[lane].append(block);
    }
    for (const [name, value] of checkpoints) {
      if (value === null) this.#checkpoints.delete(name);
      else this.#checkpoints.set(name, new Uint8Array(value));
    }
  }

  #remove(lane: Lane, startOffset: number): void {
    const tail = this.#lanes[lane];
    if (startOffset <= tail.bounds.startOffset) return;
    const segments = this.#segments[lane];
    const around = segments.around(startOffset);
    const blocks = around === null ? [] : (tail.read(around.firstOffset, around.bytes) ?? []);
    const removed = blocks.filter(({ firstOffset }) => firstOffset < startOffset).map(({ bytes }) => bytes.length);
    segments.cut(startOffset, around && withoutBlocks(around, startOffset, removed));
    tail.trim(startOffset);
  }

  #assertOpen(attempt: string): void {
    if (this.#commits.closed) throw closedError(attempt);
  }
}
