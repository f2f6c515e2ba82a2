// Which records of a lane a link sends next. Pure: no clock, no I/O.
//
// Two tracks. Live is what lies from `liveFrom` on, backlog what lies below. A link that opens with a long backlog sets `liveFrom` to the
// end of the lane, so that what comes from then on need not wait; the backlog drains beside it, oldest first. Where a link falls behind
// with its live records for long, they become backlog. With order fifo, and with a short backlog, all is live.
//
// What is settled, which is kept over restarts, then has holes. Bound: `holesMax`; at the bound no new one is made, and live waits.

import {
  addInterval,
  allBelow,
  denseEnd,
  difference,
  type Interval,
  type IntervalSet,
  missingFrom,
  sizeOf,
  unionOf,
} from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { LaneSets } from "./sink.ts";

export type Track = "live" | "backlog";

/** Holes in what is settled. */
export const holesMax = 100;

export class LaneSchedule {
  /** What has its fate. */
  #settled: IntervalSet;
  /** What was sent and has none yet. */
  #sent: IntervalSet = [];
  /** Both. */
  #taken: IntervalSet;
  #liveFrom = 0;
  readonly #backlogRecordsMin: number;

  /** @param backlogRecordsMin a backlog of fewer records is soon sent: nothing overtakes it. */
  constructor(settled: IntervalSet, backlogRecordsMin: number) {
    this.#backlogRecordsMin = backlogRecordsMin;
    this.#settled = settled;
    this.#taken = settled;
  }

  get settled(): IntervalSet {
    return this.#settled;
  }

  /** Makes the records behind `endOffset` live ones, if there is enough below it that they would wait for. */
  beginLive(endOffset: number): void {
    if (this.unsent("live", endOffset) < this.#backlogRecordsMin || this.#settled.length > holesMax) return;
    this.#liveFrom = endOffset;
  }

  /** First offset to send, below `endOffset`; null: none. */
  next(track: Track, endOffset: number): number | null {
    return missingFrom(this.#taken, this.#rangeOf(track, endOffset))[0]?.start ?? null;
  }

  /** Records below `endOffset` that are yet to be sent. */
  unsent(track: Track, endOffset: number): number {
    return sizeOf(missingFrom(this.#taken, this.#rangeOf(track, endOffset)));
  }

  /** The parts of a range that are neither sent nor settled. */
  missing(offsets: Interval): Interval[] {
    return missingFrom(this.#taken, offsets);
  }

  send(offsets: Interval): void {
    this.#sent = addInterval(this.#sent, offsets);
    this.#taken = addInterval(this.#taken, offsets);
  }

  settle(offsets: Interval): void {
    this.#settled = addInterval(this.#settled, offsets);
    this.#sent = difference(this.#sent, [offsets]);
    this.#taken = addInterval(this.#taken, offsets);
  }

  /** They were sent and not taken: they are to be sent again. */
  release(offsets: Interval): void {
    this.#sent = difference(this.#sent, [offsets]);
    this.#taken = unionOf(this.#settled, this.#sent);
  }

  #rangeOf(track: Track, endOffset: number): Interval {
    return track === "live"
      ? { start: Math.max(this.#liveFrom, denseEnd(this.#settled)), end: endOffset }
      : { start: 0, end: Math.min(this.#liveFrom, endOffset) };
  }
}

/** A lane that does not go to a sink: there is nothing to send, ever. */
const unwantedLane: IntervalSet = allBelow(Number.MAX_SAFE_INTEGER);

/** What is settled, with nothing left to send of lanes other than `lanes`. */
export function settledFor(lanes: readonly Lane[], settled: LaneSets): LaneSets {
  const wanted = (lane: Lane) => (lanes.includes(lane) ? settled[lane] : unwantedLane);
  return { readings: wanted("readings"), results: wanted("results"), alerts: wanted("alerts") };
}
