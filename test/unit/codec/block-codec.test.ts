import { describe, expect, test } from "vitest";
import { tidegate } from "#proto";
import {
  decodeAlertBlock,
  decodedCount,
  decodeReadingBlock,
  decodeResultBlock,
  encodeAlertBlock,
  encodeResultBlock,
  ReadingBlockBuilder,
  readBlockHeader,
  readingsOf,
} from "../../../src/codec/block-codec.ts";
import type { Reading, Value } from "../../../src/model/reading.ts";
import { TidegateError } from "../../../src/platform/errors.ts";

const ingestTimeUs = 1_767_225_600_000_001;

function reading(fields: Partial<Reading> = {}): Reading {
  return { device: "press", metric: "temperature", unit: "Cel", eventTimeUs: 1_000, value: 20.5, quality: 0, ...fields };
}

function blockOf(...readings: Reading[]): Uint8Array {
  const builder = new ReadingBlockBuilder();
  for (const each of readings) builder.add(each);
  return builder.finish(ingestTimeUs);
}

const roundTrip = (...readings: Reading[]) => readingsOf(decodeReadingBlock(blockOf(...readings)));

describe("readings", () => {
  test.each<Value>([0, -0, 0.1, 5e-324, -2.2250738585072014e-308, Number.MAX_VALUE, -1e300, "", "näß 🌊", true, false])(
    "the value %s comes back exactly",
    (value) => {
      expect(Object.is(roundTrip(reading({ value }))[0]?.value, value)).toBe(true);
    },
  );

  test.each([0, -1, 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, 2 ** 53, -(2 ** 53), ingestTimeUs])(
    "the event time %d us comes back exactly",
    (eventTimeUs) => {
      const between = reading({ eventTimeUs: 1 });
      const readings = [reading({ eventTimeUs }), between, reading({ eventTimeUs: -eventTimeUs }), reading({ eventTimeUs })];
      expect(roundTrip(...readings).map((each) => each.eventTimeUs + 0)).toEqual(readings.map((each) => each.eventTimeUs + 0));
    },
  );

  test("readings of one series stay in the order of arrival, those of other series apart from them", () => {
    const a = [1, 2, 3].map((value) => reading({ device: "a", value }));
    const b = [4, 5].map((value) => reading({ device: "b", value }));
    expect(roundTrip(a[0]!, b[0]!, a[1]!, b[1]!, a[2]!)).toEqual([...a, ...b]);
  });

  test("the same metric of two devices, and two metrics of one device, are different series", () => {
    const readings = [
      reading({ device: "a b", metric: "c" }),
      reading({ device: "a", metric: "b c" }),
      reading({ device: "a", metric: "c" }),
    ];
    expect(decodeReadingBlock(blockOf(...readings)).columns).toHaveLength(3);
  });

  test("a series whose value type or unit changes goes on in a new column, so that its order stays", () => {
    const readings = [
      reading({ value: 1 }),
      reading({ value: "off" }),
      reading({ value: 2 }),
      reading({ value: 3, unit: "K" }),
      reading({ value: true, unit: "K" }),
      reading({ value: 4 }),
    ];
    expect(roundTrip(...readings)).toEqual(readings);
    expect(decodeReadingBlock(blockOf(...readings)).columns).toHaveLength(6);
  });

  test("quality flags come back, also where the first one comes late in its column", () => {
    const readings = [0, 0, 1, 0, 3].map((quality) => reading({ quality }));
    expect(roundTrip(...readings)).toEqual(readings);
    expect(decodeReadingBlock(blockOf(reading(), reading())).columns[0]?.qualities).toEqual([]);
  });

  test("a text that is not well-formed is stored with replacement characters, and the block stays readable", () => {
    const [stored] = roundTrip(reading({ device: "\udc00", value: "a\ud800b" }));
    expect([stored?.device, stored?.value]).toEqual(["\ufffd", "a\ufffdb"]);
  });

  test("a builder starts every block empty and forgets no series order", () => {
    const builder = new ReadingBlockBuilder();
    builder.add(reading({ value: 1 }));
    builder.add(reading({ value: 2 }));
    expect(builder.count).toBe(2);
    builder.finish(1);
    expect(builder.count).toBe(0);
    builder.add(reading({ value: 3, eventTimeUs: 5 }));
    const second = decodeReadingBlock(builder.finish(2));
    expect(second.ingestTimeUs).toBe(2);
    expect(readingsOf(second)).toEqual([reading({ value: 3, eventTimeUs: 5 })]);
  });

  test("a builder survives more series than it remembers between blocks", () => {
    const builder = new ReadingBlockBuilder();
    for (let number = 0; number < 70_000; number++) builder.add(reading({ metric: `m${number}` }));
    expect(decodeReadingBlock(builder.finish(1)).columns).toHaveLength(70_000);
    builder.add(reading({ metric: "m1" }));
    expect(decodeReadingBlock(builder.finish(1)).columns).toHaveLength(1);
  });

  test("the bytes stand in memory of their own, not in a shared pool", () => {
    const bytes = blockOf(reading());
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });

  test("what the border must have rejected ends the process", () => {
    const builder = new ReadingBlockBuilder();
    for (const fault of [
      { value: Number.NaN },
      { value: Number.POSITIVE_INFINITY },
      { eventTimeUs: 0.5 },
      { eventTimeUs: 2 ** 54 },
    ]) {
      expect(() => builder.add(reading(fault))).toThrow("assertion failed");
    }
    expect(() => new ReadingBlockBuilder().finish(1)).toThrow("assertion failed");
  });
});

