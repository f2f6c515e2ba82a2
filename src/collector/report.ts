// How complete what gateways sent is, as the store knows it: by log of a gateway, and lane. Every number is durable. A report comes
// from a running collector (report-service.ts), or from its store (store-table.ts).

import type { Gap } from "../model/gap.ts";
import { denseEnd, type Interval, missingFrom } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { type LaneProgress, type LossCounts, lostByReason, settledOf, storedRecords, totalOf } from "./lane-progress.ts";
import type { OriginProgress } from "./store.ts";

/** How complete a lane of one log is. received + lost + missing = endOffset. */
export interface LaneReport {
  /** Records that are stored. */
  readonly received: number;
  /** Records that arrived again, and were not stored again. */
  readonly duplicates: number;
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

export interface OriginReport {
  readonly gatewayId: string;
  readonly logId: string;
  readonly lanes: Readonly<Record<Lane, LaneReport>>;
}

export function originReport({ origin, lanes }: OriginProgress): OriginReport {
  const { readings, results, alerts } = lanes;
  return { ...origin, lanes: { readings: laneReport(readings), results: laneReport(results), alerts: laneReport(alerts) } };
}

function laneReport(progress: LaneProgress): LaneReport {
  const settled = settledOf(progress);
  const endOffset = settled.at(-1)?.end ?? 0;
  const lost = lostByReason(progress);
  return {
    received: storedRecords(progress),
    duplicates: progress.duplicates,
    lost: totalOf(lost),
    lostByReason: lost,
    losses: progress.losses.map(({ start, end, ...about }) => ({ fromOffset: start, toOffset: end, ...about })),
    missing: missingFrom(settled, { start: 0, end: endOffset }),
    nextOffset: denseEnd(settled),
    endOffset,
  };
}
