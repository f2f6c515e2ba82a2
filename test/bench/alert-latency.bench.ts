// How long an alert takes: from publishing a reading to the alert on the local broker, while a fleet publishes 10,000 readings/s.
// On the way lie the broker, the commit with its fsync, the window processor, the commit of the alert, and the announcer. The
// references, measured in turn with it, are an ordinary message through the same broker, which meets no disk, and the disk alone: an
// append of a page to a file beside the log, and its sync.
//
// An alert waits for two commits one after the other, each of which may find another one under way: four syncs at most. So the budget of
// 20 ms is for disks whose slowest percent of syncs takes less than 5 ms; on others, or where others use the disk, the ratio to the sync of
// the same run says more: 4 is what the syncs alone may cost.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
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
const page = Buffer.alloc(4096, 1);
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

/** Milliseconds that the disk takes for a page, as it does for a small commit. */
async function synced(file: FileHandle): Promise<number> {
  const start = performance.now();
  await file.write(page);
  await file.datasync();
  return performance.now() - start;
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
const file = await open(join(directory, "page"), "w");
try {
  const client = await connectAsync(gateway.url);
  await client.subscribeAsync([alertTopic, echoTopic]);
  await passed(warmUpMs);
  const before = await gateway.status();
  const startMs = performance.now();
  const [alerts, echoes, syncs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const value = round % 2 === 0 ? "90" : "60";
    alerts.push(await measured(client, alertTopic, () => client.publishAsync("sensors/probe/temperature", value, { qos: 1 })));
    echoes.push(await measured(client, echoTopic, () => client.publishAsync(echoTopic, value, { qos: 1 })));
    syncs.push(await synced(file));
    await passed(pauseMs);
  }
  const after = await gateway.status();
  const rate = ((after.readings.stored - before.readings.stored) * 1000) / (performance.now() - startMs);
  console.log(`background ${Math.round(rate)} readings/s, ${rounds} alerts`);
  await client.endAsync();
  const alertsOf = (share: number) => ({ value: percentile(alerts, share), unit: "ms" });
  const echo = (share: number) => ({ name: "publish to an ordinary subscriber", value: percentile(echoes, share) });
  const sync = (share: number) => ({ name: "append of a page to a file, and its sync", value: percentile(syncs, share) });
  report("alert-latency", [
    benchCase({ case: "publish to alert, p50", ...alertsOf(0.5), reference: echo(0.5), budget: null }),
    benchCase({ case: "publish to alert, p50, beside the disk", ...alertsOf(0.5), reference: sync(0.5), budget: null }),
    benchCase({ case: "publish to alert, p99", ...alertsOf(0.99), reference: echo(0.99), budget: null }),
    benchCase({
      case: "publish to alert, p99, beside the disk",
      ...alertsOf(0.99),
      reference: sync(0.99),
      budget: 20,
      budgetKind: "most value",
    }),
  ]);
} finally {
  background.kill("SIGKILL");
  await once(background, "exit");
  await gateway.stop();
  await file.close();
  rmSync(directory, { recursive: true });
}
