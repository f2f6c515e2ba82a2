// How many bytes may be in flight: as much as the other side takes without a queue that grows. Pure; times are passed in.
//
// The window grows with every batch that was confirmed in good time, twice as large every round at first and by `stepBytes` a round later,
// and shrinks to 0.7 of itself when batches wait, at most once a round; to half of itself when the other side asks to slow down. A batch
// waits by what it took longer than the fastest one of the last minutes: that one is what the way and the disk take anyway. So a long
// way does not count as a slow collector. (Delay-based congestion control as in LEDBAT, RFC 6817: `waitUsMax` is its TARGET.)
//
// Why not just the largest window: what is in flight is ahead of a live reading that comes now.

const waitUsMax = 200_000;
const stepBytes = 64 * 1024;
const shrink = { waiting: 0.7, refused: 0.5 } as const;
const basePeriodUs = 300_000_000;

export interface SendPaceLimits {
  readonly windowBytesMin: number;
  readonly windowBytesMax: number;
}

export class SendPace {
  readonly #limits: SendPaceLimits;
  #windowBytes: number;
  #isStarting = true;
  /** No second shrinking before what was sent until the first is confirmed. */
  #shrunkAtUs = Number.NEGATIVE_INFINITY;
  #base: LeastDelay = { sinceUs: Number.NEGATIVE_INFINITY, now: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY };

  constructor(limits: SendPaceLimits) {
    this.#limits = limits;
    this.#windowBytes = Math.min(limits.windowBytesMax, 4 * limits.windowBytesMin);
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** A batch that was sent then was confirmed now. @param inflightBytes what was in flight, it included. */
  confirmed(
    { bytes, sentAtUs }: { readonly bytes: number; readonly sentAtUs: number },
    inflightBytes: number,
    nowUs: number,
  ): void {
    const delayUs = nowUs - sentAtUs;
    // The clock was set back meanwhile: how long it took is not known.
    if (delayUs < 0) return;
    this.#base = withDelay(this.#base, delayUs, nowUs);
    const waitUs = delayUs - Math.min(this.#base.now, this.#base.before);
    if (waitUs > waitUsMax) {
      if (sentAtUs >= this.#shrunkAtUs || this.#shrunkAtUs > nowUs) this.#resize(shrink.waiting * this.#windowBytes, nowUs);
      return;
    }
    // A window that is not used says nothing about a larger one.
    if (inflightBytes < this.#windowBytes / 2) return;
    const growth = this.#isStarting ? bytes : (stepBytes * bytes) / this.#windowBytes;
    this.#windowBytes = Math.min(this.#limits.windowBytesMax, this.#windowBytes + growth);
  }

  /** The other side asked to slow down. */
  heldBack(nowUs: number): void {
    this.#resize(shrink.refused * this.#windowBytes, nowUs);
  }

  #resize(bytes: number, nowUs: number): void {
    this.#windowBytes = Math.max(this.#limits.windowBytesMin, bytes);
    this.#isStarting = false;
    this.#shrunkAtUs = nowUs;
  }
}

/** Least delay of this period and of the one before: what was fast an hour ago says nothing about now. */
interface LeastDelay {
  readonly sinceUs: number;
  readonly now: number;
  readonly before: number;
}

function withDelay({ sinceUs, now, before }: LeastDelay, delayUs: number, nowUs: number): LeastDelay {
  if (nowUs - sinceUs > basePeriodUs || nowUs < sinceUs) return { sinceUs: nowUs, now: delayUs, before: now };
  return { sinceUs, now: Math.min(now, delayUs), before };
}
