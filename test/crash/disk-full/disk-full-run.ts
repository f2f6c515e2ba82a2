// The disk-full test: a built gateway on a disk of 64 MB (or less), under load, with the collector away, until the disk is full; then
// space returns, the collector too, and what was acknowledged is compared with what the collector has, reading by reading.
//
// Who fills it, and how space returns
//   readings   up to the reserve (log.diskFreeMin). `refuse`: the collector comes back and confirms. The other policies make room
//              by eviction, and PUBACKs go on
//   others     first every byte that is free, so that writes meet ENOSPC and the gateway lives on its ballast; then each byte that
//              becomes free, the ballast too. They let go of their file
// In each of these states the gateway is killed and started again. It must start, but for the one where others leave it no byte:
// there LevelDB cannot open, and the gateway ends with the reason (DATA_DIR_UNUSABLE) until there is room.
//
// Load: sensor-fleet, with texts that fill a disk soon, windows and alerts. Nothing is timed but by events; the seed names every value.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { WhenFull } from "../../../src/log/retention.ts";
import type { StatusView } from "../../../src/model/status.ts";
import { CollectorProcess } from "../../support/collector-process.ts";
import { DiskFiller } from "../../support/disk-filler.ts";
import { GatewayProcess } from "../../support/gateway-process.ts";
import { PlannedReadings } from "../../support/sensor-fleet/planned-readings.ts";
import { ReadingLedger } from "../../support/sensor-fleet/reading-ledger.ts";
import { SensorFleet } from "../../support/sensor-fleet/sensor-fleet.ts";
import type { SmallDisk } from "../../support/small-disk.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";

export interface DiskFullOptions {
  readonly whenFull: WhenFull;
  readonly filledBy: "readings" | "others";
  readonly seed: number;
  /** Acknowledged on the full disk before it is killed, and again after it, where the policy evicts. */
  readonly readingsWhileFull: number;
  /** For the log; empty. Whoever mounted it unmounts it. */
  readonly disk: SmallDisk;
  /** For the rest; exists and is empty. */
  readonly directory: string;
}

export interface DiskFullResult extends Evidence {
  readonly whenFull: WhenFull;
  readonly filledBy: DiskFullOptions["filledBy"];
  /** From the return of space to the next PUBACK; null where the policy itself made room. */
  readonly acknowledgedAfterMs: number | null;
  /** Longest time without a PUBACK on a disk that was full of readings, where the policy makes room; else null. */
  readonly pauseMsMax: number | null;
  /** Publishes that were answered with a refusal, and connections that were closed on a sensor. */
  readonly refusals: number;
  readonly connectionsLost: number;
  /** What a start said that ended for want of room; null if each went on. */
  readonly startRefusal: string | null;
}

/** Of the disk: enough for the reserve and some ten thousand readings, and filled in seconds. */
export const diskBytes = 64 * 1024 * 1024;

type Times = Pick<DiskFullResult, "acknowledgedAfterMs" | "pauseMsMax">;

const sensors = 20;
const windowMax = 16;
const textLength = 3000;
const acknowledgedBefore = 10_000;

/** Rejects if the gateway ends by itself. */
export async function runDiskFull(options: DiskFullOptions): Promise<DiskFullResult> {
  const run = await DiskFullRun.create(options);
  try {
    return await run.run();
  } finally {
    await run.end();
  }
}

class DiskFullRun {
  readonly #options: DiskFullOptions;
  readonly #collector: CollectorProcess;
  readonly #gateway: GatewayProcess;
  readonly #filler: DiskFiller;
  readonly #ledger: ReadingLedger;
  readonly #fleet: SensorFleet;
  #startRefusal: string | null = null;

  /** With the collector away: its address is known, nobody listens there. */
  static async create(options: DiskFullOptions): Promise<DiskFullRun> {
    const collector = new CollectorProcess(options.directory);
    await collector.start();
    await collector.stop();
    return new DiskFullRun(options, collector);
  }

  private constructor(options: DiskFullOptions, collector: CollectorProcess) {
    const { directory, disk, seed, whenFull } = options;
    this.#options = options;
    this.#collector = collector;
    const yaml = `log: { whenFull: ${whenFull}, diskFreeMin: 8MiB }
windows: [{ name: a, size: 5ms }, { name: b, size: 5ms }, { name: c, size: 5ms }]
alerts: [{ name: high, metric: decimal, when: { above: 100 } }]
forward: { collector: { address: "127.0.0.1:${collector.port}", retryDelayMin: 50ms, retryDelayMax: 500ms } }`;
    this.#gateway = new GatewayProcess({ directory, yaml, dataDirectory: join(disk.root, "gateway") });
    this.#filler = new DiskFiller(join(disk.root, "others"));
    const plan = new PlannedReadings(seed, textLength);
    this.#ledger = new ReadingLedger(plan, sensors);
    const port = () => this.#gateway.openPort;
    this.#fleet = new SensorFleet({ sensors, windowMax, plan, ledger: this.#ledger, port });
  }

