// What the log gave up is known on both sides, record for record. Real gRPC, real LevelDB on both sides, real retention.

import { expect, onTestFinished, test, vi } from "vitest";
import { type Collector, startCollector } from "../../../src/collector/collector.ts";
import { CollectorSink } from "../../../src/forward/collector-sink.ts";
import { Forwarder } from "../../../src/forward/forwarder.ts";
import { deliveryTo } from "../../../src/gateway-status.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { LogReaders } from "../../../src/log/log-readers.ts";
import { RetentionKeeper } from "../../../src/log/retention-keeper.ts";
import { type Lane, lanes } from "../../../src/model/lane.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { StreamDriver } from "../../../src/stream/driver.ts";
import { harm, harms } from "../../support/damaged-log.ts";
import { FlakyLink } from "../../support/flaky-link.ts";
import { appended } from "../../support/log-contents.ts";
import { alertFor, exportedValues, numbered, readingsFrom, resultFor } from "../../support/records.ts";
import { tempDir } from "../../support/temp-dir.ts";

const logger = createLogger("silent");
const clock = systemClock;

async function newCollector(directory: string): Promise<Collector> {
  const collector = await startCollector({
    listen: { host: "127.0.0.1", port: 0 },
    store: { kind: "embedded", directory },
    clock,
    logger,
  });
  onTestFinished(() => collector.close());
  return collector;
}

/** A log with a forwarder to each of these ports, as a gateway makes them: positions first, then whatever reads. */
async function newGateway(directory: string, ports: readonly number[]) {
  const readers = new LogReaders();
  const segmentLimits = { bytesMax: 1, spanMs: 1e9 };
  const options = { directory, clock, logger, pendingReadingsMax: 100_000, recentBytesMax: 0, segmentLimits, readers };
  const log = await openLevelLog(options);
  onTestFinished(() => log.close());
  const forwarders = ports.map((port, index) => newForwarder(log, { name: `sink-${index}`, port }));
  for (const forwarder of forwarders) {
    await forwarder.load();
    readers.addSink(forwarder);
  }
  return { log, readers, forwarders };
}

function newForwarder(log: Log, { name, port }: { name: string; port: number }): Forwarder {
  const address = { host: "127.0.0.1", port };
  const forwarder = new Forwarder({
    sink: new CollectorSink({ name, address, gatewayId: "gw-1", logId: log.logId, compression: "none" }),
    log,
    clock,
    random: () => 0.5,
    logger,
    retry: { delayMsMin: 10, delayMsMax: 50 },
    ackTimeoutMs: 20_000,
    inflightBytesMax: 1024 * 1024,
    inflightBatchesMax: 20,
  });
  onTestFinished(() => forwarder.close());
  return forwarder;
}

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 20_000, interval: 2 });
const isDrained = (forwarder: Forwarder) =>
  Object.values(forwarder.status().lanes).every(({ pendingRecords }) => pendingRecords === 0);

/** In blocks of five records. */
async function appendRecords(log: Log, count: number): Promise<void> {
  for (let done = 0; done < count; done += 5) {
    const first = log.bounds("readings").endOffset;
    const numbers = [0, 1, 2, 3, 4].map((index) => first + index);
    await appended(log, { readings: readingsFrom(first, 5), results: numbers.map(resultFor), alerts: numbers.map(alertFor) });
  }
}

function expectBooksToBalance(log: Log, forwarders: readonly Forwarder[]): void {
  for (const forwarder of forwarders) {
    for (const lane of lanes) {
      const { stored, delivered, pending, evicted } = deliveryTo(log, forwarder, lane);
      expect(delivered + pending + evicted).toBe(stored);
      expect(Math.min(delivered, pending, evicted)).toBeGreaterThanOrEqual(0);
    }
  }
}

/** Losses of the lane as each side knows them. */
async function sides(log: Log, collector: Collector, lane: Lane) {
  const gateway = log.losses.filter((loss) => loss.lane === lane).map(({ lane: _, ...loss }) => loss);
  const { losses, received, lost, missing, endOffset } = (await collector.report())[0]!.lanes[lane];
  expect([missing, endOffset, received + lost]).toEqual([[], log.bounds(lane).endOffset, log.bounds(lane).endOffset]);
  return { gateway: gateway.sort((a, b) => a.fromOffset - b.fromOffset), collector: losses, lost };
}

