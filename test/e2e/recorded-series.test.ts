import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { WindowResult } from "../../src/model/result.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";
import { seededRandom, testSeed } from "../support/seeded-random.ts";

// The whole chain on a real recording: test/data/nab_machine_temperature.csv, 22,695 readings of a machine's temperature, one
// every five minutes of 2013 and 2014, replayed at full speed with MQTT QoS 1 and a window of 64 messages. Meanwhile the
// gateway is killed (SIGKILL) three times and the collector once, each after a seeded number of acknowledged readings.
//
// The recording has one backward jump of the clock: after 2014-01-07 02:55 it goes on at 02:00, so that twelve event times
// come twice, with different values. What must happen there: nothing is lost and nothing is merged. A reading is the same as
// another only if series, event time and value are equal, so all 24 readings are stored and forwarded. The hourly window
// [02:00, 03:00) holds all 24: the watermark (newest event time minus the lateness, here 0) stands at 02:55 during the second
// pass, and a window is emitted only when the watermark reaches its end, 03:00. So the twelve are out of order, not too late.

const file = "test/data/nab_machine_temperature.csv";
const hourUs = 3_600_000_000;

interface Row {
  readonly timeUs: number;
  readonly value: number;
}

interface ExportedReading {
  readonly offset: number;
  readonly device: string;
  readonly metric: string;
  readonly eventTimeUs: number;
  readonly value: number;
}

async function readRows(): Promise<Row[]> {
  const lines = (await readFile(file, "utf8")).trim().split(/\r?\n/).slice(1);
  return lines.map((line) => {
    const [time = "", value = ""] = line.split(",");
    return { timeUs: Date.parse(`${time.replace(" ", "T")}Z`) * 1000, value: Number(value) };
  });
}

/** Hourly windows by the book: one pass over the file, whole lists of values, two-pass deviation. */
function hourlyWindows(rows: readonly Row[]) {
  const open = new Map<number, number[]>();
  const emitted: { startUs: number; count: number; sum: number; mean: number; min: number; max: number; stddev: number }[] = [];
  let newestUs = Number.NEGATIVE_INFINITY;
  for (const { timeUs, value } of rows) {
    const startUs = Math.floor(timeUs / hourUs) * hourUs;
    if (startUs + hourUs <= newestUs) continue;
    open.set(startUs, [...(open.get(startUs) ?? []), value]);
    newestUs = Math.max(newestUs, timeUs);
    for (const [closedUs, values] of [...open].sort(([a], [b]) => a - b)) {
      if (closedUs + hourUs > newestUs) continue;
      open.delete(closedUs);
      const sum = values.reduce((total, one) => total + one, 0);
      const mean = sum / values.length;
      const stddev = Math.sqrt(values.reduce((total, one) => total + (one - mean) ** 2, 0) / values.length);
      emitted.push({
        startUs: closedUs,
        count: values.length,
        sum,
        mean,
        min: Math.min(...values),
        max: Math.max(...values),
        stddev,
      });
    }
  }
  return emitted;
}

test("a recorded series arrives exactly once and unaltered, and its windows are exact, through three crashes and an outage", async () => {
  const random = seededRandom(testSeed());
  const within = (min: number, max: number) => min + Math.floor(random() * (max - min));
  const pipeline = await Pipeline.start("windows: [{ name: hourly, size: 1h }]");
  const { gateway, collector } = pipeline;
  const routed = pipeline.untilRouted(within(500, 4000));
  const replay = new Program("device-sim", [
    ...["replay", file, "--device", "machine", "--metric", "temperature", "--speed", "max", "--qos", "1", "--window", "64"],
    ...["--url", gateway.url, "--ledger", pipeline.ledger],
  ]);

  await routed;
  await collector.kill();
  for (let crash = 0; crash < 3; crash++) {
    expect(replay.running, "the replay is still under way at every crash").toBe(true);
    await gateway.kill();
    await gateway.start();
    if (crash === 1) await collector.start();
    if (crash < 2) await pipeline.untilRouted(within(500, 4000));
  }
  expect(await replay.exit(), replay.stderr.join("\n")).toBe(0);
  const rows = await readRows();
  await replay.line(new RegExp(`sent ${rows.length}, acknowledged ${rows.length}, rejected 0`));
  await pipeline.drainAndStop();

  const readings = await pipeline.exported<ExportedReading>("readings");
  expect(
    readings.map(({ offset, device, metric, eventTimeUs, value }) => [offset, device, metric, eventTimeUs, value]),
  ).toEqual(rows.map(({ timeUs, value }, offset) => [offset, "machine", "temperature", timeUs, value]));
  const reconciled = await pipeline.reconcile();
  expect(reconciled.stdout.at(-1)).toBe(`acknowledged ${rows.length}, missing 0, duplicated 0, altered 0`);

  const results = await pipeline.exported<WindowResult & Record<"sum" | "mean" | "min" | "max" | "stddev", number>>("results");
  const expected = hourlyWindows(rows);
  expect(results.map(({ startUs, count, min, max, revision }) => ({ startUs, count, min, max, revision }))).toEqual(
    expected.map(({ startUs, count, min, max }) => ({ startUs, count, min, max, revision: 0 })),
  );
  for (const [index, result] of results.entries()) {
    for (const aggregate of ["sum", "mean", "stddev"] as const)
      expect(result[aggregate]).toBeCloseTo(expected[index]?.[aggregate] ?? Number.NaN, 8);
  }
  const jump = results.find((result) => result.startUs === Date.UTC(2014, 0, 7, 2) * 1000);
  expect(jump?.count).toBe(24);
}, 180_000);
