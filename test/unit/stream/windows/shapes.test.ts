import { describe, expect, test } from "vitest";
import { column, withValues } from "../../../support/reading-columns.ts";
import { said, windowBench } from "../../../support/window-bench.ts";

describe("hopping windows", () => {
  const shape = { kind: "hopping", sizeUs: 20, hopUs: 10 } as const;

  test("a reading counts into every window that overlaps there, and each of them is emitted at its end", () => {
    const bench = windowBench({ shape }).feedOneByOne(column("d", "m", "5=1 12=2 23=4 40=0"));
    expect(said(bench)).toEqual([
      "d/m [-10, 10) 1/1 r0@1",
      "d/m [0, 20) 3/2 r0@2",
      "d/m [10, 30) 6/2 r0@3",
      "d/m [20, 40) 4/1 r0@3",
    ]);
  });

  test("a hop that does not divide the size is the same", () => {
    const bench = windowBench({ shape: { kind: "hopping", sizeUs: 10, hopUs: 4 } });
    bench.feedOneByOne(column("d", "m", "9=1 30=0"));
    expect(said(bench)).toEqual(["d/m [0, 10) 1/1 r0@1", "d/m [4, 14) 1/1 r0@1", "d/m [8, 18) 1/1 r0@1"]);
  });

  test("a late reading counts into those windows that are still open, and is noted as partly late", () => {
    const bench = windowBench({ shape }).feedOneByOne(column("d", "m", "5=1 12=2 8=4 20=0"));
    expect(said(bench)).toEqual(["d/m [-10, 10) 1/1 r0@1", "d/m [0, 20) 7/3 r0@3"]);
    expect(bench.operator.counters()).toMatchObject({ taken: 4, skipped: { too_late: 0 }, noted: { partly_late: 1 } });
  });

  test("of many windows over each other every one holds all of its readings, whatever came before", () => {
    const bench = windowBench({ shape: { kind: "hopping", sizeUs: 100, hopUs: 1 } });
    const times = Array.from({ length: 400 }, (_, i) => i * 3);
    bench.feedOneByOne(column("d", "m", times.map((timeUs) => `${timeUs}=${timeUs}`).join(" ")));
    for (const { startUs, endUs, count, aggregates } of bench.results) {
      const inside = times.filter((timeUs) => timeUs >= startUs && timeUs < endUs);
      expect({ count, sum: aggregates.sum }).toEqual({
        count: inside.length,
        sum: inside.reduce((sum, timeUs) => sum + timeUs, 0),
      });
    }
    expect(bench.results.map(({ endUs }) => endUs)).toEqual(Array.from({ length: 1_197 }, (_, i) => i + 1));
  });
});

describe("sliding windows", () => {
  const shape = { kind: "sliding", sizeUs: 10 } as const;

  test("each reading has a window back from it, without what lies a whole size behind, emitted when the watermark has passed it", () => {
    const bench = windowBench({ shape }).feedOneByOne(column("d", "m", "5=1 12=2 15=4 16=8"));
    expect(said(bench)).toEqual(["d/m [-4, 6) 1/1 r0@1", "d/m [3, 13) 3/2 r0@2", "d/m [6, 16) 6/2 r0@3"]);
  });

  test("several readings at one event time have one window", () => {
    const bench = windowBench({ shape })
      .feed(column("d", "m", "5=1 5=2"))
      .feed(column("d", "m", "6=0"));
    expect(said(bench)).toEqual(["d/m [-4, 6) 3/2 r0@2"]);
  });

  test("a late reading that has missed its own window counts into later ones", () => {
    const bench = windowBench({ shape }).feedOneByOne(column("d", "m", "5=1 12=2 8=4 13=8 14=0"));
    expect(said(bench)).toEqual(["d/m [-4, 6) 1/1 r0@1", "d/m [3, 13) 7/3 r0@3", "d/m [4, 14) 15/4 r0@4"]);
    expect(bench.operator.counters().noted?.partly_late).toBe(1);
  });

  test("readings beyond pointsPerGroupMax are refused and counted, until older ones are in no window any more", () => {
    const bench = windowBench({ shape }, { pointsPerGroupMax: 2 }).feedOneByOne(column("d", "m", "5=1 7=2 9=4 18=8"));
    expect(bench.operator.counters()).toMatchObject({ taken: 3, skipped: { point_limit: 1 } });
  });

  test("readings beyond pointsMax are refused over all groups", () => {
    const bench = windowBench({ shape }, { pointsMax: 2 }).feedOneByOne(column("d", "m", "5=1 6=2"), column("e", "m", "5=1"));
    expect(bench.operator.counters()).toMatchObject({ taken: 2, skipped: { point_limit: 1 } });
  });
});

