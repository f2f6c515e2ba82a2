import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { globMatches, namesRememberedMax, seriesMatcher } from "../../../src/model/series-match.ts";

describe("series match", () => {
  test.each([
    ["*", "", true],
    ["*", "anything", true],
    ["press-*", "press-7", true],
    ["press-*", "press-", true],
    ["press-*", "pres-7", false],
    ["*-7", "press-7", true],
    ["*-7", "press-7-7", true],
    ["*-7", "press-78", false],
    ["a*b*c", "a1b2b3c", true],
    ["a*b*c", "a1c2b3", false],
    ["", "", true],
    ["", "x", false],
    ["a.c", "abc", false],
    ["**", "x", true],
  ])("%j against %j is %s", (pattern, name, expected) => {
    expect(globMatches(pattern, name)).toBe(expected);
  });

  test("agrees with a regular expression on any pattern", () => {
    const short = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    fc.assert(
      fc.property(short, name, (pattern, text) => {
        expect(globMatches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text));
      }),
    );
  });

  test("a pattern of many stars costs no more than pattern length times name length", () => {
    // As a regular expression this takes longer than the age of the universe.
    expect(globMatches(`${"*a".repeat(100)}*b`, "a".repeat(256))).toBe(false);
  });

  test("both names must match", () => {
    const matches = seriesMatcher({ device: "press-*", metric: "temperature" });
    expect(matches("press-1", "temperature")).toBe(true);
    expect(matches("press-1", "pressure")).toBe(false);
    expect(matches("oven-1", "temperature")).toBe(false);
  });

  test("answers stay right when more names come than are remembered", () => {
    const matches = seriesMatcher({ device: "a*", metric: "*" });
    for (let i = 0; i < namesRememberedMax + 10; i++) expect(matches(`${i % 2 === 0 ? "a" : "b"}${i}`, "m")).toBe(i % 2 === 0);
    expect(matches("a0", "m")).toBe(true);
    expect(matches("b1", "m")).toBe(false);
  });
});
