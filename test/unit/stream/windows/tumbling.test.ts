import { describe, expect, test } from "vitest";
import type { InputColumn } from "../../../../src/stream/contract.ts";
import { defaultWindowLimits, type WindowLimits } from "../../../../src/stream/windows/plan.ts";
import { WindowOperator } from "../../../../src/stream/windows/window-operator.ts";
import { column, KeptState, OperatorBench, stateOf, withValues } from "../../../support/reading-columns.ts";
import { type Tumbling, tumbling } from "../../../support/window-definitions.ts";

function operator(changes: Partial<Tumbling> = {}, limits: Partial<WindowLimits> = {}): WindowOperator {
  return new WindowOperator(tumbling({ name: "ten", sizeUs: 10, ...changes }), { ...defaultWindowLimits, ...limits });
}

function bench(changes: Partial<Tumbling> = {}, limits: Partial<WindowLimits> = {}): OperatorBench<WindowOperator> {
  return new OperatorBench(operator(changes, limits));
}

/** Every result as `device/metric start count@cause`. */
function summary({ results }: OperatorBench<WindowOperator>): string[] {
  return results.map((r) => `${r.device}/${r.metric} ${r.startUs} ${r.count}@${r.causeOffset}`);
}

describe("emission", () => {
  test("the block that moves the watermark to the end of a window emits it, with all its aggregates", () => {
    expect(bench().feed(column("d", "m", "1=2 9=6 10=5", "bar")).results).toEqual([
      {
        window: "ten",
        device: "d",
        metric: "m",
        unit: "bar",
        startUs: 0,
        endUs: 10,
        revision: 0,
        causeOffset: 2,
        tag: "",
        count: 2,
        aggregates: { sum: 8, mean: 4, min: 2, max: 6, stddev: 2 },
      },
    ]);
  });

  test("one microsecond before its end a window stays open", () => {
    expect(summary(bench().feedOneByOne(column("d", "m", "1=2 9=6")))).toEqual([]);
  });

  test("the allowed lateness holds a window back by as much", () => {
    const windows = bench({ latenessUs: 5 }).feedOneByOne(column("d", "m", "1=0 10=0 14=0"));
    expect(summary(windows)).toEqual([]);
    expect(summary(windows.feedOneByOne(column("d", "m", "15=0")))).toEqual(["d/m 0 1@3"]);
  });

  test("one block emits the windows of all metrics of its device, by end, then by first appearance of the series", () => {
    const windows = bench({ latenessUs: 20 });
    windows.feedOneByOne(
      column("d", "b", "15=0"),
      column("d", "a", "16=0 5=0"),
      column("d", "b", "7=0"),
      column("d", "c", "1=0"),
    );
    expect(summary(windows.feedOneByOne(column("d", "c", "50=0")))).toEqual([
      "d/b 0 1@5",
      "d/a 0 1@5",
      "d/c 0 1@5",
      "d/b 10 1@5",
      "d/a 10 1@5",
    ]);
  });

  test("a reading of a metric that does not match, and a text, move the watermark of a known device", () => {
    const windows = bench({ match: { device: "*", metric: "m" } });
    windows.feedOneByOne(column("d", "m", "1=0"), column("d", "other", "12=0"));
    windows.feedOneByOne(column("d", "m", "13=0"), withValues(column("d", "m", "25=0"), "off"));
    expect(summary(windows)).toEqual(["d/m 0 1@1", "d/m 10 1@3"]);
  });

  test("windows start at multiples of their size, also before 1970", () => {
    const windows = bench().feedOneByOne(column("d", "m", "-11=0 -10=0 -1=0 0=0 9=0 10=0"));
    expect(summary(windows)).toEqual(["d/m -20 1@1", "d/m -10 2@3", "d/m 0 2@5"]);
  });

  test("windows start at multiples of an odd size at any event time that a reading can have", () => {
    for (const eventTimeUs of [2 ** 53 - 8, 1_767_225_600_000_001, -(2 ** 53) + 8]) {
      const windows = bench({ sizeUs: 7 }).feedOneByOne(column("d", "m", `${eventTimeUs}=0 ${eventTimeUs + 7}=0`));
      const startUs = windows.results[0]!.startUs;
      expect(BigInt(startUs) % 7n).toBe(0n);
      expect(startUs <= eventTimeUs && eventTimeUs < startUs + 7).toBe(true);
    }
  });

  test("a window without readings is not emitted", () => {
    expect(summary(bench().feedOneByOne(column("d", "m", "5=0 1005=0 1015=0")))).toEqual(["d/m 0 1@1", "d/m 1000 1@2"]);
  });

  test("a result carries the unit that its series had last", () => {
    const windows = bench().feedOneByOne(column("d", "m", "1=0", "K"), column("d", "m", "2=0 10=0", "Cel"));
    expect(windows.results[0]!.unit).toBe("Cel");
  });
});

