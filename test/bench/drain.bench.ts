// A backlog drains: ten million readings of 1,000 series from a log on disk into an embedded collector, which is a process of its own,
// while 1,000 new readings a second come.
//
// Measured: readings/s until the backlog is stored; bytes a reading as the socket counts them, gRPC and gzip included; the memory of the
// collector, and of this process, which stands for the gateway; how long a new reading takes from its append to the collector's
// acknowledgement, which comes after its fsync.
//
// The reference is the outage of a bridge between two Mosquittos, which most people would set up: JSON messages at QoS 1 wait in the one
// and go to the other when it is there.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { parseArgs } from "node:util";
import mqtt from "mqtt";
import { CollectorSink } from "../../src/forward/collector-sink.ts";
import { Forwarder } from "../../src/forward/forwarder.ts";
import { openLevelLog } from "../../src/log/level-log.ts";
import type { Log } from "../../src/log/log.ts";
import { missingFrom } from "../../src/model/interval-set.ts";
import type { Reading } from "../../src/model/reading.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { fleetReadings, take } from "../support/block-cases.ts";
import { CollectorProcess } from "../support/collector-process.ts";
import { FlakyLink } from "../support/flaky-link.ts";
import { openToAll, startMosquitto } from "../support/mosquitto.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { benchCase, report } from "./report.ts";

const { values: options } = parseArgs({
  options: { readings: { type: "string", default: "10000000" }, json: { type: "string" } },
});
const backlogReadings = Number(options.readings);
const bridgedMessages = 100_000;
const series = 1000;
const commitReadings = 5000;
const livePerTick = 10;
const tickMs = 10;
const MiB = 2 ** 20;

const logger = createLogger("silent");
const root = mkdtempSync(join(tmpdir(), "tidegate-bench-drain-"));
const source = () => fleetReadings({ random: seededRandom(1), series, periodUs: 1_000_000, jitterMs: 20 });

function append(log: Log, readings: readonly Reading[]): Promise<void> {
  return new Promise((resolve, reject) => log.append({ readings }, (error) => (error === null ? resolve() : reject(error))));
}

async function fill(log: Log, readings: Iterator<Reading, never>): Promise<void> {
  for (let made = 0; made < backlogReadings; made += commitReadings) await append(log, take(readings, commitReadings));
}

/** Without what LevelDB maps from its files, which is the system's cache. */
function residentBytes(pid: number | "self"): number {
  const [, kiB] = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kiB) * 1024;
}

/** Appends new readings by the clock until told to stop; milliseconds that each took to be acknowledged. */
class LiveReadings {
  readonly delaysMs: number[] = [];
  readonly #waiting: { readonly offset: number; readonly sinceMs: number }[] = [];
  #isStopped = false;

  constructor(log: Log, forwarder: Forwarder, readings: Iterator<Reading, never>) {
    void this.#append(log, readings);
    void this.#watch(forwarder);
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #append(log: Log, readings: Iterator<Reading, never>): Promise<void> {
    while (!this.#isStopped) {
      const sinceMs = performance.now();
      await append(log, take(readings, livePerTick));
      this.#waiting.push({ offset: log.bounds("readings").endOffset - 1, sinceMs });
      await passed(tickMs);
    }
  }

  async #watch(forwarder: Forwarder): Promise<void> {
    while (!this.#isStopped) {
      const { readings } = forwarder.settled;
      const nowMs = performance.now();
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
        if (missingFrom(readings, { start: first.offset, end: first.offset + 1 }).length > 0) break;
        this.delaysMs.push(nowMs - first.sinceMs);
        this.#waiting.shift();
      }
      await passed(1);
    }
  }
}

async function drained() {
  const directory = join(root, "log");
  const log = await openLevelLog({ directory, clock: systemClock, logger, pendingReadingsMax: 1_000_000 });
  const readings = source();
  await fill(log, readings);
  const collector = new CollectorProcess(root);
  await collector.start();
  const address = { host: "127.0.0.1", port: collector.port };
  const forwarder = new Forwarder({
    sink: new CollectorSink({ name: "collector", address, compression: "gzip", gatewayId: "bench", logId: log.logId }),
    log,
    retry: { delayMsMin: 200, delayMsMax: 200 },
    ackTimeoutMs: 30_000,
    lingerMs: 100,
    inflightBytesMax: 4 * MiB,
    clock: systemClock,
    random: Math.random,
    logger,
  });
  const before = residentBytes("self");
  const startMs = performance.now();
  await forwarder.start();
  // What comes before the link is open is backlog.
  while (forwarder.status().state !== "draining") await passed(1);
  const live = new LiveReadings(log, forwarder, readings);
  const memory = { gateway: before, collector: 0 };
  while ((forwarder.settled.readings[0]?.end ?? 0) < backlogReadings) {
    await passed(20);
    memory.gateway = Math.max(memory.gateway, residentBytes("self"));
    memory.collector = Math.max(memory.collector, residentBytes(collector.pid ?? "self"));
  }
  const seconds = (performance.now() - startMs) / 1000;
  const { sentBytes } = forwarder.status();
  live.stop();
  await forwarder.close();
  await log.close();
  await collector.stop();
  return { seconds, sentBytes, memory, growth: memory.gateway - before, delaysMs: live.delaysMs.sort((a, b) => a - b) };
}

