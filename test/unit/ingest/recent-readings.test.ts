import fc from "fast-check";
import { expect, test } from "vitest";
import { RecentReadings } from "../../../src/ingest/recent-readings.ts";
import { quality, type Reading } from "../../../src/model/reading.ts";

const reading = (over: Partial<Reading> = {}): Reading => ({
  device: "d",
  metric: "m",
  unit: "",
  tags: "",
  eventTimeUs: 1,
  value: 1,
  quality: quality.good,
  correctionUs: 0,
  ...over,
});

test("a reading is known again only by the same series, event time and value", () => {
  const recent = new RecentReadings(10);
  recent.add(reading());
  recent.add(reading({ metric: "state", value: "on" }));
  expect(recent.has(reading())).toBe(true);
  expect(recent.has(reading({ metric: "state", value: "on" }))).toBe(true);
  for (const other of [
    { device: "e" },
    { metric: "n" },
    { eventTimeUs: 2 },
    { value: 2 },
    { value: -1 },
    { value: true },
    { value: "1" },
  ]) {
    expect(recent.has(reading(other))).toBe(false);
  }
  expect(recent.has(reading({ metric: "state", value: "off" }))).toBe(false);
});

test("0 and -0 are two values, true and 1 as well", () => {
  const recent = new RecentReadings(10);
  recent.add(reading({ value: 0 }));
  recent.add(reading({ value: true, eventTimeUs: 2 }));
  expect(recent.has(reading({ value: -0 }))).toBe(false);
  expect(recent.has(reading({ value: 1, eventTimeUs: 2 }))).toBe(false);
});

test("a reading without an event time of its own is never known", () => {
  const recent = new RecentReadings(10);
  recent.add(reading({ quality: quality.stamped }));
  expect(recent.has(reading({ quality: quality.stamped }))).toBe(false);
});

test("a reading is known by the time that the device sent, whatever was made of it", () => {
  const recent = new RecentReadings(10);
  recent.add(reading({ eventTimeUs: 1_000, quality: quality.corrected, correctionUs: 990 }));
  recent.add(reading({ eventTimeUs: 2_000, quality: quality.stamped, correctionUs: 1_980 }));
  for (const eventTimeUs of [10, 20]) expect(recent.has(reading({ eventTimeUs }))).toBe(true);
  for (const eventTimeUs of [1_000, 2_000]) expect(recent.has(reading({ eventTimeUs }))).toBe(false);
  recent.forget(reading({ eventTimeUs: 2_500, quality: quality.stamped, correctionUs: 2_480 }));
  expect(recent.has(reading({ eventTimeUs: 20 }))).toBe(false);
});

test("a reading that could not be stored is new when it comes again", () => {
  const recent = new RecentReadings(10);
  recent.add(reading());
  recent.forget(reading());
  expect(recent.has(reading())).toBe(false);
});

test("with room for none, none is known", () => {
  const recent = new RecentReadings(0);
  recent.add(reading());
  expect(recent.has(reading())).toBe(false);
});

test("exactly the newest readings are known, however many came", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 60 }), (room, count) => {
      const recent = new RecentReadings(room);
      for (let time = 0; time < count; time++) recent.add(reading({ eventTimeUs: time }));
      for (let time = 0; time < count; time++) expect(recent.has(reading({ eventTimeUs: time }))).toBe(time >= count - room);
    }),
  );
});

test("so it is for many readings, with few event times, asked for at any moment", () => {
  const room = 10_000;
  const recent = new RecentReadings(room);
  const nth = (index: number) => reading({ eventTimeUs: index % 50, value: index });
  for (let index = 0; index < 30_000; index++) {
    recent.add(nth(index));
    if (index % 997 !== 0) continue;
    for (const back of [0, 1, 4095, 4096, 4097, 9998, 9999, 10_000, 15_000]) {
      if (back <= index) expect(recent.has(nth(index - back))).toBe(back < room);
    }
  }
});

test("long texts are told apart, and not kept", () => {
  const recent = new RecentReadings(10);
  const long = "x".repeat(4096);
  recent.add(reading({ value: `${long}a` }));
  expect(recent.has(reading({ value: `${long}a` }))).toBe(true);
  expect(recent.has(reading({ value: `${long}b` }))).toBe(false);
  const many = new RecentReadings(20_000);
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 20_000; i++) many.add(reading({ value: `${i} ${long}`.split("").reverse().join(""), eventTimeUs: i }));
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000);
});
