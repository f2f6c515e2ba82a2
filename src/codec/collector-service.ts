// The gRPC service of collector.proto as a plain object, for both ends: src/forward calls it, src/collector serves it. It has the
// shape of a grpc-js ServiceDefinition and does not import that package.

import { tidegate } from "#proto";
import { type Gap, type GapReason, gapReasons } from "../model/gap.ts";
import type { Interval, IntervalSet } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";

const { ForwardRequest, ForwardResponse, OriginReport, ReportRequest } = tidegate.v1;
const { GapReason: WireReason, Lane: WireLane } = tidegate.v1;

/** The only protocol version so far (Hello.protocol). */
export const protocolVersion = 1;

/** Trailing metadata of a stream that the collector ended: milliseconds until the gateway should come back (gRFC A6). */
export const retryHintKey = "grpc-retry-pushback-ms";

/** What a gateway may send. */
export type ForwardRequestFields = tidegate.v1.ForwardRequest.$Properties;
/** What a collector may send. */
export type ForwardResponseFields = tidegate.v1.ForwardResponse.$Properties;
/** A request as it was received; `request` tells which field is filled. */
export type ReceivedRequest = tidegate.v1.ForwardRequest.$Shape;
/** A response as it was received; `response` tells which field is filled. */
export type ReceivedResponse = tidegate.v1.ForwardResponse.$Shape;

export const forwardMethod = {
  path: "/tidegate.v1.Collector/Forward",
  requestStream: true,
  responseStream: true,
  requestSerialize: (request: ForwardRequestFields): Buffer => asBuffer(ForwardRequest.encode(request).finish()),
  requestDeserialize: (bytes: Buffer): ReceivedRequest => ForwardRequest.decode(bytes),
  responseSerialize: (response: ForwardResponseFields): Buffer => asBuffer(ForwardResponse.encode(response).finish()),
  responseDeserialize: (bytes: Buffer): ReceivedResponse => ForwardResponse.decode(bytes),
} as const;

export type ReportRequestFields = tidegate.v1.ReportRequest.$Properties;
export type OriginReportFields = tidegate.v1.OriginReport.$Properties;

export const reportMethod = {
  path: "/tidegate.v1.Collector/Report",
  requestStream: false,
  responseStream: true,
  requestSerialize: (request: ReportRequestFields): Buffer => asBuffer(ReportRequest.encode(request).finish()),
  requestDeserialize: (bytes: Buffer): ReportRequestFields => ReportRequest.decode(bytes),
  responseSerialize: (report: OriginReportFields): Buffer => asBuffer(OriginReport.encode(report).finish()),
  responseDeserialize: (bytes: Buffer): OriginReportFields => OriginReport.decode(bytes),
} as const;

const wireLaneOf = {
  readings: WireLane.LANE_READINGS,
  results: WireLane.LANE_RESULTS,
  alerts: WireLane.LANE_ALERTS,
} as const;

export function toWireLane(lane: Lane): tidegate.v1.Lane {
  return wireLaneOf[lane];
}

/** Undefined for a lane that this version does not know. */
export function fromWireLane(wireLane: number): Lane | undefined {
  switch (wireLane) {
    case WireLane.LANE_READINGS:
      return "readings";
    case WireLane.LANE_RESULTS:
      return "results";
    case WireLane.LANE_ALERTS:
      return "alerts";
    default:
      return undefined;
  }
}

const wireReasonOf = {
  unknown: WireReason.GAP_REASON_UNKNOWN,
  size: WireReason.GAP_REASON_SIZE,
  age: WireReason.GAP_REASON_AGE,
  disk: WireReason.GAP_REASON_DISK,
  corrupt: WireReason.GAP_REASON_CORRUPT,
} as const satisfies Record<GapReason, tidegate.v1.GapReason>;

export function toWireGap({ lane, fromOffset, toOffset, reason, sinceUs, untilUs }: Gap): tidegate.v1.Gap.$Properties {
  const times = sinceUs === null || untilUs === null ? {} : { sinceUs, untilUs };
  return { lane: toWireLane(lane), fromOffset, toOffset, reason: wireReasonOf[reason], ...times };
}

/** Unknown for a reason that this version does not know, and for none. */
export function fromWireReason(wireReason: number): GapReason {
  return gapReasons.find((reason) => wireReasonOf[reason] === wireReason) ?? "unknown";
}

export function toWireReason(reason: GapReason): tidegate.v1.GapReason {
  return wireReasonOf[reason];
}

export function toWireRanges(set: IntervalSet): tidegate.v1.OffsetRange.$Properties[] {
  return set.map(({ start, end }) => ({ fromOffset: start, toOffset: end }));
}

/** Empty ranges are left out. */
export function fromWireRanges(ranges: readonly tidegate.v1.OffsetRange.$Properties[]): Interval[] {
  return ranges
    .map(({ fromOffset, toOffset }) => ({ start: fromOffset ?? 0, end: toOffset ?? 0 }))
    .filter(({ start, end }) => start < end);
}

/** What is settled of a lane: everything below the next offset, and the ranges behind it. */
export function fromWirePosition({ nextOffset, settled }: tidegate.v1.Ack.$Properties): Interval[] {
  return fromWireRanges([{ fromOffset: 0, toOffset: nextOffset ?? 0 }, ...(settled ?? [])]);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
