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

interface EndingServer {
  end(): Promise<void>;
  start(): Promise<void>;
}

/** A gateway that sends to the collector while its server ends at seeded moments. Yields the log: 600 readings an outage. */
export async function sendThroughOutages(
  collector: Collector,
  server: EndingServer,
  { outages, random }: { readonly outages: number; readonly random: () => number },
): Promise<Log> {
  const log = await newLog();
  const forwarder = await newForwarder(log, collector.address.port);
  for (let outage = 0; outage < outages; outage++) {
    const target = log.bounds("readings").endOffset + Math.floor(random() * 300);
    const appending = appendReadings(log, 595);
    await until(() => forwarder.status().lanes.readings.confirmedOffset >= target);
    await server.end();
    await appending;
    await appendReadings(log, 5);
    await until(() => forwarder.status().state === "backing-off");
    await server.start();
  }
  await until(() => isDrained(forwarder));
  return log;
}

/** A gateway that sends to one collector, then to both, then to the other alone. Yields the log: 600 readings. */
export async function moveBetween(newOne: () => Promise<Collector>): Promise<Log> {
  const first = await newOne();
  const log = await newLog();
  const forwarder = await newForwarder(log, first.address.port);
  const appending = appendReadings(log, 500);
  await until(() => forwarder.status().lanes.readings.confirmedOffset >= 100);
  const another = await newForwarder(log, (await newOne()).address.port);
  await appending;
  await until(() => isDrained(forwarder) && isDrained(another));
  await first.close();
  await appendReadings(log, 100);
  await until(() => isDrained(another));
  return log;
}

export function isDrained(forwarder: Forwarder): boolean {
  return forwarder.status().state === "live" && forwarder.status().lanes.readings.pendingRecords === 0;
}
