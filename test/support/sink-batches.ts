import type { PlacedRecord } from "../../src/codec/record-text.ts";
import type { RecordBatch } from "../../src/forward/record-sink.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { Origin } from "../../src/model/origin.ts";
import type { Reading, Value } from "../../src/model/reading.ts";
import type { WindowResult } from "../../src/model/result.ts";
import { alertFor, readingsFrom, resultFor } from "./records.ts";

/** Who sends, in the tests of sinks. */
export const origin: Origin = { gatewayId: "plant-1", logId: "0b0f3c52-7d0e-4b53-9d53-6a1d1f6f2f10" };

export const firstIngestTimeUs = 1_767_225_600_000_001;

/** The records of a lane from an offset on, densely; a millisecond lies between two of them. */
export function batchOf<L extends Lane>(
  lane: L,
  firstOffset: number,
  records: readonly PlacedRecord<L>["record"][],
): RecordBatch {
  const placed = records.map((record, index) => ({
    gatewayId: origin.gatewayId,
    offset: firstOffset + index,
    ingestTimeUs: firstIngestTimeUs + (firstOffset + index) * 1000,
    record,
  }));
  return { lane, records: placed } as unknown as RecordBatch;
}

/** Readings of one series whose values are their offsets. */
export function numberedBatch(firstOffset: number, count: number, more: Partial<Reading> = {}): RecordBatch {
  const readings = readingsFrom(firstOffset, count).map((reading) => ({ ...reading, ...more }));
  return batchOf("readings", firstOffset, readings);
}

/** Every kind of value that a record can hold, and the ends of their ranges. */
export const valuesOfAllKinds: readonly Value[] = [
  0,
  -0,
  42,
  -1.5,
  0.1 + 0.2,
  1e-300,
  5e-324,
  Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER,
  true,
  false,
  "",
  "1",
  "true",
  'a "quoted" text, with a comma; \\N, {braces} and a \\ backslash',
  "two\nlines\r\nand a\ttab",
  "Überdruck 压力 🌊",
  "NULL",
];

/** A batch of each lane, with everything that a record can say. */
export function batchesOfAllLanes(): RecordBatch[] {
  const readings = valuesOfAllKinds.map(
    (value, index): Reading => ({ ...plainReading, value, eventTimeUs: eventTimeUs(index) }),
  );
  const more: Reading[] = [
    { ...plainReading, unit: "Cel", tags: "line=3,site=north 'a'" },
    { ...plainReading, quality: 2, correctionUs: -3_600_000_000 },
    { ...plainReading, quality: 1, eventTimeUs: 1 },
    { ...plainReading, eventTimeUs: -6_200_000_000_000_123 },
  ];
  const results: WindowResult[] = [
    resultFor(7),
    { ...resultFor(8), device: "", tag: "line=3", revision: 2, aggregates: { last_state: 'open "x"', p99: 0.1, sum: 1e-300 } },
    { ...resultFor(9), metric: "", count: 0, aggregates: {} },
  ];
  const alerts: Alert[] = [
    alertFor(1),
    { ...alertFor(2), value: null, detail: 'no "reading"\nfor 1m', severity: "critical" },
    ...valuesOfAllKinds.map((value): Alert => ({ ...alertFor(3), value })),
  ];
  return [batchOf("readings", 100, [...readings, ...more]), batchOf("results", 7, results), batchOf("alerts", 0, alerts)];
}

const plainReading: Reading = {
  device: "press-7",
  metric: "pressure",
  unit: "",
  tags: "",
  eventTimeUs: 1_767_225_600_123_456,
  value: 1,
  quality: 0,
  correctionUs: 0,
};

function eventTimeUs(index: number): number {
  return plainReading.eventTimeUs + index * 1_000_001;
}
