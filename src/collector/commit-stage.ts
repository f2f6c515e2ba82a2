// One commit of the embedded store while it is put together: what it will write, and the progress as it will be. Later
// writes of the same commit see the earlier ones, and nothing outside sees any of it before it is on disk.

import { sliceBlock } from "../codec/block-merge.ts";
import type { Lane } from "../model/lane.ts";
import { TidegateError } from "../platform/errors.ts";
import { blockKey, encodeContact, encodeProgress, laneKey, originKey, type Tables } from "./embedded-database.ts";
import { addInterval, denseEnd, emptyIntervalSet, type Interval, missingFrom, unionOf } from "./interval-set.ts";
import type { LaneProgress, Origin, OriginProgress, ReceivedBlock } from "./store.ts";

/** Most separate ranges of offsets in a lane. Gateways send in order; only a broken or hostile one makes many. */
export const rangesMax = 1000;

interface Put {
  readonly type: "put";
  readonly sublevel: Tables[keyof Tables];
  readonly key: string;
  readonly value: Uint8Array;
}

interface StagedLane {
  readonly origin: Origin;
  readonly lane: Lane;
  readonly progress: LaneProgress;
}

export class CommitStage {
  storedRecords = 0;
  duplicateRecords = 0;
  readonly #tables: Tables;
  readonly #known: ReadonlyMap<string, OriginProgress>;
  readonly #originsMax: number;
  readonly #data: Put[] = [];
  readonly #contacts = new Map<string, Origin>();
  readonly #lanes = new Map<string, StagedLane>();

  constructor(tables: Tables, known: ReadonlyMap<string, OriginProgress>, originsMax: number) {
    this.#tables = tables;
    this.#known = known;
    this.#originsMax = originsMax;
  }

  addContact(origin: Origin): void {
    const key = originKey(origin);
    if (this.#known.has(key) || this.#contacts.has(key)) return;
    const order = this.#known.size + this.#contacts.size;
    if (order >= this.#originsMax) {
      throw new TidegateError(
        "COLLECTOR_FULL",
        `accept gateway ${origin.gatewayId}: the collector knows ${order} logs of gateways, which is its limit; use another collector`,
        { details: { originsMax: this.#originsMax } },
      );
    }
    this.#contacts.set(key, origin);
    this.#data.push({ type: "put", sublevel: this.#tables.contacts, key, value: encodeContact(order) });
  }

  /** Stages the records of the block that have not arrived before; yields the lane's next offset. */
  addBlock(origin: Origin, block: ReceivedBlock): number {
    const { lane, firstOffset, count } = block;
    const whole = { start: firstOffset, end: firstOffset + count };
    const { received, declaredLost } = this.#progressOf(origin, lane);
    const missing = missingFrom(received, whole);
    const puts = missing.map((part) => this.#blockPut(origin, block, part));
    if (missing.length > 0) this.#setProgress(origin, lane, { received: addInterval(received, whole), declaredLost });
    this.#data.push(...puts);
    const missingRecords = missing.reduce((sum, part) => sum + part.end - part.start, 0);
    this.storedRecords += missingRecords;
    this.duplicateRecords += count - missingRecords;
    return this.nextOffset(origin, lane);
  }

  addLost(origin: Origin, lane: Lane, lost: Interval): number {
    const { received, declaredLost } = this.#progressOf(origin, lane);
    if (missingFrom(unionOf(received, declaredLost), lost).length > 0) {
      this.#setProgress(origin, lane, { received, declaredLost: addInterval(declaredLost, lost) });
    }
    return this.nextOffset(origin, lane);
  }

  nextOffset(origin: Origin, lane: Lane): number {
    const { received, declaredLost } = this.#progressOf(origin, lane);
    return denseEnd(unionOf(received, declaredLost));
  }

  /** Everything to write, in one atomic batch. */
  puts(): Put[] {
    const progress = [...this.#lanes.values()].map(
      ({ origin, lane, progress }): Put => ({
        type: "put",
        sublevel: this.#tables.progress,
        key: laneKey(origin, lane),
        value: encodeProgress(progress),
      }),
    );
    return [...this.#data, ...progress];
  }

  /** Makes the table say what is now on disk. */
  publishTo(table: Map<string, OriginProgress>): void {
    for (const [key, origin] of this.#contacts) table.set(key, { origin, lanes: noProgress });
    for (const { origin, lane, progress } of this.#lanes.values()) {
      const key = originKey(origin);
      table.set(key, { origin, lanes: { ...(table.get(key)?.lanes ?? noProgress), [lane]: progress } });
    }
  }

  #progressOf(origin: Origin, lane: Lane): LaneProgress {
    const staged = this.#lanes.get(laneKey(origin, lane))?.progress;
    return staged ?? this.#known.get(originKey(origin))?.lanes[lane] ?? noLaneProgress;
  }

  #setProgress(origin: Origin, lane: Lane, progress: LaneProgress): void {
    if (Math.max(progress.received.length, progress.declaredLost.length) > rangesMax) {
      throw new TidegateError(
        "COLLECTOR_FULL",
        `store ${lane} of gateway ${origin.gatewayId}: they arrive in more than ${rangesMax} separate ranges of offsets; send them in order`,
        { details: { rangesMax } },
      );
    }
    this.#lanes.set(laneKey(origin, lane), { origin, lane, progress });
  }

  #blockPut(origin: Origin, block: ReceivedBlock, part: Interval): Put {
    const { lane, firstOffset, count, bytes } = block;
    const isWhole = part.start === firstOffset && part.end === firstOffset + count;
    const value = isWhole ? bytes : sliceBlock(lane, bytes, part.start - firstOffset, part.end - firstOffset);
    return { type: "put", sublevel: this.#tables.blocks, key: blockKey(origin, lane, part.start), value };
  }
}

const noLaneProgress: LaneProgress = { received: emptyIntervalSet, declaredLost: emptyIntervalSet };
const noProgress = { readings: noLaneProgress, results: noLaneProgress, alerts: noLaneProgress };
