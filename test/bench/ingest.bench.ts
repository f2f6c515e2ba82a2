// Durable ingest: acknowledged readings a second, one JSON reading a message, 50 clients, QoS 1, 64 messages in flight each.
// The gateway acknowledges after the fsync; the reference is Mosquitto without persistence, which keeps nothing. Both are
// measured in turn by the same generator, `device-sim load`, which shares the machine's cores with them; medians count.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startMosquitto } from "../support/mosquitto.ts";
import { benchCase, median, report } from "./report.ts";

const rounds = 5;
const load = [
  "load",
  "--clients",
  "50",
  "--window",
  "64",
  "--qos",
  "1",
  "--format",
  "json",
  "--duration",
  "5s",
  "--warm-up",
  "2s",
];

interface LoadResult {
  readonly messagesPerSecond: number;
  readonly rejected: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly generatorCores: number;
}

async function measure(name: string, url: string, directory: string): Promise<LoadResult> {
  const file = join(directory, "load.json");
  const child = spawn(process.execPath, ["dist/device-sim/main.js", ...load, "--url", url, "--json", file], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`device-sim load against ${name} ended with ${code}`);
  const result = JSON.parse(readFileSync(file, "utf8")) as LoadResult;
  if (result.rejected > 0) throw new Error(`${name} rejected ${result.rejected} messages`);
  const { messagesPerSecond, latencyMs, generatorCores } = result;
  const rate = Math.round(messagesPerSecond).toLocaleString("en-US").padStart(9);
  console.log(
    `${name.padEnd(10)} ${rate} readings/s, ack p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms, generator ${generatorCores} cores`,
  );
  return result;
}

async function startGateway(directory: string) {
  const config = join(directory, "gateway.yaml");
  writeFileSync(
    config,
    `data: { directory: ${directory}/data }\nmqtt: { listen: "127.0.0.1:0" }\nhttp: { listen: "127.0.0.1:0" }\nlogger: { level: warn }\n`,
  );
  const child = spawn(process.execPath, ["dist/src/cli/main.js", "run", "-c", config], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(child.stdout)) {
    const match = /mqtt (127\.0\.0\.1:\d+)/.exec(line);
    if (match !== null) return { url: `mqtt://${match[1]}`, child };
  }
  throw new Error("the gateway ended at its start");
}

const directory = mkdtempSync(join(tmpdir(), "tidegate-bench-"));
const mosquitto = await startMosquitto(directory);
const gateway = await startGateway(directory);
try {
  const reference: number[] = [];
  const measured: number[] = [];
  for (let round = 0; round < rounds; round++) {
    reference.push((await measure("mosquitto", mosquitto.url, directory)).messagesPerSecond);
    measured.push((await measure("tidegate", gateway.url, directory)).messagesPerSecond);
  }
  report("ingest", [
    benchCase({
      case: "durable ingest, QoS 1, one JSON reading a message, 50 clients, window 64, fsync before PUBACK",
      value: median(measured),
      unit: "readings/s",
      reference: { name: "mosquitto without persistence", value: median(reference) },
      budget: 0.5,
    }),
  ]);
} finally {
  gateway.child.kill("SIGTERM");
  await Promise.all([once(gateway.child, "exit"), mosquitto.stop()]);
  rmSync(directory, { recursive: true });
}
