// Recognises a reading that a device sends again because it saw no acknowledgement, although the first one was stored: MQTT marks
// such a publish with DUP. The same series, event time and value among the newest readings is the same reading. Only readings
// with an event time of the device's own can be recognised; others are stored again (at least once, as MQTT says).
//
// A ring of columns. `add` is on the hot path (once a reading) and only writes; `has` runs for redelivered publishes alone and
// searches from the newest back. After a restart the ring is filled from the end of the readings lane, so that a crash between
// commit and acknowledgement yields no duplicate.

import { quality, type Reading } from "../model/reading.ts";

export class RecentReadings {
  readonly #readingsMax: number;
  readonly #eventTimesUs: Float64Array;
  readonly #numbers: Float64Array;
  /** Null where the value is a number. */
  readonly #states: (string | boolean | null)[] = [];
  readonly #devices: string[] = [];
  readonly #metrics: string[] = [];
  #next = 0;
  #size = 0;

  /** @param readingsMax how many readings it remembers; 0: none. */
  constructor(readingsMax: number) {
    this.#readingsMax = readingsMax;
    this.#eventTimesUs = new Float64Array(readingsMax);
    this.#numbers = new Float64Array(readingsMax);
  }

  add(reading: Reading): void {
    if (this.#readingsMax === 0 || (reading.quality & quality.stamped) !== 0) return;
    const at = this.#next;
    const { value } = reading;
    const isNumber = typeof value === "number";
    this.#eventTimesUs[at] = reading.eventTimeUs;
    this.#numbers[at] = isNumber ? value : 0;
    this.#states[at] = isNumber ? null : value;
    this.#devices[at] = reading.device;
    this.#metrics[at] = reading.metric;
    this.#next = at + 1 === this.#readingsMax ? 0 : at + 1;
    if (this.#size < this.#readingsMax) this.#size++;
  }

  has(reading: Reading): boolean {
    return this.#find(reading) !== -1;
  }

  /** Takes back an `add` whose reading could not be stored: when it comes again, it is new. */
  forget(reading: Reading): void {
    const at = this.#find(reading);
    if (at !== -1) this.#eventTimesUs[at] = Number.NaN;
  }

  #find(reading: Reading): number {
    if ((reading.quality & quality.stamped) !== 0) return -1;
    let at = this.#next;
    for (let seen = 0; seen < this.#size; seen++) {
      at = at === 0 ? this.#readingsMax - 1 : at - 1;
      if (this.#eventTimesUs[at] === reading.eventTimeUs && this.#isAt(at, reading)) return at;
    }
    return -1;
  }

  #isAt(at: number, reading: Reading): boolean {
    const value = this.#states[at] ?? this.#numbers[at];
    return Object.is(value, reading.value) && this.#metrics[at] === reading.metric && this.#devices[at] === reading.device;
  }
}
