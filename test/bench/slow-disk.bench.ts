// A disk whose every sync takes 20 ms more, as an SD card or a worn eMMC: acknowledged readings a second, each after its sync.
//
//   npm run bench -- slow-disk [--json FILE]
//
// References in the same run: each reading synced alone on the same disk (one client, window 1: 1 reading per 20 ms and more), and
// the same load on the same disk without the delay. The delay comes from a library that is loaded before the gateway
// (test/support/power-cut/disk-shim.c), which counts the syncs too; without delay it is loaded all the same. Needs a C compiler.
// The generator is that of `device-sim load`; it shares the machine's cores with the gateway.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadOptions, runLoad } from "../../device-sim/load/load-run.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { compileDiskShim, diskShimEnv, syncRecordBytes } from "../support/power-cut/disk-shim.ts";
import { simHost } from "../support/sim-host.ts";
import { type BenchCase, benchCase, report } from "./report.ts";

interface Load {
  readonly name: string;
  readonly clients: number;
  /** Messages under way for each of them. */
  readonly windowMax: number;
  readonly format: "json" | "batch";
}

interface Measured {
  readonly readingsPerSecond: number;
  readonly syncsPerSecond: number;
}

const syncDelayMs = 20;
const budgetReadingsPerSecond = 100_000;
const warmUpMs = 1500;
const durationMs = 4000;
/** Syncs are counted from then on, until the load ends: it has connected and is warm. */
const countFromMs = warmUpMs + 500;
const alone: Load = { name: "1 client, window 1, JSON", clients: 1, windowMax: 1, format: "json" };
const loads: readonly Load[] = [
  { name: "50 clients, window 64, one JSON reading a message", clients: 50, windowMax: 64, format: "json" },
  { name: "50 clients, window 256, one JSON reading a message", clients: 50, windowMax: 256, format: "json" },
  { name: "50 clients, window 16, protobuf batches of 100 readings", clients: 50, windowMax: 16, format: "batch" },
];
const fixed = { warmUpMs, durationMs, qos: 1, mqttVersion: 4, devicesPerClient: 1, metrics: 4 } as const;

const root = mkdtempSync(join(tmpdir(), "tidegate-bench-slow-disk-"));
const shim = await compileDiskShim(root);

/** Every load in turn, on one gateway. */
async function measureAll(name: string, delayMs: number, all: readonly Load[]): Promise<Measured[]> {
  const directory = mkdtempSync(join(root, "gateway-"));
  const [data, trace] = [join(directory, "data"), join(directory, "trace")];
  const env = diskShimEnv(shim, { root: data, trace, syncsOnly: true, syncDelayMs: delayMs });
  const gateway = new GatewayProcess({ directory, dataDirectory: data, env });
  await gateway.start();
  try {
    const measured: Measured[] = [];
    for (const load of all) measured.push(await measure(gateway, trace, load));
    for (const [index, { readingsPerSecond, syncsPerSecond }] of measured.entries()) {
      const rate = Math.round(readingsPerSecond).toLocaleString("en-US");
      const shared = (readingsPerSecond / syncsPerSecond).toFixed(1);
      console.log(
        `${name}: ${all[index]?.name}: ${rate} readings/s, ${syncsPerSecond.toFixed(1)} syncs/s, ${shared} readings a sync`,
      );
    }
    return measured;
  } finally {
    await gateway.kill();
  }
}

async function measure(gateway: GatewayProcess, trace: string, { clients, windowMax, format }: Load): Promise<Measured> {
  const countSyncs = () => statSync(trace).size / syncRecordBytes;
  let from = { atMs: 0, syncs: 0 };
  const timer = setTimeout(() => {
    from = { atMs: performance.now(), syncs: countSyncs() };
  }, countFromMs);
  const options: LoadOptions = { ...fixed, url: gateway.url, clients, windowMax, format };
  const { readingsPerSecond, rejected } = await gateway.whileRunning(runLoad(options, simHost()));
  clearTimeout(timer);
  const syncsPerSecond = ((countSyncs() - from.syncs) * 1000) / (performance.now() - from.atMs);
  if (rejected > 0) throw new Error(`${rejected} messages were rejected`);
  // What is still under way belongs to no other load.
  await gateway.until(({ readings, mqtt }) => readings.pending === 0 && mqtt.connections === 0);
  return { readingsPerSecond, syncsPerSecond };
}

function casesOf(load: Load, [slow, fast, one]: readonly [Measured, Measured, Measured]): BenchCase[] {
  const what = `syncs 20 ms slower, ${load.name}`;
  const rate = { case: what, value: slow.readingsPerSecond, unit: "readings/s" } as const;
  const isBudgeted = load.format === "batch";
  const perSync = ({ readingsPerSecond, syncsPerSecond }: Measured) => readingsPerSecond / syncsPerSecond;
  return [
    benchCase({
      ...rate,
      reference: { name: "each reading synced alone, same disk", value: one.readingsPerSecond },
      budget: isBudgeted ? budgetReadingsPerSecond : null,
      budgetKind: "least value",
    }),
    benchCase({
      ...rate,
      reference: { name: "the same load, disk without delay", value: fast.readingsPerSecond },
      budget: null,
    }),
    benchCase({
      case: `readings a sync, ${what}`,
      value: perSync(slow),
      unit: "readings",
      reference: { name: "each reading synced alone, same disk", value: perSync(one) },
      budget: null,
    }),
    benchCase({
      case: `syncs a second, ${what}`,
      value: slow.syncsPerSecond,
      unit: "syncs/s",
      reference: { name: "the same load, disk without delay", value: fast.syncsPerSecond },
      budget: null,
    }),
  ];
}

try {
  const [one, ...slow] = await measureAll("slow disk", syncDelayMs, [alone, ...loads]);
  const fast = await measureAll("no delay", 0, loads);
  report(
    "slow-disk",
    loads.flatMap((load, index) => casesOf(load, [slow[index], fast[index], one] as [Measured, Measured, Measured])),
  );
} finally {
  rmSync(root, { recursive: true });
}