test("what retention evicts while the link is down is the same on both sides, and received + lost is everything", async () => {
  const collector = await newCollector(await tempDir());
  const link = await FlakyLink.open(collector.address.port);
  const { log, readers, forwarders } = await newGateway(await tempDir(), [link.port]);
  const [forwarder] = forwarders as [Forwarder];
  // Room for the 20 records of each lane that come while the link is up, and not for the 300 after them.
  const bounded = (bytesMax: number) => ({ bytesMax, ageMsMax: null });
  const policy = {
    lanes: { readings: bounded(1500), results: bounded(6000), alerts: bounded(3000) },
    diskFreeBytesMin: 1,
    whenFull: "evict-oldest",
  } as const;
  const retention = new RetentionKeeper({ log, readers, policy, diskFree: async () => 1e9, clock, logger });
  onTestFinished(() => retention.close());
  await forwarder.start();
  for (let outage = 0; outage < 3; outage++) {
    await appendRecords(log, 20);
    await until(() => isDrained(forwarder));
    link.cut();
    await until(() => forwarder.status().state === "backing-off");
    await appendRecords(log, 300);
    await retention.look();
    expectBooksToBalance(log, forwarders);
    link.heal();
    await until(() => isDrained(forwarder));
    expectBooksToBalance(log, forwarders);
  }
  for (const of of lanes) {
    const { gateway, collector: told, lost } = await sides(log, collector, of);
    expect(told).toEqual(gateway);
    expect(told).toHaveLength(3);
    expect(told.every(({ reason }) => reason === "size")).toBe(true);
    expect(lost).toBe(deliveryTo(log, forwarder, of).evicted);
  }
});

test("a corrupt block reaches the collector as a gap, the rest arrives, a sink that had it lacks nothing, and windows go on", async () => {
  const [directory, ...upstream] = [await tempDir(), await tempDir(), await tempDir()] as const;
  const collectors = [await newCollector(upstream[0]), await newCollector(upstream[1])] as const;
  const ports = collectors.map(({ address }) => address.port);

  // The first sink has everything but the last two blocks, the second one nothing.
  const before = await newGateway(directory, ports);
  await appendRecords(before.log, 90);
  const [first] = before.forwarders as [Forwarder, Forwarder];
  await first.start();
  await until(() => isDrained(first));
  await first.close();
  await appendRecords(before.log, 10);
  await before.log.close();
  const places: [Lane, number[]][] = [
    ["readings", [0, 40, 45, 90]],
    ["results", [95]],
    ["alerts", [10]],
  ];
  for (const [lane, offsets] of places) await harm(directory, lane, offsets, harms["a bit in the middle"]);

  const { log, forwarders } = await newGateway(directory, ports);
  const stream = new StreamDriver({ log, operators: [], clock, logger, readBytesMax: 100 });
  onTestFinished(() => stream.close());
  expectBooksToBalance(log, forwarders);
  await stream.start();
  const watch = vi.waitFor(
    () => {
      expectBooksToBalance(log, forwarders);
      expect(forwarders.every(isDrained)).toBe(true);
    },
    { timeout: 20_000, interval: 1 },
  );
  for (const forwarder of forwarders) await forwarder.start();
  await watch;
  await appendRecords(log, 5);
  await until(() => forwarders.every(isDrained) && stream.status().position === 105);
  expectBooksToBalance(log, forwarders);

  expect(stream.status().lost).toEqual({ trimmed: 0, corrupt: 20 });
  const reports = await Promise.all(collectors.map((collector) => collector.report()));
  const lost = reports.map(([origin]) =>
    lanes.map((lane) => origin!.lanes[lane].losses.map(({ fromOffset, toOffset }) => [fromOffset, toOffset])),
  );
  expect(lost[0]).toEqual([[[90, 95]], [[95, 100]], []]);
  expect(lost[1]).toEqual([
    [
      [0, 5],
      [40, 50],
      [90, 95],
    ],
    [[95, 100]],
    [[10, 15]],
  ]);
  expect(log.evicted["sink-0"]?.readings.corrupt).toBe(5);
  expect(log.evicted["sink-1"]?.readings.corrupt).toBe(20);
  for (const lane of lanes) {
    const { gateway, collector: told } = await sides(log, collectors[1], lane);
    expect(told).toEqual(gateway);
    expect(told.every(({ reason }) => reason === "corrupt")).toBe(true);
  }
  for (const collector of collectors) await collector.close();
  expect(await exportedValues(upstream[0])).toEqual([...numbered(90), ...numbered(10, 95)]);
  expect(await exportedValues(upstream[1])).toEqual([...numbered(35, 5), ...numbered(40, 50), ...numbered(10, 95)]);
});

test("gaps wait for room in flight as batches do", async () => {
  const collector = await newCollector(await tempDir());
  const directory = await tempDir();
  const filled = await newGateway(directory, []);
  await appendRecords(filled.log, 600);
  await filled.log.close();
  const harmed = Array.from({ length: 60 }, (_, index) => index * 10);
  await harm(directory, "readings", harmed, harms["not there"]);
  const { log, forwarders } = await newGateway(directory, [collector.address.port]);
  const [forwarder] = forwarders as [Forwarder];
  let most = 0;
  await forwarder.start();
  await until(() => {
    most = Math.max(most, forwarder.status().inflight.batches);
    return isDrained(forwarder);
  });
  expect(most).toBeLessThanOrEqual(20);
  expect((await sides(log, collector, "readings")).collector).toHaveLength(60);
});
