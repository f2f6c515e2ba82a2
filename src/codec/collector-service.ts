// The gRPC service of collector.proto as a plain object, for both ends: src/forward calls it, src/collector serves it. It has the
// shape of a grpc-js ServiceDefinition and does not import that package.

import { tidegate } from "#proto";
import type { Lane } from "../model/lane.ts";

const { ForwardRequest, ForwardResponse, Lane: WireLane } = tidegate.v1;

/** The only protocol version so far (Hello.protocol). */
export const protocolVersion = 1;

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

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
