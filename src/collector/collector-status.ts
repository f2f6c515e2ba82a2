import type { Lane } from "../model/lane.ts";
import { denseEnd, difference, type Interval, missingFrom, sizeOf, unionOf } from "./interval-set.ts";
import type { RefusalReason } from "./request-check.ts";
import type { LaneProgress, OriginProgress, StoreCounts } from "./store.ts";

/** How complete a lane of one log is. received + lost + missing = endOffset. */
export interface LaneStatus {
  /** Records that are stored. */
  readonly received: number;
  /** Records that the gateway lost before they came here, for good. */
  readonly lost: number;
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

function laneStatus({ received, declaredLost }: LaneProgress): LaneStatus {
  const settled = unionOf(received, declaredLost);
  const endOffset = settled.at(-1)?.end ?? 0;
  return {
    received: sizeOf(received),
    lost: sizeOf(difference(declaredLost, received)),
    missing: missingFrom(settled, { start: 0, end: endOffset }),
    nextOffset: denseEnd(settled),
    endOffset,
  };
}