describe("lateness", () => {
  test("a late reading counts as long as its window is open, however far behind the watermark it is", () => {
    const windows = bench({ sizeUs: 1_000 }).feedOneByOne(column("d", "m", "990=1 3=2 1000=0"));
    expect(summary(windows)).toEqual(["d/m 0 2@2"]);
    expect(windows.operator.counters().skipped.too_late).toBe(0);
  });

  test("a reading behind an emitted window is counted as too late and changes nothing", () => {
    const windows = bench().feedOneByOne(column("d", "m", "5=1 10=1 9=1 11=1 20=1"));
    expect(summary(windows)).toEqual(["d/m 0 1@1", "d/m 10 2@4"]);
    expect(windows.operator.counters()).toMatchObject({ taken: 4, skipped: { too_late: 1 } });
  });

  test("a window that the watermark passed while it was empty is over too", () => {
    const windows = bench().feedOneByOne(column("d", "m", "25=1 5=1 30=1"));
    expect(summary(windows)).toEqual(["d/m 20 1@2"]);
    expect(windows.operator.counters().skipped.too_late).toBe(1);
  });

  test("the fast clock of one device makes no other device late", () => {
    const windows = bench().feedOneByOne(column("fast", "m", "1=0 5000=0"), column("slow", "m", "2=0 8=0 10=0"));
    expect(summary(windows)).toEqual(["fast/m 0 1@1", "slow/m 0 2@4"]);
    expect(windows.operator.counters().skipped.too_late).toBe(0);
  });

  test("another metric of the same device does move its watermark", () => {
    const windows = bench().feedOneByOne(column("d", "a", "1=0 30=0"), column("d", "b", "2=0"));
    expect(windows.operator.counters().skipped.too_late).toBe(1);
  });
});

describe("blocks", () => {
  /** One reading a second of every metric, each metric a column: what a block stores of a device that sends all of them. */
  function everySecond(metrics: readonly string[], fromS: number, toS: number): InputColumn[] {
    const eventTimesUs = Array.from({ length: toS - fromS }, (_, i) => (fromS + i) * 1_000_000);
    const about = {
      device: "press",
      unit: "",
      tags: "",
      eventTimesUs,
      values: eventTimesUs.map(() => 1),
      qualities: [],
      correctionsUs: [],
    };
    return metrics.map((metric) => ({ ...about, metric }));
  }

  test("a device that catches up with minutes of several metrics in one block loses none of them", () => {
    const metrics = ["temperature", "pressure", "speed"];
    const windows = bench({ sizeUs: 10_000_000, latenessUs: 1_000_000 });
    windows.feed(...everySecond(metrics, 0, 5));
    windows.feed(...everySecond(metrics, 5, 605));
    windows.feed(...everySecond(metrics, 605, 612));
    expect(windows.operator.counters()).toMatchObject({ taken: 3 * 612, skipped: { too_late: 0, window_limit: 0 } });
    const expected = Array.from({ length: 61 }, (_, i) => metrics.map((metric) => `${i * 10} ${metric} 10`)).flat();
    expect(windows.results.map((r) => `${r.startUs / 1_000_000} ${r.metric} ${r.count}`)).toEqual(expected);
  });

  test("late is what is behind the blocks before: in the block of the newer reading it counts, in the next it does not", () => {
    const windows = bench().feed(column("d", "a", "5=0 10=0"), column("d", "b", "9=0"), column("d", "a", "8=0"));
    expect(summary(windows)).toEqual(["d/a 0 2@1", "d/b 0 1@1"]);
    expect(windows.operator.counters().skipped.too_late).toBe(0);
    windows.feed(column("d", "b", "9=0"));
    expect(windows.operator.counters().skipped.too_late).toBe(1);
  });

  test("the cause is the first reading with the newest event time of its device, in whichever column", () => {
    const windows = bench().feed(
      column("d", "a", "1=0 30=0 7=0"),
      column("d", "b", "30=0 31=0 31=0"),
      column("d", "c", "31=0"),
    );
    expect(summary(windows)).toEqual(["d/a 0 2@4"]);
  });

  test("results of one block come in the order of causes, whichever device appears in it first", () => {
    const windows = bench().feed(column("d", "a", "1=0 10=0"), column("e", "a", "1=0 10=0"), column("d", "b", "20=0"));
    expect(summary(windows)).toEqual(["e/a 0 1@3", "d/a 0 1@4", "d/a 10 1@4"]);
  });

  test("windows that the block itself emits need no place among the open ones, so an hour of one series in a block is taken", () => {
    const windows = bench({ sizeUs: 1_000_000 }, { slicesPerGroupMax: 2, slicesMax: 2 });
    windows.feed(...everySecond(["a"], 0, 2)).feed(...everySecond(["a"], 2, 3_602));
    expect(windows.operator.counters()).toMatchObject({ taken: 3_602, skipped: { window_limit: 0 }, outputs: 3_601 });
  });

  test("windows that stay open behind the block do need it", () => {
    const windows = bench({ latenessUs: 20 }, { slicesPerGroupMax: 2 });
    windows.feed(column("d", "a", "1=0 11=0 21=0 31=0 41=0"));
    expect(windows.operator.counters()).toMatchObject({ taken: 4, skipped: { window_limit: 1 }, outputs: 2 });
    windows.feed(column("d", "a", "25=0 35=0 45=0"));
    expect(windows.operator.counters()).toMatchObject({ taken: 6, skipped: { window_limit: 2 }, outputs: 2 });
  });

  test("a snapshot inside a block is a bug", () => {
    const windows = operator();
    windows.advance(1, 0, { results: [], alerts: [] });
    windows.consume(column("d", "m", "1=0"), 0);
    expect(() => windows.changes()).toThrow("between blocks");
  });
});

