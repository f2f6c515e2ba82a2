import { type Metadata, status } from "@grpc/grpc-js";
import { expect, onTestFinished, test, vi } from "vitest";
import { tidegate } from "#proto";
import { ReadingBlockBuilder } from "../../../src/codec/block-codec.ts";
import { retryHintKey } from "../../../src/codec/collector-service.ts";
import { type Collector, type CollectorLimits, startCollector } from "../../../src/collector/collector.ts";
import { openEmbeddedStore } from "../../../src/collector/embedded-store.ts";
import type { Store } from "../../../src/collector/store.ts";
import type { StorePlace } from "../../../src/collector/store-table.ts";
import { CollectorSink } from "../../../src/forward/collector-sink.ts";
import { systemClock as clock } from "../../../src/platform/clock.ts";
import type { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { HeldDisk } from "../../support/held-disk.ts";
import { RawGateway } from "../../support/raw-gateway.ts";
import { exported, readingBlock, readingsFrom } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

const { LANE_READINGS: lane } = tidegate.v1.Lane;
const MiB = 1024 * 1024;

interface Settings {
  readonly store?: StorePlace | Store;
  readonly limits?: Partial<CollectorLimits>;
  readonly random?: () => number;
  readonly port?: number;
}

async function newCollector({ store, limits = {}, random = Math.random, port = 0 }: Settings): Promise<Collector> {
  const collector = await startCollector({
    listen: { host: "127.0.0.1", port },
    store: store ?? { kind: "embedded", directory: await tempDir() },
    clock,
    logger: createLogger("silent"),
    limits,
    random,
  });
  onTestFinished(() => collector.close());
  return collector;
}

function until(condition: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(condition()).toBe(true), { timeout: 20_000, interval: 2 });
}

function batch(firstOffset: number, count: number, block = readingBlock(readingsFrom(firstOffset, count))) {
  return { batch: { lane, firstOffset, count, block } };
}

/** A block of so many readings that take 8 bytes each. */
function incompressibleBlock(count: number): Uint8Array {
  const random = seededRandom(1);
  const builder = new ReadingBlockBuilder();
  for (const reading of readingsFrom(0, count)) builder.add({ ...reading, value: random() });
  return builder.finish(1);
}

test("while one gateway floods, each of twenty that trickle is read, and acknowledged with the second commit", async () => {
  const disk = new HeldDisk();
  const directory = await tempDir();
  const store = await openEmbeddedStore({ directory, originsMax: 100, syncWrite: disk.syncWrite });
  const pendingBytesMax = 16 * MiB;
  const collector = await newCollector({ store, limits: { pendingBytesMax } });
  const gateways = Array.from({ length: 21 }, () => new RawGateway(collector.address.port));
  const welcomes = gateways.map((gateway, index) => gateway.hello({ gatewayId: `gw-${index}` }));
  const greeted = Promise.all(welcomes).then(() => "greeted");
  while ((await Promise.race([greeted, disk.arrival()])) !== "greeted") await disk.releaseNext();
  const [flooding, ...trickling] = gateways;
  const count = 32_768;
  const flood = incompressibleBlock(count);
  for (let sent = 0; sent < 100; sent++) flooding!.send(batch(sent * count, count, flood));
  await until(() => store.pendingBytes > pendingBytesMax);
  const trickle = readingBlock(readingsFrom(0, 1));
  for (const gateway of trickling) for (let offset = 0; offset < 3; offset++) gateway.send(batch(offset, 1, trickle));
  // All of them are read, and of the flood no more than the limit and a message.
  await until(() => store.pendingBytes % flood.length === 60 * trickle.length);
  expect(store.pendingBytes).toBeLessThanOrEqual(pendingBytesMax + flood.length + 60 * trickle.length);
  const acknowledged = Promise.all(trickling.map((gateway) => gateway.acknowledged(lane, 3))).then(() => "acknowledged");
  const before = disk.written;
  await disk.releaseNext();
  await disk.releaseNext();
  await acknowledged;
  expect(disk.written - before).toBe(2);
  expect(store.pendingBytes).toBeGreaterThan(pendingBytesMax / 2);
  // The flood goes on, and none of it is lost.
  const flooded = flooding!.acknowledged(lane, 100 * count).then(() => "flooded");
  while ((await Promise.race([flooded, disk.arrival()])) !== "flooded") await disk.releaseNext();
});

const hintOf = (error: { readonly metadata: Metadata }) => Number(error.metadata.get(retryHintKey)[0]);

