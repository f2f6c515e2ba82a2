import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type FleetOptions, runFleet } from "../../../device-sim/fleet.ts";
import { runReplay } from "../../../device-sim/replay.ts";
import { type Mosquitto, startMosquitto } from "../../support/mosquitto.ts";
import { type RecordedPublish, RecordingProxy } from "../../support/recording-proxy.ts";
import { simHost } from "../../support/sim-host.ts";
import { tempDir } from "../../support/temp-dir.ts";

async function brokerBehindProxy(): Promise<{ mosquitto: Mosquitto; proxy: RecordingProxy; url: string }> {
  const mosquitto = await startMosquitto(await tempDir());
  const proxy = new RecordingProxy(mosquitto.port);
  const url = await proxy.start();
  onTestFinished(async () => {
    proxy.close();
    await mosquitto.stop();
  });
  return { mosquitto, proxy, url };
}

/** Kills the broker when it owes the acknowledgement of at least the last of so many messages, and starts it again. */
async function killAfter(publishes: number, mosquitto: Mosquitto, proxy: RecordingProxy): Promise<void> {
  await proxy.holdAnswersAfter(publishes);
  await mosquitto.kill();
  proxy.passAnswers();
  await mosquitto.start();
}

function contentOf({ packet }: RecordedPublish): string {
  return `${packet.topic} ${packet.payload.toString()}`;
}

it("a broker killed in the middle costs a replay nothing: what was unacknowledged comes first, in order, with DUP", async () => {
  const { mosquitto, proxy, url } = await brokerBehindProxy();
  const file = join(await tempDir(), "recording.csv");
  const rows = Array.from({ length: 500 }, (_, i) => `${new Date(i * 60_000).toISOString()},${i}.25`);
  await writeFile(file, `timestamp,value\n${rows.join("\n")}\n`);
  const run = runReplay(
    {
      file,
      device: "press-1",
      metric: "temperature",
      timeColumn: "timestamp",
      valueColumn: "value",
      speed: Number.POSITIVE_INFINITY,
      qos: 1,
      mqttVersion: 4,
      windowMax: 20,
      seed: 1,
      url,
    },
    simHost(),
  );
  await killAfter(100, mosquitto, proxy);
  const summary = await run;
  expect(summary).toMatchObject({ sent: 500, acknowledged: 500, rejected: 0 });
  expect(summary.reconnects).toBeGreaterThanOrEqual(1);

  const before = proxy.published.filter(({ connection }) => connection === 0);
  const after = proxy.published.filter(({ connection }) => connection > 0);
  expect(before.every(({ packet }) => !packet.dup)).toBe(true);
  const again = after.filter(({ packet }) => packet.dup);
  expect(again.length).toBeGreaterThan(0);
  expect(again.length).toBe(summary.redelivered);
  expect(after.slice(0, again.length)).toEqual(again);
  expect(again.map(contentOf)).toEqual(before.slice(-again.length).map(contentOf));
  const inOrder = [...before, ...after.slice(again.length)].map(({ packet }) => JSON.parse(packet.payload.toString()).v);
  expect(inOrder).toEqual(rows.map((_, i) => i + 0.25));
});

it("a fleet whose broker is killed twice has every reading acknowledged", async () => {
  const { mosquitto, proxy, url } = await brokerBehindProxy();
  const options: FleetOptions = {
    devices: 4,
    metrics: 2,
    rate: 50,
    durationMs: 1500,
    waveform: "mixed",
    format: "json",
    batchReadings: 10,
    prefix: "sensor",
    qos: 1,
    mqttVersion: 5,
    windowMax: 64,
    seed: 1,
    url,
  };
  const run = runFleet(options, simHost());
  await killAfter(50, mosquitto, proxy);
  await killAfter(300, mosquitto, proxy);
  const summary = await run;
  expect(summary).toMatchObject({ sent: 600, acknowledged: 600, rejected: 0 });
  expect(summary.redelivered).toBeGreaterThanOrEqual(2);
  expect(proxy.published.filter(({ packet }) => packet.dup)).toHaveLength(summary.redelivered);
  expect(new Set(proxy.published.map(contentOf)).size).toBe(600);
});
