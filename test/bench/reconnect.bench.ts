// A fleet comes back: 500 forwarders, each with a log and a backlog of its own, lose their collector at the same moment and have it again
// a few seconds later. The collector is a process of its own; it is killed, not stopped.
//
// Measured: from its new start, when the first and the last of them are connected, the most that connected within 100 ms, and when
// all backlogs are stored. The reference is the same fleet without jitter: as many in one moment as there are.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CollectorSink } from "../../src/forward/collector-sink.ts";
import { Forwarder } from "../../src/forward/forwarder.ts";
import type { Sink, SinkEvents } from "../../src/forward/sink.ts";
import type { Log } from "../../src/log/log.ts";
import { createMemoryLog } from "../../src/log/memory-log.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { fleetReadings, take } from "../support/block-cases.ts";
import { CollectorProcess } from "../support/collector-process.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { benchCase, report } from "./report.ts";

const { values: options } = parseArgs({ options: { gateways: { type: "string", default: "500" }, json: { type: "string" } } });
const gateways = Number(options.gateways);
const outageMs = 5000;
const readingsBefore = 100;
const readingsInOutage = 2000;
const bucketMs = 100;

const logger = createLogger("silent");
const root = mkdtempSync(join(tmpdir(), "tidegate-bench-reconnect-"));

/** A sink that notes when its links are open. */
class NotedSink implements Sink {
  readonly name = "collector";
  readonly target: string;
  readonly #sink: CollectorSink;
  openedMs = 0;

  constructor(sink: CollectorSink) {
    this.#sink = sink;
    this.target = sink.target;
  }

  unreachable(fault: string) {
    return this.#sink.unreachable(fault);
  }

  open(events: SinkEvents) {
    const opened: SinkEvents["opened"] = (upstream) => {
      this.openedMs = performance.now();
      events.opened(upstream);
    };
    return this.#sink.open({ ...events, opened });
  }
}

interface SimulatedGateway {
  readonly log: Log;
  readonly sink: NotedSink;
  readonly forwarder: Forwarder;
}

function newGateway(index: number, port: number, jitter: boolean): SimulatedGateway {
  const log = createMemoryLog({ clock: systemClock });
  const about = { name: "collector", compression: "gzip", logId: log.logId } as const;
  const sink = new NotedSink(
    new CollectorSink({ ...about, gatewayId: `gateway-${index}-${jitter}`, address: { host: "127.0.0.1", port } }),
  );
  const forwarder = new Forwarder({
    sink,
    log,
    retry: { delayMsMin: 200, delayMsMax: 15_000 },
    ackTimeoutMs: 10_000,
    inflightBytesMax: 4 * 2 ** 20,
    clock: systemClock,
    random: jitter ? Math.random : () => 1 - Number.EPSILON,
    logger,
  });
  return { log, sink, forwarder };
}

const source = fleetReadings({ random: seededRandom(1), series: 100, periodUs: 1_000_000 });

async function appendAll(fleet: readonly SimulatedGateway[], count: number): Promise<void> {
  await Promise.all(fleet.map(({ log }) => new Promise((resolve) => log.append({ readings: take(source, count) }, resolve))));
}

async function allStored(fleet: readonly SimulatedGateway[]): Promise<void> {
  while (fleet.some(({ forwarder }) => forwarder.status().lanes.readings.pendingRecords > 0)) await passed(20);
}

/** Milliseconds from the collector's start: when each was connected, sorted, and when everything was stored. */
async function comeback(collector: CollectorProcess, jitter: boolean) {
  await collector.start();
  const fleet = Array.from({ length: gateways }, (_, index) => newGateway(index, collector.port, jitter));
  await appendAll(fleet, readingsBefore);
  await Promise.all(fleet.map(({ forwarder }) => forwarder.start()));
  await allStored(fleet);
  await collector.kill();
  await appendAll(fleet, readingsInOutage);
  await passed(outageMs);
  for (const { sink } of fleet) sink.openedMs = 0;
  const startMs = performance.now();
  await collector.start();
  await allStored(fleet);
  const storedMs = performance.now() - startMs;
  const connectedMs = fleet.map(({ sink }) => sink.openedMs - startMs).sort((a, b) => a - b);
  await Promise.all(fleet.map(({ forwarder }) => forwarder.close()));
  await collector.stop();
  return { connectedMs, storedMs };
}

function mostWithin(sortedMs: readonly number[]): number {
  return Math.max(...sortedMs.map((ms) => sortedMs.filter((other) => other >= ms && other < ms + bucketMs).length));
}

function histogram(sortedMs: readonly number[]): string {
  const seconds = new Map<number, number>();
  for (const ms of sortedMs) seconds.set(Math.floor(ms / 1000), (seconds.get(Math.floor(ms / 1000)) ?? 0) + 1);
  return [...seconds].map(([second, count]) => `${second}-${second + 1} s: ${count}`).join(", ");
}

const percentile = (sorted: readonly number[], share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;

try {
  const collector = new CollectorProcess(root);
  const withJitter = await comeback(collector, true);
  const without = await comeback(collector, false);
  console.log(`connected after the collector's start, with jitter: ${histogram(withJitter.connectedMs)}`);
  console.log(`without: ${histogram(without.connectedMs)}`);
  const same = (value: number) => ({ name: "the same fleet without jitter", value });
  const at = (share: number) => ({
    value: percentile(withJitter.connectedMs, share),
    reference: same(percentile(without.connectedMs, share)),
  });
  report("reconnect", [
    benchCase({ case: "connected, half of them", unit: "ms", ...at(0.5), budget: null }),
    benchCase({ case: "connected, the last", unit: "ms", ...at(1), budget: null }),
    benchCase({
      case: `most that connect within ${bucketMs} ms`,
      unit: "gateways",
      value: mostWithin(withJitter.connectedMs),
      reference: same(mostWithin(without.connectedMs)),
      budget: null,
    }),
    benchCase({
      case: `all backlogs of ${readingsInOutage} readings stored`,
      unit: "ms",
      value: withJitter.storedMs,
      reference: same(without.storedMs),
      budget: null,
    }),
  ]);
} finally {
  rmSync(root, { recursive: true });
}
