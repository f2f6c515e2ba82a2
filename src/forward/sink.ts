// The sink's contract: what a forwarder needs of the place where records go. One file per sink implements it
// (collector-sink.ts so far); the forwarder owns retries, deadlines, order, checkpoints and bounds, so a sink has none of them.
//
// Life of a link
//   open -> opened -> (confirmed | writable)* -> failed        the upstream or the network ended it
//   open -> failed                                             it never came to be
//   open -> ... -> close                                       the forwarder ended it; no event comes after
//
// Events never arrive before `open` has returned, and none after `failed` or `close`.

import type { Gap } from "../model/gap.ts";
import type { Lane } from "../model/lane.ts";
import type { TidegateError } from "../platform/errors.ts";

/** One offset per lane. */
export type LaneOffsets = Readonly<Record<Lane, number>>;

/** Records of one lane, as the log holds them: `bytes` is an encoded block (codec/block-codec.ts). */
export interface SinkBatch {
  readonly lane: Lane;
  readonly firstOffset: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

export interface SinkEvents {
  /**
   * The upstream takes batches. `positions`: what it already has, per lane every offset below. Null from a sink that cannot
   * tell; the forwarder's checkpoint decides then.
   */
  opened(positions: LaneOffsets | null): void;

  /** Every offset of the lane below `nextOffset` is durable upstream. Never goes back within a link. */
  confirmed(lane: Lane, nextOffset: number): void;

  /** The link takes batches again, after a `send` that returned false. */
  writable(): void;

  /** The link is gone; what was not confirmed must be sent again on another. */
  failed(error: TidegateError): void;
}

export interface SinkLink {
  /**
   * Queues a batch; batches of a lane arrive in the order of the calls. False: taken, but send no more until `writable`.
   * Only between `opened` and the end of the link.
   */
  send(batch: SinkBatch): boolean;

  /** Tells the upstream that records are gone for good, and why, so that it does not wait for them. In order with the batches. */
  declareLost(gap: Gap): void;

  /** Ends the link without waiting for confirmations. Idempotent. */
  close(): void;
}

export interface Sink {
  /** Name in the configuration: letters, digits, `-`, `_`. Part of the name of the forwarder's checkpoint. */
  readonly name: string;

  /** Where records go, for people: "127.0.0.1:7070". */
  readonly target: string;

  /** Begins a new link; the one before must have ended. Never throws: what goes wrong is an event. */
  open(events: SinkEvents): SinkLink;
}
