// stored = delivered + pending + evicted, for every sink and lane, at every moment (P4).
//
// Stored is the end of the lane, since offsets are dense from 0. A record is evicted when it was removed before the sink had
// confirmed it (loss.ts counts that in the write that removes), even if a copy of it was on its way and is confirmed later.
// From the start of the lane on, what is neither confirmed nor lost in the middle of the lane is pending.

import { type IntervalSet, missingFrom, sizeOf, unionOf } from "../model/interval-set.ts";
import type { LossReason } from "../model/loss-reason.ts";
import type { LaneBounds } from "./log.ts";
import type { Loss } from "./loss.ts";

export interface Delivery {
  readonly stored: number;
  readonly delivered: number;
  readonly pending: number;
  readonly evicted: number;
}

export interface DeliveryInputs {
  readonly bounds: LaneBounds;
  /** Offsets that the sink has confirmed. */
  readonly settled: IntervalSet;
  /** Of this sink and lane. */
  readonly evicted: Readonly<Record<LossReason, number>> | undefined;
  /** Of this lane. */
  readonly holes: readonly Loss[];
}

export function deliveryOf({ bounds, settled, evicted, holes }: DeliveryInputs): Delivery {
  const { startOffset, endOffset } = bounds;
  const lost = holes.map(({ fromOffset, toOffset }) => ({ start: fromOffset, end: toOffset }));
  const pending = sizeOf(missingFrom(unionOf(settled, lost), { start: startOffset, end: endOffset }));
  const evictedTotal = Object.values(evicted ?? {}).reduce((sum, count) => sum + count, 0);
  return { stored: endOffset, delivered: endOffset - pending - evictedTotal, pending, evicted: evictedTotal };
}
