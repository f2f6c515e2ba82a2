import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "mqtt";
import { expect, it, onTestFinished } from "vitest";
import { exitCodes } from "../../../device-sim/exit-error.ts";
import { type ReplayOptions, runReplay } from "../../../device-sim/replay.ts";
import { startMosquitto } from "../../support/mosquitto.ts";
import { simHost } from "../../support/sim-host.ts";
import { tempDir } from "../../support/temp-dir.ts";

const options: Omit<ReplayOptions, "url" | "file"> = {
  device: "press-1",
  metric: "temperature",
  timeColumn: "timestamp",
  valueColumn: "value",
  speed: Number.POSITIVE_INFINITY,
  qos: 1,
  mqttVersion: 4,
  windowMax: 64,
  seed: 1,
};

async function csvFile(content: string): Promise<string> {
  const path = join(await tempDir(), "recording.csv");
  await writeFile(path, content);
  return path;
}

/** Replays and returns what a subscriber has received. */
async function replayed(content: string, count: number, changes: Partial<ReplayOptions> = {}) {
  const { url, stop } = await broker();
  const received: string[] = [];
  const subscriber = connect(url);
  onTestFinished(async () => {
    await subscriber.endAsync(true);
    await stop();
  });
  await subscriber.subscribeAsync("#", { qos: 1 });
  const complete = new Promise<void>((resolve) => {
    subscriber.on("message", (topic, payload) => {
      received.push(`${topic} ${payload.toString()}`);
      if (received.length === count) resolve();
    });
  });
  const host = simHost();
  const startedMs = performance.now();
  const summary = await runReplay({ ...options, file: await csvFile(content), url, ...changes }, host);
  const elapsedMs = performance.now() - startedMs;
  await complete;
  return { received, summary, elapsedMs, complaints: host.complaints };
}

async function broker() {
  const mosquitto = await startMosquitto(await tempDir());
  return { url: mosquitto.url, stop: () => mosquitto.stop() };
}

it("the digits and times of the file go out as they stand, in its order, across a backward jump and a repeated time", async () => {
  const { received, summary } = await replayed(
    "timestamp,value\n2013-12-02 21:15:00,73.96732207\n2013-12-02 21:20:00,74.93588199999998\n2013-12-02 20:25:00,5\n2013-12-02 20:25:00,-1.50e-2\n",
    4,
  );
  const topic = "sensors/press-1/temperature";
  expect(received).toEqual([
    `${topic} {"v":73.96732207,"ts":1386018900000}`,
    `${topic} {"v":74.93588199999998,"ts":1386019200000}`,
    `${topic} {"v":5,"ts":1386015900000}`,
    `${topic} {"v":-1.50e-2,"ts":1386015900000}`,
  ]);
  expect(summary).toEqual({ sent: 4, acknowledged: 4, rejected: 0, redelivered: 0, reconnects: 0, skipped: 0 });
});

it("many times the window of readings stay in order", async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${new Date(i * 1000).toISOString()},${i}`);
  const { received, summary } = await replayed(`timestamp,value\n${rows.join("\n")}`, 3000, { windowMax: 7 });
  expect(received.map((line) => JSON.parse(line.slice(line.indexOf("{"))).v)).toEqual(rows.map((_, i) => i));
  expect(summary).toMatchObject({ sent: 3000, acknowledged: 3000 });
});

it("rows without a time or a number are skipped, counted and told with their line", async () => {
  const { received, summary, complaints } = await replayed(
    "value,note,timestamp\n1,,2020-01-01\n,,2020-01-02\nNaN,,2020-01-03\n2,,soon\n.5,,2020-01-04\n3,,2020-01-05\n",
    2,
  );
  expect(received).toHaveLength(2);
  expect(summary).toMatchObject({ sent: 2, skipped: 4 });
  expect(complaints).toEqual([
    'line 3 skipped: "" is no number',
    'line 4 skipped: "NaN" is no number',
    'line 5 skipped: "soon" is no time',
    'line 6 skipped: ".5" is no number',
  ]);
});

it("at speed 10 two seconds of recording take a fifth of a second", async () => {
  const { elapsedMs } = await replayed("timestamp,value\n2020-01-01T00:00:00Z,1\n2020-01-01T00:00:02Z,2\n", 2, { speed: 10 });
  expect(elapsedMs).toBeGreaterThanOrEqual(200);
});

it("a column that is not there is told with those that are", async () => {
  const { url, stop } = await broker();
  onTestFinished(stop);
  const run = runReplay({ ...options, url, file: await csvFile("time,value\n") }, simHost());
  await expect(run).rejects.toMatchObject({
    exitCode: exitCodes.badInput,
    message: expect.stringContaining("only time, value"),
  });
});

it("a file that is not there is told before anything is connected", async () => {
  const run = runReplay({ ...options, url: "mqtt://127.0.0.1:1", file: "/nonexistent.csv" }, simHost());
  await expect(run).rejects.toMatchObject({ exitCode: exitCodes.fileUnreadable });
});
