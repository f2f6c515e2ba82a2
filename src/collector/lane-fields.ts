// The progress of a lane as members of a JSON object, as stores keep it that have no columns for it. Intervals are half-open. At its bounds
// (1,000 ranges and 500 losses) a lane has about 65 KB.

import type { GapReason } from "../model/gap.ts";
import { type LaneLoss, type LaneProgress, type LossCounts, noLosses } from "./lane-progress.ts";

type Range = readonly [start: number, end: number];
type Loss = readonly [...Range, reason: GapReason, sinceUs: number | null, untilUs: number | null];

export interface LaneFields {
  readonly received: readonly Range[];
  readonly losses: readonly Loss[];
  /** Reasons without records are left out. */
  readonly closed: Partial<LossCounts>;
  readonly duplicates: number;
}

export function laneFields({ received, losses, closed, duplicates }: LaneProgress): LaneFields {
  return {
    received: received.map(({ start, end }) => [start, end]),
    losses: losses.map(({ start, end, reason, sinceUs, untilUs }) => [start, end, reason, sinceUs, untilUs]),
    closed: Object.fromEntries(Object.entries(closed).filter(([, records]) => records > 0)),
    duplicates,
  };
}

export function laneProgressOf({ received, losses, closed, duplicates }: LaneFields): LaneProgress {
  return {
    received: received.map(([start, end]) => ({ start, end })),
    losses: losses.map(([start, end, reason, sinceUs, untilUs]): LaneLoss => ({ start, end, reason, sinceUs, untilUs })),
    closed: { ...noLosses, ...closed },
    duplicates,
  };
}
