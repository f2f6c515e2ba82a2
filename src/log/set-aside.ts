// What was damaged at rest: found when it is read, taken out of its lane, recorded as lost, and the rest goes on.
//
// Found   Every block that is read from the disk is verified (lane-reader.ts, examine-blocks.ts): its CRC32C, and that it ends where
//         the next one begins. Blocks in memory are not: they came from this process. A block that was there and is not any more is
//         damage, too; LevelDB passes over what it cannot parse (lane-entries.ts).
// Place   A damaged block takes the offsets from its own up to the next block that can be read, or to the lane's end: its own
//         count is not to be trusted. The damage is looked at again in its turn, between the writes of the log, and only the first
//         one is acted upon; what follows is read anew.
// Write   One atomic write: the bytes move from their lane to `aside-<lane>`, the record of the segment shrinks, the loss (reason
//         corrupt) and its counts are stored, and the checkpoints of the sinks with them, as an eviction does. The bounds of the lane
//         stay, so a loss at either end of a lane is a hole like any other. Sinks that had not confirmed the records are counted;
//         their forwarders tell them of the gap when they come to it.
// Kept    The bytes, for whoever wants to look into them: at most `asideBlocksMax` blocks and `asideBytesMax` bytes a lane; the
//         lowest offsets go first. `tidegate log inspect` shows them.
//
// Failure A disk that refuses the write: nothing is changed, the read rejects, the reader comes again. More than `holesMax` places
//         (loss.ts): LOG_READ_FAILED, because a disk like that must be replaced; eviction makes room for more.
//
// Not here: damage to LevelDB's own structure beyond what it passes over when it reads. A compaction that meets it fails every
// write from then on (log-disk.ts); `tidegate log verify` names the file. What LevelDB drops of its journal when it is opened is
// found here when it is read.

import type { Lane } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import type { Damage } from "./examine-blocks.ts";
import { eachLane } from "./group-commit.ts";
import { blockSizes, firstReadable } from "./lane-entries.ts";
import type { LaneTail } from "./lane-tail.ts";
import {
  type Change,
  checkpointChange,
  keyOf,
  type LogDatabase,
  ledgerChanges,
  offsetOf,
  segmentChange,
} from "./log-database.ts";
import type { LogDisk } from "./log-disk.ts";
import type { LogReaders } from "./log-readers.ts";
import { holesMax, type LedgerChange, type LossLedger, type OffsetRange } from "./loss.ts";
import type { LaneSegments, Segment } from "./segments.ts";

/** Of each lane. */
export const asideBlocksMax = 100;
export const asideBytesMax = 4 * 1024 * 1024;

export interface SetAsideOptions {
  readonly disk: LogDisk;
  /** One write at a time. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly tails: Readonly<Record<Lane, LaneTail>>;
  readonly segments: Readonly<Record<Lane, LaneSegments>>;
  readonly ledger: LossLedger;
  readonly readers: LogReaders;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class SetAside {
  readonly #options: SetAsideOptions;

  constructor(options: SetAsideOptions) {
    this.#options = options;
  }

  /** Sets aside what `find` gives when it is its turn. False if that is nothing. Errors: LOG_READ_FAILED, LOG_WRITE_FAILED, LOG_FULL. */
  damage(lane: Lane, find: () => Promise<Damage | null>): Promise<boolean> {
    return this.#options.inTurn(async () => {
      const found = await find();
      const damage = found && (await this.#options.disk.use((database) => reachOf(database, lane, found)));
      if (damage === null) return false;
      await this.#take(lane, damage);
      return true;
    });
  }

  async #take(lane: Lane, damage: Damage): Promise<void> {
    const { disk, segments, ledger, readers, logger } = this.#options;
    const change = this.#lossOf(lane, damage);
    const shrunk = await disk.use((database) => shrunkSegments(database, lane, { damage, segments: segments[lane].list }));
    await disk.write([
      ...(await disk.use((database) => asideChanges(database, lane, damage))),
      ...shrunk.map((segment) => segmentChange(lane, segment)),
      ...ledgerChanges(change),
      ...readers.checkpoints.map(checkpointChange),
    ]);
    for (const segment of shrunk) segments[lane].replace(segment);
    ledger.adopt(change);
    const { entry, fromOffset, toOffset } = damage;
    const about = { lane, fromOffset, toOffset, bytes: entry?.bytes.length ?? 0 };
    logger.error(about, "records of the log are damaged; they are set aside and lost, check the disk");
  }

  #lossOf(lane: Lane, { fromOffset, toOffset }: OffsetRange): LedgerChange {
    const { ledger, readers, tails, clock } = this.#options;
    const atUs = clock.nowUs();
    const loss = { lane, fromOffset, toOffset, reason: "corrupt", sinceUs: atUs, untilUs: atUs } as const;
    const change = ledger.after(fromOffset < toOffset ? [loss] : [], {
      positions: eachLane((of) => readers.positions(of)),
      startOffsets: eachLane((of) => tails[of].bounds.startOffset),
    });
    if (change.holes <= holesMax) return change;
    throw new TidegateError(
      "LOG_READ_FAILED",
      `read ${lane} from offset ${fromOffset}: the log is damaged in more than ${holesMax} places; replace the disk`,
      { details: { lane, fromOffset, toOffset, holesMax } },
    );
  }
}

