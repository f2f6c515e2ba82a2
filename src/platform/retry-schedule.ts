export interface RetryPolicy {
  /** Ceiling of the first delay, in milliseconds. */
  readonly delayMsMin: number;
  /** No ceiling grows beyond this, in milliseconds. */
  readonly delayMsMax: number;
}

/**
 * Delays of exponential backoff with full jitter: the n-th lies evenly between 0 and min(delayMsMax, delayMsMin * 2^n).
 * Full jitter spreads clients that lost the same server best; see "Exponential Backoff And Jitter", M. Brooker, 2015.
 * Endless; take a new one after a success.
 *
 * @param random yields numbers in [0, 1).
 */
export function* retryDelaysMs(policy: RetryPolicy, random: () => number): Generator<number, never> {
  let ceilingMs = policy.delayMsMin;
  for (;;) {
    yield random() * ceilingMs;
    ceilingMs = Math.min(policy.delayMsMax, ceilingMs * 2);
  }
}
