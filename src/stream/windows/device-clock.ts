import { assert } from "../../platform/assert.ts";
import type { Domain } from "./domain.ts";
import type { Group } from "./group.ts";

/** Of a device in a checkpoint. */
export type DeviceClockSnapshot = [device: string, newestUs: number, parkedUs: number, idleAtUs: number, isIdle: boolean];

/**
 * How far a device is in event time. Moves at the end of a block, never inside.
 *
 * An event time that is ahead (beyond `horizonUs`, the time of the block and then some) does not move it. The least of those is parked: if the
 * device names no other ones, it counts once the gateway's time has come near enough. So a clock that is always ahead moves
 * its windows late, but moves them, and one wrong event time among good ones moves nothing.
 */
export class DeviceClock {
  readonly device: string;
  /** By first appearance. */
  readonly index: number;
  /** Groups that it has series in, by what names them beside the device. */
  readonly groups = new Map<string, Group>();
  /** Whose watermarks depend on it. */
  readonly domains: Domain[] = [];
  /** When it becomes idle if it says nothing, in time at work. */
  idleAtUs = Number.NEGATIVE_INFINITY;
  isIdle = true;
  #newestUs = Number.NEGATIVE_INFINITY;
  #newestOfBlockUs = Number.NEGATIVE_INFINITY;
  #parkedUs = Number.POSITIVE_INFINITY;
  /** Offset of its first reading in the block, or of the one that brought the newest event time. -1: nothing was seen. */
  #causeOffset = -1;

  constructor(device: string, index: number) {
    this.device = device;
    this.index = index;
  }

  /** Newest event time before this block. -Infinity: none yet. */
  get newestUs(): number {
    return this.#newestUs;
  }

  /** The same, with what was seen of this block. */
  get newestOfBlockUs(): number {
    return this.#newestOfBlockUs;
  }

  /** Of what it causes in this block. */
  get causeOffset(): number {
    return this.#causeOffset;
  }

  get isSeen(): boolean {
    return this.#causeOffset >= 0;
  }

  /** Takes note of the event times of a column. Hot path. @returns how many of them are ahead. */
  see(timesUs: readonly number[], firstOffset: number, horizonUs: number): number {
    const before = this.#newestOfBlockUs;
    let newestUs = before;
    let newestAt = 0;
    let ahead = 0;
    for (let i = 0; i < timesUs.length; i++) {
      const timeUs = timesUs[i] as number;
      if (timeUs <= newestUs) continue;
      if (timeUs <= horizonUs) {
        newestUs = timeUs;
        newestAt = i;
      } else {
        ahead++;
        if (timeUs < this.#parkedUs) this.#parkedUs = timeUs;
      }
    }
    if (newestUs > before) this.#causeOffset = firstOffset + newestAt;
    else if (this.#causeOffset < 0) this.#causeOffset = firstOffset;
    this.#newestOfBlockUs = newestUs;
    return ahead;
  }

  /** @returns whether it moved. */
  endBlock(horizonUs: number): boolean {
    const before = this.#newestUs;
    if (this.#newestOfBlockUs > before) this.#parkedUs = Number.POSITIVE_INFINITY;
    else if (this.#parkedUs <= horizonUs) {
      this.#newestOfBlockUs = Math.max(before, this.#parkedUs);
      this.#parkedUs = Number.POSITIVE_INFINITY;
    }
    this.#newestUs = this.#newestOfBlockUs;
    this.#causeOffset = -1;
    return this.#newestUs > before;
  }

  snapshot(): DeviceClockSnapshot {
    assert(!this.isSeen, "a device is stored between blocks");
    return [this.device, this.#newestUs, this.#parkedUs, this.idleAtUs, this.isIdle];
  }

  static restore([device, newestUs, parkedUs, idleAtUs, isIdle]: DeviceClockSnapshot, index: number): DeviceClock {
    const clock = new DeviceClock(device, index);
    clock.#newestUs = newestUs;
    clock.#newestOfBlockUs = newestUs;
    clock.#parkedUs = parkedUs;
    clock.idleAtUs = idleAtUs;
    clock.isIdle = isIdle;
    return clock;
  }
}
