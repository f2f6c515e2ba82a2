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
// Read path: the newest blocks of each lane stand in memory (`recentBytesMax`); what lies before them is read from LevelDB and
// verified (lane-reader.ts), and what is damaged is set aside (set-aside.ts).
// Recovery: opening (log-database.ts). There is no clean-shutdown mark, because a crash leaves nothing to clean up.
//
// Limits: group-commit.ts bounds what waits, commit.ts the size of a block, `recentBytesMax` the memory for recent blocks.
//
// Failure: log-disk.ts. A write that fails is reported to its appends and undone; the database is opened anew before the next one.
// A directory that cannot be used or is in use stops the opening. A `trim` or `evict` that fails leaves the lanes as they were.
//
// Not here: who removes what, and when (retention.ts), inspection.

import { join } from "node:path";
import { type Lane, lanes } from "../model/lane.ts";
import { assert } from "../platform/assert.ts";
import type { Clock } from "../platform/clock.ts";
import { freeBytesOf } from "../platform/data-directory.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { Ballast } from "./ballast.ts";
import { blocksOfLane, type Commit } from "./commit.ts";
import type { DiskState } from "./disk-state.ts";
import { closedError, eachLane, GroupCommit } from "./group-commit.ts";
import { blockSizes } from "./lane-entries.ts";
import { LaneReader } from "./lane-reader.ts";
import { LaneTail } from "./lane-tail.ts";
import type { AppendDone, Checkpoint, Eviction, LaneBounds, Log, LogWrite, StoredBlock } from "./log.ts";
import {
  bytesOf,
  type Change,
  checkpointChange,
  checkpointsOf,
  compactLane,
  keyOf,
  type LogDatabase,
  ledgerChanges,
  ledgerOf,
  metaChange,
  openDatabase,
  type Recovered,
  readLogId,
  recover,
  segmentChange,
  startKeyOf,
} from "./log-database.ts";
import { LogDisk, type SyncWrite } from "./log-disk.ts";
import { LogReaders } from "./log-readers.ts";
import { type EvictedCounts, type Loss, type LossLedger, type MissingRange, missingRanges } from "./loss.ts";
import { Reclaimer } from "./reclaimer.ts";
import {
  LaneSegments,
  type Segment,
  type SegmentLimits,
  type SegmentsView,
  segmentLimitsDefault,
  withMergedBlocks,
  withoutBlocks,
} from "./segments.ts";

/** Default of {@link LevelLogOptions.recentBytesMax}: a second of readings at the highest rate, minutes at an ordinary one. */
const recentBytesMaxDefault = 4 * 1024 * 1024;
/** Default of {@link LevelLogOptions.syncIntervalMs}. */
const syncIntervalMsDefault = 100;
const compactBytesMinDefault = 4 * 1024 * 1024;

export type Durability = "sync" | "interval" | "none";

export interface LevelLogOptions {
  /** Made if it does not exist. */
  readonly directory: string;
  readonly clock: Clock;
  /** Readings that may wait for the disk; beyond it appends are done with LOG_QUEUE_FULL. */
  readonly pendingReadingsMax: number;
  readonly logger: Logger;
  /** Who is counted what the log gives up. With their positions in it before anything is read; default: nobody. */
  readonly readers?: LogReaders;
  /** Newest blocks that each lane keeps in memory for the readers at its end, in bytes; default 4 MiB. */
  readonly recentBytesMax?: number;
  /** Default sync. */
  readonly durability?: Durability;
  /** With durability `interval`: milliseconds; sensible: 10 to 10,000; default 100. */
  readonly syncIntervalMs?: number;
  /** Default: a mebibyte, a quarter of an hour. */
  readonly segmentLimits?: SegmentLimits;
  /** Room held back for a full disk (ballast.ts); default 0. */
  readonly ballastBytes?: number;
  /** What retention keeps free on the disk, where LevelDB compacts (log-database.ts); default: enough. */
  readonly roomBytes?: number;
  /** Bytes that retention removes from a lane before LevelDB rewrites the range; default 4 MiB. */
  readonly compactBytesMin?: number;
  /** Default: just writes. */
  readonly syncWrite?: SyncWrite;
}

