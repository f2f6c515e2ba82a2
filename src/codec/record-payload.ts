// What a message with one record holds.

import type { Lane } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import { encodeAlertBlock, encodeResultBlock, ReadingBlockBuilder } from "./block-codec.ts";
import type { RecordOf } from "./block-records.ts";
import { cloudEvent } from "./cloud-events.ts";
import { ndjsonLine, type PlacedRecord } from "./record-text.ts";

/**
 * json: as a line of `tidegate export`. cloudevents: the same as `data` of a CloudEvent. protobuf: a ReadingBlock, ResultBlock or AlertBlock
 * of proto/tidegate/v1/block.proto with this record alone.
 */
export type PayloadFormat = "json" | "cloudevents" | "protobuf";

export interface RecordPayload {
  readonly contentType: string;
  readonly bytes: Buffer;
}

export function payloadOf(format: PayloadFormat, origin: Origin, lane: Lane, placed: PlacedRecord<Lane>): RecordPayload {
  if (format === "json") return { contentType: "application/json", bytes: Buffer.from(ndjsonLine(lane, placed)) };
  if (format === "cloudevents") {
    return { contentType: "application/cloudevents+json", bytes: Buffer.from(cloudEvent(lane, placed, origin)) };
  }
  return { contentType: `application/x-protobuf; messageType="${messageTypes[lane]}"`, bytes: blockOf(lane, placed) };
}

export const messageTypes = {
  readings: "tidegate.v1.ReadingBlock",
  results: "tidegate.v1.ResultBlock",
  alerts: "tidegate.v1.AlertBlock",
} as const;

const encoders: { readonly [L in Lane]: (record: RecordOf[L], ingestTimeUs: number) => Uint8Array } = {
  readings(record, ingestTimeUs) {
    const builder = new ReadingBlockBuilder();
    builder.add(record);
    return builder.finish(ingestTimeUs);
  },
  results: (record, ingestTimeUs) => encodeResultBlock([record], ingestTimeUs),
  alerts: (record, ingestTimeUs) => encodeAlertBlock([record], ingestTimeUs),
};

function blockOf<L extends Lane>(lane: L, { record, ingestTimeUs }: PlacedRecord<L>): Buffer {
  return Buffer.from(encoders[lane](record, ingestTimeUs));
}
