import { type Clock, sleepUntil } from "./clock.ts";
import { type DeliveryOptions, deliver, type Source } from "./delivery.ts";
import type { Host } from "./host.ts";
import {
  batchMessage,
  eventTimeStepUs,
  type Format,
  jsonMessage,
  type Message,
  numberMessage,
  objectMessage,
} from "./message.ts";
import { type MetricSpec, metricSpecs } from "./metric-catalog.ts";
import { derivedSeed, seededRandom } from "./random.ts";
import type { Summary } from "./tally.ts";
import { createWaveform, type Waveform, type WaveformName, waveformNames } from "./waveform.ts";

// A fleet of devices that measure by the clock. Reading k of a series is measured at start + phase + k / rate, whether or not the
// device can send then: one that was cut off goes on where it was, with the event times of the schedule, and catches up. So
// the number of readings is fixed by rate and duration, and the values by the seed and these times.
// All metrics of a device are measured together; the phases spread the devices over one period.

export interface FleetOptions extends Omit<DeliveryOptions, "readingsTotal"> {
  readonly devices: number;
  /** Metrics per device. */
  readonly metrics: number;
  /** Readings per second and series. */
  readonly rate: number;
  /** Infinity for ever. */
  readonly durationMs: number;
  readonly waveform: WaveformName | "mixed";
  readonly format: Format;
  /** Format batch: readings of each metric in a message. */
  readonly batchReadings: number;
  /** Devices are `<prefix>-001` and so on. */
  readonly prefix: string;
}

export async function runFleet(options: FleetOptions, host: Host): Promise<Summary> {
  const sources = new Map<string, Source>();
  for (let i = 1; i <= options.devices; i++) {
    const device = `${options.prefix}-${String(i).padStart(3, "0")}`;
    sources.set(device, (stop) => whenDue(deviceMessages(device, options, host.clock.nowUs()), host.clock, stop));
  }
  const readingsTotal = options.devices * options.metrics * measurementsOf(options);
  return await deliver(sources, { ...options, readingsTotal }, host);
}

/** A message and the time from which it may be sent. */
export interface DueMessage {
  readonly dueUs: number;
  readonly message: Message;
}

/** All messages of one device, in order. The same options and start give the same messages. */
export function* deviceMessages(device: string, options: FleetOptions, startUs: number): Generator<DueMessage> {
  const sensors = deviceSensors(device, options);
  const total = measurementsOf(options);
  const perMessage = options.format === "batch" ? options.batchReadings : 1;
  const periodUs = 1e6 / options.rate;
  const firstUs = startUs + seededRandom(derivedSeed(options.seed, `phase ${device}`))() * Math.min(periodUs, 1e6);
  for (let k = 0; k < total; k += perMessage) {
    const times: number[] = [];
    for (let i = k; i < Math.min(total, k + perMessage); i++) times.push(onGrid(firstUs + i * periodUs, options.format));
    const dueUs = times.at(-1) ?? startUs;
    for (const message of measure(device, sensors, times, options.format)) yield { dueUs, message };
  }
}

interface Sensor {
  readonly spec: MetricSpec;
  readonly waveform: Waveform;
}

function deviceSensors(device: string, options: FleetOptions): Sensor[] {
  return metricSpecs(options.metrics).map((spec, i) => {
    const seed = derivedSeed(options.seed, `${device}/${spec.metric}`);
    const mixed = waveformNames[(seed + i) % waveformNames.length] ?? "sine";
    return { spec, waveform: createWaveform(options.waveform === "mixed" ? mixed : options.waveform, spec, seed) };
  });
}

/** Readings per series. */
function measurementsOf(options: FleetOptions): number {
  return Math.max(1, Math.floor((options.rate * options.durationMs) / 1000));
}

function onGrid(timeUs: number, format: Format): number {
  const stepUs = eventTimeStepUs[format];
  return Math.floor(timeUs / stepUs) * stepUs;
}

function measure(device: string, sensors: readonly Sensor[], timesUs: readonly number[], format: Format): Message[] {
  const readings = sensors.flatMap(({ spec, waveform }) =>
    timesUs.map((eventTimeUs) => {
      return { metric: spec.metric, unit: spec.unit, eventTimeUs, value: String(waveform(eventTimeUs)) };
    }),
  );
  switch (format) {
    case "number":
      return readings.map((reading) => numberMessage(device, reading));
    case "json":
      return readings.map((reading) => jsonMessage(device, reading));
    case "object":
      return [objectMessage(device, readings)];
    case "batch":
      return [batchMessage(device, readings)];
  }
}

async function* whenDue(messages: Iterable<DueMessage>, clock: Clock, stop: AbortSignal): AsyncGenerator<Message> {
  for (const { dueUs, message } of messages) {
    await sleepUntil(clock, dueUs, stop);
    if (stop.aborted) return;
    yield message;
  }
}
