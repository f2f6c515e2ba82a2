import { connect } from "mqtt";
import { expect, it, onTestFinished } from "vitest";
import { exitCodes } from "../../../device-sim/exit-error.ts";
import { type LoadOptions, runLoad } from "../../../device-sim/load/load-run.ts";
import { startMosquitto } from "../../support/mosquitto.ts";
import { simHost } from "../../support/sim-host.ts";
import { tempDir } from "../../support/temp-dir.ts";

const options: Omit<LoadOptions, "url"> = {
  clients: 3,
  windowMax: 8,
  durationMs: 200,
  warmUpMs: 50,
  qos: 1,
  format: "json",
  mqttVersion: 4,
  devicesPerClient: 2,
  metrics: 3,
};

async function brokerUrl(): Promise<string> {
  const mosquitto = await startMosquitto(await tempDir());
  onTestFinished(() => mosquitto.stop());
  return mosquitto.url;
}

it.each([
  [1, 4],
  [1, 5],
  [0, 4],
] as const)("measures acknowledged messages and their latency (QoS %i, MQTT version %i)", async (qos, mqttVersion) => {
  const report = await runLoad({ ...options, qos, mqttVersion, url: await brokerUrl() }, simHost());
  expect(report.messages).toBeGreaterThan(0);
  expect(report.durationMs).toBeGreaterThanOrEqual(200);
  expect((report.messagesPerSecond * report.durationMs) / report.messages).toBeCloseTo(1000, -1);
  expect(report.rejected).toBe(0);
  const { latencyMs } = report;
  const rising = [latencyMs.p50, latencyMs.p90, latencyMs.p99, latencyMs["p99.9"], latencyMs.max];
  expect(rising).toEqual(rising.toSorted((a, b) => a - b));
  expect(latencyMs.max).toBeGreaterThan(0);
});

it("a broker receives well-formed readings with the current time on every topic", async () => {
  const url = await brokerUrl();
  const subscriber = connect(url);
  onTestFinished(() => subscriber.endAsync(true));
  await subscriber.subscribeAsync("sensors/#");
  const fromMs = Date.now();
  const topics = new Set<string>();
  const malformed: string[] = [];
  subscriber.on("message", (topic, payload) => {
    topics.add(topic);
    const text = payload.toString();
    const fresh = /^\{"v":\d\d\.\d\d,"ts":\d{13}\}$/.test(text) && JSON.parse(text).ts >= fromMs;
    if (!fresh) malformed.push(text);
  });
  await runLoad({ ...options, url }, simHost());
  // The answer comes behind all that was queued for the subscriber.
  await subscriber.unsubscribeAsync("sensors/#");
  expect(malformed).toEqual([]);
  expect(topics.size).toBe(3 * 2 * 3);
});

it("a broker that is not there, or goes away, ends the run as unreachable", async () => {
  const unreachable = { exitCode: exitCodes.brokerUnreachable };
  await expect(runLoad({ ...options, url: "mqtt://127.0.0.1:1" }, simHost())).rejects.toMatchObject(unreachable);
  const mosquitto = await startMosquitto(await tempDir());
  const subscriber = connect(mosquitto.url, { reconnectPeriod: 0 });
  subscriber.on("error", () => {});
  await subscriber.subscribeAsync("sensors/#");
  const run = runLoad({ ...options, durationMs: 60_000, url: mosquitto.url }, simHost());
  const outcome = expect(run).rejects.toMatchObject(unreachable);
  await new Promise<void>((resolve) => subscriber.once("message", () => resolve()));
  await mosquitto.kill();
  await outcome;
});
