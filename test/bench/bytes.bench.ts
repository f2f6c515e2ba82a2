// Bytes a reading, at rest and upstream, for a trickle, an ordinary and a high rate, with two decimals and times that jitter by 20 ms.
//
// The log, its merger, the forwarder and the collector are the gateway's own, over real disks and sockets. Only the trickle has its
// time run faster, by a clock that is moved; the other rates are real time, so that commits are as large as this disk makes them.
// Segments are half of the usual size, so that enough of them are full and merged within the seconds that this takes.
//
// At rest: bytes of blocks with their keys, as committed and after merging. Upstream: all bytes on the TCP connection towards the
// collector, gRPC and gzip included. The reference is the same reading as JSON in an MQTT PUBLISH.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { startCollector } from "../../src/collector/collector.ts";
import { CollectorSink } from "../../src/forward/collector-sink.ts";
import { Forwarder } from "../../src/forward/forwarder.ts";
import { BlockMerger } from "../../src/log/block-merger.ts";
import { openLevelLog } from "../../src/log/level-log.ts";
import type { Log } from "../../src/log/log.ts";
import type { Reading } from "../../src/model/reading.ts";
import { type Clock, systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { fleetReadings, take } from "../support/block-cases.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { type BenchCase, benchCase, report } from "./report.ts";

interface Load {
  readonly name: string;
  readonly series: number;
  readonly readings: number;
  readonly perSecond: number;
  /** Simulated: each reading is a commit of its own. */
  readonly isTrickle: boolean;
}

const loads: readonly Load[] = [
  { name: "trickle, 1 reading/s of 10 series", series: 10, readings: 2000, perSecond: 1, isTrickle: true },
  { name: "1,000 readings/s of 200 series", series: 200, readings: 20_000, perSecond: 1000, isTrickle: false },
  { name: "100,000 readings/s of 1,000 series", series: 1000, readings: 1_000_000, perSecond: 100_000, isTrickle: false },
];

const logger = createLogger("silent");
const root = mkdtempSync(join(tmpdir(), "tidegate-bench-bytes-"));
const keyBytes = 8;

/** A TCP way to the collector that counts what goes up. */
async function countingWay(targetPort: number) {
  let bytesUp = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      bytesUp += chunk.length;
    });
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: address.port, bytesUp: () => bytesUp, close };
}

function openLog(name: string, clock: Clock): Promise<Log> {
  return openLevelLog({
    directory: join(root, name),
    clock,
    logger,
    pendingReadingsMax: 1_000_000,
    segmentLimits: { bytesMax: 512 * 1024, spanMs: 15 * 60_000 },
  });
}

function append(log: Log, readings: readonly Reading[]): Promise<void> {
  return new Promise((resolve, reject) => log.append({ readings }, (error) => (error === null ? resolve() : reject(error))));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await passed(1);
}

/** Appends the load at its rate. `each` runs after every reading of a trickle. */
async function fill(log: Log, load: Load, clock: FakeClock | null, each: () => Promise<void>): Promise<void> {
  const source = fleetReadings({
    random: seededRandom(1),
    series: load.series,
    periodUs: (load.series * 1_000_000) / load.perSecond,
    jitterMs: 20,
  });
  if (clock !== null) {
    for (let made = 0; made < load.readings; made++) {
      await append(log, take(source, 1));
      clock.advanceMs(1000);
      await each();
    }
    return;
  }
  const start = performance.now();
  const appends: Promise<void>[] = [];
  for (let made = 0; made < load.readings; ) {
    const due = Math.min(load.readings, Math.ceil(((performance.now() - start) * load.perSecond) / 1000));
    for (; made < due; made++) appends.push(append(log, take(source, 1)));
    await passed(1);
  }
  await Promise.all(appends);
}

/** Of the blocks of full segments, so that what still waits to be merged does not count. */
function bytesAtRest(log: Log): number {
  const full = log.segments("readings").list.slice(0, -1);
  const bytes = full.reduce((sum, segment) => sum + segment.bytes + segment.blocks * keyBytes, 0);
  return bytes / (full.at(-1)?.endOffset ?? Number.NaN);
}

