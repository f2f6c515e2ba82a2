import type { DeviceClock } from "./device-clock.ts";
import { DueQueue } from "./due-queue.ts";
import type { Group } from "./group.ts";

/** Groups that share a watermark: those of one device, or one group that spans devices. */
export class Domain {
  /** By first appearance. */
  readonly index: number;
  readonly groups: Group[] = [];
  readonly queue = new DueQueue();
  /** No earlier event time is expected. Never goes back. */
  watermarkUs = Number.NEGATIVE_INFINITY;
  /** Of what is emitted because of the last block that a device of it was seen in. */
  causeOffset = -1;
  /** Whether it is among those that the end of the block looks at. */
  isTouched = false;
  readonly #spans: boolean;
  readonly #latenessUs: number;
  readonly #members: DeviceClock[] = [];
  /** The one that held the watermark back when it was last found; null: to be found. */
  #slowest: DeviceClock | null = null;

  /** @param spans whether devices may join later. */
  constructor(index: number, spans: boolean, latenessUs: number) {
    this.index = index;
    this.#spans = spans;
    this.#latenessUs = latenessUs;
  }

  join(clock: DeviceClock): void {
    this.#members.push(clock);
    clock.domains.push(this);
  }

  /** A device moved or became idle. Others that hold the watermark back from now on cannot turn it back, so they are not looked for. */
  changed(clock: DeviceClock): void {
    if (clock === this.#slowest) this.#slowest = null;
  }

  /** Where the watermark belongs now: what the slowest of the devices that are not idle has reached. */
  nextWatermarkUs(): number {
    this.#slowest ??= this.#findSlowest();
    const reachedUs = (this.#slowest?.newestUs ?? Number.NEGATIVE_INFINITY) - this.#latenessUs;
    return Math.max(this.watermarkUs, reachedUs);
  }

  /** Where the watermark will stand behind this block, by what was seen of it; over several devices it is not known before the end. */
  watermarkOfBlockUs(): number {
    const [only] = this.#members;
    if (only === undefined || this.#spans) return this.watermarkUs;
    return Math.max(this.watermarkUs, only.newestOfBlockUs - this.#latenessUs);
  }

  /** No device of it says anything any more. */
  get isSilent(): boolean {
    return this.#members.every(({ isIdle }) => isIdle);
  }

  #findSlowest(): DeviceClock | null {
    let slowest: DeviceClock | null = null;
    for (const clock of this.#members) {
      // Of a device that named no good event time yet nothing is known.
      if (clock.isIdle || clock.newestUs === Number.NEGATIVE_INFINITY) continue;
      if (slowest === null || clock.newestUs < slowest.newestUs) slowest = clock;
    }
    return slowest;
  }
}
