// The crash test: a built gateway is killed with SIGKILL again and again under load, and after each kill its log is read. Every
// reading that a sensor was told is safe must be in it, once, unaltered.
//
// Load: 20 sensors with 16 readings under way each; half QoS 1, half QoS 2; of each, half MQTT 3.1.1, half MQTT 5. They send again
// what was not acknowledged, as firmware does (test/support/sensor-fleet).
//
// Moments: each kill comes after a seeded number of acknowledgements and a seeded part of the time that a commit takes, so that it
// falls before, into and behind commits alike. After one kill in eight the gateway is killed once more while it starts.
//
// Windows and a rule run beside it. In the end the lanes of results and alerts must be what an undisturbed processor says about the
// readings lane, record by record: an output that is missing, doubled or different is a difference.
//
// With `powerCut` the death of the process is not enough: what was not synced is taken from the directory too
// (test/support/power-cut/power-cut-disk.ts).

import { join } from "node:path";
import { loadGatewayConfig } from "../../src/config/load.ts";
import type { Durability } from "../../src/log/level-log.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { replay } from "../../src/replay.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { compileDiskShim, diskShimEnv } from "../support/power-cut/disk-shim.ts";
import { type Loss, PowerCutDisk } from "../support/power-cut/power-cut-disk.ts";
import { LogCheck } from "../support/sensor-fleet/log-check.ts";
import { PlannedReadings } from "../support/sensor-fleet/planned-readings.ts";
import { type LedgerCounts, ReadingLedger } from "../support/sensor-fleet/reading-ledger.ts";
import { SensorFleet } from "../support/sensor-fleet/sensor-fleet.ts";

export interface CrashRunOptions {
  readonly kills: number;
  readonly seed: number;
  /** In [0, 1), of that seed. */
  readonly random: () => number;
  /** For all files of the run; exists and is empty. */
  readonly directory: string;
  readonly durability: Durability;
  /** What becomes of unsynced writes; `none`: they survive, as when only the process dies. */
  readonly powerCut: Loss | "none";
  /** After every kill. */
  readonly onKill?: (kills: number, counts: LedgerCounts) => void;
}

export interface CrashRunResult extends LedgerCounts {
  /** Publishes that the gateway refused. */
  readonly refusals: number;
  readonly connectionsLost: number;
  /** Places where offsets of the readings lane are absent, over all checks. */
  readonly holes: number;
  /** Results and alerts that an undisturbed processor says. */
  readonly outputs: number;
  /** Results and alerts that only it says, or that only the lanes hold. */
  readonly differences: number;
}

const sensors = 20;
const windowMax = 16;
const acknowledgedMax = 2000;
const commitMs = 10;
const startMs = 500;
const streamYaml = `
windows: [{ name: short, metric: decimal, size: 40ms, lateness: 8ms }, { name: long, metric: decimal, size: 1s }]
alerts: [{ name: high, metric: decimal, when: { above: 150 }, clear: { below: 50 } }]
stream: { checkpointInterval: 300ms }`;

/** Resolves with the ledger's counts over the whole log. Rejects if the gateway ends by itself, or cannot start. */
export async function runCrashes(options: CrashRunOptions): Promise<CrashRunResult> {
  const { directory, kills, random, seed, powerCut } = options;
  const victim = await Victim.create(options);
  const plan = new PlannedReadings(seed);
  const ledger = new ReadingLedger(plan, sensors);
  const check = new LogCheck(victim.gateway.dataDirectory, join(directory, "copy"), ledger);
  const fleet = new SensorFleet({ sensors, windowMax, plan, ledger, port: () => victim.gateway.openPort });
  try {
    await victim.gateway.start();
    fleet.start();
    for (let kill = 1; kill <= kills; kill++) {
      await victim.gateway.whileRunning(fleet.untilAcknowledged(1 + Math.floor(random() * acknowledgedMax)));
      await passed(random() * commitMs);
      await victim.kill();
      await fleet.untilDisconnected();
      await check.checkNew();
      options.onKill?.(kill, ledger.counts);
      if (random() < 1 / 8) await victim.killAtStart(random() * startMs);
      await victim.gateway.start();
    }
    await victim.gateway.whileRunning(fleet.drained());
    await victim.gateway.whileRunning(victim.gateway.until(({ stream }) => stream.lagReadings === 0));
    await victim.gateway.stop();
    if (powerCut !== "none") await victim.cutPower();
    await check.checkAll();
  } finally {
    fleet.stop();
    await victim.gateway.kill();
  }
  const { outputs, differences } = await comparedOutputs(victim.gateway);
  const { refusals, connectionsLost } = fleet;
  return { ...ledger.counts, refusals, connectionsLost, holes: check.holes, outputs, differences };
}

async function comparedOutputs({ configFile, dataDirectory }: GatewayProcess) {
  const config = { ...loadGatewayConfig(configFile), data: { directory: dataDirectory } };
  const options = { range: {}, logger: createLogger("silent") };
  const count = async (diff: boolean) => {
    let lines = 0;
    for await (const _ of replay(config, { ...options, diff })) lines++;
    return lines;
  };
  return { outputs: await count(false), differences: await count(true) };
}

/** The gateway, and the disk under it. */
class Victim {
  readonly gateway: GatewayProcess;
  readonly #options: CrashRunOptions;
  readonly #disk: PowerCutDisk;

  static async create(options: CrashRunOptions): Promise<Victim> {
    const { directory, powerCut } = options;
    const root = join(directory, "gateway");
    const env = powerCut === "none" ? {} : diskShimEnv(await compileDiskShim(directory), { root, trace: traceIn(directory) });
    return new Victim(options, env);
  }

  private constructor(options: CrashRunOptions, env: Record<string, string>) {
    const { directory, durability } = options;
    this.#options = options;
    this.gateway = new GatewayProcess({ directory, env, yaml: `log: { durability: ${durability} }${streamYaml}` });
    this.#disk = new PowerCutDisk(this.gateway.dataDirectory);
  }

  async kill(): Promise<void> {
    await this.gateway.kill();
    if (this.#options.powerCut !== "none") await this.cutPower();
  }

  async killAtStart(afterMs: number): Promise<void> {
    await this.gateway.spawn();
    await passed(afterMs);
    await this.kill();
  }

  /** Takes what was not synced. The gateway is dead. */
  async cutPower(): Promise<void> {
    const { directory, powerCut, random } = this.#options;
    if (powerCut !== "none") await this.#disk.cut(traceIn(directory), powerCut, random);
  }
}

function traceIn(directory: string): string {
  return join(directory, "disk-trace");
}

/** The moment of a kill is a moment, so here time is waited for. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
