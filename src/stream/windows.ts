// Tumbling windows in event time: one operator per window definition of the configuration.
//
// Time        A window holds event times [start, end); starts are multiples of the size since the Unix epoch, also before it.
//             Every device has its own watermark: the newest event time seen from it minus the allowed lateness. A device is
//             seen from its first number in a matching series on; from then on all its readings move the watermark, whatever
//             their metric and type. The wrong clock of one device touches no other.
// Watermark   It moves at the end of a block, never inside. A block became durable together and stores its readings column by
//             column; did its first metric move the watermark, all others of a device that catches up with some minutes in
//             one block would be late. So late means: behind what was durable before. The price: what is late depends on how
//             readings came together in blocks. The log keeps its blocks, hence the same log gives the same results; but
//             whoever merges blocks at rest may merge only those below the stream's checkpoint. Putting blocks together
//             never makes a reading late, and where no reading is, all cuts into blocks give the same windows. A message of
//             more than 8,192 readings is cut by the log (log/commit.ts): metric by metric, it can still be late to itself.
// Emission    The end of the block that moves the watermark to or past the end of open windows emits all of those, over all
//             series of its device: by end, then by first appearance of the series. Their cause is the reading with the
//             newest event time, the first one of those. A window without readings is not emitted.
// Lateness    A reading counts into its window until that is emitted, however far behind the watermark it is itself. If the
//             watermark has passed the window's end it is too late: counted, not applied. So a clock that jumps back inside
//             a window loses nothing.
// Bounds      Series, open windows in all, open windows per series (WindowLimits). A reading that would need one more is
//             refused and counted. Series are not forgotten. An open window takes about 150 bytes, a series about 200.
//             Windows that the end of the block will emit, by the event times seen until then, do not count: else a device
//             that catches up with an hour would have no place for it. They are at most one per reading of the block.
// Counters    Every reading of a matching series is either taken or skipped for one reason: too_late, not_a_number (a boolean
//             or a text), series_limit, window_limit.
// Numbers     Sums are compensated (Neumaier), deviations are Welford's; see aggregate.ts.
// Not here    Revisions of emitted windows, idle timeouts, a guard against clocks ahead of ours, windows that overlap.
//
// Hot path: `#apply` runs once for every reading, and is budgeted at 10 million a second on one core for 1 s windows over
// 1,000 series in long columns. So the series is looked up once per column and the window once per run of readings in the same
// window; each further reading of a run costs three comparisons of times and its part of `Aggregate.addRun`. Nothing is allocated for it.

import { deserialize, serialize } from "node:v8";
import type { WindowDefinition } from "../model/definitions.ts";
import { seriesMatcher } from "../model/series-match.ts";
import { assert } from "../platform/assert.ts";
import type { Aggregate } from "./aggregate.ts";
import {
  type Counters,
  type InputColumn,
  numbersOf,
  type Operator,
  type Outputs,
  type StateChange,
  type StatePart,
} from "./contract.ts";
import { type DeviceSnapshot, DeviceWindows, type WindowSeries } from "./device-windows.ts";

export interface WindowLimits {
  /** Series per window definition. */
  readonly seriesMax: number;
  /** Windows per window definition that stay open behind a block, over all its series. */
  readonly openWindowsMax: number;
  /** The same of one series. */
  readonly openWindowsPerSeriesMax: number;
}

export const defaultWindowLimits: WindowLimits = {
  seriesMax: 10_000,
  openWindowsMax: 100_000,
  openWindowsPerSeriesMax: 1_000,
};

/** Why a reading found no open window. */
type Refusal = "too_late" | "window_limit";

interface Snapshot {
  readonly counters: Counters;
  readonly devices: readonly DeviceSnapshot[];
}

export class WindowOperator implements Operator {
  readonly id: string;
  readonly fingerprint: string;
  readonly #definition: WindowDefinition;
  readonly #limits: WindowLimits;
  readonly #matches: (device: string, metric: string) => boolean;
  readonly #devices = new Map<string, DeviceWindows>();
  /** The devices whose watermarks will move at the end of this block. */
  readonly #moving: DeviceWindows[] = [];
  readonly #skipped = { too_late: 0, not_a_number: 0, series_limit: 0, window_limit: 0 };
  #taken = 0;
  #emitted = 0;
  #seriesCount = 0;
  /** Without those that this block will emit. */
  #openWindowCount = 0;

  constructor(definition: WindowDefinition, limits: WindowLimits = defaultWindowLimits) {
    const { name, match, sizeUs, latenessUs } = definition;
    assert(Number.isSafeInteger(sizeUs) && sizeUs > 0, "the size of a window is a positive integer of microseconds");
    assert(Number.isSafeInteger(latenessUs) && latenessUs >= 0, "the lateness of a window is 0 or more microseconds");
    this.id = `window ${name}`;
    this.fingerprint = JSON.stringify(["tumbling 2", match.device, match.metric, sizeUs, latenessUs]);
    this.#definition = definition;
    this.#limits = limits;
    this.#matches = seriesMatcher(match);
  }

