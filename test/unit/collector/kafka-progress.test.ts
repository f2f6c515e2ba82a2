import fc from "fast-check";
import { expect, test } from "vitest";
import { noProgress } from "../../../src/collector/commit-stage.ts";
import { decodeProgress, encodeProgress } from "../../../src/collector/kafka-progress.ts";
import { lossesMax, noLaneProgress, withGap, withReceived } from "../../../src/collector/lane-progress.ts";
import { gapReasons } from "../../../src/model/gap.ts";

const offset = fc.nat(5000);
const time = fc.option(fc.maxSafeNat());
const arrived = fc.record({ start: offset, count: fc.integer({ min: 1, max: 50 }) });
const lost = fc.record({
  start: offset,
  count: fc.integer({ min: 1, max: 50 }),
  reason: fc.constantFrom(...gapReasons),
  at: time,
});

const laneProgress = fc.tuple(fc.array(arrived), fc.array(lost)).map(([blocks, gaps]) => {
  const received = blocks.map(({ start, count }) => ({ start, end: start + count })).reduce(withReceived, noLaneProgress);
  return gaps
    .map(({ start, count, reason, at }) => ({ fromOffset: start, toOffset: start + count, reason, sinceUs: at, untilUs: at }))
    .reduce(withGap, received);
});

test("progress is read as it was written", () => {
  const lanes = fc.record({ readings: laneProgress, results: laneProgress, alerts: laneProgress });
  fc.assert(
    fc.property(fc.record({ firstContactUs: fc.maxSafeNat(), lanes }), (progress) => {
      expect(decodeProgress("gw/log", encodeProgress(progress))).toEqual(progress);
    }),
  );
});

test("progress at its bounds is well below what a topic takes by default", () => {
  const far = 2 ** 50;
  const all = { reason: "corrupt", sinceUs: 2 * far, untilUs: 2 * far } as const;
  const received = Array.from({ length: 1000 }, (_, index) => ({ start: far + index * 2, end: far + index * 2 + 1 }));
  const losses = Array.from({ length: lossesMax }, (_, index) => ({ start: index * 2, end: index * 2 + 1, ...all }));
  const lane = { ...noLaneProgress, received, losses };
  const value = encodeProgress({ firstContactUs: far, lanes: { readings: lane, results: lane, alerts: lane } });
  expect(value.length).toBeLessThan(256 * 1024);
});

test.each([
  [
    "a later format",
    Buffer.from(JSON.stringify({ format: 2, firstContactUs: 1, lanes: noProgress })),
    /it has the format 2; use/,
  ],
  ["no JSON", Buffer.from("x"), /read the progress of gw\/log: .*JSON.*; use/],
  ["JSON without lanes", Buffer.from('{"format":1}'), /read the progress of gw\/log/],
])("%s is not taken for progress", (_, value, reason) => {
  expect(() => decodeProgress("gw/log", value)).toThrow(
    expect.objectContaining({ code: "STORE_UNUSABLE", message: expect.stringMatching(reason) }),
  );
});
