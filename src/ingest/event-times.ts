// The event times of readings: which times that devices send are taken, and what the clock policies (clock-policy.ts) make of them.
// Decided once, when a message is taken; the log has the outcome.
//
// The clocks of devices on routes that trust are not followed, and cost nothing. After a start offsets are learned from the end of
// the readings lane, a commit of a device for a message, from all devices, because the log does not name routes; so nothing is
// kept besides the log. A device of which that part of the log knows nothing is one that is seen for the first time.
//
// A message that is sent again (MQTT DUP) says nothing of the clock: it is late by as long as nobody acknowledged it.

import type { ReadingBlock } from "../codec/block-codec.ts";
import type { RejectReason } from "../codec/reject.ts";
import type { Reading } from "../model/reading.ts";
import {
  type ClockPolicy,
  newestRawTimeUs,
  rawDistanceUsMax,
  retimed,
  type TimeChanges,
  type TimeRange,
} from "./clock-policy.ts";
import { DeviceClocks, type DeviceClocksOptions } from "./device-clocks.ts";

export interface EventTimesOptions extends DeviceClocksOptions {
  /** Earliest plausible time, microseconds since the Unix epoch. */
  readonly eventTimeMinUs: number;
  /** How far a plausible time may lie ahead of the gateway's clock, microseconds. */
  readonly eventTimeAheadMaxUs: number;
}

/** Where a message comes from, and when. */
export interface Arrival {
  readonly device: string;
  readonly policy: ClockPolicy;
  readonly nowUs: number;
  readonly redelivered: boolean;
}

export interface ClocksView extends Readonly<TimeChanges> {
  /** Devices whose clock is followed. */
  readonly devices: number;
  /** The one whose clock is furthest off, and by how much, negative if it is ahead; null if nothing is known yet. */
  readonly farthest: { readonly device: string; readonly offsetUs: number } | null;
}

export class EventTimes {
  readonly #options: EventTimesOptions;
  readonly #clocks: DeviceClocks;
  readonly #changes: TimeChanges = { corrected: 0, stamped: 0 };

  constructor(options: EventTimesOptions) {
    this.#options = options;
    this.#clocks = new DeviceClocks(options);
  }

  get view(): ClocksView {
    return { devices: this.#clocks.size, ...this.#changes, farthest: this.#clocks.farthest() };
  }

  /** Why a time that a device sent is not taken; null if it is. Hot path: once a reading. */
  faultOf(rawTimeUs: number, nowUs: number, trusts: boolean): RejectReason | null {
    const { eventTimeMinUs, eventTimeAheadMaxUs } = this.#options;
    if (rawTimeUs < (trusts ? eventTimeMinUs : nowUs - rawDistanceUsMax)) return "time_too_early";
    return rawTimeUs - nowUs <= (trusts ? eventTimeAheadMaxUs : rawDistanceUsMax) ? null : "time_ahead";
  }

  /** The readings of a message, whose event times are what the device sent, with those that they are stored with. */
  settle(readings: readonly Reading[], { device, policy, nowUs, redelivered }: Arrival): Reading[] {
    const newestUs = redelivered ? undefined : newestRawTimeUs(readings, this.#plausible(nowUs));
    const offsetUs =
      newestUs === undefined ? this.#clocks.offsetUsOf(device) : this.#observe(device, { newestUs, nowUs }, policy.offsetMinUs);
    return policy.name === "stamp"
      ? retimed(readings, { offsetUs: 0, nowUs, range: { fromUs: nowUs, toUs: nowUs } }, this.#changes)
      : retimed(readings, { offsetUs, nowUs, range: this.#possible(nowUs, policy) }, this.#changes);
  }

  /** Takes what the block says of the clocks of its devices. */
  learn(block: ReadingBlock, readings: readonly Reading[], offsetMinUs: number): void {
    let from = 0;
    for (const { count, ingestTimeUs: nowUs } of block.commits) {
      for (const [device, ofDevice] of byDevice(readings.slice(from, from + count))) {
        const newestUs = newestRawTimeUs(ofDevice, this.#plausible(nowUs));
        if (newestUs === undefined || this.faultOf(newestUs, nowUs, false) !== null) continue;
        this.#observe(device, { newestUs, nowUs }, offsetMinUs);
      }
      from += count;
    }
  }

  #observe(device: string, { newestUs, nowUs }: { newestUs: number; nowUs: number }, offsetMinUs: number): number {
    const limits = { offsetMinUs, timeMinUs: this.#options.eventTimeMinUs };
    return this.#clocks.observe(device, { ingestTimeUs: nowUs, rawTimeUs: newestUs }, limits);
  }

  #plausible(nowUs: number): TimeRange {
    return { fromUs: this.#options.eventTimeMinUs, toUs: nowUs + this.#options.eventTimeAheadMaxUs };
  }

  /** Once the offset is known, nothing can lie ahead. */
  #possible(nowUs: number, { offsetMinUs }: ClockPolicy): TimeRange {
    return { fromUs: this.#options.eventTimeMinUs, toUs: nowUs + offsetMinUs };
  }
}

function byDevice(readings: readonly Reading[]): Map<string, Reading[]> {
  const groups = new Map<string, Reading[]>();
  for (const reading of readings) {
    const group = groups.get(reading.device);
    if (group === undefined) groups.set(reading.device, [reading]);
    else group.push(reading);
  }
  return groups;
}