  consume(column: InputColumn, firstOffset: number): void {
    const matching = this.#matches(column.device, column.metric);
    const numbers = matching ? numbersOf(column) : null;
    let device = this.#devices.get(column.device);
    let series = device?.series(column.metric);
    if (numbers !== null && series === undefined && this.#seriesCount < this.#limits.seriesMax) {
      device ??= this.#addDevice(column.device);
      series = device.addSeries(column.metric);
      this.#seriesCount++;
    }
    if (device !== undefined) this.#see(device, column, firstOffset);
    if (device !== undefined && series !== undefined && numbers !== null) {
      series.unit = column.unit;
      this.#apply(device, series, column.eventTimesUs, numbers);
    } else if (matching) {
      this.#skipped[numbers === null ? "not_a_number" : "series_limit"] += column.eventTimesUs.length;
    }
  }

  advance(): void {
    // No timeouts yet.
  }

  nextDeadlineUs(): number {
    return Number.POSITIVE_INFINITY;
  }

  resume(): void {
    // Nothing here depends on processing time.
  }

  endBlock(outputs: Outputs): void {
    this.#moving.sort((one, other) => one.newestOffset - other.newestOffset);
    for (const device of this.#moving) this.#emit(device, outputs);
    this.#moving.length = 0;
  }

  counters(): Counters {
    return { taken: this.#taken, skipped: { ...this.#skipped }, outputs: this.#emitted };
  }

  /** Structured clone, not JSON: it keeps -0, infinities and every bit of a double. */
  changes(): StateChange[] {
    const devices = Array.from(this.#devices.values(), (device) => device.snapshot());
    return [{ key: "", value: serialize({ counters: this.counters(), devices } satisfies Snapshot) }];
  }

  restore([part]: readonly StatePart[]): void {
    assert(this.#devices.size === 0, "a window operator is restored before its first reading");
    if (part === undefined) return;
    const { counters, devices }: Snapshot = deserialize(part.value);
    this.#taken = counters.taken;
    this.#emitted = counters.outputs;
    Object.assign(this.#skipped, counters.skipped);
    for (const stored of devices) {
      const device = DeviceWindows.fromSnapshot(stored, this.#definition);
      this.#devices.set(stored.device, device);
      this.#seriesCount += device.seriesCount;
      this.#openWindowCount += device.openWindowCount;
    }
  }

  #see(device: DeviceWindows, column: InputColumn, firstOffset: number): void {
    const movedBefore = device.moves;
    this.#openWindowCount -= device.see(column.eventTimesUs, firstOffset);
    if (device.moves && !movedBefore) this.#moving.push(device);
  }

  /** Hot path; see above. A run is what lies in one window. */
  #apply(device: DeviceWindows, series: WindowSeries, eventTimesUs: readonly number[], numbers: readonly number[]): void {
    const { sizeUs } = this.#definition;
    let at = 0;
    while (at < numbers.length) {
      const startUs = alignedStartUs(eventTimesUs[at] as number, sizeUs);
      const endUs = startUs + sizeUs;
      const window = this.#windowAt(device, series, startUs);
      const from = at++;
      for (; at < numbers.length; at++) {
        const nextUs = eventTimesUs[at] as number;
        if (nextUs < startUs || nextUs >= endUs) break;
      }
      if (typeof window === "string") this.#skipped[window] += at - from;
      else {
        window.addRun(numbers, from, at);
        this.#taken += at - from;
      }
    }
  }

  #windowAt(device: DeviceWindows, series: WindowSeries, startUs: number): Aggregate | Refusal {
    const endUs = startUs + this.#definition.sizeUs;
    if (endUs <= device.watermarkUs) return "too_late";
    const open = device.window(series, startUs);
    if (open !== undefined) return open;
    if (endUs > device.nextWatermarkUs) {
      const { openWindowsMax, openWindowsPerSeriesMax } = this.#limits;
      if (series.openWindows >= openWindowsPerSeriesMax || this.#openWindowCount >= openWindowsMax) return "window_limit";
      this.#openWindowCount++;
    }
    return device.openWindow(series, startUs);
  }

  #emit(device: DeviceWindows, outputs: Outputs): void {
    const closed = device.endBlock();
    const causeOffset = device.newestOffset;
    for (const { startUs, endUs, series, aggregate } of closed) {
      // One literal: spreading a part of it in makes every result a dictionary, at ten times the cost.
      outputs.results.push({
        window: this.#definition.name,
        device: device.device,
        metric: series.metric,
        unit: series.unit,
        startUs,
        endUs,
        revision: 0,
        causeOffset,
        tag: "",
        count: aggregate.count,
        aggregates: {
          sum: aggregate.sum,
          mean: aggregate.mean,
          min: aggregate.min,
          max: aggregate.max,
          stddev: aggregate.stddev,
        },
      });
    }
    this.#emitted += closed.length;
  }

  #addDevice(name: string): DeviceWindows {
    const device = new DeviceWindows(name, this.#definition);
    this.#devices.set(name, device);
    return device;
  }
}

/** The greatest multiple of `sizeUs` that is not greater. By remainder, which is exact; a quotient of this size is not. */
function alignedStartUs(eventTimeUs: number, sizeUs: number): number {
  const remainderUs = eventTimeUs % sizeUs;
  return eventTimeUs - (remainderUs < 0 ? remainderUs + sizeUs : remainderUs);
}
