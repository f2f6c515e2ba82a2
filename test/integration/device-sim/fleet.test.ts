import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { connect } from "mqtt";
import { generate, type Packet, parser } from "mqtt-packet";
import { expect, it, onTestFinished } from "vitest";
import { type FleetOptions, runFleet } from "../../../device-sim/fleet.ts";
import { reconcileFiles } from "../../../device-sim/reconcile-files.ts";
import { type Mosquitto, startMosquitto } from "../../support/mosquitto.ts";
import { simHost } from "../../support/sim-host.ts";
import { tempDir } from "../../support/temp-dir.ts";

const options: Omit<FleetOptions, "url"> = {
  devices: 3,
  metrics: 2,
  rate: 20,
  durationMs: 1000,
  waveform: "mixed",
  format: "json",
  batchReadings: 10,
  prefix: "sensor",
  qos: 1,
  mqttVersion: 4,
  windowMax: 64,
  seed: 1,
};

async function broker(): Promise<Mosquitto> {
  const mosquitto = await startMosquitto(await tempDir());
  onTestFinished(() => mosquitto.stop());
  return mosquitto;
}

it.each([
  ["json", 4],
  ["json", 5],
  ["number", 4],
  ["object", 4],
  ["batch", 5],
] as const)("every reading of a fleet is acknowledged (%s, MQTT version %i)", async (format, mqttVersion) => {
  const { url } = await broker();
  const summary = await runFleet({ ...options, url, format, mqttVersion }, simHost());
  expect(summary).toEqual({ sent: 120, acknowledged: 120, rejected: 0, redelivered: 0, reconnects: 0 });
});

it("what a subscriber receives is what the ledger says, and reconciles", async () => {
  const { url } = await broker();
  const dir = await tempDir();
  const [ledger, received] = [join(dir, "ledger.ndjson"), join(dir, "received.ndjson")];
  const subscriber = connect(url);
  onTestFinished(() => subscriber.endAsync(true));
  await subscriber.subscribeAsync("sensors/#", { qos: 1 });
  const lines: string[] = [];
  const complete = new Promise<void>((resolve) => {
    subscriber.on("message", (topic, payload) => {
      const [, device, metric] = topic.split("/");
      const { v, ts } = JSON.parse(payload.toString());
      lines.push(JSON.stringify({ device, metric, eventTimeUs: ts * 1000, value: v, quality: 0 }));
      if (lines.length === 120) resolve();
    });
  });
  await runFleet({ ...options, url, ledger }, simHost());
  await complete;
  await writeFile(received, `${lines.join("\n")}\n`);
  expect((await readFile(ledger, "utf8")).trim().split("\n")).toHaveLength(240);
  const report = await reconcileFiles({ ledger: [ledger], received }, simHost());
  expect(report).toMatchObject({
    sent: 120,
    acknowledged: 120,
    received: 120,
    missing: 0,
    duplicated: 0,
    altered: 0,
    unknown: 0,
  });
});

it("a reading that the broker refuses is rejected, not acknowledged and not sent again", async () => {
  const { url, published } = await refusingBroker("pressure");
  const summary = await runFleet({ ...options, url, mqttVersion: 5 }, simHost());
  expect(summary).toEqual({ sent: 120, acknowledged: 60, rejected: 60, redelivered: 0, reconnects: 0 });
  expect(published()).toBe(120);
});

/** Mosquitto 2.0.11 closes the connection behind a PUBACK that refuses; MQTT 5 §4.13.2 lets a server keep it open, as this one does. */
async function refusingBroker(refusedMetric: string): Promise<{ url: string; published: () => number }> {
  let published = 0;
  const server = createServer((socket) => {
    const packets = parser();
    const answer = (packet: Packet) => socket.write(generate(packet, { protocolVersion: 5 }));
    packets.on("packet", (packet) => {
      if (packet.cmd === "connect") answer({ cmd: "connack", sessionPresent: false, reasonCode: 0 });
      if (packet.cmd !== "publish") return;
      published++;
      answer({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode: packet.topic.endsWith(refusedMetric) ? 0x87 : 0 });
    });
    socket.on("data", (chunk) => packets.parse(chunk));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, published: () => published };
}

it("with QoS 0 nothing counts as acknowledged", async () => {
  const { url } = await broker();
  const summary = await runFleet({ ...options, url, qos: 0 }, simHost());
  expect(summary).toMatchObject({ sent: 120, acknowledged: 0, reconnects: 0 });
});

it("an interrupted fleet stops measuring and ends with everything acknowledged", async () => {
  const { url } = await broker();
  const host = simHost();
  const subscriber = connect(url);
  onTestFinished(() => subscriber.endAsync(true));
  await subscriber.subscribeAsync("sensors/#");
  const run = runFleet({ ...options, url, durationMs: Number.POSITIVE_INFINITY }, host);
  await new Promise<void>((resolve) => subscriber.once("message", () => resolve()));
  host.interrupt();
  const summary = await run;
  expect(summary.sent).toBeGreaterThan(0);
  expect(summary.acknowledged).toBe(summary.sent);
});
