// Gives back to the file system what retention removed: deletes the blocks below the start of a lane, then has LevelDB rewrite that
// range. Without the second step the room returns when LevelDB happens to compact, which for a lane that only grows at its end
// can be never.
//
// In the background, one step at a time. A block below the start of its lane is out of sight whether it is deleted or not, so
// nothing depends on when that happens: a crash in between leaves blocks that the next start deletes (`sweep`).
// A step that fails is tried again with the next removal; the log's writes show that the disk is at fault.

import { type Lane, lanes } from "../model/lane.ts";
import { messageOf } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { eachLane } from "./group-commit.ts";

export interface ReclaimerOptions {
  /** Deletes the blocks of a lane below the offset. */
  readonly clear: (lane: Lane, beforeOffset: number) => Promise<void>;
  readonly compact: (lane: Lane, beforeOffset: number) => Promise<void>;
  readonly logger: Logger;
  /** Less than this is not worth a compaction, which rewrites the tables at both ends of the range. */
  readonly compactBytesMin: number;
}

interface Removed {
  readonly beforeOffset: number;
  readonly bytes: number;
}

export class Reclaimer {
  readonly #options: ReclaimerOptions;
  readonly #uncleared: Record<Lane, Removed | null> = eachLane(() => null);
  readonly #uncompacted: Record<Lane, Removed | null> = eachLane(() => null);
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(options: ReclaimerOptions) {
    this.#options = options;
  }

  /** Bytes of blocks that were removed and not compacted yet. */
  get reclaimingBytes(): number {
    return lanes.reduce((sum, lane) => sum + (this.#uncleared[lane]?.bytes ?? 0) + (this.#uncompacted[lane]?.bytes ?? 0), 0);
  }

  /** The lane begins at this offset now, which took so many bytes of blocks out of it. */
  remove(lane: Lane, beforeOffset: number, bytes: number): void {
    this.#uncleared[lane] = sumOf(this.#uncleared[lane], { beforeOffset, bytes });
    this.#running ??= this.#run();
  }

  /** Deletes what is removed already, and lets the rest be. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Not within `remove`: its caller goes on first.
    await Promise.resolve();
    try {
      for (let lane = this.#nextToClear(); lane !== undefined; lane = this.#nextToClear()) await this.#reclaim(lane);
    } catch (error) {
      this.#options.logger.warn({ err: error }, `removed blocks are not deleted yet: ${messageOf(error)}`);
    } finally {
      this.#running = null;
    }
  }

  #nextToClear(): Lane | undefined {
    return lanes.find((lane) => this.#uncleared[lane] !== null);
  }

  async #reclaim(lane: Lane): Promise<void> {
    const removed = this.#uncleared[lane];
    if (removed === null) return;
    await this.#options.clear(lane, removed.beforeOffset);
    this.#uncleared[lane] = rest(this.#uncleared[lane], removed);
    const cleared = sumOf(this.#uncompacted[lane], removed);
    this.#uncompacted[lane] = cleared;
    if (this.#closed || cleared.bytes < this.#options.compactBytesMin) return;
    await this.#options.compact(lane, cleared.beforeOffset);
    this.#uncompacted[lane] = null;
  }
}

function sumOf(before: Removed | null, removed: Removed): Removed {
  return { beforeOffset: removed.beforeOffset, bytes: removed.bytes + (before?.bytes ?? 0) };
}

/** What came to the same lane meanwhile. */
function rest(now: Removed | null, done: Removed): Removed | null {
  if (now === null || now === done) return null;
  return { beforeOffset: now.beforeOffset, bytes: now.bytes - done.bytes };
}
