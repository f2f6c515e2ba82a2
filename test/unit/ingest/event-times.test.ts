import { describe, expect, test } from "vitest";
import { decodeReadingBlock, readingsOf } from "../../../src/codec/block-codec.ts";
import { mergeBlocks } from "../../../src/codec/block-merge.ts";
import type { ClockPolicyName } from "../../../src/ingest/clock-policy.ts";
import { EventTimes } from "../../../src/ingest/event-times.ts";
import { quality, type Reading } from "../../../src/model/reading.ts";
import { readingBlock } from "../../support/records.ts";

const second = 1_000_000;
const hour = 3600 * second;
const nowUs = Date.UTC(2026, 0, 1) * 1000;
const year2000 = Date.UTC(2000, 0, 1) * 1000;
const year2100 = Date.UTC(2100, 0, 1) * 1000;

const reading = (eventTimeUs: number, over: Partial<Reading> = {}): Reading => {
  const about = { device: "d", metric: "m", unit: "bar", tags: "line=3" };
  return { ...about, eventTimeUs, value: 1, quality: quality.good, correctionUs: 0, ...over };
};

function eventTimes(): EventTimes {
  return new EventTimes({
    eventTimeMinUs: year2000,
    eventTimeAheadMaxUs: 24 * hour,
    devicesMax: 10,
    horizonUs: 300 * second,
  });
}

const arrival = (name: ClockPolicyName, redelivered = false) => {
  return { device: "d", policy: { name, offsetMinUs: 2 * second }, nowUs, redelivered };
};

describe("policy correct", () => {
  test("moves all readings of a message alike, by what its newest one lacks, and keeps the rest of them", () => {
    const times = eventTimes();
    const settled = times.settle([reading(5 * second), reading(9 * second), reading(7 * second)], arrival("correct"));
    const correctionUs = nowUs - 9 * second;
    expect(settled).toEqual(
      [-4, 0, -2].map((backS) => reading(nowUs + backS * second, { quality: quality.corrected, correctionUs })),
    );
    expect(times.view).toEqual({ devices: 1, corrected: 3, stamped: 0, farthest: { device: "d", offsetUs: correctionUs } });
  });

  test("leaves the old readings of a device whose clock is right as they are", () => {
    const batch = Array.from({ length: 100 }, (_, index) => reading(nowUs - index * 600 * second));
    expect(eventTimes().settle(batch, arrival("correct"))).toEqual(batch);
    const old = [reading(nowUs - 9 * hour)];
    expect(eventTimes().settle(old, arrival("correct"))).toEqual(old);
  });

  test("stamps a reading whose time is absurd among others that are right, and leaves those", () => {
    const right = [reading(nowUs - second), reading(nowUs - 2 * second)];
    const absurd = [year2100, 7].map((timeUs) => reading(timeUs));
    const settled = eventTimes().settle([...right, ...absurd], arrival("correct"));
    expect(settled.slice(0, 2)).toEqual(right);
    expect(settled.slice(2)).toEqual(
      [year2100, 7].map((timeUs) => reading(nowUs, { quality: quality.stamped, correctionUs: nowUs - timeUs })),
    );
  });

  test("lets nothing lie ahead by more than the limit, whatever is known of the device", () => {
    const times = eventTimes();
    times.settle([reading(nowUs)], arrival("correct"));
    const [within, beyond] = [nowUs + 2 * second, nowUs + 2 * second + 1].map((timeUs) => reading(timeUs));
    expect(times.settle([within!], arrival("correct"))).toEqual([within]);
    expect(times.settle([beyond!], arrival("correct"))).toEqual([
      reading(nowUs, { quality: quality.stamped, correctionUs: -2 * second - 1 }),
    ]);
  });

  test("leaves a time that is the gateway's own, so that the reading is known when it comes again", () => {
    const times = eventTimes();
    times.settle([reading(9 * second)], arrival("correct"));
    expect(times.settle([reading(nowUs)], arrival("correct", true))).toEqual([reading(nowUs)]);
  });

  test("leaves a reading without a time of its own as it is", () => {
    const own = reading(nowUs, { quality: quality.stamped });
    expect(eventTimes().settle([own, reading(9 * second)], arrival("correct"))[0]).toEqual(own);
  });

  test("learns nothing from a message that is sent again, and corrects it by what is known", () => {
    const times = eventTimes();
    expect(times.settle([reading(9 * second)], arrival("correct", true))[0]).toMatchObject({ quality: quality.stamped });
    expect(times.view.devices).toBe(0);
    times.settle([reading(60 * second)], arrival("correct"));
    expect(times.settle([reading(9 * second)], arrival("correct", true))[0]).toMatchObject({
      quality: quality.corrected,
      eventTimeUs: nowUs - 51 * second,
    });
  });
});

describe("policy stamp", () => {
  test("makes the time of arrival of every other time", () => {
    const times = eventTimes();
    const settled = times.settle([reading(nowUs - 5), reading(nowUs + hour), reading(nowUs)], arrival("stamp"));
    const stamped = (correctionUs: number) => reading(nowUs, { quality: quality.stamped, correctionUs });
    expect(settled).toEqual([stamped(5), stamped(-hour), reading(nowUs)]);
    expect(times.view).toMatchObject({ corrected: 0, stamped: 2, devices: 1 });
  });
});

describe("a time that a device sent", () => {
  test.each([
    [year2000 - 1, "time_too_early", null],
    [year2000, null, null],
    [nowUs + 24 * hour, null, null],
    [nowUs + 24 * hour + 1, "time_ahead", null],
    [year2100, "time_ahead", null],
    [0, "time_too_early", null],
    [nowUs - 2 ** 52, "time_too_early", "time_too_early"],
    [nowUs + 2 ** 52, "time_ahead", "time_ahead"],
    [2 ** 53 - 1, "time_ahead", "time_ahead"],
  ])("%d us is taken under trust: %s, else: %s", (timeUs, trusted, otherwise) => {
    expect([eventTimes().faultOf(timeUs, nowUs, true), eventTimes().faultOf(timeUs, nowUs, false)]).toEqual([
      trusted,
      otherwise,
    ]);
  });
});

test("what the log says of the clocks is learned commit by commit, from raw times, also of merged blocks", () => {
  const commits = [0, 1, 2].map((number) => {
    const ingestTimeUs = nowUs + number * 60 * second;
    const rawUs = (number + 1) * 60 * second;
    const readings = [
      reading(rawUs, { device: "trusted" }),
      reading(ingestTimeUs, { quality: quality.corrected, correctionUs: ingestTimeUs - rawUs }),
      reading(ingestTimeUs - second, { quality: quality.corrected, correctionUs: ingestTimeUs - rawUs }),
      reading(ingestTimeUs, { device: "stamped", quality: quality.stamped }),
    ];
    if (number === 2) readings.push(reading(ingestTimeUs - second, { device: "late" }));
    return { firstOffset: number * 4, count: readings.length, bytes: readingBlock(readings, ingestTimeUs) };
  });
  const block = decodeReadingBlock(mergeBlocks("readings", commits).bytes);
  const times = eventTimes();
  times.learn(block, readingsOf(block), 2 * second);
  const offsetUs = nowUs - 60 * second;
  expect(times.view).toMatchObject({ devices: 3, corrected: 0, farthest: { offsetUs } });
  const later = { ...arrival("correct"), nowUs: nowUs + hour };
  expect(times.settle([reading(30 * second)], { ...later, redelivered: true })[0]?.correctionUs).toBe(offsetUs);
});
