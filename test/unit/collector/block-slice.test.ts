import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeAlertBlock,
  decodeReadingBlock,
  decodeResultBlock,
  encodeAlertBlock,
  encodeResultBlock,
  ReadingBlockBuilder,
  readingsOf,
} from "../../../src/codec/block-codec.ts";
import { sliceBlock } from "../../../src/collector/block-slice.ts";
import type { Alert } from "../../../src/model/alert.ts";
import type { WindowResult } from "../../../src/model/result.ts";

const reading = fc.record({
  device: fc.constantFrom("press-1", "press-2", "kiln"),
  metric: fc.constantFrom("temperature", "state"),
  unit: fc.constantFrom("", "Cel"),
  eventTimeUs: fc.integer({ min: 0, max: 2_000_000_000_000_000 }),
  value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constantFrom("on", "")),
  quality: fc.integer({ min: 0, max: 3 }),
});

test("part of a readings block holds the same readings in the same order as the whole", () => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(), (readings, one, other) => {
      const builder = new ReadingBlockBuilder();
      for (const added of readings) builder.add(added);
      const bytes = builder.finish(7_000_000);
      const whole = readingsOf(decodeReadingBlock(bytes));
      const cuts = [one % whole.length, (other % whole.length) + 1] as const;
      const from = Math.min(...cuts);
      const to = Math.max(...cuts);
      if (from === to) return;
      const part = decodeReadingBlock(sliceBlock("readings", bytes, from, to));
      expect(part.ingestTimeUs).toBe(7_000_000);
      expect(readingsOf(part)).toEqual(whole.slice(from, to));
    }),
  );
});

const result: WindowResult = {
  window: "minute",
  device: "press-1",
  metric: "temperature",
  unit: "Cel",
  startUs: 0,
  endUs: 60_000_000,
  revision: 0,
  causeOffset: 0,
  count: 1,
  sum: 1.5,
  mean: 1.5,
  min: 1.5,
  max: 1.5,
  stddev: 0,
};
const alert: Alert = {
  rule: "hot",
  device: "press-1",
  metric: "temperature",
  state: "firing",
  eventTimeUs: 5,
  value: 91.5,
  causeOffset: 0,
};

test("part of a results block holds those results", () => {
  const results = [0, 1, 2, 3].map((causeOffset) => ({ ...result, causeOffset }));
  const part = decodeResultBlock(sliceBlock("results", encodeResultBlock(results, 9), 1, 3));
  expect(part).toEqual({ ingestTimeUs: 9, results: results.slice(1, 3) });
});

test("part of an alerts block holds those alerts", () => {
  const alerts = [0, 1, 2, 3].map((causeOffset) => ({ ...alert, causeOffset }));
  const part = decodeAlertBlock(sliceBlock("alerts", encodeAlertBlock(alerts, 9), 2, 4));
  expect(part).toEqual({ ingestTimeUs: 9, alerts: alerts.slice(2, 4) });
});
