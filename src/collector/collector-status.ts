import type { RefusalReason } from "./request-check.ts";
import type { StoreCounts } from "./store.ts";

/** Counts begin with the start of the collector. What its store holds: report.ts. */
export interface CollectorStatus extends StoreCounts {
  readonly streams: number;
  readonly pendingBytes: number;
  /** Streams that the collector ended, by reason. */
  readonly refusedStreams: Readonly<Record<RefusalReason, number>>;
}
