// When a gateway whose stream the collector ended should come back. The random spread keeps gateways that were sent away together
// from coming back together.

import { Metadata } from "@grpc/grpc-js";
import { retryHintKey } from "../codec/collector-service.ts";
import type { RefusalReason } from "./request-check.ts";

/** From and to, in milliseconds; none where coming back changes nothing. */
const delaysMs: Partial<Record<RefusalReason, readonly [from: number, to: number]>> = {
  limit: [5000, 10_000],
  disk: [500, 2000],
  // Another collector may stand behind the same address.
  closing: [0, 1000],
};

/** Trailing metadata of a stream that ends for that reason. */
export function retryHint(reason: RefusalReason, random: () => number): Metadata {
  const metadata = new Metadata();
  const delays = delaysMs[reason];
  if (delays !== undefined) metadata.set(retryHintKey, String(Math.round(delays[0] + random() * (delays[1] - delays[0]))));
  return metadata;
}
