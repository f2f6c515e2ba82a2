// What has become of the offsets of a lane (lane-progress.ts), as a header of a message, and the subjects of messages.
//
//   PREFIX.GATEWAY.LOG.LANE               records of a lane
//   PREFIX_progress.GATEWAY.LOG.LANE      how far that lane is
//   PREFIX_progress.GATEWAY.LOG.contact   that the log is known
//
// A "." of an id is "~" in a subject, which no id has (origin-id.ts). The headers Tidegate-Gateway and Tidegate-Log have the ids as they are.

import { type Lane, lanes } from "../model/lane.ts";
import type { Origin } from "../model/origin.ts";
import { type LaneFields, laneFields, laneProgressOf } from "./lane-fields.ts";
import type { LaneProgress } from "./lane-progress.ts";

/** What a reader must know to make sense of the headers. */
export const formatVersion = "1";

export const headerNames = {
  format: "Tidegate-Format",
  gateway: "Tidegate-Gateway",
  log: "Tidegate-Log",
  lane: "Tidegate-Lane",
  offset: "Tidegate-Offset",
  count: "Tidegate-Count",
  progress: "Tidegate-Progress",
} as const;

/** All messages of records. */
export const recordSubjects = (prefix: string) => `${prefix}.*.*.*`;
/** All messages of progress. */
export const progressSubjects = (prefix: string) => `${prefix}_progress.*.*.*`;
/** All first contacts. */
export const contactSubjects = (prefix: string) => `${prefix}_progress.*.*.contact`;

export function recordSubject(prefix: string, origin: Origin, lane: Lane): string {
  return `${prefix}.${tokensOf(origin)}.${lane}`;
}

export function progressSubject(prefix: string, origin: Origin, lane: Lane | "contact"): string {
  return `${prefix}_progress.${tokensOf(origin)}.${lane}`;
}

function tokensOf({ gatewayId, logId }: Origin): string {
  return [gatewayId, logId].map((id) => id.replaceAll(".", "~")).join(".");
}

/** A lane after so many messages of records. */
export interface LaneStep {
  /** Each message has one more than the one before. */
  readonly step: number;
  readonly progress: LaneProgress;
}

/** Of a header, as JSON. */
export function encodeStep({ step, progress }: LaneStep): string {
  return JSON.stringify({ step, ...laneFields(progress) });
}

export function decodeStep(text: string): LaneStep {
  const { step, ...fields }: LaneFields & { readonly step: number } = JSON.parse(text);
  return { step, progress: laneProgressOf(fields) };
}

/** Undefined of a contact. */
export function laneNamed(name: string): Lane | undefined {
  return lanes.find((lane) => lane === name);
}
