import type { Lane } from "../model/lane.ts";
import type { ErrorCode } from "../platform/errors.ts";
import type { ForwardState } from "./forward-state.ts";

export interface ForwardedLane {
  /** Every offset below is durable upstream. */
  readonly confirmedOffset: number;
  /** End of the lane in the log. */
  readonly endOffset: number;
  /** endOffset - confirmedOffset. */
  readonly pendingRecords: number;
  /** Records that neither the upstream nor the log has, since the start of the forwarder. */
  readonly lostRecords: number;
}

export interface ForwarderStatus {
  readonly sink: string;
  /** Where records go: "127.0.0.1:7070". */
  readonly target: string;
  readonly state: ForwardState["kind"];
  /** When that state was entered: microseconds since the Unix epoch. */
  readonly sinceUs: number;
  /** Milliseconds until the next attempt; null unless backing off. */
  readonly nextRetryMs: number | null;
  /** The failure that ended the last link; null if none did. */
  readonly lastError: { readonly code: ErrorCode; readonly message: string; readonly atUs: number } | null;
  /** Failures in a row without a confirmation between them. */
  readonly failures: number;
  readonly lanes: Readonly<Record<Lane, ForwardedLane>>;
  /** Sent and not yet confirmed. */
  readonly inflight: { readonly batches: number; readonly bytes: number };
}
