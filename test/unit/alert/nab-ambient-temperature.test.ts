// A real series with gaps: test/data/README.md. One reading an hour, taken in the moment it was measured.

import { expect, test } from "vitest";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import { nabReadings } from "../../support/nab.ts";
import { OperatorBench, oneByOne } from "../../support/reading-columns.ts";

const hourUs = 3_600_000_000;
const timeOf = (timeUs: number) => new Date(timeUs / 1000).toISOString().slice(0, 16);

/** What a rule says that misses a reading for so many hours. */
function missing(hours: number) {
  const rule = {
    name: "silent",
    match: { device: "*", metric: "*" },
    when: { kind: "absent", forUs: hours * hourUs },
  } as const;
  const bench = new OperatorBench(new RuleOperator(rule));
  for (const column of oneByOne(nabReadings("ambient_temperature"))) bench.at(column.eventTimesUs[0]!).feed(column);
  return bench;
}

test("every gap of more than a day is an absence that begins a day after the last reading and ends with the next one", () => {
  const { alerts } = missing(24);
  expect(alerts.map(({ state, eventTimeUs }) => `${state} ${timeOf(eventTimeUs)}`)).toEqual([
    "firing 2013-07-29T04:00",
    "resolved 2013-07-29T12:00",
    "firing 2013-08-28T11:00",
    "resolved 2013-08-29T11:00",
    "firing 2013-09-10T20:00",
    "resolved 2013-09-16T12:00",
    "firing 2013-09-28T12:00",
    "resolved 2013-10-01T12:00",
    "firing 2013-10-12T20:00",
    "resolved 2013-10-14T19:00",
    "firing 2014-03-03T03:00",
    "resolved 2014-03-03T09:00",
    "firing 2014-04-04T09:00",
    "resolved 2014-04-10T15:00",
  ]);
  expect(alerts.filter(({ value }) => value === null)).toHaveLength(7);
});

test("the shorter gaps are missed by a rule of two hours, whose reading comes at the very end of one of them", () => {
  const firing = missing(2).alerts.filter(({ state }) => state === "firing");
  expect(firing.map(({ eventTimeUs }) => timeOf(eventTimeUs))).toContain("2013-07-28T03:00");
  expect(firing).toHaveLength(10);
});

test("the longest gap, 7.25 days, is the only one that a rule of a week misses", () => {
  const { alerts, operator } = missing(7 * 24);
  expect(alerts.map(({ state, eventTimeUs }) => `${state} ${timeOf(eventTimeUs)}`)).toEqual([
    "firing 2014-04-10T09:00",
    "resolved 2014-04-10T15:00",
  ]);
  expect(operator.counters()).toEqual({ taken: 7_267, skipped: { series_limit: 0 }, outputs: 2 });
});