describe("counters and bounds", () => {
  test("booleans and texts are not aggregated, and counted", () => {
    const numbers = column("d", "m", "1=0 2=0");
    const windows = bench().feedOneByOne(withValues(numbers, true), withValues(numbers, "on"), numbers);
    expect(windows.operator.counters()).toEqual({
      taken: 2,
      skipped: { too_late: 0, not_a_number: 4, series_limit: 0, window_limit: 0 },
      noted: { ahead: 0, partly_late: 0, overflow: 0, aggregate_limit: 0 },
      outputs: 0,
    });
  });

  test("series that do not match are not counted", () => {
    const windows = bench({ match: { device: "press-*", metric: "t" } });
    windows.feedOneByOne(column("press-1", "t", "1=0 10=0"), column("press-1", "p", "1=0"), column("oven-1", "t", "1=0"));
    expect(windows.operator.counters()).toMatchObject({ taken: 2, skipped: { not_a_number: 0 }, outputs: 1 });
  });

  test("readings of series beyond seriesMax are refused and counted, and the others go on", () => {
    const windows = bench({}, { seriesMax: 2 });
    windows.feedOneByOne(
      column("d", "a", "1=0"),
      column("e", "a", "1=0"),
      column("d", "b", "2=0 3=0"),
      column("f", "a", "1=0"),
    );
    windows.feedOneByOne(column("d", "a", "2=0 10=0"));
    expect(summary(windows)).toEqual(["d/a 0 2@6"]);
    expect(windows.operator.counters()).toMatchObject({ taken: 4, skipped: { series_limit: 3 } });
  });

  test("a reading that would open one window too many in its series is refused, until one is emitted", () => {
    const windows = bench({ latenessUs: 100 }, { slicesPerGroupMax: 2 });
    windows.feedOneByOne(column("d", "a", "1=0 11=0 21=0 22=0 12=0"), column("d", "b", "25=0"));
    expect(windows.operator.counters()).toMatchObject({ taken: 4, skipped: { window_limit: 2 } });
    windows.feedOneByOne(column("d", "a", "110=0 111=0"));
    expect(summary(windows)).toEqual(["d/a 0 1@6"]);
    expect(windows.operator.counters()).toMatchObject({ taken: 6, skipped: { window_limit: 2 } });
  });

  test("a reading that would open one window too many in all is refused, until one is emitted", () => {
    const windows = bench({}, { slicesMax: 2 });
    windows.feedOneByOne(
      column("d", "a", "1=0"),
      column("e", "a", "1=0"),
      column("f", "a", "1=0 2=0"),
      column("e", "a", "2=0 10=0"),
    );
    windows.feedOneByOne(column("f", "a", "3=0"), column("e", "a", "20=0"), column("d", "a", "10=0"));
    expect(summary(windows)).toEqual(["e/a 0 2@5", "e/a 10 1@7", "d/a 0 1@8"]);
    expect(windows.operator.counters()).toMatchObject({ taken: 6, skipped: { window_limit: 3 } });
  });

  test("a refused reading moves the watermark all the same", () => {
    const windows = bench({}, { slicesPerGroupMax: 1, slicesMax: 1 });
    windows.feedOneByOne(column("d", "a", "1=0"), column("d", "b", "2=0 10=0"));
    expect(summary(windows)).toEqual(["d/a 0 1@2"]);
  });
});

