import { describe, expect, test } from "vitest";
import type { Silence } from "../../../src/model/alert-note.ts";
import { Silences } from "../../../src/notify/silences.ts";
import { firing } from "../../support/alert-transitions.ts";

const silence = (id: string, untilUs: number, match: Partial<Silence> = {}): Silence => ({
  ...{ rule: "*", device: "*", metric: "*", tag: "*", severity: null },
  ...{ id, untilUs, by: "ada", comment: "", createdAtUs: 0 },
  ...match,
});

function silencesOf(...list: Silence[]): Silences {
  const silences = new Silences();
  for (const each of list) silences.add(each);
  return silences;
}

describe("silences", () => {
  test.each([
    ["all of it", { rule: "hot", device: "press-1", metric: "t", tag: "line=3", severity: "warning" }, true],
    ["globs", { device: "press-*", tag: "line=*" }, true],
    ["another rule", { rule: "cold" }, false],
    ["another device", { device: "press" }, false],
    ["another metric", { metric: "p*" }, false],
    ["another tag", { tag: "line=4" }, false],
    ["no tag", { tag: "" }, false],
    ["another severity", { severity: "critical" }, false],
  ] as const)("match by all that they name: %s", (_, match, covers) => {
    const silences = silencesOf(silence("1", 5, match));
    expect(silences.untilUs(firing("press-1", { tag: "line=3" }))).toBe(covers ? 5 : null);
  });

  test("the one that ends last counts", () => {
    const silences = silencesOf(silence("1", 5), silence("2", 9), silence("3", 7), silence("4", 99, { device: "b" }));
    expect(silences.untilUs(firing("a"))).toBe(9);
    silences.remove("2");
    expect(silences.untilUs(firing("a"))).toBe(7);
  });

  test("end at their time, not before", () => {
    const silences = silencesOf(silence("1", 5), silence("2", 9));
    expect(silences.nextEndUs).toBe(5);
    expect(silences.endedAt(4)).toEqual([]);
    expect(silences.endedAt(5).map(({ id }) => id)).toEqual(["1"]);
    expect(new Silences().nextEndUs).toBe(Number.POSITIVE_INFINITY);
  });
});
