import { describe, expect, test } from "vitest";
import { WindowOperator } from "../../../../src/stream/windows/window-operator.ts";
import { column, stateOf } from "../../../support/reading-columns.ts";
import { said, windowBench } from "../../../support/window-bench.ts";

const shape = { kind: "tumbling", sizeUs: 10 } as const;
const never = 1e15;

describe("groups", () => {
  test("by device: all metrics of a device together, without a unit", () => {
    const bench = windowBench({ shape, by: "device" }).feed(column("d", "a", "1=1", "K"), column("d", "b", "2=2 10=0", "bar"));
    expect(said(bench)).toEqual(["d [0, 10) 3/2 r0@2"]);
    expect(bench.results[0]).toMatchObject({ metric: "", unit: "" });
  });

  test("by metric: a metric of all devices together, with the unit that a device named last", () => {
    const bench = windowBench({ shape, by: "metric" });
    bench.feed(column("d", "a", "1=1 10=0", "K"), column("e", "a", "2=2 11=0", "Cel"), column("e", "b", "12=8"));
    expect(said(bench)).toEqual(["a [0, 10) 3/2 r0@4"]);
    expect(bench.results[0]).toMatchObject({ device: "", unit: "Cel" });
  });

  test("by tag: a metric of all devices whose readings have the same value of it; those without it are together, too", () => {
    const bench = windowBench({ shape, by: { tag: "site" } });
    const at = (tags: string, device: string, readings: string) => ({ ...column(device, "a", readings), tags });
    bench.feed(at("line=2,site=ulm", "d", "1=1 10=0"), at("site=ulm", "e", "2=2 10=0"), at("site=graz", "f", "3=4 10=0"));
    bench.feed(column("g", "a", "4=8 10=0"));
    expect(said(bench)).toEqual(["site=ulm/a [0, 10) 3/2 r0@3", "site=graz/a [0, 10) 4/1 r0@5", "site=/a [0, 10) 8/1 r0@7"]);
  });

  test("a group over devices waits for the slowest of them, and the one that moves it last is the cause", () => {
    const bench = windowBench({ shape, by: "metric", idleTimeoutUs: never });
    bench
      .feed(column("d", "a", "1=1"))
      .feed(column("e", "a", "2=2"))
      .feed(column("d", "a", "35=0"));
    expect(said(bench)).toEqual([]);
    bench.feed(column("e", "a", "9=4")).feed(column("e", "a", "12=0"));
    expect(said(bench)).toEqual(["a [0, 10) 7/3 r0@4"]);
  });

  test("a device that joins a group over devices later does not turn its watermark back", () => {
    const bench = windowBench({ shape, by: "metric" })
      .feed(column("d", "a", "1=1 25=0"))
      .feed(column("e", "a", "3=1 22=0"));
    expect(said(bench)).toEqual(["a [0, 10) 1/1 r0@1"]);
    expect(bench.operator.counters()).toMatchObject({ taken: 3, skipped: { too_late: 1 } });
  });

  test("readings of series beyond seriesMax go into one group for all of them, if so configured, and are noted", () => {
    const bench = windowBench({ shape, overflow: "other" }, { seriesMax: 1 });
    bench.feed(column("d", "a", "1=1"), column("e", "a", "2=2"), column("f", "b", "3=4")).feed(column("f", "b", "10=0"));
    expect(said(bench)).toEqual(["other [0, 10) 6/2 r0@3"]);
    expect(bench.operator.counters()).toMatchObject({ taken: 4, skipped: { series_limit: 0 }, noted: { overflow: 3 } });
    expect(said(bench.feed(column("d", "a", "10=0"))).slice(1)).toEqual(["d/a [0, 10) 1/1 r0@4"]);
  });

  test("a group over devices is over readings, so aggregates of single series are refused there", () => {
    expect(() => windowBench({ shape, by: "metric", aggregates: ["rate"] })).toThrow("not grouped");
    expect(() => windowBench({ shape, overflow: "other", aggregates: ["rate"] })).toThrow("group for the rest");
  });
});

describe("state in parts", () => {
  const series = (count: number, readings: string) =>
    Array.from({ length: count }, (_, i) => column(`device-${i}`, "m", readings));

  test("a call gives what changed since the last one: few parts if few groups did", () => {
    const bench = windowBench({ shape }).feed(...series(1_000, "1=1"));
    expect(bench.operator.changes().length).toBeGreaterThan(100);
    bench.feed(column("device-7", "m", "2=1"), column("device-8", "m", "2=1"));
    expect(bench.operator.changes().map(({ key }) => key)).toEqual(["counters", "devices/0", "groups/0"]);
    expect(bench.operator.changes().map(({ key }) => key)).toEqual(["counters"]);
  });

  test("an operator that was restored gives all of its state at the first call", () => {
    const bench = windowBench({ shape }).feed(...series(40, "1=1"));
    const stored = stateOf(bench.operator);
    const restored = new WindowOperator({
      name: "w",
      match: { device: "*", metric: "*" },
      shape,
      latenessUs: 0,
      aggregates: ["sum"],
    });
    restored.restore(stored);
    expect(restored.changes().map(({ key }) => key)).toEqual(stored.map(({ key }) => key));
  });
});
