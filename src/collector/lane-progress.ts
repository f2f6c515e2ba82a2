// What has become of the offsets of a lane: stored, lost, or yet to come. Pure; the store keeps it in the commit of the data.
//
// A gateway declares gaps: records that it lost before they came here, with a reason. Of a gap, what is stored or was declared
// before is left as it is, so that a gap which arrives twice, or whose records another stream brought, counts once. A record
// that arrives after all is stored, and lost no more.
//
// Losses that adjoin and have the same reason are one. Bound: `lossesMax` a lane; beyond it the ones with the lowest offsets are
// closed: their numbers of records stay, by reason, and their offsets are taken for settled, so that nothing is stored for them.

import { type Gap, type GapReason, gapReasons } from "../model/gap.ts";
import {
  addInterval,
  difference,
  emptyIntervalSet,
  type Interval,
  type IntervalSet,
  missingFrom,
  sizeOf,
  unionOf,
} from "../model/interval-set.ts";

/** Offsets that a gateway gave up and that are not stored. */
export interface LaneLoss extends Interval {
  readonly reason: GapReason;
  /** When the gateway gave them up, the first and the last: microseconds since the Unix epoch; null if it does not know. */
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
}

export type LossCounts = Readonly<Record<GapReason, number>>;

export interface LaneProgress {
  /** Offsets that are stored, and those of closed losses. */
  readonly received: IntervalSet;
  /** In offset order; not in `received`. At most {@link lossesMax}. */
  readonly losses: readonly LaneLoss[];
  /** Records of closed losses. */
  readonly closed: LossCounts;
  /** Records that arrived and were not stored, because they had arrived before or belong to a closed loss. */
  readonly duplicates: number;
}

/** Separate losses of a lane that are listed. Sensible: a gateway loses records once an outage, or once a damaged block. */
export const lossesMax = 500;

export const noLosses: LossCounts = { unknown: 0, size: 0, age: 0, disk: 0, corrupt: 0 };
export const noLaneProgress: LaneProgress = { received: emptyIntervalSet, losses: [], closed: noLosses, duplicates: 0 };

/** Stored, or lost. */
export function settledOf({ received, losses }: LaneProgress): IntervalSet {
  return unionOf(received, losses);
}

export function withReceived(progress: LaneProgress, arrived: Interval): LaneProgress {
  const { received, losses, closed } = progress;
  const isHit = losses.some(({ start, end }) => start < arrived.end && end > arrived.start);
  const left = isHit
    ? losses.flatMap((loss) => missingFrom([arrived], loss).map((part): LaneLoss => ({ ...loss, ...part })))
    : losses;
  const duplicates = progress.duplicates + sizeOf([arrived]) - sizeOf(missingFrom(received, arrived));
  return { received: addInterval(received, arrived), losses: left, closed, duplicates };
}

export function withGap(
  progress: LaneProgress,
  { fromOffset, toOffset, reason, sinceUs, untilUs }: Omit<Gap, "lane">,
): LaneProgress {
  const added = missingFrom(settledOf(progress), { start: fromOffset, end: toOffset });
  if (added.length === 0) return progress;
  const parts = added.map((part): LaneLoss => ({ ...part, reason, sinceUs, untilUs }));
  const losses = [...progress.losses, ...parts].sort((left, right) => left.start - right.start);
  return bounded({ ...progress, losses: joined(losses) });
}

/** What an earlier format knew: which offsets were declared lost, and not why. */
export function withDeclaredLost(received: IntervalSet, declaredLost: IntervalSet): LaneProgress {
  const unknown = { reason: "unknown", sinceUs: null, untilUs: null } as const;
  const losses = difference(declaredLost, received).map((lost): LaneLoss => ({ ...lost, ...unknown }));
  return bounded({ received, losses, closed: noLosses, duplicates: 0 });
}

/** Records that were lost, by reason, the closed ones included. */
export function lostByReason({ losses, closed }: LaneProgress): LossCounts {
  return losses.reduce(withLoss, closed);
}

/** Records that are stored. */
export function storedRecords({ received, closed }: LaneProgress): number {
  return sizeOf(received) - totalOf(closed);
}

export function totalOf(counts: LossCounts): number {
  return gapReasons.reduce((sum, reason) => sum + counts[reason], 0);
}

function withLoss(counts: LossCounts, { start, end, reason }: LaneLoss): LossCounts {
  return { ...counts, [reason]: counts[reason] + end - start };
}

function joined(losses: readonly LaneLoss[]): LaneLoss[] {
  const list: LaneLoss[] = [];
  for (const loss of losses) {
    const before = list.at(-1);
    if (before === undefined || before.end !== loss.start || before.reason !== loss.reason) {
      list.push(loss);
      continue;
    }
    const sinceUs = firstOf(Math.min, before.sinceUs, loss.sinceUs);
    const untilUs = firstOf(Math.max, before.untilUs, loss.untilUs);
    list[list.length - 1] = { ...before, end: loss.end, sinceUs, untilUs };
  }
  return list;
}

function firstOf(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : choose(a, b);
}

function bounded({ received, losses, closed, duplicates }: LaneProgress): LaneProgress {
  const closing = losses.slice(0, Math.max(0, losses.length - lossesMax));
  return {
    received: closing.reduce(addInterval, received),
    losses: losses.slice(closing.length),
    closed: closing.reduce(withLoss, closed),
    duplicates,
  };
}
