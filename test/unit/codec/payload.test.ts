import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tidegate } from "#proto";
import { payloadDecoders, timeUnitsUs } from "../../../src/codec/payload.ts";

const { ReadingBatch } = tidegate.v1;

/** What a decoder found, as lines: `metric unit @time = value` and `reject reason`. */
function decode(
  kind: keyof typeof payloadDecoders,
  payload: string | Uint8Array,
  timeUnit: keyof typeof timeUnitsUs = "ms",
): string[] {
  const found: string[] = [];
  payloadDecoders[kind](
    Buffer.from(payload as string),
    { metric: "m", timeUnitUs: timeUnitsUs[timeUnit] },
    {
      reading: (metric, unit, eventTimeUs, value) =>
        found.push(`${metric}${unit} @${eventTimeUs ?? "now"} = ${JSON.stringify(value)}`),
      reject: (reason) => found.push(`reject ${reason}`),
    },
  );
  return found;
}

describe("a value payload", () => {
  test.each([
    ["21.57", "m @now = 21.57"],
    [" -3e2\n", "m @now = -300"],
    ["+.5", "m @now = 0.5"],
    ["true", "m @now = true"],
    ['"open"', 'm @now = "open"'],
    ['{"v": 1, "ts": 1700000000123}', "m @1700000000123000 = 1"],
    ['{"v": 1, "ts": 1700000000123.25}', "m @1700000000123250 = 1"],
    ['{"v": 1, "ts": "2026-01-31T12:00:00.123456Z"}', "m @1769860800123456 = 1"],
    ['{"v": 1, "ts": "2026-01-31T13:00:00+01:00"}', "m @1769860800000000 = 1"],
    ['{"v": "off"}', 'm @now = "off"'],
    ['{"v": 1, "ts": null}', "m @now = 1"],
  ])("%s is read", (payload, expected) => {
    expect(decode("value", payload)).toEqual([expected]);
  });

  test.each([
    ["", "payload_empty"],
    ["warm", "payload_not_json"],
    ["21,5", "payload_not_json"],
    ["0x10", "payload_not_json"],
    ["{", "payload_not_json"],
    ["NaN", "value_not_finite"],
    ["-Infinity", "value_not_finite"],
    ["inf", "value_not_finite"],
    ["1e999", "value_not_finite"],
    ['{"v": 1e999}', "value_not_finite"],
    ['{"v": NaN}', "payload_not_json"],
    ["null", "value_type"],
    ["[1]", "value_type"],
    ['{"value": 1}', "value_missing"],
    ['{"v": {"x": 1}}', "value_type"],
    ['{"v": 1, "ts": "yesterday"}', "time_invalid"],
    ['{"v": 1, "ts": "1700000000000"}', "time_invalid"],
    ['{"v": 1, "ts": "2026-01-31T12:00:00"}', "time_invalid"],
    ['{"v": 1, "ts": "2026-13-41T12:00:00Z"}', "time_invalid"],
    ['{"v": 1, "ts": true}', "time_invalid"],
    ['{"v": 1, "ts": 1e300}', "time_invalid"],
    [JSON.stringify({ v: "x".repeat(4097) }), "text_too_long"],
  ])("%s is rejected", (payload, reason) => {
    expect(decode("value", payload)).toEqual([`reject ${reason}`]);
  });

  test("that is no UTF-8 is rejected", () => {
    expect(decode("value", new Uint8Array([0x22, 0xc3, 0x28, 0x22]))).toEqual(["reject payload_not_utf8"]);
  });

  test("has its time in the unit of its route", () => {
    expect(decode("value", '{"v":1,"ts":1700000000}', "s")).toEqual(["m @1700000000000000 = 1"]);
    expect(decode("value", '{"v":1,"ts":1700000000000001}', "us")).toEqual(["m @1700000000000001 = 1"]);
    expect(decode("value", '{"v":1,"ts":1700000000000001000}', "ns")).toEqual(["m @1700000000000001 = 1"]);
  });

  test("gives the exact double of a JSON number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const expected = Object.is(value, -0) ? "-0" : String(value);
        let got: unknown;
        payloadDecoders.value(
          Buffer.from(`{"v":${expected}}`),
          { metric: "m", timeUnitUs: 1 },
          {
            reading: (_metric, _unit, _time, read) => {
              got = read;
            },
            reject: () => undefined,
          },
        );
        expect(got).toBe(value);
      }),
    );
  });
});

