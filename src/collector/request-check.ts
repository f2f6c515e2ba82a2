// What a gateway sends is checked here, once; behind it everything is trusted.

import type { tidegate } from "#proto";
import { decodedCount } from "../codec/block-codec.ts";
import { fromWireLane, fromWireReason, protocolVersion } from "../codec/collector-service.ts";
import type { Gap } from "../model/gap.ts";
import type { Lane } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import { messageOf } from "../platform/errors.ts";
import { originFault } from "./origin-id.ts";
import type { ReceivedBlock } from "./store.ts";

export const refusalReasons = ["protocol", "hello", "identity", "request", "block", "limit", "disk", "closing"] as const;

/** Why a stream was ended by the collector. */
export type RefusalReason = (typeof refusalReasons)[number];

/** A request that is not accepted. It ends its stream. */
export interface Refusal {
  readonly kind: "refusal";
  readonly reason: RefusalReason;
  readonly message: string;
}

export function refusal(reason: RefusalReason, message: string): Refusal {
  return { kind: "refusal", reason, message };
}

export type CheckedHello = { readonly kind: "hello"; readonly origin: Origin } | Refusal;
export type CheckedBatch = { readonly kind: "batch"; readonly block: ReceivedBlock } | Refusal;
export type CheckedGap = { readonly kind: "gap"; readonly gap: Gap } | Refusal;

export function checkHello({ protocol, gatewayId, logId }: tidegate.v1.Hello.$Properties): CheckedHello {
  if (protocol !== protocolVersion) {
    return refusal("protocol", `protocol ${protocol ?? 0} is not known; this collector speaks ${protocolVersion}`);
  }
  const origin = { gatewayId: gatewayId ?? "", logId: logId ?? "" };
  const fault = originFault(origin);
  return fault === undefined ? { kind: "hello", origin } : refusal("hello", fault);
}

export function checkBatch(batch: tidegate.v1.Batch.$Properties): CheckedBatch {
  const lane = fromWireLane(batch.lane ?? 0);
  if (lane === undefined) return refusal("request", `batch of lane ${batch.lane ?? 0}, which is not known`);
  const { firstOffset = 0, count = 0, block: bytes = new Uint8Array() } = present(batch);
  const end = firstOffset + count;
  if (count === 0 || !Number.isSafeInteger(end)) {
    return refusal("request", `batch of ${lane} at offset ${firstOffset} says ${count} records; offsets go from 0 to 2^53 - 1`);
  }
  const fault = blockFault(lane, bytes, count);
  if (fault !== undefined) return refusal("block", `batch of ${lane} at offset ${firstOffset}: ${fault}`);
  return { kind: "batch", block: { lane, firstOffset, count, bytes } };
}

function blockFault(lane: Lane, bytes: Uint8Array, count: number): string | undefined {
  try {
    const held = decodedCount(lane, bytes);
    return held === count ? undefined : `the batch says ${count} records and its block holds ${held}`;
  } catch (error) {
    return messageOf(error);
  }
}

export function checkGap(gap: tidegate.v1.Gap.$Properties): CheckedGap {
  const lane = fromWireLane(gap.lane ?? 0);
  if (lane === undefined) return refusal("request", `gap of lane ${gap.lane ?? 0}, which is not known`);
  const { fromOffset = 0, toOffset = 0, reason = 0, sinceUs = 0, untilUs = 0 } = present(gap);
  if (toOffset <= fromOffset || !Number.isSafeInteger(toOffset)) {
    const range = `gap of ${lane} from offset ${fromOffset} to ${toOffset}`;
    return refusal("request", `${range}; the end lies behind the start, up to 2^53 - 1`);
  }
  if (sinceUs > untilUs || !Number.isSafeInteger(untilUs) || (sinceUs === 0) !== (untilUs === 0)) {
    const times = `gap of ${lane} since ${sinceUs} us until ${untilUs} us`;
    return refusal("request", `${times}; say both, the first not behind the last, up to 2^53 - 1, or neither`);
  }
  // Proto3 has no absent number; 0 is one that is not said.
  const times = untilUs === 0 ? { sinceUs: null, untilUs: null } : { sinceUs, untilUs };
  return { kind: "gap", gap: { lane, fromOffset, toOffset, reason: fromWireReason(reason), ...times } };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], null> };

/** Generated types allow null for an absent field; a decoded message never has one. */
function present<T extends object>(message: T): Present<T> {
  return message as Present<T>;
}
