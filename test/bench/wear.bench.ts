// What durability costs: bytes written to the disk for each reading and for each byte of payload, beside the mean latency of an
// acknowledgement, for `sync` and for `interval` with several log.syncInterval.
//
//   npm run bench -- wear [--json FILE]
//
// Bytes: write_bytes of /proc/self/io. This process holds the log and does nothing else that writes, so they are the log's alone,
// LevelDB's threads included. The kernel counts whole pages of 4 KiB as they become dirty: a commit of 100 bytes costs 4096. What
// the file system writes of its own (its journal) is not in it; where loop mounts are allowed, the disk's own count is measured too.
// Of a gateway, checkpoints of windows and forwarders come on top: one commit a second at most, if there are readings.
//
// Time: a reading a second cannot be waited for. The log's clock is a fake one that is moved from one arrival, or the end of an
// interval, to the next, and by the real duration of every commit. So commits, syncs and bytes are real, the waiting is computed,
// and a latency is the computed wait and the real commit. A log is closed and opened once more before the bytes are read, so that
// they hold the first writing of its tables; compaction further down comes on top for logs that grow large (bench log: write
// amplification).

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openLevelLog } from "../../src/log/level-log.ts";
import type { Log } from "../../src/log/log.ts";
import { quality, type Reading } from "../../src/model/reading.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { isMissing } from "../support/servers.ts";
import { SmallDisk } from "../support/small-disk.ts";
import { type BenchCase, benchCase, report } from "./report.ts";

interface Load {
  readonly name: string;
  readonly readingsPerSecond: number;
  readonly series: number;
  /** Simulated. */
  readonly seconds: (intervalMs: number) => number;
}

interface Setting {
  readonly name: string;
  /** 0: durability sync. */
  readonly intervalMs: number;
}

interface Wear {
  readonly readings: number;
  readonly commits: number;
  readonly writtenBytes: number;
  readonly latencyMsMean: number;
}

const loads: readonly Load[] = [
  { name: "1 reading/s", readingsPerSecond: 1, series: 1, seconds: (intervalMs) => (intervalMs > 1000 ? 3000 : 1000) },
  { name: "1,000 readings/s, 200 series", readingsPerSecond: 1000, series: 200, seconds: (ms) => (ms < 1000 ? 4 : ms / 100) },
  { name: "100,000 readings/s, 200 series", readingsPerSecond: 100_000, series: 200, seconds: (ms) => (ms < 1000 ? 2 : 5) },
];
const warmUp: Load = { name: "warm-up", readingsPerSecond: 1000, series: 200, seconds: () => 1 };
const settings: readonly Setting[] = [
  { name: "sync", intervalMs: 0 },
  { name: "interval 10ms", intervalMs: 10 },
  { name: "interval 100ms", intervalMs: 100 },
  { name: "interval 1s", intervalMs: 1000 },
  { name: "interval 10s", intervalMs: 10_000 },
];
const payloadOf = ({ value, eventTimeUs }: Reading) => `{"v":${value},"ts":${eventTimeUs / 1000}}`;
const startUs = Date.UTC(2026, 0, 1) * 1000;

/** 2-decimal walks, the series in turn. */
function readingAt(load: Load, index: number): Reading {
  const series = index % load.series;
  const eventTimeUs = startUs + Math.floor((index * 1000) / load.readingsPerSecond) * 1000;
  const value = Math.round((20 + 5 * Math.sin(index / 50 + series)) * 100) / 100;
  return {
    device: `device-${series >> 2}`,
    metric: `metric-${series & 3}`,
    unit: "",
    eventTimeUs,
    value,
    quality: quality.good,
    tags: "",
    correctionUs: 0,
  };
}

/** One log under one load, in simulated time. */
class Simulation {
  readonly #clock = new FakeClock(startUs);
  readonly #load: Load;
  readonly #setting: Setting;
  #commits = 0;
  #lastCommitMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | null = null;
  #arrived = 0;
  #acknowledged = 0;
  #latencyMs = 0;

  constructor(load: Load, setting: Setting) {
    this.#load = load;
    this.#setting = setting;
  }

  async run(directory: string): Promise<Omit<Wear, "writtenBytes">> {
    const readings = this.#load.readingsPerSecond * this.#load.seconds(this.#setting.intervalMs);
    const log = await this.#open(directory);
    while (this.#acknowledged < readings) {
      this.#arrive(log, readings);
      // A commit begins in setImmediate, with what has arrived.
      await nextTurn();
      await nextTurn();
      if (this.#writing !== null) await this.#writing;
      else this.#advance(readings);
    }
    await log.close();
    await (await this.#open(directory)).close();
    return { readings, commits: this.#commits, latencyMsMean: this.#latencyMs / readings };
  }

  get #nowMs(): number {
    return (this.#clock.nowUs() - startUs) / 1000;
  }

  #open(directory: string): Promise<Log> {
    const { intervalMs } = this.#setting;
    return openLevelLog({
      directory,
      clock: this.#clock,
      pendingReadingsMax: 200_000,
      logger: createLogger("silent"),
      durability: intervalMs === 0 ? "sync" : "interval",
      syncIntervalMs: intervalMs,
      syncWrite: (write) => {
        this.#writing = this.#commit(write);
        return this.#writing;
      },
    });
  }

  async #commit(write: () => Promise<void>): Promise<void> {
    this.#commits++;
    this.#lastCommitMs = this.#nowMs;
    const sinceMs = performance.now();
    await write();
    this.#pass(performance.now() - sinceMs);
    this.#writing = null;
  }

  #arrive(log: Log, readings: number): void {
    for (; this.#arrived < readings && this.#arrivalMs(this.#arrived) <= this.#nowMs; this.#arrived++) {
      const arrivalMs = this.#arrivalMs(this.#arrived);
      log.append({ readings: [readingAt(this.#load, this.#arrived)] }, (error) => {
        if (error !== null) throw error;
        this.#latencyMs += this.#nowMs - arrivalMs;
        this.#acknowledged++;
      });
    }
  }

  #arrivalMs(index: number): number {
    return (index * 1000) / this.#load.readingsPerSecond;
  }

  /** To the next arrival, at least a millisecond on, or to the end of the interval. */
  #advance(readings: number): void {
    const nextMs =
      this.#arrived < readings ? Math.max(this.#arrivalMs(this.#arrived), this.#nowMs + 1) : Number.POSITIVE_INFINITY;
    const intervalEndMs =
      this.#arrived > this.#acknowledged ? this.#lastCommitMs + this.#setting.intervalMs : Number.POSITIVE_INFINITY;
    const untilMs = Math.min(nextMs, Math.max(intervalEndMs, this.#nowMs));
    if (Number.isFinite(untilMs)) this.#pass(untilMs - this.#nowMs);
  }

  /** In whole microseconds, as a clock gives them. */
  #pass(ms: number): void {
    this.#clock.advanceMs(Math.ceil(ms * 1000) / 1000);
  }
}

function bytesWrittenByThisProcess(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1] ?? 0);
}

