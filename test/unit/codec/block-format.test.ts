import fc from "fast-check";
import { expect, test } from "vitest";
import { tidegate } from "#proto";
import {
  decodeAlertBlock,
  decodeReadingBlock,
  decodeResultBlock,
  encodeAlertBlock,
  encodeResultBlock,
  readingsOf,
} from "../../../src/codec/block-codec.ts";
import { mergeBlocks } from "../../../src/codec/block-merge.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { alertFor, readingBlock, resultFor } from "../../support/records.ts";

const ingestTimeUs = 1_767_225_600_000_000;
const press: Reading = {
  device: "press",
  metric: "temperature",
  unit: "Cel",
  tags: "",
  eventTimeUs: ingestTimeUs - 2_000,
  value: 20.53,
  quality: 0,
  correctionUs: 0,
};
const readings: Reading[] = [
  press,
  { ...press, eventTimeUs: press.eventTimeUs + 1_000_000, value: 20.5 },
  { ...press, metric: "running", unit: "", value: true },
  { ...press, device: "kiln", metric: "phase", unit: "", eventTimeUs: ingestTimeUs, value: "heat", quality: 1 },
  { ...press, device: "kiln", eventTimeUs: 7, value: 1 / 3 },
];
const tagged: Reading[] = [
  press,
  { ...press, device: "kiln", tags: "line=3,site=north" },
  { ...press, metric: "pressure", tags: "line=3,site=north" },
  { ...press, device: "kiln", metric: "pressure", tags: "line=4" },
];
const corrected: Reading[] = [
  { ...press, eventTimeUs: ingestTimeUs, quality: 1, correctionUs: ingestTimeUs - 7_000_000 },
  { ...press, device: "kiln", quality: 2, correctionUs: -3_600_000_000 },
  { ...press, device: "oven" },
];
const blocks = {
  readings: readingBlock(readings, ingestTimeUs),
  merged: mergeBlocks("readings", [
    { firstOffset: 0, count: 3, bytes: readingBlock(readings.slice(0, 3), ingestTimeUs) },
    { firstOffset: 3, count: 2, bytes: readingBlock([readings[1]!, readings[4]!], ingestTimeUs + 3_000) },
  ]).bytes,
  tagged: readingBlock(tagged, ingestTimeUs),
  corrected: readingBlock(corrected, ingestTimeUs),
  results: encodeResultBlock([resultFor(1)], ingestTimeUs),
  alerts: encodeAlertBlock([alertFor(1)], ingestTimeUs),
};

/** What was written once is in logs and collectors: other bytes are another format, with a number of its own. */
const golden = {
  readings:
    "0802100518808081b184e991032205707265737322046b696c6e2a0b74656d70657261747572652a0772756e6e696e67" +
    "2a057068617365320343656c32003a046865617442030000034a04000303045204000300025a0203026204030003046a" +
    "0405130304720b040003f2ff81e288d2a3067a02d10f8201048b2006038a0108555555555555d53f92010401030302fd" +
    "01f9fda290",
  merged:
    "0802100518808081b184e991032205707265737322046b696c6e2a0b74656d70657261747572652a0772756e6e696e67" +
    "320343656c320042030000034a0300030252030003025a02050462030300026a03051302720a0400d2e081e288d2a306" +
    "7a04d10fd00f8201058b200600038a0108555555555555d53f9a0103000505a201020303e201020702e80101f2010107" +
    "fd019bca0f23",
  tagged:
    "0802100418808081b184e991032205707265737322046b696c6e2a0b74656d70657261747572652a0870726573737572" +
    "65320343656c4204000302034a030000036201036a01057201048201088b208b208b208b20aa01116c696e653d332c73" +
    "6974653d6e6f727468aa01066c696e653d34b2010400030003fd0138cf38fc",
  corrected:
    "0802100318808081b184e991032205707265737322046b696c6e22046f76656e2a0b74656d7065726174757265320343" +
    "656c4203000303620205026a0105720200048201068b208b208b20920103030304ba011581c1abdb88d2a30680d1c8c4" +
    "a3d2a30681909de91afd01f3ab78d3",
  results:
    "0802100118808081b184e9910322510a066d696e75746512086465766963652d301a0b74656d70657261747572652880" +
    "8ece1c30809c9c394001480151000000000000f03f59000000000000f03f61000000000000f03f69000000000000f03f" +
    "fd01478d924a",
  alerts:
    "0802100118808081b184e99103222c0a03686f7412086465766963652d301a0b74656d7065726174757265200228e807" +
    "31000000000000f03f3801fd01004f1357",
};

test.each(Object.keys(golden) as (keyof typeof golden)[])("the bytes of a small block stay as they are: %s", (name) => {
  expect(Buffer.from(blocks[name]).toString("hex")).toBe(golden[name]);
});

test("the bytes that were written once are read as what they were", () => {
  const bytesOf = (name: keyof typeof golden) => Buffer.from(golden[name], "hex");
  expect(readingsOf(decodeReadingBlock(bytesOf("readings")))).toEqual(readings);
  expect(readingsOf(decodeReadingBlock(bytesOf("merged")))).toEqual([...readings.slice(0, 3), readings[1], readings[4]]);
  expect(readingsOf(decodeReadingBlock(bytesOf("tagged")))).toEqual(tagged);
  expect(readingsOf(decodeReadingBlock(bytesOf("corrected")))).toEqual(corrected);
  expect(decodeResultBlock(bytesOf("results")).results).toEqual([resultFor(1)]);
  expect(decodeAlertBlock(bytesOf("alerts")).alerts).toEqual([alertFor(1)]);
});

const anyReading: fc.Arbitrary<Reading> = fc.record({
  device: fc.constantFrom("a", "b", "ä"),
  metric: fc.constantFrom("m", "n"),
  unit: fc.constantFrom("", "Cel"),
  tags: fc.constantFrom("", "", "line=3", "line=3,site=north"),
  eventTimeUs: fc.integer({ min: 0, max: 2 ** 50 }),
  value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.string()),
  quality: fc.constantFrom(0, 1),
  correctionUs: fc.constantFrom(0, 0, 0, 1_000, -1_000, 1_767_225_600_000_000),
});

test("generated protobuf code reads every field of a block, and writes the same bytes from them", () => {
  fc.assert(
    fc.property(fc.array(anyReading, { minLength: 1, maxLength: 40 }), fc.nat(), (readings, more) => {
      const one = { firstOffset: 0, count: readings.length, bytes: readingBlock(readings, 1_000) };
      const other = { firstOffset: readings.length, count: readings.length, bytes: readingBlock(readings, more) };
      const merged = mergeBlocks("readings", [one, other]);
      for (const { bytes, count } of [one, merged]) {
        const message = tidegate.v1.ReadingBlock.decode(bytes);
        expect([message.format, message.count, message.ingestTimeUs]).toEqual([2, count, 1_000]);
        expect(tidegate.v1.ReadingBlock.encode(message).finish()).toEqual(Buffer.from(bytes));
      }
    }),
  );
  const results = tidegate.v1.ResultBlock.decode(blocks.results);
  expect(Buffer.from(tidegate.v1.ResultBlock.encode(results).finish())).toEqual(Buffer.from(blocks.results));
  const alerts = tidegate.v1.AlertBlock.decode(blocks.alerts);
  expect(Buffer.from(tidegate.v1.AlertBlock.encode(alerts).finish())).toEqual(Buffer.from(blocks.alerts));
});
