// A record as a CloudEvent 1.0 in the JSON format (cloudevents.io): the record itself is `data`, and `source` with `id` is the same for it
// however often it is sent.

import type { Lane } from "../model/lane.ts";
import { ndjsonLine, type PlacedRecord } from "./record-text.ts";

export const cloudEventContentType = "application/cloudevents+json";

const types = { readings: "tidegate.reading", results: "tidegate.result", alerts: "tidegate.alert" } as const;

/** One JSON object. `time` is when the gateway appended the record; its event time is in `data`. */
export function cloudEventText<L extends Lane>(logId: string, lane: L, placed: PlacedRecord<L>): string {
  const attributes = {
    specversion: "1.0",
    type: types[lane],
    source: `/tidegate/${placed.gatewayId}/${logId}`,
    id: `${lane}/${placed.offset}`,
    time: new Date(placed.ingestTimeUs / 1000).toISOString(),
    datacontenttype: "application/json",
  };
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${ndjsonLine(lane, placed)}}`;
}
