// stored = delivered + pending + evicted, for every sink and lane, at every moment (P4).
//
// Stored is the end of the lane, since offsets are dense from 0. A record is evicted when it was removed before the sink had
// confirmed it (loss.ts counts that in the write that removes), even if a copy of it was on its way and is confirmed later.
// Behind the sink's position and the start of the lane everything is pending, but for what is lost in the middle of the lane.

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
  readonly confirmedOffset: number;
  /** Of this sink and lane. */
  readonly evicted: Readonly<Record<LossReason, number>> | undefined;
  /** Of this lane. */
  readonly holes: readonly Loss[];
}

export function deliveryOf({ bounds, confirmedOffset, evicted, holes }: DeliveryInputs): Delivery {
  const position = Math.max(confirmedOffset, bounds.startOffset);
  const evictedTotal = Object.values(evicted ?? {}).reduce((sum, count) => sum + count, 0);
  const holesAhead = holes.reduce(
    (sum, { fromOffset, toOffset }) => sum + Math.max(0, toOffset - Math.max(fromOffset, position)),
    0,
  );
  return {
    stored: bounds.endOffset,
    delivered: position - (evictedTotal - holesAhead),
    pending: bounds.endOffset - position - holesAhead,
    evicted: evictedTotal,
  };
}
