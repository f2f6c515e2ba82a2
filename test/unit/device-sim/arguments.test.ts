import { expect, it } from "vitest";
import {
  parseBrokerUrl,
  parseDurationMs,
  parseDurationOrForever,
  parseName,
  parseSpeed,
  positiveNumber,
  wholeNumber,
} from "../../../device-sim/arguments.ts";
import { reconnectDelaysMs } from "../../../device-sim/backoff.ts";

it.each([
  ["500ms", 500],
  ["20s", 20_000],
  ["1.5m", 90_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
])("%s is %i ms", (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

it.each(["", "20", "s", "-1s", "20 s", "1e3s", "forever"])("%j is no duration", (text) => {
  expect(() => parseDurationMs(text)).toThrow("Give a number with a unit");
});

it("only some durations and speeds may be endless", () => {
  expect(parseDurationOrForever("forever")).toBe(Number.POSITIVE_INFINITY);
  expect(parseSpeed("max")).toBe(Number.POSITIVE_INFINITY);
  expect(parseSpeed("60")).toBe(60);
  expect(() => parseSpeed("0")).toThrow();
});

it("numbers keep to their range", () => {
  expect(wholeNumber(1, 10)("10")).toBe(10);
  for (const text of ["0", "11", "1.5", "", "ten", "0x5"]) expect(() => wholeNumber(1, 10)(text)).toThrow("from 1 to 10");
  expect(positiveNumber(10)("0.25")).toBe(0.25);
  for (const text of ["0", "-1", "11", "NaN", ""]) expect(() => positiveNumber(10)(text)).toThrow();
});

it("a broker has a scheme and a host, a name is one level of a topic", () => {
  expect(parseBrokerUrl("mqtt://user:secret@host:1883")).toBe("mqtt://user:secret@host:1883");
  for (const text of ["host:1883", "http://host", "mqtt://", ""]) expect(() => parseBrokerUrl(text)).toThrow();
  expect(parseName("press 1")).toBe("press 1");
  for (const text of ["", "a/b", "a+", "#", "\0"]) expect(() => parseName(text)).toThrow();
});

it("the pause before a reconnect grows to 2 s at most and is spread from zero", () => {
  const longest = reconnectDelaysMs(() => 1);
  expect(Array.from({ length: 7 }, () => longest.next().value)).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
  expect(reconnectDelaysMs(() => 0).next().value).toBe(0);
});