async function merged(log: Log, clock: FakeClock | null): Promise<void> {
  const merger = new BlockMerger({ log, streamPosition: () => Number.POSITIVE_INFINITY, clock: clock ?? systemClock, logger });
  merger.start();
  const isWorth = ({ blocks, firstOffset, endOffset }: { blocks: number; firstOffset: number; endOffset: number }) =>
    blocks * 2048 > endOffset - firstOffset && blocks > 1;
  await until(() => {
    clock?.advanceMs(1000);
    return log
      .segments("readings")
      .list.slice(0, -1)
      .every((segment) => segment.merged || !isWorth(segment));
  });
  await merger.close();
}

function jsonBytes({ device, metric, value, eventTimeUs }: Reading): number {
  const topic = `sensors/${device}/${metric}`;
  const payload = JSON.stringify({ v: value, ts: eventTimeUs / 1000 });
  // Fixed header, length of the topic, packet id.
  return 2 + 2 + topic.length + 2 + payload.length;
}

/** Bytes a reading up to the collector, sent as they come or all of them behind an outage. */
async function upstream(load: Load, how: { readonly live: boolean; readonly lingerMs: number; readonly name: string }) {
  const clock = load.isTrickle ? new FakeClock() : null;
  const log = await openLog(`${how.name}-${load.perSecond}`, clock ?? systemClock);
  const collector = await startCollector({
    listen: { host: "127.0.0.1", port: 0 },
    store: { kind: "embedded", directory: join(root, `collector-${how.name}-${load.perSecond}`) },
    clock: systemClock,
    logger,
  });
  const way = await countingWay(collector.address.port);
  const address = { host: "127.0.0.1", port: way.port };
  const sink = new CollectorSink({ name: "collector", address, compression: "gzip", gatewayId: "bench", logId: log.logId });
  const forwarder = new Forwarder({
    sink,
    log,
    retry: { delayMsMin: 200, delayMsMax: 200 },
    ackTimeoutMs: 100_000_000,
    lingerMs: how.lingerMs,
    inflightBytesMax: 4 * 1024 * 1024,
    clock: clock ?? systemClock,
    random: Math.random,
    logger,
  });
  const allConfirmed = () =>
    until(() => {
      clock?.advanceMs(how.lingerMs);
      return forwarder.status().lanes.readings.confirmedOffset === log.bounds("readings").endOffset;
    });
  if (!how.live) await fill(log, load, clock, async () => {});
  await forwarder.start();
  if (how.live) {
    await until(() => forwarder.status().state === "live");
    await fill(log, load, clock, () => (how.lingerMs < 1000 ? allConfirmed() : passed(0)));
  }
  await allConfirmed();
  await forwarder.close();
  const bytes = way.bytesUp() / load.readings;
  way.close();
  await collector.close();
  await log.close();
  return bytes;
}

async function casesOf(load: Load): Promise<BenchCase[]> {
  const clock = load.isTrickle ? new FakeClock() : null;
  const log = await openLog(`rest-${load.perSecond}`, clock ?? systemClock);
  await fill(log, load, clock, async () => {});
  const committed = bytesAtRest(log);
  await merged(log, clock);
  const atRest = bytesAtRest(log);
  await log.close();
  const sample = take(fleetReadings({ random: seededRandom(1), series: load.series, periodUs: 1_000_000, jitterMs: 20 }), 1000);
  const json = sample.reduce((sum, reading) => sum + jsonBytes(reading), 0) / sample.length;
  const unit = "bytes a reading";
  const mqtt = { name: "JSON over MQTT", value: json };
  const one = (what: string, value: number, reference: { name: string; value: number }) =>
    benchCase({ case: `${load.name}: ${what}`, value, unit, reference, budget: null });
  return [
    one("at rest", atRest, { name: "as committed", value: committed }),
    one("upstream, live, linger 100ms", await upstream(load, { live: true, lingerMs: 100, name: "live" }), mqtt),
    one("upstream, live, linger 1m", await upstream(load, { live: true, lingerMs: 60_000, name: "linger" }), mqtt),
    one("upstream, after an outage", await upstream(load, { live: false, lingerMs: 100, name: "drain" }), mqtt),
  ];
}

try {
  const cases: BenchCase[] = [];
  for (const load of loads) cases.push(...(await casesOf(load)));
  report("bytes", cases);
} finally {
  rmSync(root, { recursive: true });
}
