import fc from "fast-check";
import { expect, test } from "vitest";
import { decodedCount, decodeReadingBlock, ReadingBlockBuilder, readingsOf } from "../../../src/codec/block-codec.ts";
import { lanes } from "../../../src/model/lane.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { sealed } from "../../support/sealed-block.ts";

const anyName = fc.constantFrom("", "a", "b", "ab", "Ω", "__proto__");
const anyReading: fc.Arbitrary<Reading> = fc.record(
  {
    device: anyName,
    metric: anyName,
    unit: fc.constantFrom("", "Cel"),
    tags: fc.constantFrom("", "", "line=3", "line=3,site=north"),
    eventTimeUs: fc.oneof(fc.maxSafeInteger(), fc.nat(), fc.constantFrom(2 ** 53, -(2 ** 53))).map((timeUs) => timeUs + 0),
    value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.string({ unit: "binary" })),
    quality: fc.constantFrom(0, 0, 0, 1, 2 ** 32 - 1),
    correctionUs: fc.constantFrom(0, 0, 0, 1_000, -1_000, 1_767_225_600_000_000, 2 ** 52, -(2 ** 52)),
  },
  { noNullPrototype: true },
);

/** Readings of each series in their order; between series a block has an order of its own. */
function bySeries(readings: readonly Reading[]): Record<string, Reading[]> {
  const series: Record<string, Reading[]> = {};
  for (const reading of readings) {
    const key = JSON.stringify([reading.device, reading.metric]);
    series[key] ??= [];
    series[key].push(reading);
  }
  return series;
}

test("whatever the readings, a block gives all of them back, each series in its order", () => {
  const builder = new ReadingBlockBuilder();
  fc.assert(
    fc.property(
      fc.array(anyReading, { minLength: 1, maxLength: 60 }),
      fc.nat().map((number) => number * 2 ** 21),
      (readings, ingestTimeUs) => {
        for (const reading of readings) builder.add(reading);
        const bytes = builder.finish(ingestTimeUs);
        const block = decodeReadingBlock(bytes);
        expect([block.count, block.ingestTimeUs, decodedCount("readings", bytes)]).toEqual([
          readings.length,
          ingestTimeUs,
          readings.length,
        ]);
        expect(bySeries(readingsOf(block))).toStrictEqual(bySeries(readings));
      },
    ),
    { numRuns: 500 },
  );
});

test("whatever a builder built before, the same readings give the same bytes", () => {
  const used = new ReadingBlockBuilder();
  fc.assert(
    fc.property(fc.array(anyReading, { minLength: 1, maxLength: 20 }), (readings) => {
      const fresh = new ReadingBlockBuilder();
      for (const builder of [used, fresh]) for (const reading of readings) builder.add(reading);
      expect(used.finish(7)).toEqual(fresh.finish(7));
    }),
    { numRuns: 300 },
  );
});

const anyBlock = fc.array(anyReading, { minLength: 1, maxLength: 10 }).map((readings) => {
  const builder = new ReadingBlockBuilder();
  for (const reading of readings) builder.add(reading);
  const cut = Math.ceil(readings.length / 2);
  const later = { count: readings.length - cut, ingestTimeUs: 2_000 };
  return builder.finishMerged(later.count === 0 ? [{ count: cut, ingestTimeUs: 1 }] : [{ count: cut, ingestTimeUs: 1 }, later]);
});

test("whatever the block, a flipped bit anywhere in it is found", () => {
  fc.assert(
    fc.property(anyBlock, fc.nat(), (bytes, bit) => {
      bytes[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7);
      expect(() => decodeReadingBlock(bytes)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^BLOCK_(CORRUPT|FORMAT_UNKNOWN)$/) }),
      );
    }),
    { numRuns: 2000 },
  );
});

test("whatever the bytes, even with a right checksum, decoding gives a block or a TidegateError, never another exception", () => {
  const damaged = fc.tuple(anyBlock, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })).map(([bytes, changes]) => {
    for (const [position, byte] of changes) bytes[position % bytes.length] = byte;
    return bytes;
  });
  const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged);
  const sealedBytes = anyBytes.map((bytes) => sealed(bytes.subarray(0, Math.max(0, bytes.length - 6))));
  fc.assert(
    fc.property(fc.constantFrom(...lanes), fc.oneof(anyBytes, sealedBytes), (lane, bytes) => {
      try {
        expect(decodedCount(lane, bytes)).toBeGreaterThan(0);
        if (lane === "readings") expect(readingsOf(decodeReadingBlock(bytes))).toHaveLength(decodedCount(lane, bytes));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(TidegateError);
      }
    }),
    { numRuns: 5000 },
  );
});
