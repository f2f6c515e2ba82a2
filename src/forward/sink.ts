// The sink's contract: what a forwarder needs of the place where records go. The forwarder owns retries, deadlines, order, checkpoints,
// pace and bounds, so a sink has none of them. Two things implement it: the collector's (collector-sink.ts), which sends the log's blocks as
// they are, and record-link.ts, which gives the records of blocks to a client of some other system (record-sink.ts).
//
// Life of a link
//   open -> opened -> (accepted | rejected | kept | answered | writable)* -> failed        the upstream or the network ended it
//   open -> failed                                                             it never came to be
//   open -> opened -> ... -> outdated                                          the sink asks for another link: nothing is wrong
//   open -> ... -> close                                                       the forwarder ended it; no event comes after
//
// Events never arrive before `open` has returned, and none after `failed`, `outdated` or `close`.
//
// Fate of a record that was sent: it is accepted (durable upstream), rejected (refused for good, whoever sends it when), or kept (not
// now: it is sent again). Every record that was sent on a link has one of these, unless the link ends.

import type { Gap } from "../model/gap.ts";
import type { Interval, IntervalSet } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { TidegateError } from "../platform/errors.ts";

/** One offset per lane. */
export type LaneOffsets = Readonly<Record<Lane, number>>;

/** Some offsets of each lane. */
export type LaneSets = Readonly<Record<Lane, IntervalSet>>;

/** Records of one lane, as the log holds them: `bytes` is an encoded block (codec/block-codec.ts). */
export interface SinkBatch {
  readonly lane: Lane;
  readonly firstOffset: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** What an upstream says of itself when it begins to take batches. */
export interface Upstream {
  /** What it already has, or knows to be lost. Null from one that cannot tell: the forwarder's checkpoint decides then. */
  readonly settled: LaneSets | null;
  /** False: batches of a lane must come in the order of offsets, from the first one on that it lacks. */
  readonly anyOrder: boolean;
}

/** A record that the upstream refuses for good. */
export interface Rejection {
  readonly offset: number;
  /** In words, as the upstream said it, for people. */
  readonly reason: string;
}

export interface SinkEvents {
  opened(upstream: Upstream): void;

  /** These offsets are durable upstream, or declared lost. They may be more than was sent: another link may have brought them. */
  accepted(lane: Lane, offsets: Interval): void;

  rejected(lane: Lane, rejections: readonly Rejection[]): void;

  /** Not taken now. Nothing is to be sent for `retryAfterMs`. */
  kept(lane: Lane, offsets: Interval, retryAfterMs: number): void;

  /** The upstream has answered for a part of a batch; its fate is told with that of the rest. */
  answered(): void;

  /** The link takes batches again, after a `send` that returned false. */
  writable(): void;

  /** The link is gone; what has no fate yet must be sent again on another. */
  failed(error: TidegateError): void;

  /** The link is gone, as after `failed`, because a new one has other credentials. It is to be opened at once. */
  outdated(): void;
}

export interface SinkLink {
  /**
   * Queues a batch; batches of a lane arrive in the order of the calls. False: taken, but send no more until `writable`.
   * Only between `opened` and the end of the link.
   */
  send(batch: SinkBatch): boolean;

  /** Tells the upstream that records are gone for good, and why, so that it does not wait for them. Has a fate as a batch has. */
  declareLost(gap: Gap): void;

  /** Bytes that were handed to the network on this link, as far as the sink can tell. */
  readonly wireBytes: number;

  /** Ends the link without waiting for fates. Idempotent. */
  close(): void;
}

export interface Sink {
  /** Name in the configuration: letters, digits, `-`, `_`. Part of the name of the forwarder's checkpoint. */
  readonly name: string;

  /** Where records go, for people: "127.0.0.1:7070". No secrets in it. */
  readonly target: string;

  /** The error of a link that the forwarder gives up, because the upstream has not done its part. @param fault in words. */
  unreachable(fault: string): TidegateError;

  /** Begins a new link; the one before must have ended. Never throws: what goes wrong is an event. */
  open(events: SinkEvents): SinkLink;
}
