// What has become of the offsets of a gateway's log (lane-progress.ts), as a message of the progress topic: key `gateway/log`, value JSON.
//
//   {"format": 1, "firstContactUs": N, "lanes": {"readings": {"received": [[START, END], ...],
//     "losses": [[START, END, REASON, SINCE_US, UNTIL_US], ...], "closed": {REASON: N}, "duplicates": N}, "results": ..., "alerts": ...}}
//
// Intervals are half-open. At its bounds (1,000 ranges and 500 losses a lane) it has about 200 KB.

import type { GapReason } from "../model/gap.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { type LaneLoss, type LaneProgress, type LossCounts, noLosses } from "./lane-progress.ts";
import type { OriginProgress } from "./store.ts";

const format = 1;

export type LanesProgress = OriginProgress["lanes"];

export interface KafkaProgress {
  /** Microseconds since the Unix epoch, by the clock of the collector that saw it. */
  readonly firstContactUs: number;
  readonly lanes: LanesProgress;
}

type LossFields = readonly [start: number, end: number, reason: GapReason, sinceUs: number | null, untilUs: number | null];

interface LaneFields {
  readonly received: readonly (readonly [start: number, end: number])[];
  readonly losses: readonly LossFields[];
  readonly closed: Partial<LossCounts>;
  readonly duplicates: number;
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

function laneFields({ received, losses, closed, duplicates }: LaneProgress): LaneFields {
  return {
    received: received.map(({ start, end }) => [start, end]),
    losses: losses.map(({ start, end, reason, sinceUs, untilUs }) => [start, end, reason, sinceUs, untilUs]),
    closed: Object.fromEntries(Object.entries(closed).filter(([, records]) => records > 0)),
    duplicates,
  };
}

/** @throws STORE_UNUSABLE: another format. */
export function decodeProgress(key: string, value: Buffer): KafkaProgress {
  try {
    const fields = JSON.parse(value.toString()) as ProgressFields;
    if (fields.format !== format) throw new Error(`it has the format ${fields.format}`);
    const of = (lane: Lane) => laneProgress(fields.lanes[lane]);
    return {
      firstContactUs: fields.firstContactUs,
      lanes: { readings: of("readings"), results: of("results"), alerts: of("alerts") },
    };
  } catch (cause) {
    const what = `read the progress of ${key}: ${messageOf(cause)}`;
    throw new TidegateError("STORE_UNUSABLE", `${what}; use the version of Tidegate that wrote it, or a later one`, { cause });
  }
}

function laneProgress({ received, losses, closed, duplicates }: LaneFields): LaneProgress {
  return {
    received: received.map(([start, end]) => ({ start, end })),
    losses: losses.map(([start, end, reason, sinceUs, untilUs]): LaneLoss => ({ start, end, reason, sinceUs, untilUs })),
    closed: { ...noLosses, ...closed },
    duplicates,
  };
}
