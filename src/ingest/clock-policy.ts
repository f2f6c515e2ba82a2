// What becomes of the times that devices send.
//
//   trust    they are the event times; what lies outside the plausible time is rejected (event-times.ts)
//   correct  where the device's clock is off by more than `offsetMin`, its times are moved by that (`corrected`); what then still lies
//            before the earliest event time, or ahead by more than `offsetMin`, is stamped
//   stamp    the event time is the ingest time (`stamped`)
//
// A reading to which nothing had to be done has no flag and no correction, under any policy. What was changed keeps the raw time, as
// its correction; so the log has both, and whoever reads it needs not know the policy. A reading without a time of its own is stamped
// under every policy, and has no raw time.

import { correctionUsMax, quality, type Reading, rawTimeUsOf } from "../model/reading.ts";

export type ClockPolicyName = "trust" | "correct" | "stamp";

export interface ClockPolicy {
  readonly name: ClockPolicyName;
  /** Microseconds. */
  readonly offsetMinUs: number;
}

/** Readings to which the policy did something, since the start. */
export interface TimeChanges {
  corrected: number;
  stamped: number;
}

/** Times that lie further from the ingest time cannot be kept as a correction. Leaves room for the rounding of offsets. */
export const rawDistanceUsMax = correctionUsMax - 1_000_000;

/** Plausible times t: fromUs <= t <= toUs. */
export interface TimeRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** The newest time that the device sent among the plausible ones, or if there is none, of all; undefined if it sent no time. */
export function newestRawTimeUs(readings: readonly Reading[], { fromUs, toUs }: TimeRange): number | undefined {
  let plausible: number | undefined;
  let any: number | undefined;
  for (const reading of readings) {
    const rawUs = rawTimeUsOf(reading);
    if (rawUs === undefined) continue;
    if (any === undefined || rawUs > any) any = rawUs;
    if (rawUs >= fromUs && rawUs <= toUs && (plausible === undefined || rawUs > plausible)) plausible = rawUs;
  }
  return plausible ?? any;
}

export interface Retiming {
  /** Of the device's clock; 0 with policy stamp. */
  readonly offsetUs: number;
  /** An event time outside of it becomes `nowUs`. */
  readonly range: TimeRange;
  readonly nowUs: number;
}

/** The readings of a message with the event times that they are stored with. Counts what was changed. */
export function retimed(readings: readonly Reading[], retiming: Retiming, changes: TimeChanges): Reading[] {
  const { offsetUs, range, nowUs } = retiming;
  return readings.map((reading) => {
    if (rawTimeUsOf(reading) === undefined) return reading;
    const movedUs = reading.eventTimeUs + offsetUs;
    if (movedUs >= range.fromUs && movedUs <= range.toUs) {
      if (offsetUs === 0) return reading;
      changes.corrected++;
      return withTime(reading, movedUs, quality.corrected);
    }
    // What says the same as the gateway's clock needs no other time.
    if (reading.eventTimeUs === nowUs) return reading;
    changes.stamped++;
    return withTime(reading, nowUs, quality.stamped);
  });
}

function withTime({ device, metric, unit, tags, eventTimeUs, value }: Reading, timeUs: number, flags: number): Reading {
  return { device, metric, unit, tags, eventTimeUs: timeUs, value, quality: flags, correctionUs: timeUs - eventTimeUs };
}