describe("state", () => {
  const before = [
    column("d", "a", "1=0.1 12=-0 25=1e300", "Cel"),
    column("d", "b", "13=0.3 2=4"),
    column("e", "a", "1=7"),
    withValues(column("e", "a", "2=0"), true),
  ];
  const after = [column("d", "b", "3=4 14=0.7 40=1"), column("e", "c", "30=1"), column("d", "a", "17=3 99=1", "K")];

  test("restore(changes()) goes on exactly as if nothing had happened, counters included", () => {
    const uninterrupted = bench({ latenessUs: 15 }).feedOneByOne(...before);
    const restored = operator({ latenessUs: 15 });
    restored.restore(stateOf(uninterrupted.operator));
    const resumed = new OperatorBench(restored, uninterrupted.nextOffset).feedOneByOne(...after);
    const emitted = uninterrupted.results.length;
    uninterrupted.feedOneByOne(...after);
    expect(resumed.results.length).toBeGreaterThan(3);
    expect(resumed.results).toEqual(uninterrupted.results.slice(emitted));
    expect(restored.counters()).toEqual(uninterrupted.operator.counters());
    expect(new KeptState().keep(restored).contents()).toEqual(new KeptState().keep(uninterrupted.operator).contents());
  });

  test("limits count what was restored", () => {
    const full = bench({ latenessUs: 100 }, { seriesMax: 1, slicesPerGroupMax: 2 }).feedOneByOne(column("d", "a", "1=0 11=0"));
    const restored = operator({ latenessUs: 100 }, { seriesMax: 1, slicesPerGroupMax: 2 });
    restored.restore(stateOf(full.operator));
    new OperatorBench(restored, 2).feedOneByOne(column("d", "a", "21=0"), column("d", "b", "1=0"));
    expect(restored.counters()).toMatchObject({ taken: 2, skipped: { window_limit: 1, series_limit: 1 } });
  });

  test("the limit of open windows in all counts what was restored, and what is emitted frees it", () => {
    const full = bench({}, { slicesMax: 2 }).feedOneByOne(column("d", "a", "1=0"), column("e", "a", "1=0"));
    const restored = operator({}, { slicesMax: 2 });
    restored.restore(stateOf(full.operator));
    const resumed = new OperatorBench(restored, 2).feedOneByOne(column("f", "a", "1=0"));
    expect(restored.counters().skipped.window_limit).toBe(1);
    resumed.feedOneByOne(column("d", "a", "10=0 20=0"), column("f", "a", "2=0"));
    expect(restored.counters().skipped.window_limit).toBe(2);
    expect(summary(resumed)).toEqual(["d/a 0 1@3", "d/a 10 1@4"]);
  });

  test("the fingerprint changes with everything that changes results, and not with the name", () => {
    const { fingerprint } = operator();
    expect(operator({ name: "other" }).fingerprint).toBe(fingerprint);
    expect(operator({ sizeUs: 11 }).fingerprint).not.toBe(fingerprint);
    expect(operator({ latenessUs: 1 }).fingerprint).not.toBe(fingerprint);
    expect(operator({ match: { device: "d", metric: "*" } }).fingerprint).not.toBe(fingerprint);
    expect(operator({ match: { device: "*", metric: "d" } }).fingerprint).not.toBe(fingerprint);
  });
});
