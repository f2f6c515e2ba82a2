// Recognises a reading that a device sends again because it saw no acknowledgement, although the first one was stored: MQTT marks
// such a publish with DUP. The same series, time and value among the newest readings is the same reading, where time is what the device
// sent, whatever event time a clock policy made of it. Only readings to which the device gave a time can be recognised; others
// are stored again (at least once, as MQTT says).
//
// A ring of columns. `add` is on the hot path (once a reading) and only writes. `has` runs for redelivered publishes alone: it
// looks through the few newest readings, and finds older ones by an index of times, which is made anew when too many
// readings came since. After a restart a ring of its own is filled from the end of the readings lane, so that a crash between
// commit and acknowledgement yields no duplicate, however many readings others send before the device is back. Of a long text its SHA-256
// is kept, so that 65,536 readings take about 10 MB whatever they say.

import { createHash } from "node:crypto";
import { type Reading, rawTimeUsOf, type Value } from "../model/reading.ts";

/** Readings that are searched one by one before the index is made anew. */
const unindexedMax = 4096;
/** Texts up to so many UTF-16 units are kept as they are. */
const keptTextLengthMax = 64;

export class RecentReadings {
  readonly #readingsMax: number;
  readonly #before: RecentReadings | null;
  readonly #rawTimesUs: Float64Array;
  readonly #numbers: Float64Array;
  /** Null where the value is a number. */
  readonly #states: (string | boolean | null)[] = [];
  readonly #devices: string[] = [];
  readonly #metrics: string[] = [];
  readonly #newestOfTime = new Map<number, number>();
  readonly #olderOfTime: Int32Array;
  #next = 0;
  #size = 0;
  /** Readings added since the start, and how many of them the index knows. */
  #added = 0;
  #indexed = 0;

  /**
   * @param readingsMax how many readings it remembers; 0: none.
   * @param before what was stored before the gateway started; it stays as it is.
   */
  constructor(readingsMax: number, before: RecentReadings | null = null) {
    this.#before = before;
    this.#readingsMax = readingsMax;
    this.#rawTimesUs = new Float64Array(readingsMax);
    this.#numbers = new Float64Array(readingsMax);
    this.#olderOfTime = new Int32Array(readingsMax);
  }

  add(reading: Reading): void {
    const rawTimeUs = rawTimeUsOf(reading);
    if (this.#readingsMax === 0 || rawTimeUs === undefined) return;
    const at = this.#next;
    const { value } = reading;
    const isNumber = typeof value === "number";
    this.#rawTimesUs[at] = rawTimeUs;
    this.#numbers[at] = isNumber ? value : 0;
    this.#states[at] = isNumber ? null : kept(value);
    this.#devices[at] = reading.device;
    this.#metrics[at] = reading.metric;
    this.#next = at + 1 === this.#readingsMax ? 0 : at + 1;
    this.#added++;
    if (this.#size < this.#readingsMax) this.#size++;
  }

  has(reading: Reading): boolean {
    return this.#find(reading) !== -1 || this.#before?.has(reading) === true;
  }

  /** Takes back an `add` whose reading could not be stored: when it comes again, it is new. */
  forget(reading: Reading): void {
    const at = this.#find(reading);
    if (at !== -1) this.#rawTimesUs[at] = Number.NaN;
  }

  /** Position of the newest equal reading; -1 if there is none. */
  #find(reading: Reading): number {
    const rawTimeUs = rawTimeUsOf(reading);
    if (rawTimeUs === undefined || this.#size === 0) return -1;
    if (this.#added - this.#indexed > unindexedMax) this.#index();
    // What came since the index was made, the newest first; then what the index knows of the same time.
    for (let back = 1; back <= Math.min(this.#added - this.#indexed, this.#size); back++) {
      const at = (this.#next - back + this.#readingsMax) % this.#readingsMax;
      if (this.#isAt(at, reading, rawTimeUs)) return at;
    }
    let at = this.#newestOfTime.get(rawTimeUs) ?? -1;
    while (at !== -1 && !this.#isAt(at, reading, rawTimeUs)) at = this.#olderOfTime[at] ?? -1;
    return at;
  }

  #index(): void {
    this.#newestOfTime.clear();
    this.#indexed = this.#added;
    for (let back = this.#size; back >= 1; back--) {
      const at = (this.#next - back + this.#readingsMax) % this.#readingsMax;
      const timeUs = this.#rawTimesUs[at] ?? Number.NaN;
      this.#olderOfTime[at] = this.#newestOfTime.get(timeUs) ?? -1;
      this.#newestOfTime.set(timeUs, at);
    }
  }

  #isAt(at: number, reading: Reading, rawTimeUs: number): boolean {
    return (
      this.#rawTimesUs[at] === rawTimeUs &&
      Object.is(this.#states[at] ?? this.#numbers[at], kept(reading.value)) &&
      this.#metrics[at] === reading.metric &&
      this.#devices[at] === reading.device
    );
  }
}

/** The value itself, or what stands for it. No text that is kept is as long as a digest with its mark. */
function kept<V extends Value>(value: V): V | string {
  if (typeof value !== "string" || value.length <= keptTextLengthMax) return value;
  return `sha256 ${createHash("sha256").update(value).digest("hex")}`;
}