describe("session windows", () => {
  const shape = { kind: "session", gapUs: 10 } as const;

  test("readings less than the gap apart are one session, which ends when the gap has passed", () => {
    const bench = windowBench({ shape }).feedOneByOne(column("d", "m", "0=1 9=2 18=4 28=8 37=16 60=0"));
    expect(said(bench)).toEqual(["d/m [0, 28) 7/3 r0@3", "d/m [28, 47) 24/2 r0@5"]);
  });

  test("a reading between two sessions joins them, before either is emitted", () => {
    const bench = windowBench({ shape, latenessUs: 50 }).feedOneByOne(column("d", "m", "0=1 15=2 8=4 100=0"));
    expect(said(bench)).toEqual(["d/m [0, 25) 7/3 r0@3"]);
  });

  test("a late reading that joins emitted sessions withdraws the later one, and revises the earlier one", () => {
    const bench = windowBench({ shape, reviseUs: 100 });
    bench.feedOneByOne(column("d", "m", "0=1 15=2 30=0"));
    expect(said(bench)).toEqual(["d/m [0, 10) 1/1 r0@1", "d/m [15, 25) 2/1 r0@2"]);
    bench.results.length = 0;
    expect(said(bench.feed(column("d", "m", "8=4")))).toEqual(["d/m [15, 25) -/0 r1@3", "d/m [0, 25) 7/3 r1@3"]);
  });

  test("a late reading that makes an emitted session begin earlier withdraws it and emits it under its new begin", () => {
    const bench = windowBench({ shape, reviseUs: 100 }).feedOneByOne(column("d", "m", "15=1 40=0 9=2"));
    expect(said(bench).slice(1)).toEqual(["d/m [15, 25) -/0 r1@2", "d/m [9, 25) 3/2 r0@2"]);
  });

  test("a late reading that makes an emitted session last beyond the watermark opens it again", () => {
    const bench = windowBench({ shape, reviseUs: 100 }).feedOneByOne(column("d", "m", "0=1 12=0 9=2"));
    expect(said(bench)).toEqual(["d/m [0, 10) 1/1 r0@1"]);
    bench.results.length = 0;
    expect(said(bench.feedOneByOne(column("d", "m", "40=0")))).toEqual(["d/m [0, 22) 3/3 r1@3"]);
  });

  test("sessions beyond sessionsPerGroupMax are refused and counted; readings of open ones are taken", () => {
    const bench = windowBench({ shape, latenessUs: 100 }, { sessionsPerGroupMax: 2 });
    bench.feedOneByOne(column("d", "m", "0=1 20=1 40=1 5=1 80=1"));
    expect(bench.operator.counters()).toMatchObject({ taken: 3, skipped: { session_limit: 2 } });
  });
});

describe("count windows", () => {
  const shape = { kind: "count", readings: 3 } as const;

  test("every three readings of a group are a window, caused by the third, whatever their event times", () => {
    const bench = windowBench({ shape }).feed(column("d", "m", "50=1 5=2 20=4 1=8"), column("d", "n", "0=0"));
    bench.feed(column("d", "m", "2=16 3=32 4=64"));
    expect(said(bench)).toEqual(["d/m [5, 51) 7/3 r0@2", "d/m [1, 4) 56/3 r0@6"]);
  });

  test("silence ends no count window, and asks for no time", () => {
    const bench = windowBench({ shape }).feed(column("d", "m", "1=1"));
    expect(bench.operator.nextDeadlineUs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("aggregates", () => {
  const shape = { kind: "tumbling", sizeUs: 10 } as const;

  test("a window says what it was asked for, and always its count", () => {
    const of = (...aggregates: string[]) =>
      windowBench({ shape, aggregates }).feed(column("d", "m", "1=2 3=7 10=0")).results[0];
    expect(of("max", "first_time_us")).toMatchObject({ count: 2, aggregates: { max: 7, first_time_us: 1 } });
    expect(of("count")).toMatchObject({ count: 2, aggregates: {} });
    expect(Object.keys(of("p50", "count", "rate")?.aggregates ?? {})).toEqual(["p50", "rate"]);
  });

  test("states are aggregated where the aggregates are of states, and numbers are refused there", () => {
    const bench = windowBench({ shape, aggregates: ["last_state", "changes"] });
    bench.feed(withValues(column("d", "m", "1=0"), "on"), withValues(column("d", "m", "2=0"), "off"), column("d", "m", "10=1"));
    expect(bench.results[0]).toMatchObject({ count: 2, aggregates: { last_state: "off", changes: 1 } });
    expect(bench.operator.counters().skipped).toMatchObject({ not_a_state: 1 });
  });

  test("what a bound of an aggregate kept out of it is noted", () => {
    const deep = Array.from({ length: 2_000 }, (_, i) => `${i * 2}=1`).join(" ");
    const bench = windowBench({ shape: { kind: "tumbling", sizeUs: 10_000 }, aggregates: ["rate"] });
    bench.feed(column("d", "m", `${deep} 501=1 10000=0`));
    expect(bench.operator.counters()).toMatchObject({ taken: 2_002, noted: { aggregate_limit: 1 } });
  });
});
