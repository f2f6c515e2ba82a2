import type { Lane } from "../model/lane.ts";
import type { ErrorCode } from "../platform/errors.ts";
import type { ForwardState } from "./forward-state.ts";

export interface ForwardedLane {
  /** Every offset below has its fate upstream. */
  readonly confirmedOffset: number;
  /** End of the lane in the log. */
  readonly endOffset: number;
  /** Records below endOffset that have none yet. */
  readonly pendingRecords: number;
  /** Records that neither the upstream nor the log has, since the start of the forwarder. */
  readonly lostRecords: number;
  /** Records that the sink refused for good, since the start of the forwarder. */
  readonly rejectedRecords: number;
}

/** Why records wait though the link is up. */
export interface SendPause {
  /** asked: the sink took nothing and asked to wait. hours: these are not its sending hours; alerts go all the same. */
  readonly reason: "asked" | "hours";
  /** Milliseconds from now on; null: for ever. */
  readonly forMs: number | null;
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
  /** Null: no such thing, or no link. */
  readonly pause: SendPause | null;
  /** The failure that ended the last link; null if none did. */
  readonly lastError: { readonly code: ErrorCode; readonly message: string; readonly atUs: number } | null;
  /** Failures in a row without a confirmation between them. */
  readonly failures: number;
  readonly lanes: Readonly<Record<Lane, ForwardedLane>>;
  /** Sent and not yet confirmed. */
  readonly inflight: {
    readonly batches: number;
    readonly bytes: number;
    /** Most bytes that may be at this pace; 0 without a link. */
    readonly windowBytes: number;
  };
  /** Bytes that were handed to the network, since the start of the forwarder. */
  readonly sentBytes: number;
  /** Refused records that are kept; and those that had to go for newer ones, since the start. */
  readonly quarantine: { readonly records: number; readonly dropped: number };
}
