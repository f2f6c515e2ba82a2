import { ReadingBlockBuilder } from "../../src/codec/block-codec.ts";
import { exportRecords } from "../../src/collector/export.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { Reading } from "../../src/model/reading.ts";
import type { WindowResult } from "../../src/model/result.ts";

/** Readings that differ from each other: the number is in the value and in the event time. */
export function readingsFrom(first: number, count: number, random: () => number = () => 0): Reading[] {
  return Array.from({ length: count }, (_, index) => ({
    device: `device-${Math.floor(random() * 3)}`,
    metric: random() < 0.5 ? "temperature" : "pressure",
    unit: "",
    tags: "",
    eventTimeUs: 1_700_000_000_000_000 + (first + index) * 1000,
    value: first + index,
    quality: 0,
    correctionUs: 0,
  }));
}

export function resultFor(number: number): WindowResult {
  const about = { window: "minute", device: "device-0", metric: "temperature", unit: "", revision: 0 };
  const times = { startUs: number * 60_000_000, endUs: (number + 1) * 60_000_000, causeOffset: number };
  return {
    ...about,
    ...times,
    tag: "",
    count: 1,
    aggregates: { sum: number, mean: number, min: number, max: number, stddev: 0 },
  };
}

export function alertFor(number: number): Alert {
  const about = { rule: "hot", device: "device-0", metric: "temperature", tag: "", eventTimeUs: number * 1000 };
  return {
    ...about,
    severity: "warning",
    detail: "",
    state: number % 2 === 0 ? "firing" : "resolved",
    value: number,
    causeOffset: number,
  };
}

export function readingBlock(readings: readonly Reading[], ingestTimeUs = 1_700_000_000_000_000): Uint8Array {
  const builder = new ReadingBlockBuilder();
  for (const reading of readings) builder.add(reading);
  return builder.finish(ingestTimeUs);
}

/** What a stopped collector holds of a lane, in export order. */
export async function exported<L extends Lane>(directory: string, lane: L) {
  const records = [];
  for await (const record of exportRecords(directory, lane)) records.push(record);
  return records;
}

/** The values of a lane's readings by offset: what "exactly once and unaltered" is compared with. */
export async function exportedValues(directory: string): Promise<[offset: number, value: unknown][]> {
  return (await exported(directory, "readings")).map(({ offset, record }) => [offset, record.value]);
}

/** The same for readings that are numbered by their offset, as {@link readingsFrom} makes them. */
export function numbered(count: number, first = 0): [offset: number, value: number][] {
  return Array.from({ length: count }, (_, index) => [first + index, first + index]);
}
