import { describe, expect, test } from "vitest";
import { column } from "../../../support/reading-columns.ts";
import { said, windowBench } from "../../../support/window-bench.ts";

const shape = { kind: "tumbling", sizeUs: 10 } as const;

describe("late readings and revisions", () => {
  test("within revise a late reading makes its window be said again at the end of its commit, with the next revision", () => {
    const bench = windowBench({ shape, reviseUs: 20 });
    bench
      .feed(column("d", "m", "1=1"))
      .feed(column("d", "m", "12=2"))
      .feed(column("d", "m", "3=4 4=8"), column("d", "m", "5=16"));
    bench.feed(column("d", "m", "6=32"));
    expect(said(bench)).toEqual(["d/m [0, 10) 1/1 r0@1", "d/m [0, 10) 29/4 r1@4", "d/m [0, 10) 61/5 r2@5"]);
  });

  test("when the watermark is as far behind the end as revise says, a reading is too late", () => {
    const bench = windowBench({ shape, reviseUs: 20 }).feedOneByOne(column("d", "m", "1=1 29=0 2=2 30=0 3=4"));
    expect(said(bench)).toEqual(["d/m [0, 10) 1/1 r0@1", "d/m [0, 10) 3/2 r1@2", "d/m [20, 30) 0/1 r0@3"]);
    expect(bench.operator.counters().skipped.too_late).toBe(1);
  });

  test("a window that the watermark passed while it was empty is said with revision 0 when a late reading comes", () => {
    const bench = windowBench({ shape, reviseUs: 20 }).feedOneByOne(column("d", "m", "25=1 14=2"));
    expect(said(bench)).toEqual(["d/m [10, 20) 2/1 r0@1"]);
  });

  test("every window over a late reading is revised, by end", () => {
    const bench = windowBench({ shape: { kind: "hopping", sizeUs: 20, hopUs: 10 }, reviseUs: 100 });
    bench.feedOneByOne(column("d", "m", "5=1 30=0"));
    bench.results.length = 0;
    expect(said(bench.feed(column("d", "m", "6=2")))).toEqual(["d/m [-10, 10) 3/2 r1@2", "d/m [0, 20) 3/2 r1@2"]);
  });

  test("a late reading revises the sliding windows of the readings after it, and has one of its own", () => {
    const bench = windowBench({ shape: { kind: "sliding", sizeUs: 10 }, reviseUs: 100 });
    bench.feedOneByOne(column("d", "m", "5=1 14=2 30=0"));
    bench.results.length = 0;
    expect(said(bench.feed(column("d", "m", "4=4")))).toEqual(["d/m [-5, 5) 4/1 r0@3", "d/m [-4, 6) 5/2 r1@3"]);
  });

  test("by metric, a late reading of a slow device revises the group's window", () => {
    const bench = windowBench({ shape, by: "metric", reviseUs: 50, idleTimeoutUs: 160 }).at(1_000);
    bench
      .feed(column("d", "m", "1=1"), column("e", "m", "2=2"))
      .at(1_150)
      .feed(column("d", "m", "12=0"))
      .at(1_170);
    expect(said(bench)).toEqual(["m [0, 10) 3/2 r0@3"]);
    expect(said(bench.feed(column("e", "m", "3=4"))).slice(1)).toEqual(["m [0, 10) 7/3 r1@3"]);
  });
});

