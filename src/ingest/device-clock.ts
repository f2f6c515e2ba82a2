// How far the clock of a device is behind the gateway's: its offset, negative if it is ahead. Pure: times come with the samples.
//
// A message is one sample: ingest time less the newest time that the device sent in it. That is the offset plus a delay, and a delay
// is never negative. The older readings of a message say nothing: a device that was offline sends what it gathered, and that is old,
// not wrong. So
// - within a span, a fifteenth of the horizon, the least sample counts: what came through without delay. A backlog that drains within
//   a span, with the live readings behind it, leaves no trace.
// - over the last fifteen spans in which the device sent, the median counts. A few spans of delay, or a few absurd times, do not move
//   it; and it moves only if most of the spans agree to the limit, because a backlog that drains over many spans makes samples that
//   fall from one to the next, where those of a clock that is wrong are all alike. A clock that is behind is so believed after half
//   the horizon, not before.
//
// Some samples cannot be delay, whatever came before: a time that is right (a clock that was set), which is believed at once; a time
// that lies ahead, and one before all plausible ones (a device that booted in 1970), which are believed at once from a device that is
// not known, and else when two in a row agree: one alone is an absurd time, and counts for nothing. When such a sample is believed,
// all before it is forgotten.
//
// Event times are moved by the offset only beyond the limit, and back only below half of it; and they are moved by another amount
// only when that differs by a quarter of the limit. So what a device measured at steady intervals stays at steady intervals.
//
// Limits: a constant delay (a link or a program that holds all back for five minutes) is not told from a clock that is behind. Two
// programs under one device name, with clocks of their own, disturb each other. The gateway's own clock is the measure: where that is
// wrong, as on a board that has booted without a network, all others seem to be.
//
// A sample costs a few comparisons; where the least of a span changes, also the sorting of fifteen numbers.

/** One message of the device. */
export interface ClockSample {
  readonly ingestTimeUs: number;
  /** The newest time that the device sent in it. */
  readonly rawTimeUs: number;
}

export interface ClockLimits {
  /** Offsets up to here are none, and samples that differ by no more agree; microseconds. */
  readonly offsetMinUs: number;
  /** Times before this one are not plausible. */
  readonly timeMinUs: number;
}

const spansMax = 15;

export class DeviceClock {
  readonly #spanUs: number;
  /** The least sample of each span; a ring. */
  readonly #leastUs = new Float64Array(spansMax);
  #spans = 0;
  #current = -1;
  #spanStartUs = Number.NaN;
  #estimateUs: number | null = null;
  #strayUs: number | null = null;
  #offsetUs = 0;

  constructor(horizonUs: number) {
    this.#spanUs = horizonUs / spansMax;
  }

  /** Null: not known yet. In whole milliseconds, as all offsets: the gateway's clock has no more. */
  get estimateUs(): number | null {
    return this.#estimateUs;
  }

  /** What is to be added to the device's times, microseconds; 0 unless it exceeds the limit. */
  get offsetUs(): number {
    return this.#offsetUs;
  }

  observe({ ingestTimeUs, rawTimeUs }: ClockSample, limits: ClockLimits): void {
    const sampleUs = Math.round((ingestTimeUs - rawTimeUs) / 1000) * 1000;
    if (!this.#isEvident(sampleUs, rawTimeUs, limits)) {
      this.#strayUs = null;
      if (this.#addToSpan(sampleUs, ingestTimeUs)) this.#estimate(limits);
    } else if (this.#estimateUs === null || isNear(sampleUs, 0, limits) || isNear(sampleUs, this.#strayUs, limits)) {
      this.#beginAnew(sampleUs, ingestTimeUs);
      this.#estimate(limits);
    } else this.#strayUs = sampleUs;
  }

  /** Whether the sample contradicts the estimate, and delay cannot be why. */
  #isEvident(sampleUs: number, rawTimeUs: number, limits: ClockLimits): boolean {
    if (isNear(sampleUs, this.#estimateUs, limits)) return false;
    const estimateUs = this.#estimateUs ?? 0;
    const isAhead = sampleUs < estimateUs - limits.offsetMinUs;
    return isAhead || isNear(sampleUs, 0, limits) || rawTimeUs + estimateUs < limits.timeMinUs;
  }

  #beginAnew(sampleUs: number, nowUs: number): void {
    this.#spans = 0;
    this.#current = -1;
    this.#addToSpan(sampleUs, nowUs);
    this.#estimateUs = sampleUs;
    this.#strayUs = null;
  }

  /** Whether that changes the least of a span. */
  #addToSpan(sampleUs: number, nowUs: number): boolean {
    const sinceStartUs = nowUs - this.#spanStartUs;
    // Not within it also where the gateway's clock went back.
    const isWithin = this.#spans > 0 && sinceStartUs >= 0 && sinceStartUs < this.#spanUs;
    if (isWithin && sampleUs >= (this.#leastUs[this.#current] as number)) return false;
    if (!isWithin) {
      this.#current = (this.#current + 1) % spansMax;
      this.#spans = Math.min(this.#spans + 1, spansMax);
      this.#spanStartUs = nowUs;
    }
    this.#leastUs[this.#current] = sampleUs;
    return true;
  }

  #estimate(limits: ClockLimits): void {
    const sorted = this.#leastUs.slice(0, this.#spans).sort();
    const medianUs = sorted[(this.#spans - 1) >> 1] as number;
    const agreeing = sorted.filter((leastUs) => isNear(leastUs, medianUs, limits)).length;
    const needed = isNear(medianUs, this.#estimateUs, limits) ? this.#spans : spansMax;
    if (agreeing > needed / 2) this.#estimateUs = medianUs;
    this.#move(limits.offsetMinUs);
  }

  #move(limitUs: number): void {
    const estimateUs = this.#estimateUs ?? 0;
    const isSmall = Math.abs(estimateUs) <= (this.#offsetUs === 0 ? limitUs : limitUs / 2);
    if (isSmall) this.#offsetUs = 0;
    else if (Math.abs(estimateUs - this.#offsetUs) > limitUs / 4) this.#offsetUs = estimateUs;
  }
}

function isNear(oneUs: number, otherUs: number | null, { offsetMinUs }: ClockLimits): boolean {
  return otherUs !== null && Math.abs(oneUs - otherUs) <= offsetMinUs;
}
