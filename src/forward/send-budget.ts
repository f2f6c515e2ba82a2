// How much a link may send now: what the window of its pace leaves, divided between live records and the backlog, within the cap on
// bandwidth, and nothing while the other side has asked to wait. Pure; times are passed in.
//
// While both are waiting, the backlog has its share of the window and live records have the rest. While no live record waits, the backlog
// leaves some room, so that one that comes now goes at once.

import type { Bandwidth } from "./bandwidth.ts";
import type { Inflight, SentBatch } from "./inflight.ts";
import type { Track } from "./lane-schedule.ts";
import { SendPace } from "./send-pace.ts";

const windowBytesMin = 64 * 1024;
/** Less room than this is waited with: small batches cost more. */
const roomBytesMin = 32 * 1024;
/** Of the window, for live records that may come. */
const liveReserve = 0.25;

export interface SendBudgetOptions {
  readonly inflight: Inflight;
  readonly inflightBytesMax: number;
  readonly inflightBatchesMax: number;
  /** Of the window, for the backlog while live records wait. */
  readonly backlogShare: number;
  /** Outlives the link, as the debt does. */
  readonly bandwidth: Bandwidth | null;
}

export class SendBudget {
  readonly #options: SendBudgetOptions;
  readonly #pace: SendPace;
  #wireBytes = 0;
  #heldUntilUs = 0;
  #heldForUs = 0;

  constructor(options: SendBudgetOptions) {
    this.#options = options;
    const windowBytesMax = options.inflightBytesMax;
    this.#pace = new SendPace({ windowBytesMin: Math.min(windowBytesMin, windowBytesMax), windowBytesMax });
  }

  /** Most bytes that may be in flight now. */
  get windowBytes(): number {
    return Math.min(this.#pace.windowBytes, this.#options.bandwidth?.burstBytes ?? Number.POSITIVE_INFINITY);
  }

  get batchesLeft(): number {
    return Math.max(0, this.#options.inflightBatchesMax - this.#options.inflight.batches);
  }

  /** Bytes that may be sent of a track now; a batch may be larger. @param otherWaits whether the other track has something to send. */
  room(track: Track, otherWaits: boolean): number {
    const { inflight, backlogShare } = this.#options;
    if (this.batchesLeft === 0) return 0;
    const shareOfBacklog = otherWaits ? backlogShare : Math.max(backlogShare, 1 - liveReserve);
    const share = track === "backlog" ? shareOfBacklog : otherWaits ? 1 - backlogShare : 1;
    const { windowBytes } = this;
    const room = Math.max(0, Math.min(windowBytes - inflight.bytes, share * windowBytes - inflight.bytesOf(track)));
    return room < Math.min(roomBytesMin, (share * windowBytes) / 2) && inflight.bytesOf(track) > 0 ? 0 : room;
  }

  /** Milliseconds for which the other side has asked to wait from now on; 0: it has not, or no more. */
  askedMs(nowUs: number): number {
    return Math.max(0, Math.ceil(this.#heldUs(nowUs) / 1000));
  }

  /** Milliseconds until anything may be sent; 0: now. */
  waitMs(nowUs: number): number {
    return Math.max(this.askedMs(nowUs), this.#options.bandwidth?.waitMs(nowUs) ?? 0);
  }

  /** @param wireBytes as of SinkLink: what has gone out so far. */
  sent(wireBytes: number, nowUs: number): void {
    this.#options.bandwidth?.spend(wireBytes - this.#wireBytes, nowUs);
    this.#wireBytes = wireBytes;
  }

  /** Batches have their fate, and are in flight no more. */
  confirmed(batches: readonly SentBatch[], nowUs: number): void {
    const inflightBytes = batches.reduce((sum, { bytes }) => sum + bytes, this.#options.inflight.bytes);
    for (const batch of batches) this.#pace.confirmed(batch, inflightBytes, nowUs);
  }

  /** The other side took nothing and asked to wait. */
  heldBack(retryAfterMs: number, nowUs: number): void {
    this.#pace.heldBack(nowUs);
    this.#heldForUs = Math.max(this.#heldUs(nowUs), retryAfterMs * 1000);
    this.#heldUntilUs = nowUs + this.#heldForUs;
  }

  /** Never more than was asked for: if the clock was set back, that time begins anew. */
  #heldUs(nowUs: number): number {
    this.#heldUntilUs = Math.min(this.#heldUntilUs, nowUs + this.#heldForUs);
    return this.#heldUntilUs - nowUs;
  }
}
