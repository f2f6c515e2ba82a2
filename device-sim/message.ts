import { tidegate } from "#proto";

const { ReadingBatch } = tidegate.v1;

/** One reading as a device sends it. */
export interface SentReading {
  readonly metric: string;
  readonly unit: string;
  /** Microseconds since the Unix epoch, an integer; null if the message carries no event time. */
  readonly eventTimeUs: number | null;
  /** A JSON number. Text and not a number, so that what stands in a file goes out digit by digit. */
  readonly value: string;
}

/** One MQTT message with the readings that are in it. */
export interface Message {
  readonly device: string;
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly readings: readonly SentReading[];
}

export const formats = ["number", "json", "object", "batch"] as const;
export type Format = (typeof formats)[number];

/** Smallest step between event times that a format can carry, in microseconds. `number` carries none at all. */
export const eventTimeStepUs: Record<Format, number> = { number: 1, json: 1000, object: 1000, batch: 1 };

/** `sensors/<device>/<metric>` with the bare number. The gateway stamps it with its own time. */
export function numberMessage(device: string, reading: SentReading): Message {
  const readings = [{ ...reading, eventTimeUs: null }];
  return { device, topic: `sensors/${device}/${reading.metric}`, payload: reading.value, readings };
}

/** `sensors/<device>/<metric>` with `{"v":21.57,"ts":1700000000000}`, ts in milliseconds. */
export function jsonMessage(device: string, reading: SentReading): Message {
  const payload = `{"v":${reading.value},"ts":${timestampMs(reading)}}`;
  return { device, topic: `sensors/${device}/${reading.metric}`, payload, readings: [reading] };
}

/** `sensors/<device>` with `{"temperature":21.57,"pressure":3.2,"ts":1700000000000}`. All readings have the same event time. */
export function objectMessage(device: string, readings: readonly SentReading[]): Message {
  const [first] = readings;
  if (first === undefined) throw new Error("an object message without readings");
  const members = readings.map((reading) => `${JSON.stringify(reading.metric)}:${reading.value}`);
  return { device, topic: `sensors/${device}`, payload: `{${members.join(",")},"ts":${timestampMs(first)}}`, readings };
}

/** `tg/v1/<device>` with a protobuf ReadingBatch, one column per metric. */
export function batchMessage(device: string, readings: readonly SentReading[]): Message {
  const columns = new Map<string, SentReading[]>();
  for (const reading of readings) {
    const column = columns.get(reading.metric);
    if (column === undefined) columns.set(reading.metric, [reading]);
    else column.push(reading);
  }
  const series = [...columns].map(([metric, column]) => ({
    metric,
    unit: column[0]?.unit ?? "",
    eventTimeUsDeltas: deltas(column.map(eventTimeOf)),
    numbers: column.map((reading) => Number(reading.value)),
  }));
  return { device, topic: `tg/v1/${device}`, payload: Buffer.from(ReadingBatch.encode({ series }).finish()), readings };
}

function timestampMs(reading: SentReading): number {
  return Math.floor(eventTimeOf(reading) / 1000);
}

function eventTimeOf(reading: SentReading): number {
  if (reading.eventTimeUs === null) throw new Error(`a reading of ${reading.metric} without event time`);
  return reading.eventTimeUs;
}

function deltas(times: readonly number[]): number[] {
  return times.map((time, i) => (i === 0 ? time : time - (times[i - 1] ?? 0)));
}
