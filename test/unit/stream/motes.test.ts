// Windows over several real series: test/data/README.md. Four motes, two indoors and two outdoors, temperature and humidity every
// five seconds for 6.5 hours; each of the 4,690 rounds is a commit. What they must say is worked out from the rows of the file alone.

import { describe, expect, test } from "vitest";
import type { WindowBy } from "../../../src/model/definitions.ts";
import type { WindowResult } from "../../../src/model/result.ts";
import type { InputColumn } from "../../../src/stream/contract.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import {
  type MoteMetric,
  type MoteRow,
  moteIntervalUs,
  moteMetrics,
  moteRounds,
  moteRows,
  motesStartUs,
} from "../../support/motes.ts";
import { naive } from "../../support/naive-aggregates.ts";
import { OperatorBench } from "../../support/reading-columns.ts";
import { tumbling } from "../../support/window-definitions.ts";

const minuteUs = 60_000_000;
const sizeUs = 5 * minuteUs;
const endUs = motesStartUs + 4_690 * moteIntervalUs;
const aggregates = ["count", "min", "max", "mean", "stddev", "first", "last"];
const rows = moteRows();
const rounds = moteRounds();

const groupings: { by: WindowBy; groups: number; nameOf: (row: MoteRow, metric: MoteMetric) => string }[] = [
  { by: "series", groups: 8, nameOf: ({ mote }, metric) => `${mote} ${metric} ` },
  { by: "device", groups: 4, nameOf: ({ mote }) => `${mote}  ` },
  { by: { tag: "site" }, groups: 4, nameOf: ({ site }, metric) => ` ${metric} site=${site}` },
  { by: "metric", groups: 2, nameOf: (_row, metric) => ` ${metric} ` },
];

function bench(by: WindowBy): OperatorBench<WindowOperator> {
  return new OperatorBench(new WindowOperator(tumbling({ name: "five-minutes", sizeUs, by, aggregates })));
}

function windows(by: WindowBy): OperatorBench<WindowOperator> {
  const motes = bench(by);
  for (const round of rounds) motes.at(round[0]!.eventTimesUs[0]!).feed(...round);
  return motes;
}

const nameOf = ({ device, metric, tag, startUs }: WindowResult) => `${device} ${metric} ${tag} ${startUs}`;

/** By group and start: one pass over the rows, whole lists of points. */
function byTheBook(groupOf: (row: MoteRow, metric: MoteMetric) => string) {
  const lists = new Map<string, { timeUs: number; value: number }[]>();
  const inTime = [...rows].sort((one, other) => one.timeUs - other.timeUs);
  for (const row of inTime) {
    for (const metric of moteMetrics) {
      const name = `${groupOf(row, metric)} ${Math.floor(row.timeUs / sizeUs) * sizeUs}`;
      lists.set(name, [...(lists.get(name) ?? []), { timeUs: row.timeUs, value: row[metric] }]);
    }
  }
  return lists;
}

describe.each(groupings)("five-minute windows by $by", ({ by, groups, nameOf: groupOf }) => {
  const motes = windows(by);

  test("every group has 78 whole windows, each emitted once, by the round that begins the next one", () => {
    expect(motes.results).toHaveLength(78 * groups);
    expect(new Set(motes.results.map(nameOf)).size).toBe(78 * groups);
    for (const { startUs, revision, causeOffset } of motes.results) {
      expect(revision).toBe(0);
      expect(Math.floor(causeOffset / 8)).toBe((startUs + sizeUs - motesStartUs) / moteIntervalUs);
    }
    expect(motes.operator.counters()).toMatchObject({ taken: 37_520, skipped: { too_late: 0 }, outputs: 78 * groups });
  });

  test("they say what the rows of the file say", () => {
    const expected = byTheBook(groupOf);
    for (const result of motes.results) {
      const points = expected.get(nameOf(result))!;
      expect(result.count).toBe(points.length);
      expect(result.count).toBe((60 * 8) / groups);
      for (const spec of ["min", "max", "first", "last"])
        expect(result.aggregates[spec]).toBe(naive(spec, points, result.endUs)[spec]);
      for (const spec of ["mean", "stddev"])
        expect(result.aggregates[spec]).toBeCloseTo(naive(spec, points, result.endUs)[spec] as number, 8);
    }
  });

  test("the last ten rounds are no whole window: it is emitted when the motes have been silent for the idle timeout", () => {
    const silent = windows(by).at(endUs + 2 * sizeUs);
    const last = silent.results.slice(78 * groups);
    expect(last.map(({ startUs, count }) => ({ startUs, count }))).toEqual(
      Array.from({ length: groups }, () => ({ startUs: motesStartUs + 78 * sizeUs, count: (10 * 8) / groups })),
    );
  });

  test("rounds that come together, as after an outage, make the same windows", () => {
    const said = ({ results }: OperatorBench<WindowOperator>) =>
      results.map((result) => [nameOf(result), result.count, result.aggregates.min, result.aggregates.max]).sort();
    for (const perBlock of [7, 720, 4_690]) {
      const together = bench(by);
      for (let from = 0; from < rounds.length; from += perBlock) together.feed(...merged(rounds.slice(from, from + perBlock)));
      expect(said(together)).toEqual(said(motes));
    }
  });
});

test("motes that are two minutes behind the others are waited for: no reading is late, and windows over all motes are the same", () => {
  const isOutdoor = ({ tags }: InputColumn) => tags === "site=outdoor";
  const behind = bench("metric");
  for (let at = 0; at < rounds.length + 24; at++) {
    const fast = (rounds[at] ?? []).filter((column) => !isOutdoor(column));
    const slow = (rounds[at - 24] ?? []).filter(isOutdoor);
    behind.at(motesStartUs + at * moteIntervalUs).feed(...fast, ...slow);
  }
  const said = ({ results }: OperatorBench<WindowOperator>) =>
    results.map(({ metric, startUs, count, aggregates: { min, max } }) => [metric, startUs, count, min, max]);
  expect(said(behind)).toEqual(said(windows("metric")));
  expect(behind.operator.counters()).toMatchObject({ taken: 37_520, skipped: { too_late: 0 } });
});

test("the events are where a site's windows reach highest", () => {
  const { results } = windows({ tag: "site" });
  const hottest = (site: string) =>
    results
      .filter(({ tag, metric }) => tag === `site=${site}` && metric === "temperature")
      .reduce((one, other) => ((other.aggregates.max as number) > (one.aggregates.max as number) ? other : one));
  for (const site of ["indoor", "outdoor"]) {
    const { startUs, endUs: hotEndUs, aggregates: values } = hottest(site);
    const event = rows.filter((row) => row.site === site && row.isEvent);
    expect(values.max).toBe(Math.max(...event.map(({ temperature }) => temperature)));
    expect(event.some(({ timeUs }) => timeUs >= startUs && timeUs < hotEndUs)).toBe(true);
  }
});

/** As one commit stores them: a column per series. */
function merged(columns: readonly (readonly InputColumn[])[]): InputColumn[] {
  return columns[0]!.map((first, series) => ({
    ...first,
    eventTimesUs: columns.map((round) => round[series]!.eventTimesUs[0]!),
    values: columns.map((round) => round[series]!.values[0] as number),
  }));
}
