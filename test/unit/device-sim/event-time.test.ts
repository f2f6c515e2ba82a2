import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEventTimeUs } from "../../../device-sim/event-time.ts";

it.each([
  ["2013-12-02 21:15:00", Date.UTC(2013, 11, 2, 21, 15) * 1000],
  ["2013-12-02T21:15:00Z", Date.UTC(2013, 11, 2, 21, 15) * 1000],
  ["2013-12-02T21:15:00.250Z", Date.UTC(2013, 11, 2, 21, 15, 0, 250) * 1000],
  ["2013-12-02 21:15:00.000123", Date.UTC(2013, 11, 2, 21, 15) * 1000 + 123],
  ["2013-12-02 22:15+01:00", Date.UTC(2013, 11, 2, 21, 15) * 1000],
  ["2013-12-02T16:45:00-0430", Date.UTC(2013, 11, 2, 21, 15) * 1000],
  ["2013-12-02", Date.UTC(2013, 11, 2) * 1000],
])("%s is %i microseconds since the epoch", (text, expected) => {
  expect(parseEventTimeUs(text)).toBe(expected);
});

it.each([
  "",
  "yesterday",
  "2013-02-30 00:00:00",
  "2013-13-01",
  "2013-12-02 24:00:00",
  "2013-12-02 21:60",
  "1386018900",
  "2013-12-02 21:15:00 CET",
])("%j is no time", (text) => {
  expect(parseEventTimeUs(text)).toBeUndefined();
});

it("agrees with Date on every ISO time", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }), (date) => {
      expect(parseEventTimeUs(date.toISOString())).toBe(date.getTime() * 1000);
    }),
  );
});
