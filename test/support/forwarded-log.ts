// A gateway's log, a forwarder that reads it, and a collector that it sends to: for tests of what a store is left with.

import { expect, onTestFinished, vi } from "vitest";
import { type Collector, type CollectorOptions, startCollector } from "../../src/collector/collector.ts";
import { CollectorSink } from "../../src/forward/collector-sink.ts";
import { Forwarder } from "../../src/forward/forwarder.ts";
import { openLevelLog } from "../../src/log/level-log.ts";
import type { Log } from "../../src/log/log.ts";
import { systemClock as clock } from "../../src/platform/clock.ts";
import { createLogger, type Logger } from "../../src/platform/logger.ts";
import { readingsFrom } from "./records.ts";
import { tempDir } from "./temp-dir.ts";

const silent = createLogger("silent");

/** On a free port; closed when the test ends. */
export async function newCollector(store: CollectorOptions["store"], logger: Logger = silent): Promise<Collector> {
  const collector = await startCollector({ listen: { host: "127.0.0.1", port: 0 }, store, clock, logger });
  onTestFinished(() => collector.close());
  return collector;
}

/** Closed when the test ends. */
export async function newLog(): Promise<Log> {
  const log = await openLevelLog({ directory: await tempDir(), clock, logger: silent, pendingReadingsMax: 1_000_000 });
  onTestFinished(() => log.close());
  return log;
}

/** Of gateway gw-1, to the collector at a port of this host; closed when the test ends. */
export async function newForwarder(log: Log, port: number): Promise<Forwarder> {
  const address = { host: "127.0.0.1", port };
  const forwarder = new Forwarder({
    sink: new CollectorSink({ name: "collector", address, gatewayId: "gw-1", logId: log.logId, compression: "gzip" }),
    log,
    clock,
    random: () => 0.5,
    logger: silent,
    retry: { delayMsMin: 10, delayMsMax: 100 },
    ackTimeoutMs: 20_000,
    inflightBytesMax: 1024 * 1024,
  });
  onTestFinished(() => forwarder.close());
  await forwarder.start();
  return forwarder;
}

/** Readings whose values are their offsets, five a block. */
export async function appendReadings(log: Log, count: number): Promise<void> {
  for (let done = 0; done < count; done += 5) {
    const readings = readingsFrom(log.bounds("readings").endOffset, 5);
    await new Promise<void>((resolve, reject) =>
      log.append({ readings }, (error) => (error === null ? resolve() : reject(error))),
    );
  }
}

export function until(condition: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(condition()).toBe(true), { timeout: 50_000, interval: 2 });
}

export function isDrained(forwarder: Forwarder): boolean {
  return forwarder.status().state === "live" && forwarder.status().lanes.readings.pendingRecords === 0;
}
