// How long an alert takes: from publishing a reading to the alert on the local broker, while a fleet publishes 10,000 readings/s.
// On the way lie the broker, the commit with its fsync, the window processor, the commit of the alert, and the announcer. The
// reference is an ordinary message through the same broker at the same time, which meets no disk.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { GatewayProcess } from "../support/gateway-process.ts";
import { benchCase, report } from "./report.ts";

const rounds = 500;
const pauseMs = 20;
const warmUpMs = 3000;
const fleet = ["fleet", "--devices", "100", "--metrics", "10", "--rate", "10", "--duration", "forever", "--format", "json"];
const alertTopic = "tidegate/alerts/hot/probe/temperature";
const echoTopic = "echo/probe";

/** Milliseconds until the next message on the topic after `publish`. */
async function measured(client: MqttClient, topic: string, publish: () => Promise<unknown>): Promise<number> {
  const arrived = new Promise<number>((resolve) => {
    const listen = (on: string) => {
      if (on !== topic) return;
      client.off("message", listen);
      resolve(performance.now());
    };
    client.on("message", listen);
  });
  const start = performance.now();
  await publish();
  return (await arrived) - start;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const directory = mkdtempSync(join(tmpdir(), "tidegate-bench-alert-"));
const gateway = new GatewayProcess({
  directory,
  yaml: "alerts: [{ name: hot, device: probe, metric: temperature, when: { above: 80 }, clear: { below: 70 } }]\nwindows: [{ name: ten, size: 10s }]",
});
await gateway.start();
const background = spawn(process.execPath, ["dist/device-sim/main.js", ...fleet, "--url", gateway.url], { stdio: "ignore" });
try {
  const client = await connectAsync(gateway.url);
  await client.subscribeAsync([alertTopic, echoTopic]);
  await passed(warmUpMs);
  const before = await gateway.status();
  const startMs = performance.now();
  const [alerts, echoes]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const value = round % 2 === 0 ? "90" : "60";
    alerts.push(await measured(client, alertTopic, () => client.publishAsync("sensors/probe/temperature", value, { qos: 1 })));
    echoes.push(await measured(client, echoTopic, () => client.publishAsync(echoTopic, value, { qos: 1 })));
    await passed(pauseMs);
  }
  const after = await gateway.status();
  const rate = ((after.readings.stored - before.readings.stored) * 1000) / (performance.now() - startMs);
  console.log(`background ${Math.round(rate)} readings/s, ${rounds} alerts`);
  await client.endAsync();
  const common = { unit: "ms", budget: null };
  report("alert-latency", [
    benchCase({
      case: "publish to alert, p50",
      value: percentile(alerts, 0.5),
      reference: { name: "publish to an ordinary subscriber, p50", value: percentile(echoes, 0.5) },
      ...common,
    }),
    benchCase({
      case: "publish to alert, p99 (budget: 20 ms)",
      value: percentile(alerts, 0.99),
      reference: { name: "publish to an ordinary subscriber, p99", value: percentile(echoes, 0.99) },
      ...common,
    }),
  ]);
} finally {
  background.kill("SIGKILL");
  await once(background, "exit");
  await gateway.stop();
  rmSync(directory, { recursive: true });
}
