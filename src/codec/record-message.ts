// A record as a message with key and headers.

import type { Lane } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import { type PayloadFormat, payloadOf } from "./record-payload.ts";
import type { PlacedRecord } from "./record-text.ts";

export interface RecordMessage {
  /** The series, `device/metric`. */
  readonly key: Buffer;
  readonly value: Buffer;
  /** content-type, and where the record comes from. */
  readonly headers: Map<Buffer, Buffer>;
}

export function recordMessage(format: PayloadFormat, origin: Origin, lane: Lane, placed: PlacedRecord<Lane>): RecordMessage {
  const { bytes, contentType } = payloadOf(format, origin, lane, placed);
  const { device, metric } = placed.record;
  const headers = {
    "content-type": contentType,
    gateway: placed.gatewayId,
    log: origin.logId,
    lane,
    offset: String(placed.offset),
  };
  return {
    key: Buffer.from(`${device}/${metric}`),
    value: bytes,
    headers: new Map(Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)])),
  };
}