describe("an object payload", () => {
  test("gives one reading a key, all at the time of ts", () => {
    const payload = '{"temperature": 21.5, "open": false, "mode": "eco", "ts": 1700000000000}';
    expect(decode("object", payload)).toEqual([
      "temperature @1700000000000000 = 21.5",
      "open @1700000000000000 = false",
      'mode @1700000000000000 = "eco"',
    ]);
  });

  test("loses only the members that are no values", () => {
    expect(decode("object", '{"a": 1, "b": {"c": 2}, "d": null, "e": [1], "f": 3}')).toEqual([
      "a @now = 1",
      "reject value_type",
      "reject value_type",
      "reject value_type",
      "f @now = 3",
    ]);
  });

  test.each([
    ["", "payload_empty"],
    ["{}", "readings_none"],
    ['{"ts": 1700000000000}', "readings_none"],
    ["21.5", "payload_not_object"],
    ["[1, 2]", "payload_not_object"],
    ["hello", "payload_not_json"],
    ['{"a": 1, "ts": "noon"}', "time_invalid"],
  ])("%s is rejected", (payload, reason) => {
    expect(decode("object", payload)).toEqual([`reject ${reason}`]);
  });

  test("takes keys that every JavaScript object inherits for what they are", () => {
    expect(decode("object", '{"__proto__": 1, "constructor": 2}')).toEqual(["__proto__ @now = 1", "constructor @now = 2"]);
  });
});

describe("a batch payload", () => {
  const encode = (series: tidegate.v1.SeriesReadings.$Properties[]) => ReadingBatch.encode({ series }).finish();

  test("gives all readings of all series, in order", () => {
    const payload = encode([
      { metric: "t", unit: "Cel", eventTimeUsDeltas: [1_700_000_000_000_000, 10, -5], numbers: [1, 2.5, -0] },
      { metric: "s", eventTimeUsDeltas: [7], texts: ["on"] },
      { metric: "b", booleans: [true, false] },
    ]);
    expect(decode("batch", payload)).toEqual([
      "tCel @1700000000000000 = 1",
      "tCel @1700000000000010 = 2.5",
      "tCel @1700000000000005 = 0",
      's @7 = "on"',
      "b @now = true",
      "b @now = false",
    ]);
  });

  test("loses only the series whose columns do not fit", () => {
    const payload = encode([
      { metric: "two columns", numbers: [1], texts: ["x"] },
      { metric: "no column" },
      { metric: "short", eventTimeUsDeltas: [1, 2], numbers: [1] },
      { metric: "infinite", numbers: [Number.POSITIVE_INFINITY, Number.NaN, 3] },
    ]);
    expect(decode("batch", payload)).toEqual([
      "reject batch_columns",
      "reject batch_columns",
      "reject batch_columns",
      "reject value_not_finite",
      "reject value_not_finite",
      "infinite @now = 3",
    ]);
  });

  test("that is empty, garbage or cut off is rejected, whatever the bytes", () => {
    expect(decode("batch", "")).toEqual(["reject payload_empty"]);
    const whole = encode([{ metric: "t", eventTimeUsDeltas: [1, 2], numbers: [1, 2] }]);
    expect(decode("batch", whole.subarray(0, whole.length - 3))).toEqual(["reject payload_not_batch"]);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decode("batch", bytes).length > 0));
  });
});
