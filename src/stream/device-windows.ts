import { assert } from "../platform/assert.ts";
import { Aggregate, aggregateWidth } from "./aggregate.ts";

/** A series in a window operator. */
export interface WindowSeries {
  readonly metric: string;
  /** Position among the series of its device, by first appearance. */
  readonly index: number;
  /** As the device last named it. */
  unit: string;
  openWindows: number;
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

/** One device in a window operator: its series, its watermark and its open windows, slots in the order of time. */
export class DeviceWindows {
  readonly device: string;
  readonly #sizeUs: number;
  readonly #seriesByMetric = new Map<string, WindowSeries>();
  readonly #slots: WindowSlot[] = [];
  /** The newest event time seen from the device; the watermark lies behind it by the allowed lateness. */
  newestUs = Number.NEGATIVE_INFINITY;

  constructor(device: string, sizeUs: number) {
    this.device = device;
    this.#sizeUs = sizeUs;
  }

  /** The earliest end of an open window; infinite if none is open. */
  get nextEndUs(): number {
    return this.#slots[0]?.endUs ?? Number.POSITIVE_INFINITY;
  }

  get seriesCount(): number {
    return this.#seriesByMetric.size;
  }

  get openWindowCount(): number {
    return this.#slots.reduce((count, slot) => count + slot.windows.size, 0);
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
    let slot = this.#slots[position];
    if (slot?.startUs !== startUs) {
      slot = { startUs, endUs: startUs + this.#sizeUs, windows: new Map() };
      this.#slots.splice(position, 0, slot);
    }
    slot.windows.set(series, aggregate);
    series.openWindows++;
    return aggregate;
  }

  /** Takes out what ends at or before the watermark: by end, then by first appearance of the series. */
  closeUntil(watermarkUs: number): ClosedWindow[] {
    const closed: ClosedWindow[] = [];
    for (let slot = this.#slots[0]; slot !== undefined && slot.endUs <= watermarkUs; slot = this.#slots[0]) {
      this.#slots.shift();
      const { startUs, endUs } = slot;
      const windows = [...slot.windows].sort(([one], [other]) => one.index - other.index);
      for (const [series, aggregate] of windows) {
        series.openWindows--;
        closed.push({ startUs, endUs, series, aggregate });
      }
    }
    return closed;
  }

  snapshot(): DeviceSnapshot {
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
      newestUs: this.newestUs,
      metrics: allSeries.map((series) => series.metric),
      units: allSeries.map((series) => series.unit),
      windows: Float64Array.from(windows),
    };
  }

  static fromSnapshot(snapshot: DeviceSnapshot, sizeUs: number): DeviceWindows {
    const { windows } = snapshot;
    const device = new DeviceWindows(snapshot.device, sizeUs);
    device.newestUs = snapshot.newestUs;
    const allSeries = snapshot.metrics.map((metric) => device.addSeries(metric));
    for (const series of allSeries) series.unit = snapshot.units[series.index] ?? "";
    for (let at = 0; at < windows.length; at += 2 + aggregateWidth) {
      const series = allSeries[windows[at + 1] as number];
      assert(series !== undefined, "every window in a snapshot belongs to a series in it");
      device.openWindow(series, windows[at] as number, Aggregate.readFrom(windows, at + 2));
    }
    return device;
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
