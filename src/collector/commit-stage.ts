// One commit of the embedded store while it is put together: what it will write, and the progress as it will be. Later
// writes of the same commit see the earlier ones, and nothing outside sees any of it before it is on disk.

import { sliceBlock } from "../codec/block-merge.ts";
import type { Gap } from "../model/gap.ts";
import { denseEnd, type Interval, type IntervalSet, missingFrom } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { TidegateError } from "../platform/errors.ts";
import {
  blockKey,
  encodeContact,
  laneKey,
  originKey,
  progressChanges,
  type TableChange,
  type Tables,
} from "./embedded-database.ts";
import { type LaneProgress, noLaneProgress, settledOf, withGap, withReceived } from "./lane-progress.ts";
import type { Origin, OriginProgress, ReceivedBlock } from "./store.ts";

/** Most separate ranges of offsets in a lane. Gateways send in order; only a broken or hostile one makes many. */
export const rangesMax = 1000;

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
  readonly #data: TableChange[] = [];
  readonly #contacts = new Map<string, Origin>();
  readonly #lanes = new Map<string, StagedLane>();

  constructor(tables: Tables, known: ReadonlyMap<string, OriginProgress>, originsMax: number) {
    this.#tables = tables;
    this.#known = known;
    this.#originsMax = originsMax;
  }

  /** Yields what is stored or lost of each lane. */
  addContact(origin: Origin): Readonly<Record<Lane, IntervalSet>> {
    const key = originKey(origin);
    if (!this.#known.has(key) && !this.#contacts.has(key)) this.#addOrigin(key, origin);
    const settled = (lane: Lane) => settledOf(this.#progressOf(origin, lane));
    return { readings: settled("readings"), results: settled("results"), alerts: settled("alerts") };
  }

  #addOrigin(key: string, origin: Origin): void {
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
    const progress = this.#progressOf(origin, lane);
    const missing = missingFrom(progress.received, whole);
    const puts = missing.map((part) => this.#blockPut(origin, block, part));
    if (missing.length > 0) this.#setProgress(origin, lane, withReceived(progress, whole));
    this.#data.push(...puts);
    const missingRecords = missing.reduce((sum, part) => sum + part.end - part.start, 0);
    this.storedRecords += missingRecords;
    this.duplicateRecords += count - missingRecords;
    return this.nextOffset(origin, lane);
  }

  /** Stages what of the gap is neither stored nor known to be lost; yields the lane's next offset. */
  addGap(origin: Origin, gap: Gap): number {
    const progress = this.#progressOf(origin, gap.lane);
    const after = withGap(progress, gap);
    if (after !== progress) this.#setProgress(origin, gap.lane, after);
    return this.nextOffset(origin, gap.lane);
  }

  nextOffset(origin: Origin, lane: Lane): number {
    return denseEnd(settledOf(this.#progressOf(origin, lane)));
  }

  /** Everything to write, in one atomic batch. */
  changes(): TableChange[] {
    const progress = [...this.#lanes.values()].flatMap(({ origin, lane, progress: after }) =>
      progressChanges(this.#tables, { origin, lane, before: this.#knownProgress(origin, lane), after }),
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
    return this.#lanes.get(laneKey(origin, lane))?.progress ?? this.#knownProgress(origin, lane);
  }

  #knownProgress(origin: Origin, lane: Lane): LaneProgress {
    return this.#known.get(originKey(origin))?.lanes[lane] ?? noLaneProgress;
  }

  #setProgress(origin: Origin, lane: Lane, progress: LaneProgress): void {
    if (progress.received.length > rangesMax) {
      throw new TidegateError(
        "COLLECTOR_FULL",
        `store ${lane} of gateway ${origin.gatewayId}: they arrive in more than ${rangesMax} separate ranges of offsets; send them in order`,
        { details: { rangesMax } },
      );
    }
    this.#lanes.set(laneKey(origin, lane), { origin, lane, progress });
  }

  #blockPut(origin: Origin, block: ReceivedBlock, part: Interval): TableChange {
    const { lane, firstOffset, count, bytes } = block;
    const isWhole = part.start === firstOffset && part.end === firstOffset + count;
    const value = isWhole ? bytes : sliceBlock(lane, bytes, part.start - firstOffset, part.end - firstOffset);
    return { type: "put", sublevel: this.#tables.blocks, key: blockKey(origin, lane, part.start), value };
  }
}

const noProgress = { readings: noLaneProgress, results: noLaneProgress, alerts: noLaneProgress };
