// A real series: test/data/README.md. One reading every five minutes, and one jump of the clock: after 02:55 on 2014-01-07 it is
// 02:00 again, and the twelve event times from 02:00 to 02:55 come a second time, with other values.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { InputColumn } from "../../../src/stream/contract.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { OperatorBench } from "../../support/reading-columns.ts";
import { tumbling } from "../../support/window-definitions.ts";

const hourUs = 3_600_000_000;
const jumpHourUs = Date.UTC(2014, 0, 7, 2) * 1000;

function machineTemperature(): InputColumn {
  const text = readFileSync(new URL("../../data/nab_machine_temperature.csv", import.meta.url), "utf8");
  const rows = text.trim().split(/\r?\n/).slice(1);
  const fields = rows.map((row) => row.split(",") as [string, string]);
  const eventTimesUs = fields.map(([timestamp]) => Date.parse(`${timestamp.replace(" ", "T")}Z`) * 1000);
  const values = fields.map(([, value]) => Number(value));
  return {
    device: "machine",
    metric: "temperature",
    unit: "",
    tags: "",
    eventTimesUs,
    values,
    qualities: [],
    correctionsUs: [],
  };
}

function inBlocksOf(perBlock: number, readings: InputColumn): InputColumn[] {
  const blocks: InputColumn[] = [];
  for (let from = 0; from < readings.values.length; from += perBlock) {
    const eventTimesUs = readings.eventTimesUs.slice(from, from + perBlock);
    const values = (readings.values as number[]).slice(from, from + perBlock);
    blocks.push({ ...readings, eventTimesUs, values });
  }
  return blocks;
}

function hourly(): OperatorBench<WindowOperator> {
  const match = { device: "machine", metric: "temperature" };
  return new OperatorBench(new WindowOperator(tumbling({ name: "hourly", match, sizeUs: hourUs })));
}

describe("hourly windows over the machine temperature", () => {
  test("every hour from the first reading to the last but the unfinished one is emitted once, in order, without a gap", () => {
    const readings = machineTemperature();
    const { results, operator } = hourly().feedOneByOne(readings);
    const hours = readings.eventTimesUs.map((eventTimeUs) => Math.floor(eventTimeUs / hourUs));
    const first = hours[0]!;
    const last = hours.at(-1)!;
    expect(results.map((result) => result.startUs / hourUs)).toEqual(Array.from({ length: last - first }, (_, i) => first + i));
    expect(results.length).toBe(1_890);
    expect(operator.counters()).toMatchObject({ taken: 22_695, skipped: { too_late: 0 }, outputs: 1_890 });
  });

  test("the hour of the backward jump holds 24 readings, since it was not yet over when the clock jumped inside it", () => {
    const readings = machineTemperature();
    const { results } = hourly().feedOneByOne(readings);
    const inHour = (readings.values as number[]).filter(
      (_, i) => Math.floor(readings.eventTimesUs[i]! / hourUs) === jumpHourUs / hourUs,
    );
    const result = results.find(({ startUs }) => startUs === jumpHourUs)!;
    expect(result.count).toBe(24);
    const { min, max, mean } = result.aggregates;
    expect(min).toBe(Math.min(...inHour));
    expect(max).toBe(Math.max(...inHour));
    expect(mean).toBeCloseTo(inHour.reduce((sum, value) => sum + value, 0) / 24, 9);
    const cause = readings.eventTimesUs.findIndex((eventTimeUs) => eventTimeUs >= jumpHourUs + hourUs);
    expect(result.causeOffset).toBe(cause);
  });

  test("the windows are the same however the readings came together in blocks", () => {
    const readings = machineTemperature();
    const aggregates = ({ results }: OperatorBench<WindowOperator>) => results.map(({ causeOffset: _, ...result }) => result);
    const expected = aggregates(hourly().feedOneByOne(readings));
    for (const perBlock of [64, 8_192, readings.values.length]) {
      const bench = hourly();
      for (const block of inBlocksOf(perBlock, readings)) bench.feed(block);
      expect(aggregates(bench)).toEqual(expected);
    }
  });

  test("with windows of five minutes the same twelve readings come after theirs were emitted: all but the last are too late", () => {
    const match = { device: "*", metric: "*" };
    const operator = new WindowOperator(tumbling({ name: "five", match, sizeUs: hourUs / 12 }));
    new OperatorBench(operator).feedOneByOne(machineTemperature());
    expect(operator.counters()).toMatchObject({ taken: 22_684, skipped: { too_late: 11 } });
  });
});