/** The same outage, bridged. */
async function bridged(): Promise<{ perSecond: number; bytesPerReading: number }> {
  const upstream = await startMosquitto(root);
  const way = await FlakyLink.listen(upstream.port);
  way.cut();
  const bridge = await startMosquitto(root, [
    ...openToAll,
    "connection up",
    `address 127.0.0.1:${way.port}`,
    "topic # out 1",
    "cleansession false",
    "restart_timeout 1",
    "bridge_protocol_version mqttv311",
  ]);
  const publisher = await mqtt.connectAsync(bridge.url);
  const messages = take(source(), bridgedMessages);
  let unacknowledged: Promise<unknown>[] = [];
  for (const { device, metric, value, eventTimeUs } of messages) {
    const payload = JSON.stringify({ v: value, ts: eventTimeUs / 1000 });
    unacknowledged.push(publisher.publishAsync(`sensors/${device}/${metric}`, payload, { qos: 1 }));
    if (unacknowledged.length < 1000) continue;
    await Promise.all(unacknowledged);
    unacknowledged = [];
  }
  await Promise.all(unacknowledged);
  const subscriber = await mqtt.connectAsync(upstream.url);
  let [received, firstMs] = [0, 0];
  const all = new Promise<void>((resolve) => {
    subscriber.on("message", () => {
      if (received === 0) firstMs = performance.now();
      received++;
      if (received === bridgedMessages) resolve();
    });
  });
  await subscriber.subscribeAsync("#", { qos: 0 });
  way.heal();
  await all;
  const perSecond = (bridgedMessages / (performance.now() - firstMs)) * 1000;
  await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
  await bridge.stop();
  await way.close();
  await upstream.stop();
  return { perSecond, bytesPerReading: way.bytesUp / bridgedMessages };
}

const percentile = (sorted: readonly number[], share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;

try {
  const bridge = await bridged();
  const { seconds, sentBytes, memory, growth, delaysMs } = await drained();
  const perReading = sentBytes / backlogReadings;
  const throughBridge = (what: string, value: number) => ({ name: `Mosquitto bridge, JSON at QoS 1: ${what}`, value });
  console.log(`${backlogReadings} readings in ${seconds.toFixed(1)} s; ${delaysMs.length} live appends beside them`);
  console.log(
    `memory: collector at most ${Math.round(memory.collector / MiB)} MiB, gateway ${Math.round(memory.gateway / MiB)} MiB`,
  );
  report("drain", [
    benchCase({
      case: "backlog stored at the collector",
      value: backlogReadings / seconds,
      unit: "readings/s",
      reference: throughBridge("messages/s", bridge.perSecond),
      budget: 1_000_000,
      budgetKind: "least value",
    }),
    benchCase({
      case: "on the wire",
      value: sentBytes / seconds / MiB,
      unit: "MiB/s",
      reference: throughBridge("MiB/s", (bridge.perSecond * bridge.bytesPerReading) / MiB),
      budget: null,
    }),
    benchCase({
      case: "on the wire, a reading",
      value: perReading,
      unit: "bytes",
      reference: throughBridge("bytes", bridge.bytesPerReading),
      budget: 2.5,
      budgetKind: "most value",
    }),
    benchCase({
      case: "live reading while it drains, p50",
      value: percentile(delaysMs, 0.5),
      unit: "ms",
      reference: { name: "linger", value: 100 },
      budget: null,
    }),
    benchCase({
      case: "live reading while it drains, p99",
      value: percentile(delaysMs, 0.99),
      unit: "ms",
      reference: { name: "linger", value: 100 },
      budget: 1000,
      budgetKind: "most value",
    }),
    benchCase({
      case: "growth of the gateway's memory while it drains",
      value: growth / MiB,
      unit: "MiB",
      reference: { name: "what was sent, MiB", value: sentBytes / MiB },
      budget: null,
    }),
  ]);
} finally {
  rmSync(root, { recursive: true });
}
