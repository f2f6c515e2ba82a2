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
  verifyBlock,
} from "../../../src/codec/block-codec.ts";
import { resultRow } from "../../../src/codec/block-rows.ts";
import { lanes } from "../../../src/model/lane.ts";
import type { Reading, Value } from "../../../src/model/reading.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { alertFor, resultFor } from "../../support/records.ts";
import { sealed } from "../../support/sealed-block.ts";

const ingestTimeUs = 1_767_225_600_000_001;

function reading(fields: Partial<Reading> = {}): Reading {
  return {
    device: "press",
    metric: "temperature",
    unit: "Cel",
    tags: "",
    eventTimeUs: 1_000,
    value: 20.5,
    quality: 0,
    correctionUs: 0,
    ...fields,
  };
}

function blockOf(...readings: Reading[]): Uint8Array {
  const builder = new ReadingBlockBuilder();
  for (const each of readings) builder.add(each);
  return builder.finish(ingestTimeUs);
}

const corrupt = (message: string) =>
  expect.objectContaining({ code: "BLOCK_CORRUPT", message: expect.stringContaining(message) });

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

  test("a series whose value type, unit or tags change goes on in a new column, so that its order stays", () => {
    const readings = [
      reading({ value: 1 }),
      reading({ value: "off" }),
      reading({ value: 2 }),
      reading({ value: 3, unit: "K" }),
      reading({ value: true, unit: "K" }),
      reading({ value: 4 }),
      reading({ value: 5, tags: "line=3" }),
      reading({ value: 6, tags: "line=4" }),
      reading({ value: 7 }),
    ];
    expect(roundTrip(...readings)).toEqual(readings);
    expect(
      decodeReadingBlock(blockOf(...readings))
        .columns.map(({ tags }) => tags)
        .slice(5),
    ).toEqual(["", "line=3", "line=4", ""]);
  });

  test("quality flags come back, also where the first one comes late in its column", () => {
    const readings = [0, 0, 1, 0, 3].map((quality) => reading({ quality }));
    expect(roundTrip(...readings)).toEqual(readings);
    expect(decodeReadingBlock(blockOf(reading(), reading())).columns[0]?.qualities).toEqual([]);
  });

  test("corrections come back, also where the first one comes late in its column, and not in the block after", () => {
    const builder = new ReadingBlockBuilder();
    const corrections = [0, 0, -5, 2 ** 52, -(2 ** 52), 0];
    for (const correctionUs of corrections) {
      builder.add(reading({ correctionUs }));
      builder.add(reading({ device: "other" }));
    }
    const block = decodeReadingBlock(builder.finish(ingestTimeUs));
    expect(block.columns.map(({ correctionsUs }) => correctionsUs)).toEqual([corrections, []]);
    expect(readingsOf(block).map(({ correctionUs }) => correctionUs)).toEqual([...corrections, 0, 0, 0, 0, 0, 0]);
    for (const _ of corrections) builder.add(reading());
    expect(builder.finish(ingestTimeUs)).toEqual(blockOf(...corrections.map(() => reading())));
  });

  test("corrections of the first readings of a large block come back", () => {
    const readings = Array.from({ length: 1000 }, (_, index) => reading({ correctionUs: index < 3 ? 5 : 0 }));
    expect(roundTrip(...readings)).toEqual(readings);
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

  test("a builder survives more texts of tags than it remembers between blocks", () => {
    const builder = new ReadingBlockBuilder();
    for (let number = 0; number < 70_000; number++) builder.add(reading({ tags: `n=${number}` }));
    expect(decodeReadingBlock(builder.finish(1)).columns.at(-1)?.tags).toBe("n=69999");
    builder.add(reading({ tags: "n=1" }));
    expect(decodeReadingBlock(builder.finish(1)).columns[0]?.tags).toBe("n=1");
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
      { correctionUs: 2 ** 52 + 1 },
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
    tag: "line=3",
    count: 3,
    aggregates: {
      sum: -0,
      mean: 5e-324,
      min: -1.5,
      max: 0,
      stddev: 0.1,
      p99: Number.POSITIVE_INFINITY,
      last_state: "läuft",
      empty: "",
      open: false,
    },
  };
  const alert = {
    rule: "hot",
    device: "press",
    metric: "temperature",
    tag: "",
    state: "firing",
    severity: "warning",
    eventTimeUs: -1,
    value: -0,
    causeOffset: 0,
    detail: "",
  } as const;
  const others = [
    { ...alert, value: "fault", severity: "critical", detail: 'value == "fault"' },
    { ...alert, value: "", severity: "info" },
    { ...alert, value: false, device: "", tag: "line=3" },
    { ...alert, value: null, detail: "no reading for 60 s" },
  ] as const;

  test("results come back exactly, in order", () => {
    const results = [result, { ...result, window: "hour", tag: "", aggregates: {} }];
    const bytes = encodeResultBlock(results, ingestTimeUs);
    expect(decodeResultBlock(bytes)).toStrictEqual({ ingestTimeUs, commits: [{ count: 2, ingestTimeUs }], results });
    expect([decodedCount("results", bytes), readBlockHeader(bytes)]).toEqual([2, { count: 2, ingestTimeUs }]);
  });

  test("alerts come back exactly, in order", () => {
    const alerts = [alert, { ...alert, state: "resolved" as const }, ...others];
    const bytes = encodeAlertBlock(alerts, ingestTimeUs);
    expect(decodeAlertBlock(bytes)).toStrictEqual({ ingestTimeUs, commits: [{ count: 6, ingestTimeUs }], alerts });
    expect([decodedCount("alerts", bytes), readBlockHeader(bytes)]).toEqual([6, { count: 6, ingestTimeUs }]);
  });

  test("an alert without a state, or of a severity that does not exist, is refused", () => {
    const blockOf = (changes: tidegate.v1.Alert.$Properties) => {
      const alerts = [{ rule: "hot", state: 1, ...changes }];
      return sealed(tidegate.v1.AlertBlock.encode({ format: 2, count: 1, ingestTimeUs: 1, alerts }).finish());
    };
    expect(() => decodeAlertBlock(blockOf({ state: 0 }))).toThrow(corrupt("unknown state"));
    expect(() => decodeAlertBlock(blockOf({ severity: 9 as never }))).toThrow(corrupt("unknown severity"));
  });

  test("a count that does not agree is refused", () => {
    const results = tidegate.v1.ResultBlock.encode({
      format: 2,
      count: 2,
      ingestTimeUs: 1,
      results: [resultRow(result)],
    }).finish();
    const alerts = tidegate.v1.AlertBlock.encode({ format: 2, count: 1, ingestTimeUs: 1, alerts: [] }).finish();
    expect(() => decodedCount("results", sealed(results))).toThrow(corrupt("says 2 records and holds 1"));
    expect(() => decodedCount("alerts", sealed(alerts))).toThrow(corrupt("says 1 records and holds 0"));
  });

  test("a record that is not readable is refused, and the cause is what the decoder found", () => {
    const head = tidegate.v1.AlertBlock.encode({ format: 2, count: 1, ingestTimeUs: 1 }).finish();
    const thrown = expect.objectContaining({ code: "BLOCK_CORRUPT", cause: expect.any(Error) });
    expect(() => decodeAlertBlock(sealed(Uint8Array.of(...head, 0x22, 1, 0xff)))).toThrow(thrown);
  });
});

describe("bytes that are not a block, under a right checksum", () => {
  /** One series: 1 and 2 at 1 us and 2 us after the ingest time. */
  const two = { format: 2, count: 2, ingestTimeUs: 1, devices: ["d"], metrics: ["m"], units: [""], columnCounts: [3] };
  const encoded = (block: tidegate.v1.ReadingBlock.$Properties) =>
    sealed(tidegate.v1.ReadingBlock.encode({ ...two, firstTimes: [3], timeSteps: [3], values: [3, 3], ...block }).finish());
  const doubles = { columnKinds: [21] };

  test("the block that they are made from is one", () => {
    expect(readingsOf(decodeReadingBlock(encoded({}))).map(({ eventTimeUs, value }) => [eventTimeUs, value])).toEqual([
      [2, 1],
      [3, 2],
    ]);
  });

  test.each<[string, string, tidegate.v1.ReadingBlock.$Properties]>([
    ["no records", "no valid header", { count: 0 }],
    ["more records than any block", "no valid header", { count: 131_073 }],
    ["no format", "no valid header", { format: 0 }],
    ["an ingest time beyond 2^52", "no valid header", { ingestTimeUs: 2 ** 52 + 1 }],
    ["a column of more readings than the block", "holds 3 readings of 2", { columnCounts: [5] }],
    ["a column of no readings", "holds 0 readings", { columnCounts: [2] }],
    ["a name that is in no table", "entry 1 of a table of 1", { columnDevices: [3] }],
    ["tags that are in no table", "entry 2 of a table of 2", { tags: ["a=1"], columnTags: [5] }],
    ["tags of more columns than there are", "holds more than", { tags: ["a=1"], columnTags: [3, 3] }],
    ["a unit of time that does not exist", "unknown unit of time 4", { columnTimeUnits: [9] }],
    ["a kind of value that does not exist", "unknown kind 13", { columnKinds: [27] }],
    ["a boolean that is neither", "entry 2 of a table of 2", { columnKinds: [23], values: [5] }],
    ["a text that is in no table", "entry 0 of a table of 0", { columnKinds: [25], values: [] }],
    ["more event times than readings", "holds more than", { timeSteps: [3, 3] }],
    ["more values than readings", "holds more than", { values: [3, 3, 3] }],
    ["more doubles than readings", "more doubles", { ...doubles, values: [], doubles: [1, 2, 3] }],
    ["fewer doubles than readings", "fewer doubles", { ...doubles, values: [], doubles: [1] }],
    ["a number that is not finite", "not finite", { ...doubles, values: [], doubles: [1, Number.NaN] }],
    ["an event time beyond 2^53", "beyond 2^53", { firstTimes: [2 ** 54], timeSteps: [2 ** 54] }],
    ["an integer beyond 2^53", "beyond 2^53", { values: [2 ** 55] }],
    ["quality flags of more than 32 bits", "32 bits", { qualities: [2 ** 33 + 1] }],
    ["negative quality flags", "32 bits", { qualities: [2] }],
    ["a correction beyond 2^52", "beyond 2^52", { corrections: [2 ** 53 + 3] }],
    ["more corrections than readings", "holds more than", { corrections: [3, 3, 3] }],
    ["a run of no zeros", "has none", { values: [1, 0, 3] }],
    ["a run of zeros beyond the readings", "holds more than", { values: [1, 3] }],
    ["a position outside the block", "position 2", { firstPositions: [3], positionSteps: [3] }],
    ["a position that is taken", "position", { columnCounts: [], firstPositions: [3], timeSteps: [], values: [3, 3] }],
    ["positions that go back", "position 0", { firstPositions: [3], positionSteps: [2] }],
    ["more commits than records", "holds more than", { commitCounts: [3, 0], commitTimeSteps: [3, 3] }],
    ["a commit of no records", "empty", { commitCounts: [3, 2, 5], commitTimeSteps: [3] }],
    ["a commit before the Unix epoch", "out of time", { commitCounts: [3], commitTimeSteps: [4] }],
    ["commits of more records in all", "do not hold 2", { commitCounts: [7] }],
    ["commits with an unknown unit of time", "unknown unit of time", { commitCounts: [3], commitTimeUnit: 3 }],
  ])("%s: BLOCK_CORRUPT", (_name, message, block) => {
    expect(() => decodeReadingBlock(encoded(block))).toThrow(corrupt(message));
  });

  test("a list in two pieces, fields out of order, a number without an end: BLOCK_CORRUPT", () => {
    const head = [0x08, 2, 0x10, 1, 0x22, 0, 0x2a, 0, 0x32, 0];
    for (const [bytes, message] of [
      [[...head, 0x82, 1, 1, 3, 0x82, 1, 1, 3], "more than one piece"],
      [[...head, 0x3a, 0, 0x32, 0], "field 6 behind 7"],
      [[...head, 0x3a, 9, 0], "does not end"],
      [[...head, 0x3a, 0x80], "end within a number"],
      [[...head, 0x82, 1, 1, 0x80], "within an integer"],
    ] as const) {
      expect(() => decodeReadingBlock(sealed(Uint8Array.from(bytes))), message).toThrow(corrupt(message));
    }
  });
});

describe("damage", () => {
  const blocks = {
    readings: blockOf(reading(), reading({ device: "other", value: "text", quality: 1 }), reading({ value: false })),
    results: encodeResultBlock([resultFor(1)], ingestTimeUs),
    alerts: encodeAlertBlock([alertFor(1), alertFor(2)], ingestTimeUs),
  } as const;

  test.each(lanes)("a flipped bit anywhere in a block of %s is found", (lane) => {
    const bytes = blocks[lane];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const code = bit < 16 ? /^BLOCK_(CORRUPT|FORMAT_UNKNOWN)$/ : /^BLOCK_CORRUPT$/;
      const thrown = expect.objectContaining({ code: expect.stringMatching(code) });
      expect(() => decodedCount(lane, damaged), `bit ${bit}`).toThrow(thrown);
      expect(() => verifyBlock(damaged), `bit ${bit}`).toThrow(thrown);
    }
  });

  test("the message says that it is the checksum", () => {
    const damaged = Uint8Array.from(blocks.readings);
    damaged[20]! ^= 1;
    expect(() => decodeReadingBlock(damaged)).toThrow(corrupt("checksum (CRC32C)"));
  });

  test.each(lanes)("a block of %s that is cut off anywhere is refused, or goes on too long", (lane) => {
    const bytes = blocks[lane];
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodedCount(lane, bytes.subarray(0, length)), `cut to ${length} bytes`).toThrow(TidegateError);
    }
    expect(() => decodedCount(lane, Uint8Array.of(...bytes, 0))).toThrow(corrupt("checksum"));
  });

  test("another format is called unknown, not corrupt, even if nothing behind it is readable", () => {
    for (const format of [1, 3, 300]) {
      const bytes = tidegate.v1.ReadingBlock.encode({ format, count: 1 }).finish();
      const thrown = expect.objectContaining({ code: "BLOCK_FORMAT_UNKNOWN", message: expect.stringContaining(`${format}`) });
      expect(() => decodeReadingBlock(Uint8Array.of(...bytes, 0xff))).toThrow(thrown);
      expect(() => decodedCount("alerts", bytes)).toThrow(thrown);
      expect(() => verifyBlock(bytes)).toThrow(thrown);
    }
  });

  test("a whole block is verified without decoding it", () => {
    for (const lane of lanes) expect(verifyBlock(blocks[lane])).toEqual(readBlockHeader(blocks[lane]));
  });
});