describe("results and alerts", () => {
  const result = {
    window: "minute",
    device: "press",
    metric: "temperature",
    unit: "Cel",
    startUs: -60_000_000,
    endUs: 0,
    revision: 2,
    causeOffset: 2 ** 40,
    count: 3,
    sum: -0,
    mean: 5e-324,
    min: -1.5,
    max: 0,
    stddev: 0.1,
  };
  const alert = {
    rule: "hot",
    device: "press",
    metric: "temperature",
    state: "firing",
    eventTimeUs: -1,
    value: -0,
    causeOffset: 0,
  } as const;

  test("results come back exactly, in order", () => {
    const results = [result, { ...result, window: "hour" }];
    const bytes = encodeResultBlock(results, ingestTimeUs);
    expect(decodeResultBlock(bytes)).toStrictEqual({ ingestTimeUs, results });
    expect([decodedCount("results", bytes), readBlockHeader(bytes)]).toEqual([2, { count: 2, ingestTimeUs }]);
  });

  test("alerts come back exactly, in order", () => {
    const alerts = [alert, { ...alert, state: "resolved" as const }, alert];
    const bytes = encodeAlertBlock(alerts, ingestTimeUs);
    expect(decodeAlertBlock(bytes)).toStrictEqual({ ingestTimeUs, alerts });
    expect([decodedCount("alerts", bytes), readBlockHeader(bytes)]).toEqual([3, { count: 3, ingestTimeUs }]);
  });

  test("an alert without a state is refused", () => {
    const bytes = tidegate.v1.AlertBlock.encode({
      format: 1,
      count: 1,
      ingestTimeUs: 1,
      alerts: [{ ...alert, state: 0 }],
    }).finish();
    expect(() => decodeAlertBlock(bytes)).toThrow(expect.objectContaining({ code: "BLOCK_CORRUPT" }));
  });

  test("a count that does not agree is refused", () => {
    const results = tidegate.v1.ResultBlock.encode({ format: 1, count: 2, ingestTimeUs: 1, results: [result] }).finish();
    const alerts = tidegate.v1.AlertBlock.encode({ format: 1, count: 1, ingestTimeUs: 1, alerts: [] }).finish();
    expect(() => decodedCount("results", results)).toThrow(expect.objectContaining({ code: "BLOCK_CORRUPT" }));
    expect(() => decodedCount("alerts", alerts)).toThrow(expect.objectContaining({ code: "BLOCK_CORRUPT" }));
  });
});

describe("bytes that are not a block", () => {
  const column = { device: "d", metric: "m", eventTimeUsDeltas: [1, 1], numbers: [1, 2] };
  const encoded = (block: tidegate.v1.ReadingBlock.$Properties) =>
    tidegate.v1.ReadingBlock.encode({ format: 1, count: 2, ingestTimeUs: 1, columns: [column], ...block }).finish();

  test.each<[string, tidegate.v1.ReadingBlock.$Properties]>([
    ["fewer readings than the count says", { count: 3 }],
    ["more readings than the count says", { count: 1 }],
    ["no records", { count: 0, columns: [] }],
    ["no format", { format: 0 }],
    ["a column without values", { columns: [{ ...column, numbers: [] }] }],
    ["a column with fewer values than times", { columns: [{ ...column, numbers: [1] }] }],
    ["a column with more values than times", { columns: [{ ...column, eventTimeUsDeltas: [1] }] }],
    ["a column with values of two types", { columns: [{ ...column, texts: ["a", "b"] }] }],
    ["a column with too few qualities", { columns: [{ ...column, qualities: [1] }] }],
    ["a number that is not finite", { columns: [{ ...column, numbers: [1, Number.NaN] }] }],
    ["an event time beyond 2^53", { columns: [{ ...column, eventTimeUsDeltas: [2 ** 53, 2 ** 53] }] }],
    ["an ingest time beyond a safe integer", { ingestTimeUs: 2 ** 60 }],
  ])("%s: BLOCK_CORRUPT", (_name, block) => {
    expect(() => decodeReadingBlock(encoded(block))).toThrow(expect.objectContaining({ code: "BLOCK_CORRUPT" }));
  });

  test("a later format is called unknown, not corrupt, even if nothing behind it is readable", () => {
    const later = encoded({ format: 2 });
    expect(() => decodeReadingBlock(later)).toThrow(expect.objectContaining({ code: "BLOCK_FORMAT_UNKNOWN" }));
    expect(() => decodedCount("alerts", Uint8Array.of(0x08, 0x02, 0xff))).toThrow(
      expect.objectContaining({ code: "BLOCK_FORMAT_UNKNOWN" }),
    );
  });

  test("a block cut off anywhere is refused", () => {
    const bytes = blockOf(reading(), reading({ device: "other", value: "text", quality: 1 }), reading({ value: false }));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeReadingBlock(bytes.subarray(0, length)), `cut to ${length} bytes`).toThrow(TidegateError);
    }
  });

  test("the message says what was attempted, and the cause what the decoder found", () => {
    const bytes = Uint8Array.of(...blockOf(reading()), 0x22, 0x7f);
    expect(() => decodeReadingBlock(bytes)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^decode block: .*damaged/), cause: expect.any(Error) }),
    );
  });
});
