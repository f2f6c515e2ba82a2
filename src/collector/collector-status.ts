import type { Gap } from "../model/gap.ts";
import { denseEnd, type Interval, missingFrom } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { type LaneProgress, type LossCounts, lostByReason, settledOf, storedRecords, totalOf } from "./lane-progress.ts";
import type { RefusalReason } from "./request-check.ts";
import type { OriginProgress, StoreCounts } from "./store.ts";

/** How complete a lane of one log is. received + lost + missing = endOffset. */
export interface LaneStatus {
  /** Records that are stored. */
  readonly received: number;
  /** Records that the gateway lost before they came here, for good. */
  readonly lost: number;
  readonly lostByReason: LossCounts;
  /** Which they are, in offset order: the 500 with the highest offsets. */
  readonly losses: readonly Omit<Gap, "lane">[];
  /** Ranges below `endOffset` that are yet to come. */
  readonly missing: readonly Interval[];
  /** First offset that is neither stored nor lost. */
  readonly nextOffset: number;
  /** Highest offset known, plus one. */
  readonly endOffset: number;
}

export interface OriginStatus {
  readonly gatewayId: string;
  readonly logId: string;
  /** Open streams of the gateway. */
  readonly streams: number;
  readonly lanes: Readonly<Record<Lane, LaneStatus>>;
}

/** Counts begin with the start of the collector; origins are what its data directory holds. */
export interface CollectorStatus extends StoreCounts {
  readonly streams: number;
  readonly pendingBytes: number;
  /** Streams that the collector ended, by reason. */
  readonly refusedStreams: Readonly<Record<RefusalReason, number>>;
  /** In the order of first contact. */
  readonly origins: readonly OriginStatus[];
}

export function originStatus({ origin, lanes }: OriginProgress, streams: number): OriginStatus {
  const { readings, results, alerts } = lanes;
  return {
    ...origin,
    streams,
    lanes: { readings: laneStatus(readings), results: laneStatus(results), alerts: laneStatus(alerts) },
  };
}

function laneStatus(progress: LaneProgress): LaneStatus {
  const settled = settledOf(progress);
  const endOffset = settled.at(-1)?.end ?? 0;
  const lost = lostByReason(progress);
  return {
    received: storedRecords(progress),
    lost: totalOf(lost),
    lostByReason: lost,
    losses: progress.losses.map(({ start, end, ...about }) => ({ fromOffset: start, toOffset: end, ...about })),
    missing: missingFrom(settled, { start: 0, end: endOffset }),
    nextOffset: denseEnd(settled),
    endOffset,
  };
}
