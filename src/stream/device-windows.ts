import { assert } from "../platform/assert.ts";
import { Aggregate, aggregateWidth } from "./aggregate.ts";

/** A series in a window operator. */
export interface WindowSeries {
  readonly metric: string;
  /** Position among the series of its device, by first appearance. */
  readonly index: number;
  /** As the device last named it. */
  unit: string;
  /** Without those that are ending. */
  openWindows: number;
}

export interface WindowTimes {
  readonly sizeUs: number;
  readonly latenessUs: number;
}

/** The open windows of one interval of event time, over the series of one device. */
export interface WindowSlot {
  readonly startUs: number;
  readonly endUs: number;
  readonly windows: Map<WindowSeries, Aggregate>;
}

/** A window that is over. */
export interface ClosedWindow {
  readonly startUs: number;
  readonly endUs: number;
  readonly series: WindowSeries;
  readonly aggregate: Aggregate;
}

const none: readonly ClosedWindow[] = [];

/** As stored in a checkpoint. Numbers are kept bit for bit. */
export interface DeviceSnapshot {
  readonly device: string;
  readonly newestUs: number;
  /** Of the series, by index. */
  readonly metrics: readonly string[];
  readonly units: readonly string[];
  /** Per open window: start, index of the series, and the aggregate. */
  readonly windows: Float64Array;
}

/**
 * One device in a window operator: its series, its watermark and its open windows, slots in the order of time.
 *
 * The watermark moves between blocks. While a block is applied, the windows that its end will emit are known as far as event
 * times were seen: they are called ending. They take readings like all others, but are not counted as open any more.
 */
export class DeviceWindows {
  readonly device: string;
  readonly #sizeUs: number;
  readonly #latenessUs: number;
  readonly #seriesByMetric = new Map<string, WindowSeries>();
  readonly #slots: WindowSlot[] = [];
  /** So many of the slots are ending; the first ones, as they lie in the order of time. */
  #endingSlots = 0;
  #newestUs = Number.NEGATIVE_INFINITY;
  #newestOfBlockUs = Number.NEGATIVE_INFINITY;
  #newestOffset = -1;

  constructor(device: string, { sizeUs, latenessUs }: WindowTimes) {
    this.device = device;
    this.#sizeUs = sizeUs;
    this.#latenessUs = latenessUs;
  }

  /** The newest event time seen before this block, minus the allowed lateness. */
  get watermarkUs(): number {
    return this.#newestUs - this.#latenessUs;
  }

  /** Where the watermark will stand behind this block, by what was seen of it. */
  get nextWatermarkUs(): number {
    return this.#newestOfBlockUs - this.#latenessUs;
  }

  /** Offset of the reading that brought the newest event time; the first one, if several did. */
  get newestOffset(): number {
    return this.#newestOffset;
  }

  get seriesCount(): number {
    return this.#seriesByMetric.size;
  }

  get openWindowCount(): number {
    return this.#slots.reduce((count, slot) => count + slot.windows.size, 0);
  }

  /** Whether the watermark will move at the end of this block. */
  get moves(): boolean {
    return this.#newestOfBlockUs > this.#newestUs;
  }

  /** Takes note of the event times of a column. @returns the number of open windows that are ending by it. */
  see(eventTimesUs: readonly number[], firstOffset: number): number {
    const from = this.#newestOfBlockUs;
    let newestUs = from;
    let newestAt = 0;
    for (let i = 0; i < eventTimesUs.length; i++) {
      const eventTimeUs = eventTimesUs[i] as number;
      if (eventTimeUs > newestUs) {
        newestUs = eventTimeUs;
        newestAt = i;
      }
    }
    if (newestUs === from) return 0;
    this.#newestOfBlockUs = newestUs;
    this.#newestOffset = firstOffset + newestAt;
    return this.#markEnding();
  }

  series(metric: string): WindowSeries | undefined {
    return this.#seriesByMetric.get(metric);
  }

  addSeries(metric: string): WindowSeries {
    const series = { metric, index: this.#seriesByMetric.size, unit: "", openWindows: 0 };
    this.#seriesByMetric.set(metric, series);
    return series;
  }

  window(series: WindowSeries, startUs: number): Aggregate | undefined {
    const slot = this.#slots[this.#position(startUs)];
    return slot?.startUs === startUs ? slot.windows.get(series) : undefined;
  }

  openWindow(series: WindowSeries, startUs: number, aggregate = new Aggregate()): Aggregate {
    const position = this.#position(startUs);
    const endUs = startUs + this.#sizeUs;
    const isEnding = endUs <= this.nextWatermarkUs;
    let slot = this.#slots[position];
    if (slot?.startUs !== startUs) {
      slot = { startUs, endUs, windows: new Map() };
      this.#slots.splice(position, 0, slot);
      if (isEnding) this.#endingSlots++;
    }
    slot.windows.set(series, aggregate);
    if (!isEnding) series.openWindows++;
    return aggregate;
  }

  /** Moves the watermark and takes out what it passes: by end, then by first appearance of the series. */
  endBlock(): readonly ClosedWindow[] {
    this.#newestUs = this.#newestOfBlockUs;
    if (this.#endingSlots === 0) return none;
    const closed: ClosedWindow[] = [];
    for (const { startUs, endUs, windows } of this.#slots.splice(0, this.#endingSlots)) {
      const bySeries = [...windows].sort(([one], [other]) => one.index - other.index);
      for (const [series, aggregate] of bySeries) closed.push({ startUs, endUs, series, aggregate });
    }
    this.#endingSlots = 0;
    return closed;
  }

  /** Between blocks. */
  snapshot(): DeviceSnapshot {
    assert(!this.moves, "a device is stored between blocks");
    const allSeries = [...this.#seriesByMetric.values()];
    const windows: number[] = [];
    for (const slot of this.#slots) {
      for (const [series, aggregate] of slot.windows) {
        windows.push(slot.startUs, series.index);
        aggregate.appendTo(windows);
      }
    }
    return {
      device: this.device,
      newestUs: this.#newestUs,
      metrics: allSeries.map((series) => series.metric),
      units: allSeries.map((series) => series.unit),
      windows: Float64Array.from(windows),
    };
  }

  static fromSnapshot(snapshot: DeviceSnapshot, times: WindowTimes): DeviceWindows {
    const { windows } = snapshot;
    const device = new DeviceWindows(snapshot.device, times);
    device.#newestUs = snapshot.newestUs;
    device.#newestOfBlockUs = snapshot.newestUs;
    const allSeries = snapshot.metrics.map((metric) => device.addSeries(metric));
    for (const series of allSeries) series.unit = snapshot.units[series.index] ?? "";
    for (let at = 0; at < windows.length; at += 2 + aggregateWidth) {
      const series = allSeries[windows[at + 1] as number];
      assert(series !== undefined, "every window in a snapshot belongs to a series in it");
      device.openWindow(series, windows[at] as number, Aggregate.readFrom(windows, at + 2));
    }
    return device;
  }

  #markEnding(): number {
    let ending = 0;
    for (let slot = this.#slots[this.#endingSlots]; slot !== undefined; slot = this.#slots[this.#endingSlots]) {
      if (slot.endUs > this.nextWatermarkUs) break;
      for (const series of slot.windows.keys()) series.openWindows--;
      ending += slot.windows.size;
      this.#endingSlots++;
    }
    return ending;
  }

  /** Position of the first slot that does not start before `startUs`. */
  #position(startUs: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle] as WindowSlot).startUs < startUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
