// A protobuf ReadingBatch that is encoded once and patched in place: event times keep their width, and doubles always have eight
// bytes. Where they stand is found by values that occur nowhere else.

import { batchMessage } from "../message.ts";
import type { MetricSpec } from "../metric-catalog.ts";

export interface BatchPayload {
  readonly bytes: Buffer;
  readonly columns: readonly BatchColumn[];
}

/** One series of the batch; positions are bytes in the payload. */
export interface BatchColumn {
  /** Of the first event time; the others are differences. */
  readonly timeAt: number;
  readonly valuesAt: number;
  readonly values: number;
}

/** Between two readings of one series in a batch. */
const stepUs = 1000;
/** A zigzag varint of microseconds has so many bytes from 1979 to 4253. */
const timeBytes = 8;
const marker = { timeUs: 2 ** 50 + 12_345, value: -1.2345e-300 } as const;

/** A batch of so many readings, spread evenly over the metrics. */
export function batchPayload(device: string, metrics: readonly MetricSpec[], readings: number): BatchPayload {
  const sent = Array.from({ length: readings }, (_, index) => {
    const { metric, unit } = metrics[index % metrics.length] as MetricSpec;
    const turn = Math.floor(index / metrics.length);
    return { metric, unit, eventTimeUs: marker.timeUs + turn * stepUs, value: turn === 0 ? String(marker.value) : "0" };
  });
  const bytes = batchMessage(device, sent).payload as Buffer;
  const times = positionsOf(bytes, timeOf(marker.timeUs));
  const values = positionsOf(bytes, doubleOf(marker.value));
  const columns = times.map((timeAt, column) => {
    return { timeAt, valuesAt: values[column] ?? 0, values: Math.ceil((readings - column) / metrics.length) };
  });
  return { bytes, columns };
}

/** Writes the zigzag varint of a time that is not negative. Hot path. */
export function writeTimeUs(bytes: Buffer, at: number, timeUs: number): void {
  let rest = timeUs * 2;
  for (let index = 0; index < timeBytes - 1; index++) {
    bytes[at + index] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[at + timeBytes - 1] = rest;
}

function timeOf(timeUs: number): Buffer {
  const bytes = Buffer.alloc(timeBytes);
  writeTimeUs(bytes, 0, timeUs);
  return bytes;
}

function doubleOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function positionsOf(bytes: Buffer, sought: Buffer): number[] {
  const positions: number[] = [];
  for (let at = bytes.indexOf(sought); at !== -1; at = bytes.indexOf(sought, at + 1)) positions.push(at);
  return positions;
}