interface LaneStart {
  readonly lane: Lane;
  readonly startOffset: number;
}

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, BLOCK_FORMAT_UNKNOWN. */
export async function openLevelLog(options: LevelLogOptions): Promise<Log> {
  const { directory, logger, ballastBytes = 0, roomBytes } = options;
  const freeBytes = () => freeBytesOf(directory);
  const ballast = new Ballast({ path: join(directory, "ballast"), bytes: ballastBytes, freeBytes, logger });
  const database = await ballast.during(() => openDatabase(directory, roomBytes));
  try {
    const logId = await readLogId(database, directory);
    const recovered = await recover(database, logger);
    const bounds = eachLane((lane) => recovered.lanes[lane].bounds);
    await ballast.load();
    logger.info({ directory, logId, bounds }, "log opened");
    return new LevelLog(options, { database, logId, recovered, ballast });
  } catch (thrown) {
    await database.root.close();
    throw thrown;
  }
}

interface Opened {
  readonly database: LogDatabase;
  readonly logId: string;
  readonly recovered: Recovered;
  readonly ballast: Ballast;
}

class LevelLog implements Log {
  readonly logId: string;
  readonly #disk: LogDisk;
  readonly #logger: Logger;
  readonly #lanes: Readonly<Record<Lane, LaneTail>>;
  readonly #segments: Readonly<Record<Lane, LaneSegments>>;
  readonly #ledger: LossLedger;
  readonly #readers: LogReaders;
  readonly #reader: LaneReader;
  readonly #reclaimer: Reclaimer;
  readonly #commits: GroupCommit;
  readonly #running = new Set<Promise<unknown>>();
  #lastTurn: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(options: LevelLogOptions, { database, logId, recovered, ballast }: Opened) {
    const { directory, clock, pendingReadingsMax, logger, roomBytes } = options;
    const { recentBytesMax = recentBytesMaxDefault, syncWrite = (write) => write() } = options;
    const { durability = "sync", syncIntervalMs = syncIntervalMsDefault } = options;
    const { segmentLimits = segmentLimitsDefault, compactBytesMin = compactBytesMinDefault } = options;
    const { readers = new LogReaders() } = options;
    this.logId = logId;
    this.#disk = new LogDisk(database, {
      open: () => openDatabase(directory, roomBytes),
      verify: (reopened) => this.#verify(reopened),
      sync: durability !== "none",
      syncWrite,
      ballast,
      clock,
      logger,
    });
    this.#logger = logger;
    this.#lanes = eachLane((lane) => new LaneTail(recovered.lanes[lane].bounds, recentBytesMax));
    this.#segments = eachLane((lane) => new LaneSegments(recovered.lanes[lane].segments, segmentLimits));
    this.#ledger = ledgerOf(recovered);
    this.#readers = readers;
    this.#reader = new LaneReader({
      disk: this.#disk,
      inTurn: (work) => this.#inTurn(work),
      tails: this.#lanes,
      segments: this.#segments,
      ledger: this.#ledger,
      readers,
      clock,
      logger,
    });
    this.#reclaimer = new Reclaimer({
      clear: (lane, beforeOffset) => this.#disk.change((database) => database.lanes[lane].clear({ lt: keyOf(beforeOffset) })),
      compact: (lane, beforeOffset) => this.#disk.use((database) => compactLane(database, lane, beforeOffset)),
      logger,
      compactBytesMin,
    });
    this.#commits = new GroupCommit({
      clock,
      pendingReadingsMax,
      intervalMs: durability === "interval" ? syncIntervalMs : 0,
      ends: () => eachLane((lane) => this.#lanes[lane].endOffset),
      store: (commit) => this.#inTurn(() => this.#store(commit)),
    });
    this.#sweep();
  }

  get pendingReadings(): number {
    return this.#commits.pendingReadings;
  }

  append(write: LogWrite, done: AppendDone): void {
    this.#commits.append(write, done);
  }

  read(lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]> {
    return this.#whileOpen("read", () => this.#reader.read(lane, fromOffset, bytesMax));
  }

  trim(lane: Lane, beforeOffset: number): Promise<void> {
    return this.#whileOpen("trim", () => this.#inTurn(() => this.#trim(lane, beforeOffset)));
  }

  evict(eviction: Eviction): Promise<void> {
    return this.#whileOpen("evict", () => this.#inTurn(() => this.#evict(eviction)));
  }

  merge(lane: Lane, segment: Segment, blocks: readonly StoredBlock[]): Promise<boolean> {
    return this.#whileOpen("merge", () => this.#inTurn(() => this.#merge(lane, segment, blocks)));
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

  get reclaimingBytes(): number {
    return this.#reclaimer.reclaimingBytes;
  }

  get disk(): DiskState {
    return this.#disk.state;
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

  readCheckpoint(name: string): Promise<Uint8Array | null> {
    return this.#whileOpen(
      "read checkpoint",
      async () => (await this.#disk.use(({ checkpoints }) => checkpoints.get(bytesOf(name)))) ?? null,
    );
  }

  readCheckpoints(prefix: string): Promise<Checkpoint[]> {
    return this.#whileOpen("read checkpoints", () => this.#disk.use((database) => checkpointsOf(database, prefix)));
  }

  onCommit(listener: () => void): () => void {
    return this.#commits.onCommit(listener);
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeDatabase();
    return this.#closed;
  }

  /** One write at a time: each is built from what the one before left. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async #store({ blocks, ingestTimeUs, checkpoints }: Commit): Promise<void> {
    const grown = eachLane((lane) => this.#segments[lane].after({ blocks: blocksOfLane(blocks, lane), ingestTimeUs }));
    await this.#disk.write([
      ...blocks.map(({ lane, block }) => ({
        table: lane,
        key: keyOf(block.firstOffset),
        value: block.bytes,
      })),
      ...lanes.flatMap((lane) => grown[lane].map((segment) => segmentChange(lane, segment))),
      ...Array.from(checkpoints, ([name, value]) => checkpointChange({ name, value })),
    ]);
    for (const lane of lanes) this.#segments[lane].adopt(grown[lane]);
    for (const { lane, block } of blocks) this.#lanes[lane].append(block);
  }

  async #merge(lane: Lane, segment: Segment, blocks: readonly StoredBlock[]): Promise<boolean> {
    if (!this.#segments[lane].isClosed(segment)) return false;
    const merged = withMergedBlocks(segment, blocks);
    const range = { fromOffset: segment.firstOffset, toOffset: segment.endOffset };
    const sizes = await this.#disk.use((database) => blockSizes(database, lane, range));
    const small = [...sizes.keys()];
    const kept = new Set(blocks.map(({ firstOffset }) => firstOffset));
    assert(
      small.every((offset) => isWithin(blocks, offset)),
      "merged blocks hold all records of their segment",
    );
    await this.#disk.write([
      ...small.filter((offset) => !kept.has(offset)).map((offset) => ({ table: lane, key: keyOf(offset), value: null })),
      ...blocks.map(({ firstOffset, bytes }) => ({ table: lane, key: keyOf(firstOffset), value: bytes })),
      segmentChange(lane, merged),
    ]);
    this.#segments[lane].replace(merged);
    this.#lanes[lane].replace(blocks);
    return true;
  }

  async #trim(lane: Lane, beforeOffset: number): Promise<void> {
    await this.#remove([{ lane, startOffset: await this.#reader.blockStart(lane, beforeOffset) }], []);
  }

  async #evict({ cuts, atUs }: Eviction): Promise<void> {
    const starts = cuts.map(({ lane, toOffset }) => ({ lane, startOffset: toOffset }));
    const change = this.#ledger.after(
      cuts.map((cut) => ({ ...cut, sinceUs: atUs, untilUs: atUs })),
      {
        positions: eachLane((lane) => this.#readers.positions(lane)),
        startOffsets: eachLane((lane) => startAfter(starts, lane, this.bounds(lane))),
      },
    );
    await this.#remove(starts, [...ledgerChanges(change), ...this.#readers.checkpoints.map(checkpointChange)]);
    this.#ledger.adopt(change);
  }

  /** Moves the starts of lanes up, in one write; the last one of each lane counts. */
  async #remove(starts: readonly LaneStart[], changes: readonly Change[]): Promise<void> {
    const byLane = new Map(starts.map((start) => [start.lane, start]));
    const moved = [...byLane.values()].filter(({ lane, startOffset }) => startOffset > this.bounds(lane).startOffset);
    if (moved.length === 0) return;
    const removals = await Promise.all(moved.map((start) => this.#removalOf(start)));
    // The new starts are written before a block is deleted: a lane that lost all its blocks would else begin at 0 again.
    await this.#disk.write([...removals.flatMap((removal) => removal.changes), ...changes]);
    for (const { lane, startOffset, rest } of removals) {
      const bytesBefore = this.#segments[lane].bytes;
      this.#segments[lane].cut(startOffset, rest);
      this.#lanes[lane].trim(startOffset);
      this.#reclaimer.remove(lane, startOffset, bytesBefore - this.#segments[lane].bytes);
    }
  }

  async #removalOf({ lane, startOffset }: LaneStart) {
    const segments = this.#segments[lane];
    const around = segments.around(startOffset);
    const range = { fromOffset: around?.firstOffset ?? startOffset, toOffset: startOffset };
    const removed = await this.#disk.use((database) => blockSizes(database, lane, range));
    const rest = around && withoutBlocks(around, startOffset, [...removed.values()]);
    const changes: Change[] = [
      ...segments.list
        .filter(({ firstOffset }) => firstOffset < startOffset)
        .map(({ firstOffset }) => ({ table: `segment-${lane}` as const, key: keyOf(firstOffset), value: null })),
      ...(rest === null ? [] : [segmentChange(lane, rest)]),
      metaChange(startKeyOf(lane), String(startOffset)),
    ];
    return { lane, startOffset, rest, changes };
  }

  /** Blocks that a crash left below the start of their lane are deleted. */
  #sweep(): void {
    for (const lane of lanes) {
      const { startOffset } = this.bounds(lane);
      if (startOffset > 0) this.#reclaimer.remove(lane, startOffset, 0);
    }
  }

  /** What was acknowledged is there: a disk that has lost it must not be written to as if it had not. */
  async #verify(database: LogDatabase): Promise<void> {
    const found = await recover(database, this.#logger);
    for (const lane of lanes) {
      const { startOffset, endOffset } = found.lanes[lane].bounds;
      const known = this.bounds(lane);
      if (startOffset === known.startOffset && endOffset === known.endOffset) continue;
      throw new TidegateError(
        "LOG_READ_FAILED",
        `open the log again: ${lane} reach from ${startOffset} to ${endOffset} on disk and were stored from ${known.startOffset} to ${known.endOffset}; the disk has lost what it had confirmed, replace it`,
      );
    }
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
    await this.#reclaimer.close();
    await this.#disk.close();
  }
}

function isWithin(blocks: readonly StoredBlock[], offset: number): boolean {
  return blocks.some(({ firstOffset, count }) => firstOffset <= offset && offset < firstOffset + count);
}

function startAfter(starts: readonly LaneStart[], lane: Lane, { startOffset }: LaneBounds): number {
  return starts.reduce((start, cut) => (cut.lane === lane ? Math.max(start, cut.startOffset) : start), startOffset);
}
