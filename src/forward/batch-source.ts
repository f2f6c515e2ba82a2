// What a link sends next of a lane: reads the log where the lane's schedule says, leaves out what has its fate, and puts small blocks
// together. Where the log has nothing it says which offsets are lost; nothing behind them comes in the same read.

import { setImmediate as nextTurn } from "node:timers/promises";
import { mergeableGroups, mergeInSteps, sliceBlock } from "../codec/block-merge.ts";
import type { Log, StoredBlock } from "../log/log.ts";
import type { Gap } from "../model/gap.ts";
import type { Interval } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { LaneSchedule, Track } from "./lane-schedule.ts";

/** Most bytes of one lane in one round, if no block is larger. */
const roundBytesMax = 256 * 1024;

export interface NextRead {
  readonly track: Track;
  /** Bytes; a block may be larger. */
  readonly room: number;
  readonly batchesMax: number;
}

export interface NextBatches {
  /** Lost, and not declared yet; lie before the batches. */
  readonly gaps: readonly Gap[];
  readonly batches: readonly StoredBlock[];
}

const nothing: NextBatches = { gaps: [], batches: [] };

export class BatchSource {
  readonly #log: Log;
  readonly #lane: Lane;
  readonly schedule: LaneSchedule;

  constructor(log: Log, lane: Lane, schedule: LaneSchedule) {
    this.#log = log;
    this.#lane = lane;
    this.schedule = schedule;
  }

  /** What the log has removed from the start of the lane and that has no fate. */
  removed(): Gap[] {
    return this.#gapsIn({ start: 0, end: this.#log.bounds(this.#lane).startOffset });
  }

  /** Errors: as Log.read. */
  async next({ track, room, batchesMax }: NextRead): Promise<NextBatches> {
    const { endOffset } = this.#log.bounds(this.#lane);
    const from = this.schedule.next(track, endOffset);
    if (from === null) return nothing;
    const blocks = await this.#log.read(this.#lane, from, Math.min(roundBytesMax, room));
    const firstOffset = blocks[0]?.firstOffset ?? endOffset;
    const gaps = firstOffset > from ? this.#gapsIn({ start: from, end: firstOffset }) : [];
    return { gaps, batches: await this.#batchesOf(blocks, batchesMax) };
  }

  #gapsIn(offsets: Interval): Gap[] {
    const lane = this.#lane;
    const pieces = this.schedule.missing(offsets).flatMap(({ start, end }) => this.#log.missing(lane, start, end));
    return pieces.map(({ fromOffset, toOffset, loss }) => {
      const { reason = "unknown", sinceUs = null, untilUs = null } = loss ?? {};
      return { lane, fromOffset, toOffset, reason, sinceUs, untilUs };
    });
  }

  /** Of the blocks up to the first one that does not follow the one before. */
  async #batchesOf(blocks: readonly StoredBlock[], batchesMax: number): Promise<StoredBlock[]> {
    const hole = blocks.findIndex(({ firstOffset }, index) => index > 0 && firstOffset !== endOf(blocks[index - 1]));
    const parts = blocks.slice(0, hole === -1 ? blocks.length : hole).flatMap((block) => this.#missingOf(block));
    const batches: StoredBlock[] = [];
    for (const group of mergeableGroups(parts).slice(0, batchesMax)) {
      const [only] = group;
      if (group.length === 1 && only !== undefined) batches.push(only);
      else batches.push(await this.#merged(group));
    }
    return batches;
  }

  /** In steps: PUBACKs wait for the same event loop. */
  async #merged(group: readonly StoredBlock[]): Promise<StoredBlock> {
    const steps = mergeInSteps(this.#lane, group);
    for (;;) {
      const step = steps.next();
      await nextTurn();
      if (step.done) return step.value;
    }
  }

  #missingOf(block: StoredBlock): StoredBlock[] {
    const { firstOffset, count, bytes } = block;
    return this.schedule.missing({ start: firstOffset, end: firstOffset + count }).map(({ start, end }) => {
      if (end - start === count) return block;
      const part = sliceBlock(this.#lane, bytes, start - firstOffset, end - firstOffset);
      return { firstOffset: start, count: end - start, bytes: part };
    });
  }
}

function endOf(block: StoredBlock | undefined): number {
  return block === undefined ? 0 : block.firstOffset + block.count;
}