test("a stream beyond streamsMax is told when to come back, each at another time", async () => {
  const collector = await newCollector({ limits: { streamsMax: 1 }, random: seededRandom(7) });
  await new RawGateway(collector.address.port).hello();
  const refused = Array.from({ length: 5 }, () => new RawGateway(collector.address.port).failure());
  const failures = await Promise.all(refused);
  const hints = failures.map(hintOf);
  for (const failure of failures) expect(failure.code).toBe(status.RESOURCE_EXHAUSTED);
  for (const hint of hints) expect(hint).toSatisfy((ms: number) => ms >= 5000 && ms <= 10_000);
  expect(new Set(hints).size).toBe(5);
});

test("a store that fails, and a collector that closes, say when to come back; a fault of the gateway does not", async () => {
  const disk = new HeldDisk();
  const store = await openEmbeddedStore({ directory: await tempDir(), originsMax: 10, syncWrite: disk.syncWrite });
  const collector = await newCollector({ store, random: () => 0.5 });
  const failing = new RawGateway(collector.address.port);
  const failure = failing.hello().catch((error) => error);
  await disk.failNext(new Error("no space left on device"));
  expect(await failure).toMatchObject({ code: status.UNAVAILABLE });
  expect(hintOf(await failure)).toBe(1250);
  const wrong = new RawGateway(collector.address.port);
  wrong.send({});
  expect(hintOf(await wrong.failure())).toBeNaN();
  const waiting = new RawGateway(collector.address.port);
  const greeted = waiting.hello();
  await disk.releaseNext();
  await greeted;
  await collector.close();
  expect(hintOf(await waiting.failure())).toBe(500);
});

const ignored = () => {};

async function sinkFailure(collector: Collector): Promise<TidegateError> {
  const { host, port } = collector.address;
  const about = { name: "collector", gatewayId: "gw-2", logId: "log-1", compression: "none" } as const;
  const sink = new CollectorSink({ ...about, address: { host, port } });
  return new Promise((failed) => {
    const others = {
      opened: ignored,
      accepted: ignored,
      rejected: ignored,
      kept: ignored,
      answered: ignored,
      writable: ignored,
      outdated: ignored,
    };
    sink.open({ ...others, failed });
  });
}

test("the gateway's sink passes the hint on", async () => {
  const collector = await newCollector({ limits: { streamsMax: 1 }, random: () => 0.5 });
  await new RawGateway(collector.address.port).hello();
  expect(await sinkFailure(collector)).toMatchObject({ code: "COLLECTOR_REFUSED", details: { retryAfterMs: 7500 } });
});

/** TIDEGATE_GATEWAYS=500 makes it a test of a fleet; the machine needs as many open files, twice. */
const gatewaysInFleet = Number(process.env.TIDEGATE_GATEWAYS ?? 50);

/** Sends what the collector lacks of so many readings, over one stream after another, until it has them. */
async function deliver(gatewayId: string, count: number, portOf: () => number): Promise<void> {
  for (let stored = 0; stored < count; ) {
    const gateway = new RawGateway(portOf());
    try {
      const { welcome } = await gateway.hello({ gatewayId });
      stored = welcome?.positions?.find((position) => position.lane === lane)?.nextOffset ?? 0;
      for (let offset = stored; offset < count; offset += 20) gateway.send(batch(offset, Math.min(20, count - offset)));
      await gateway.acknowledged(lane, count);
      stored = count;
    } catch {
      // The collector went, or is not there yet.
      await new Promise(setImmediate);
    } finally {
      gateway.close();
    }
  }
}

test(
  "a fleet that comes back at once, with a collector that goes in the middle, is served to the last reading",
  async () => {
    const random = seededRandom(testSeed());
    const directory = await tempDir();
    const limits = { pendingBytesMax: 64 * 1024 };
    let collector = await newCollector({ store: { kind: "embedded", directory }, limits });
    const { port } = collector.address;
    const backlogs = Array.from({ length: gatewaysInFleet }, () => 1 + Math.floor(random() * 400));
    const total = backlogs.reduce((sum, count) => sum + count, 0);
    const delivering = Promise.all(backlogs.map((count, index) => deliver(`gw-${index}`, count, () => port)));
    await until(() => collector.status().storedRecords > total / 4);
    await collector.close();
    collector = await newCollector({ store: { kind: "embedded", directory }, limits, port });
    await delivering;
    const report = await collector.report();
    const received = report.map(({ gatewayId, lanes: { readings } }) => [gatewayId, readings.received, readings.missing]);
    expect(new Set(received)).toEqual(new Set(backlogs.map((count, index) => [`gw-${index}`, count, []])));
    await collector.close();
    const stored = await exported(directory, "readings");
    expect(stored).toHaveLength(total);
    expect(new Set(stored.map(({ gatewayId, offset }) => `${gatewayId}/${offset}`)).size).toBe(total);
    for (const { offset, record } of stored) expect(record.value).toBe(offset);
  },
  30_000 + gatewaysInFleet * 200,
);