describe("idle devices", () => {
  const idleTimeoutUs = 160;

  test("the open windows of a device that says nothing for idleTimeout are said as they are, at its deadline", () => {
    const bench = windowBench({ shape, idleTimeoutUs })
      .at(1_000)
      .feed(column("d", "m", "1=1"), column("d", "n", "15=2"));
    expect(bench.operator.nextDeadlineUs()).toBe(1_160);
    expect(said(bench.at(1_159))).toEqual(["d/m [0, 10) 1/1 r0@1"]);
    expect(said(bench.at(1_160)).slice(1)).toEqual(["d/n [10, 20) 2/1 r0@2"]);
    expect(bench.operator.nextDeadlineUs()).toBe(Number.POSITIVE_INFINITY);
  });

  test("what the device sends later into such a window is not late, and is said with the next revision when it is over", () => {
    const bench = windowBench({ shape, idleTimeoutUs })
      .at(1_000)
      .feed(column("d", "m", "1=1"))
      .at(1_200);
    bench.feed(column("d", "m", "3=2")).feed(column("d", "m", "4=4"));
    expect(said(bench)).toEqual(["d/m [0, 10) 1/1 r0@1"]);
    expect(said(bench.feed(column("d", "m", "10=0"))).slice(1)).toEqual(["d/m [0, 10) 7/3 r1@3"]);
  });

  test("a window that was said because its device fell silent, and got nothing more, is not said again", () => {
    const bench = windowBench({ shape, idleTimeoutUs })
      .at(1_000)
      .feed(column("d", "m", "1=1"))
      .at(1_200);
    expect(said(bench.feed(column("d", "m", "25=0")))).toEqual(["d/m [0, 10) 1/1 r0@1"]);
  });

  test("a session that was said because its device fell silent goes on", () => {
    const bench = windowBench({ shape: { kind: "session", gapUs: 10 }, idleTimeoutUs })
      .at(1_000)
      .feed(column("d", "m", "1=1"));
    bench
      .at(1_200)
      .feed(column("d", "m", "5=2"))
      .feed(column("d", "m", "40=0"));
    expect(said(bench)).toEqual(["d/m [1, 11) 1/1 r0@1", "d/m [1, 15) 3/2 r1@2"]);
  });

  test("an idle device holds a group over devices no more, and holds it again when it is back", () => {
    const bench = windowBench({ shape, by: "metric", idleTimeoutUs }).at(1_000);
    bench
      .feed(column("d", "m", "1=1"), column("e", "m", "2=2"))
      .at(1_100)
      .feed(column("d", "m", "15=4"));
    expect(said(bench.at(1_160))).toEqual(["m [0, 10) 3/2 r0@3"]);
    bench.feed(column("e", "m", "12=8")).feed(column("d", "m", "35=0"));
    expect(said(bench).length).toBe(1);
    expect(said(bench.feed(column("e", "m", "20=0"))).slice(1)).toEqual(["m [10, 20) 12/2 r0@5"]);
  });

  test("time in which the gateway was away counts for no timeout", () => {
    const bench = windowBench({ shape, idleTimeoutUs })
      .at(1_000)
      .feed(column("d", "m", "1=1"))
      .at(1_100)
      .resume(9_100);
    expect(bench.operator.nextDeadlineUs()).toBe(9_160);
    expect(said(bench.at(9_160))).toEqual(["d/m [0, 10) 1/1 r0@1"]);
  });

  test("devices that fall silent one after the other within a sixteenth of the timeout have one deadline", () => {
    const bench = windowBench({ shape, idleTimeoutUs })
      .at(1_001)
      .feed(column("d", "m", "1=1"))
      .at(1_009)
      .feed(column("e", "m", "2=1"));
    expect(bench.operator.nextDeadlineUs()).toBe(1_170);
    expect(said(bench.at(1_170)).length).toBe(2);
  });
});

describe("clocks ahead", () => {
  const aheadMaxUs = 100;

  test("an event time further ahead than aheadMax goes into its window, is noted, and ends no other window", () => {
    const bench = windowBench({ shape, aheadMaxUs })
      .at(1_000)
      .feed(column("d", "m", "1001=1"));
    bench.feed(column("d", "m", "1101=2")).feed(column("d", "m", "1002=4"));
    expect(said(bench)).toEqual([]);
    expect(bench.operator.counters()).toMatchObject({ taken: 3, skipped: { too_late: 0 }, noted: { ahead: 1 } });
    bench.feed(column("d", "m", "1100=8"));
    expect(said(bench)).toEqual(["d/m [1000, 1010) 5/2 r0@3"]);
    expect(said(bench.at(1_200).feed(column("d", "m", "1110=0"))).slice(1)).toEqual(["d/m [1100, 1110) 10/2 r0@4"]);
  });

  test("a device whose every event time is ahead ends its windows when the gateway's time has come near enough", () => {
    const bench = windowBench({ shape, aheadMaxUs })
      .at(1_000)
      .feed(column("d", "m", "1305=1"));
    bench.at(1_100).feed(column("d", "m", "1405=2"));
    expect(said(bench)).toEqual([]);
    bench
      .at(1_205)
      .feed(column("d", "m", "1505=4"))
      .at(1_206)
      .feed(column("d", "m", "1506=8"));
    expect(said(bench)).toEqual([]);
    bench.at(1_406).feed(column("d", "m", "1706=16"));
    expect(said(bench)).toEqual(["d/m [1300, 1310) 1/1 r0@4", "d/m [1400, 1410) 2/1 r0@4"]);
  });

  test("one event time ahead among good ones never moves the watermark", () => {
    const bench = windowBench({ shape, aheadMaxUs })
      .at(1_000)
      .feed(column("d", "m", "1001=1"))
      .feed(column("d", "m", "1150=0"));
    bench
      .at(1_020)
      .feed(column("d", "m", "1012=2"))
      .at(1_060)
      .feed(column("d", "m", "1008=4"));
    expect(bench.operator.counters().skipped.too_late).toBe(1);
    bench.feed(column("d", "m", "1013=4")).feed(column("d", "m", "1020=0"));
    expect(said(bench).slice(1)).toEqual(["d/m [1010, 1020) 6/2 r0@5"]);
  });
});
