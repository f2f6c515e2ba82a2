import { assert } from "../../platform/assert.ts";
import type { DeviceClock } from "./device-clock.ts";
import { ceilTo } from "./grid.ts";
import { idleSteps } from "./plan.ts";

/**
 * Which devices have said nothing for so long that they are idle. Time at work is processing time without the time in which the gateway
 * was away. It is looked at in steps of a sixteenth of the timeout: a device becomes idle when the first step has passed at or
 * behind its timeout.
 */
export class IdleWatch {
  readonly #timeoutUs: number;
  readonly #stepUs: number;
  /** Devices that are not idle, by when they become it: ascending. */
  readonly #waiting = new Map<number, Set<DeviceClock>>();
  #nowUs = Number.NEGATIVE_INFINITY;
  #awayUs = 0;

  constructor(timeoutUs: number) {
    this.#timeoutUs = timeoutUs;
    this.#stepUs = Math.floor(timeoutUs / idleSteps);
  }

  /** Processing time so far. */
  get nowUs(): number {
    return this.#nowUs;
  }

  get nextDeadlineUs(): number {
    for (const idleAtUs of this.#waiting.keys()) return idleAtUs + this.#awayUs;
    return Number.POSITIVE_INFINITY;
  }

  /** The device says something now. */
  heard(clock: DeviceClock): void {
    if (this.#timeoutUs === Number.POSITIVE_INFINITY) {
      clock.isIdle = false;
      return;
    }
    assert(this.#nowUs !== Number.NEGATIVE_INFINITY, "an operator is told the time before its first reading");
    const idleAtUs = ceilTo(this.#nowUs - this.#awayUs + this.#timeoutUs, this.#stepUs);
    if (idleAtUs === clock.idleAtUs && !clock.isIdle) return;
    if (!clock.isIdle) this.#forget(clock);
    clock.idleAtUs = idleAtUs;
    clock.isIdle = false;
    this.#await(clock);
  }

  /** @returns the devices that are idle from now on. */
  advance(timeUs: number): DeviceClock[] {
    this.#nowUs = Math.max(this.#nowUs, timeUs);
    const idle: DeviceClock[] = [];
    for (const [idleAtUs, clocks] of this.#waiting) {
      if (idleAtUs > this.#nowUs - this.#awayUs) break;
      this.#waiting.delete(idleAtUs);
      for (const clock of clocks) {
        clock.isIdle = true;
        idle.push(clock);
      }
    }
    return idle;
  }

  resume(timeUs: number): void {
    if (this.#nowUs !== Number.NEGATIVE_INFINITY) this.#awayUs += Math.max(0, timeUs - this.#nowUs);
    this.#nowUs = Math.max(this.#nowUs, timeUs);
  }

  snapshot(): readonly [nowUs: number, awayUs: number] {
    return [this.#nowUs, this.#awayUs];
  }

  restore([nowUs, awayUs]: readonly [nowUs: number, awayUs: number], clocks: readonly DeviceClock[]): void {
    this.#nowUs = nowUs;
    this.#awayUs = awayUs;
    if (this.#timeoutUs === Number.POSITIVE_INFINITY) return;
    const waiting = clocks.filter(({ isIdle }) => !isIdle);
    for (const clock of waiting.sort((one, other) => one.idleAtUs - other.idleAtUs)) this.#await(clock);
  }

  /** Not earlier than any other that waits. */
  #await(clock: DeviceClock): void {
    const clocks = this.#waiting.get(clock.idleAtUs);
    if (clocks === undefined) this.#waiting.set(clock.idleAtUs, new Set([clock]));
    else clocks.add(clock);
  }

  #forget(clock: DeviceClock): void {
    const clocks = this.#waiting.get(clock.idleAtUs);
    clocks?.delete(clock);
    if (clocks?.size === 0) this.#waiting.delete(clock.idleAtUs);
  }
}