/** The damage up to what can be read behind it; null if there is none after all. */
async function reachOf(database: LogDatabase, lane: Lane, damage: Damage): Promise<Damage | null> {
  const { entry, fromOffset, toOffset } = damage;
  if (entry === null) {
    const readable = await firstReadable(database, lane, { fromOffset, toOffset });
    return readable === fromOffset ? null : { ...damage, toOffset: readable ?? toOffset };
  }
  const behind = { fromOffset: fromOffset + 1, toOffset };
  return { ...damage, toOffset: (await firstReadable(database, lane, behind)) ?? toOffset };
}

/** The records of the segments that lose bytes. */
async function shrunkSegments(
  database: LogDatabase,
  lane: Lane,
  { damage, segments }: { readonly damage: Damage; readonly segments: readonly Segment[] },
): Promise<Segment[]> {
  const { entry, fromOffset, toOffset } = damage;
  const from = Math.min(fromOffset, entry?.firstOffset ?? fromOffset);
  const shrunk: Segment[] = [];
  for (const segment of segments) {
    if (segment.firstOffset >= Math.max(toOffset, from + 1) || segment.endOffset <= from) continue;
    const kept = await blockSizes(database, lane, { fromOffset: segment.firstOffset, toOffset: segment.endOffset });
    if (entry !== null) kept.delete(entry.firstOffset);
    const bytes = [...kept.values()].reduce((sum, size) => sum + size, 0);
    shrunk.push({ ...segment, bytes, blocks: kept.size });
  }
  return shrunk;
}

/** Moves the block, and deletes what is above the bounds then. */
async function asideChanges(database: LogDatabase, lane: Lane, { entry }: Damage): Promise<Change[]> {
  if (entry === null) return [];
  const key = keyOf(entry.firstOffset);
  const entries = await database.aside[lane].iterator().all();
  const kept = entries.map(([asideKey, value]) => ({ offset: offsetOf(asideKey), bytes: value.length }));
  kept.push({ offset: entry.firstOffset, bytes: entry.bytes.length });
  let [blocks, bytes] = [kept.length, kept.reduce((sum, { bytes: size }) => sum + size, 0)];
  const changes: Change[] = [
    { table: lane, key, value: null },
    { table: `aside-${lane}`, key, value: entry.bytes },
  ];
  for (const oldest of kept.sort((a, b) => a.offset - b.offset)) {
    if (blocks <= asideBlocksMax && bytes <= asideBytesMax) break;
    changes.push({ table: `aside-${lane}`, key: keyOf(oldest.offset), value: null });
    blocks--;
    bytes -= oldest.bytes;
  }
  return changes;
}