async function measure(load: Load, setting: Setting, directory: string): Promise<Wear> {
  const before = bytesWrittenByThisProcess();
  const result = await new Simulation(load, setting).run(directory);
  return { ...result, writtenBytes: bytesWrittenByThisProcess() - before };
}

function payloadBytes(load: Load, readings: number): number {
  let bytes = 0;
  for (let index = 0; index < readings; index++) bytes += payloadOf(readingAt(load, index)).length;
  return bytes;
}

function casesOf(load: Load, setting: Setting, wear: Wear, sync: Wear): BenchCase[] {
  const what = `${load.name}, ${setting.name}`;
  const perReading = ({ writtenBytes, readings }: Wear) => writtenBytes / readings;
  const reference = (value: number) => ({ name: `${load.name}, sync`, value });
  return [
    benchCase({
      case: `bytes written a reading, ${what}`,
      value: perReading(wear),
      unit: "bytes",
      reference: reference(perReading(sync)),
      budget: null,
    }),
    benchCase({
      case: `bytes written per byte of payload, ${what}`,
      value: wear.writtenBytes / payloadBytes(load, wear.readings),
      unit: "bytes",
      reference: reference(sync.writtenBytes / payloadBytes(load, sync.readings)),
      budget: null,
    }),
    benchCase({
      case: `mean acknowledgement latency, ${what}`,
      value: wear.latencyMsMean,
      unit: "ms",
      reference: reference(sync.latencyMsMean),
      budget: null,
    }),
  ];
}

/** What the disk itself counts, ext4's journal included: a trickle on a disk of its own, with blocks of 4 KiB. */
async function deviceCases(root: string): Promise<BenchCase[]> {
  const disk = await SmallDisk.mount(join(root, "disk"), 256 * 1024 * 1024);
  const cases: BenchCase[] = [];
  try {
    for (const setting of settings.filter(({ intervalMs }) => intervalMs === 0 || intervalMs >= 1000)) {
      const load = loads[0] as Load;
      const before = await disk.writtenBytes();
      const { readings, writtenBytes } = await measure(load, setting, join(disk.root, setting.name));
      const device = (await disk.writtenBytes()) - before;
      cases.push(
        benchCase({
          case: `bytes a reading at the disk, ext4's journal included, ${load.name}, ${setting.name}`,
          value: device / readings,
          unit: "bytes",
          reference: { name: "write_bytes of the process", value: writtenBytes / readings },
          budget: null,
        }),
      );
    }
  } finally {
    await disk.unmount();
  }
  return cases;
}

const root = mkdtempSync(join(tmpdir(), "tidegate-bench-wear-"));
try {
  const cases: BenchCase[] = [];
  // The first commits of a process wait for its compiler.
  await measure(warmUp, settings[0] as Setting, join(root, "warm-up"));
  const rows = [
    "| readings | durability | bytes written a reading | per byte of payload | readings a commit | mean latency |",
    "|---|---|---|---|---|---|",
  ];
  for (const load of loads) {
    let sync: Wear | null = null;
    for (const setting of settings) {
      const wear = await measure(load, setting, join(root, `${load.readingsPerSecond} ${setting.name}`));
      sync ??= wear;
      cases.push(...casesOf(load, setting, wear, sync));
      const perReading = wear.writtenBytes / wear.readings;
      const cells = [
        load.name,
        setting.name,
        perReading < 100 ? perReading.toFixed(1) : Math.round(perReading).toLocaleString("en-US"),
        (wear.writtenBytes / payloadBytes(load, wear.readings)).toFixed(perReading < 100 ? 2 : 0),
        (wear.readings / wear.commits).toFixed(1),
        `${wear.latencyMsMean < 100 ? wear.latencyMsMean.toFixed(1) : Math.round(wear.latencyMsMean).toLocaleString("en-US")} ms`,
      ];
      rows.push(`| ${cells.join(" | ")} |`);
    }
  }
  if (!isMissing("loop-mount")) cases.push(...(await deviceCases(root)));
  else console.log("the disk's own count is left out: it needs root and loop mounts");
  report("wear", cases);
  console.log(rows.join("\n"));
} finally {
  rmSync(root, { recursive: true });
}