  async run(): Promise<DiskFullResult> {
    const { whenFull, filledBy } = this.#options;
    await this.#gateway.start();
    this.#fleet.start();
    const times = await this.#fillAndFree();
    await this.#gateway.whileRunning(this.#fleet.drained());
    await this.#until(isForwarded);
    const { refusals, connectionsLost } = this.#fleet;
    const evidence = await evidenceOf({ gateway: this.#gateway, collector: this.#collector, ledger: this.#ledger });
    return { whenFull, filledBy, ...times, refusals, connectionsLost, startRefusal: this.#startRefusal, ...evidence };
  }

  async end(): Promise<void> {
    this.#fleet.stop();
    await Promise.all([this.#gateway.kill(), this.#collector.kill(), this.#filler.release()]);
  }

  /** Until PUBACKs flow and the collector is back. */
  async #fillAndFree(): Promise<Times> {
    const { whenFull, filledBy } = this.#options;
    if (filledBy === "readings" && whenFull === "refuse")
      return { acknowledgedAfterMs: await this.#refusedUntilConfirmed(), pauseMsMax: null };
    const times =
      filledBy === "others"
        ? { acknowledgedAfterMs: await this.#filledByOthers(), pauseMsMax: null }
        : { acknowledgedAfterMs: null, pauseMsMax: await this.#evicting() };
    await this.#collector.start();
    return times;
  }

  async #refusedUntilConfirmed(): Promise<number> {
    await this.#until(({ log }) => log.refusal === "disk");
    await this.#restart();
    await this.#until(({ log }) => log.refusal === "disk");
    await this.#collector.start();
    const sinceMs = performance.now();
    await this.#untilAcknowledged(1);
    return performance.now() - sinceMs;
  }

  async #evicting(): Promise<number> {
    await this.#until((status) => evictedReadings(status) > 0);
    const { readingsWhileFull } = this.#options;
    const before = await this.#pauseMsMax(readingsWhileFull);
    await this.#restart();
    return Math.max(before, await this.#pauseMsMax(readingsWhileFull));
  }

  async #filledByOthers(): Promise<number> {
    await this.#untilAcknowledged(acknowledgedBefore);
    await this.#filler.fill();
    // Whatever comes first: the file system may have given back a little meanwhile.
    const isBallastGone = () => !existsSync(join(this.#gateway.dataDirectory, "log", "ballast"));
    await this.#until((status) => isBallastGone() || isRefusing(status) || evictedReadings(status) > 0);
    await this.#restart();
    this.#filler.keepFull();
    await this.#until(isRefusing);
    await this.#restartWithoutRoom();
    const sinceMs = performance.now();
    await this.#filler.release();
    if (!this.#gateway.running) await this.#gateway.start();
    await this.#untilAcknowledged(1);
    return performance.now() - sinceMs;
  }

  async #restart(): Promise<void> {
    await this.#gateway.kill();
    await this.#fleet.untilDisconnected();
    await this.#gateway.start();
  }

  async #restartWithoutRoom(): Promise<void> {
    await this.#restart().catch((error: unknown) => {
      if (this.#gateway.running) throw error;
      this.#startRefusal = this.#gateway.stderr.at(-1) ?? "";
    });
  }

  async #untilAcknowledged(more: number): Promise<void> {
    await this.#gateway.whileRunning(this.#fleet.untilAcknowledged(more));
  }

  /** The longest time between two of so many acknowledgements, in milliseconds. */
  async #pauseMsMax(acknowledgements: number): Promise<number> {
    let longestMs = 0;
    const measure = async () => {
      const end = this.#ledger.counts.acknowledged + acknowledgements;
      // The first one may be on its way through a start of the gateway, which is no pause of the disk's.
      await this.#fleet.untilAcknowledged(1);
      while (this.#ledger.counts.acknowledged < end) {
        const sinceMs = performance.now();
        await this.#fleet.untilAcknowledged(1);
        longestMs = Math.max(longestMs, performance.now() - sinceMs);
      }
    };
    await this.#gateway.whileRunning(measure());
    return longestMs;
  }

  #until(condition: (status: StatusView) => boolean): Promise<StatusView> {
    return this.#gateway.whileRunning(this.#gateway.until(condition));
  }
}

function isRefusing({ log }: StatusView): boolean {
  return log.refusal === "disk" || log.disk.state !== "ok";
}

function evictedReadings({ log }: StatusView): number {
  return log.evicted.collector?.readings?.disk ?? 0;
}

function isForwarded({ sinks, stream, readings }: StatusView): boolean {
  const lanes = Object.values(sinks.collector?.lanes ?? {});
  return readings.pending === 0 && stream.lagReadings === 0 && lanes.every(({ backlogRecords }) => backlogRecords === 0);
}
