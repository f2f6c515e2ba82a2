// What has become of the offsets of a gateway's log (lane-progress.ts), as a message of the progress topic: key `gateway/log`, value JSON.
//
//   {"format": 1, "firstContactUs": N, "lanes": {"readings": {"received": [[START, END], ...],
//     "losses": [[START, END, REASON, SINCE_US, UNTIL_US], ...], "closed": {REASON: N}, "duplicates": N}, "results": ..., "alerts": ...}}
//
// Intervals are half-open. At its bounds (1,000 ranges and 500 losses a lane) it has about 200 KB.

import { type Lane, lanes } from "../model/lane.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { type LaneFields, laneFields, laneProgressOf } from "./lane-fields.ts";
import type { OriginProgress } from "./store.ts";

const format = 1;

export type LanesProgress = OriginProgress["lanes"];

export interface KafkaProgress {
  /** Microseconds since the Unix epoch, by the clock of the collector that saw it. */
  readonly firstContactUs: number;
  readonly lanes: LanesProgress;
}

interface ProgressFields {
  readonly format: number;
  readonly firstContactUs: number;
  readonly lanes: Readonly<Record<Lane, LaneFields>>;
}

export function encodeProgress({ firstContactUs, lanes: of }: KafkaProgress): Buffer {
  const fields = Object.fromEntries(lanes.map((lane) => [lane, laneFields(of[lane])]));
  return Buffer.from(JSON.stringify({ format, firstContactUs, lanes: fields }));
}

/** @throws STORE_UNUSABLE: another format. */
export function decodeProgress(key: string, value: Buffer): KafkaProgress {
  try {
    const fields = JSON.parse(value.toString()) as ProgressFields;
    if (fields.format !== format) throw new Error(`it has the format ${fields.format}`);
    const of = (lane: Lane) => laneProgressOf(fields.lanes[lane]);
    return {
      firstContactUs: fields.firstContactUs,
      lanes: { readings: of("readings"), results: of("results"), alerts: of("alerts") },
    };
  } catch (cause) {
    const what = `read the progress of ${key}: ${messageOf(cause)}`;
    throw new TidegateError("STORE_UNUSABLE", `${what}; use the version of Tidegate that wrote it, or a later one`, { cause });
  }
}
