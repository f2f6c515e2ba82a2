import type { Random } from "./random.ts";

export const reconnectDelayMsMin = 100;
export const reconnectDelayMsMax = 2000;

/**
 * Delays before each attempt to reconnect, endless: the n-th lies evenly between 0 and min(2000, 100 * 2^n) ms.
 * Exponential backoff with full jitter, so that a fleet which lost its broker does not come back in one moment.
 */
export function* reconnectDelaysMs(random: Random): Generator<number, never> {
  let ceilingMs = reconnectDelayMsMin;
  for (;;) {
    yield random() * ceilingMs;
    ceilingMs = Math.min(reconnectDelayMsMax, ceilingMs * 2);
  }
}
