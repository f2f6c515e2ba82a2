// The outage test: a fleet of devices publishes through a gateway to a collector, and what is between and on both sides fails again and
// again: the way is cut, or goes dead with its connections open, and gateway and collector are killed. In the end the collector must
// have every reading that a device was told is safe, once, unaltered: device-sim compares its ledger with what was received.
//
// Moments, kinds and lengths of outages are seeded. Each begins a seeded part of its share of the time after the one before.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { ChildProgram } from "../support/child-program.ts";
import { CollectorProcess } from "../support/collector-process.ts";
import { FlakyLink } from "../support/flaky-link.ts";
import { GatewayProcess } from "../support/gateway-process.ts";

export interface OutageRunOptions {
  readonly outages: number;
  /** How long devices publish. */
  readonly seconds: number;
  readonly readingsPerSecond: number;
  readonly seed: number;
  /** In [0, 1), of that seed. */
  readonly random: () => number;
  /** For all files of the run; exists and is empty. */
  readonly directory: string;
  readonly onOutage?: (outage: number, kind: OutageKind, ms: number) => void;
}

export const outageKinds = ["cut", "stall", "gateway killed", "collector killed"] as const;
export type OutageKind = (typeof outageKinds)[number];

export interface OutageRunResult {
  readonly acknowledged: number;
  readonly missing: number;
  readonly duplicated: number;
  readonly altered: number;
  readonly unknown: number;
}

const devices = 20;
const metrics = 10;
const batchReadings = 10;
/** It holds every reading of the ledger in memory. */
const reconcileMiBMax = 12_288;

export async function runOutages(options: OutageRunOptions): Promise<OutageRunResult> {
  const { directory, outages, seconds, random } = options;
  const collector = new CollectorProcess(directory);
  await collector.start();
  const link = await FlakyLink.listen(collector.port);
  const yaml = `forward: { collector: { address: "127.0.0.1:${link.port}", ackTimeout: 2s, retryDelayMax: 2s } }`;
  const gateway = new GatewayProcess({ directory, yaml });
  let fleet: ChildProgram | null = null;
  try {
    await gateway.start();
    fleet = new ChildProgram("device-sim", fleetArgs(options, gateway.url));
    const shareMs = (seconds * 1000) / outages;
    for (let outage = 1; outage <= outages; outage++) {
      const kind = outageKinds[Math.floor(random() * outageKinds.length)] as OutageKind;
      const [beforeMs, lengthMs] = [random() * 0.5 * shareMs, random() * 0.5 * shareMs];
      const startMs = Date.now();
      await passed(beforeMs);
      await happen(kind, lengthMs, { gateway, collector, link });
      options.onOutage?.(outage, kind, lengthMs);
      await passed(shareMs - (Date.now() - startMs));
    }
    await fleet.exit();
    await gateway.until(({ sinks }) => Object.values(sinks.collector?.lanes ?? {}).every((lane) => lane.backlogRecords === 0));
    await gateway.stop();
    await collector.stop();
    return await reconciled(options, collector.dataDirectory);
  } finally {
    await fleet?.kill("SIGKILL");
    await gateway.kill();
    await collector.kill();
    await link.close();
  }
}

interface Victims {
  readonly gateway: GatewayProcess;
  readonly collector: CollectorProcess;
  readonly link: FlakyLink;
}

async function happen(kind: OutageKind, lengthMs: number, { gateway, collector, link }: Victims): Promise<void> {
  if (kind === "cut") link.cut();
  else if (kind === "stall") link.stall();
  else if (kind === "gateway killed") await gateway.kill();
  else await collector.kill();
  await passed(lengthMs);
  if (kind === "gateway killed") await gateway.start();
  else if (kind === "collector killed") await collector.start();
  else link.heal();
}

function fleetArgs({ directory, seconds, seed, readingsPerSecond }: OutageRunOptions, url: string): string[] {
  const rate = readingsPerSecond / (devices * metrics);
  const load = ["--devices", devices, "--metrics", metrics, "--rate", rate, "--batch-readings", batchReadings];
  const how = ["--format", "batch", "--duration", `${seconds}s`, "--seed", seed, "--url", url, "--ledger", ledgerIn(directory)];
  return ["fleet", ...load, ...how].map(String);
}

async function reconciled({ directory }: OutageRunOptions, received: string): Promise<OutageRunResult> {
  const exported = join(directory, "received.ndjson");
  await exportReadings(received, exported);
  const args = ["reconcile", "--ledger", ledgerIn(directory), "--received", exported, "--json"];
  const compare = new ChildProgram("device-sim", args, { NODE_OPTIONS: `--max-old-space-size=${reconcileMiBMax}` });
  const exit = await compare.exit();
  if (exit !== 0 && exit !== 1) throw new Error(`reconcile ended with ${exit}: ${compare.stderr.join("\n")}`);
  return JSON.parse(compare.stdout.join("\n"));
}

/** Into a file and not through this process: they may be millions. */
async function exportReadings(data: string, file: string): Promise<void> {
  const output = await open(file, "w");
  const args = ["dist/src/cli/main.js", "export", "--data", data, "--lane", "readings", "--format", "ndjson"];
  const [exit] = await once(spawn(process.execPath, args, { stdio: ["ignore", output.fd, "inherit"] }), "exit");
  await output.close();
  if (exit !== 0) throw new Error(`export ended with ${exit}`);
}

function ledgerIn(directory: string): string {
  return join(directory, "ledger.ndjson");
}

/** The moment of an outage is a moment, so here time is waited for. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
