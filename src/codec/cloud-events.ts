// Records as CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec, json-format.md). `source` and `id` together are the same for a
// record however often it is sent. `data` is what an export writes.

import type { Lane } from "../model/lane.ts";
import { type Origin, recordKey } from "../model/origin.ts";
import type { AnyRecord } from "./block-records.ts";
import { ndjsonLine, type PlacedRecord } from "./record-text.ts";

const typeOf = { readings: "io.tidegate.reading", results: "io.tidegate.result", alerts: "io.tidegate.alert" } as const;

export function cloudEvent(lane: Lane, placed: PlacedRecord<Lane>, origin: Origin): string {
  const { record, offset } = placed;
  const context = {
    specversion: "1.0",
    type: typeOf[lane],
    source: `/tidegate/${origin.gatewayId}`,
    id: recordKey(origin, lane, offset),
    time: isoTime(timeUsOf(record)),
    subject: `${record.device}/${record.metric}`,
    datacontenttype: "application/json",
  };
  // Not as a value: JSON.stringify has no -0.
  return `${JSON.stringify(context).slice(0, -1)},"data":${ndjsonLine(lane, placed)}}`;
}

/** Of a window its end. */
function timeUsOf(record: AnyRecord): number {
  return "endUs" in record ? record.endUs : record.eventTimeUs;
}

/** To the microsecond. A safe integer lies between the years 1684 and 2255. */
function isoTime(timeUs: number): string {
  const timeMs = Math.floor(timeUs / 1000);
  const microseconds = String(timeUs - timeMs * 1000).padStart(3, "0");
  return new Date(timeMs).toISOString().replace("Z", `${microseconds}Z`);
}
