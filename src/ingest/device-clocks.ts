import { type ClockLimits, type ClockSample, DeviceClock } from "./device-clock.ts";

export interface DeviceClocksOptions {
  /** Most devices whose clock is followed. Beyond it those that were not heard of for longest are forgotten, and learned anew. */
  readonly devicesMax: number;
  /** Microseconds over which an offset is estimated; of a device that sends more rarely than fifteen times in it, its last fifteen messages. */
  readonly horizonUs: number;
}

/** The offsets of the clocks of many devices. */
export class DeviceClocks {
  readonly #options: DeviceClocksOptions;
  /** The one that was heard of last stands last. */
  readonly #clocks = new Map<string, DeviceClock>();

  constructor(options: DeviceClocksOptions) {
    this.#options = options;
  }

  /** Devices whose clock is followed. */
  get size(): number {
    return this.#clocks.size;
  }

  /** What is to be added to the times of the message that is the sample, in microseconds. */
  observe(device: string, sample: ClockSample, limits: ClockLimits): number {
    const clock = this.#clocks.get(device) ?? new DeviceClock(this.#options.horizonUs);
    this.#clocks.delete(device);
    this.#clocks.set(device, clock);
    if (this.#clocks.size > this.#options.devicesMax) this.#forgetOldest();
    clock.observe(sample, limits);
    return clock.offsetUs;
  }

  /** As `observe`, for a message that says nothing of the clock. */
  offsetUsOf(device: string): number {
    return this.#clocks.get(device)?.offsetUs ?? 0;
  }

  /** The device whose clock is furthest off, either way; null if none is known. Looks at all of them. */
  farthest(): { readonly device: string; readonly offsetUs: number } | null {
    let farthest: { device: string; offsetUs: number } | null = null;
    for (const [device, { estimateUs }] of this.#clocks) {
      if (estimateUs === null || Math.abs(estimateUs) < Math.abs(farthest?.offsetUs ?? 0)) continue;
      farthest = { device, offsetUs: estimateUs };
    }
    return farthest;
  }

  #forgetOldest(): void {
    for (const device of this.#clocks.keys()) {
      this.#clocks.delete(device);
      return;
    }
  }
}
