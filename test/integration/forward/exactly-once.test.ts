// Promise P2: every record that the log holds is at the collector exactly once and unaltered, whatever happens to the collector,
// to the link and to the gateway. Real gRPC, real LevelDB on both sides; only the link's faults are made.

import { once } from "node:events";
import { cp } from "node:fs/promises";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Collector, startCollector } from "../../../src/collector/collector.ts";
import { CollectorSink, type CollectorSinkOptions } from "../../../src/forward/collector-sink.ts";
import { Forwarder, type ForwarderOptions } from "../../../src/forward/forwarder.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log, LogWrite } from "../../../src/log/log.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FlakyLink } from "../../support/flaky-link.ts";
import { alertFor, exported, exportedValues, numbered, readingsFrom, resultFor } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

const logger = createLogger("silent");
const clock = systemClock;

async function newCollector(directory: string, port = 0): Promise<Collector> {
  const collector = await startCollector({
    listen: { host: "127.0.0.1", port },
    store: { kind: "embedded", directory },
    clock,
    logger,
  });
  onTestFinished(() => collector.close());
  return collector;
}

async function newLog(directory: string): Promise<Log> {
  const log = await openLevelLog({ directory, clock, logger, pendingReadingsMax: 1_000_000 });
  onTestFinished(() => log.close());
  return log;
}

type Settings = Partial<ForwarderOptions> & Partial<Pick<CollectorSinkOptions, "compression">>;

async function newForwarder(log: Log, port: number, settings: Settings = {}): Promise<Forwarder> {
  const { compression = "none", ...options } = settings;
  const forwarder = new Forwarder({
    sink: new CollectorSink({
      name: "collector",
      address: { host: "127.0.0.1", port },
      gatewayId: "gw-1",
      logId: log.logId,
      compression,
    }),
    log,
    clock,
    random: () => 0.5,
    logger,
    retry: { delayMsMin: 10, delayMsMax: 100 },
    ackTimeoutMs: 20_000,
    inflightBytesMax: 1024 * 1024,
    ...options,
  });
  onTestFinished(() => forwarder.close());
  await forwarder.start();
  return forwarder;
}

function append(log: Log, write: LogWrite): Promise<void> {
  return new Promise((resolve, reject) => log.append(write, (error) => (error === null ? resolve() : reject(error))));
}

/** Appends readings whose values are their offsets, one block for every `blockCount` of them. */
async function appendReadings(log: Log, count: number, blockCount = 5): Promise<void> {
  const first = log.bounds("readings").endOffset;
  for (let done = 0; done < count; done += blockCount) {
    await append(log, { readings: readingsFrom(first + done, Math.min(blockCount, count - done)) });
  }
}

/** Waits, without a fixed time, until something that is polled holds. */
function until(condition: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(condition()).toBe(true), { timeout: 20_000, interval: 2 });
}

const isDrained = (forwarder: Forwarder) =>
  forwarder.status().state === "live" &&
  Object.values(forwarder.status().lanes).every(({ pendingRecords }) => pendingRecords === 0);

describe("every record exactly once", () => {
  test("of all lanes, unaltered, with the ingest times of the log", async () => {
    const directory = await tempDir();
    const collector = await newCollector(directory);
    const log = await newLog(await tempDir());
    const readings = [
      ...readingsFrom(0, 1),
      ...[-0, 0.1, 5e-324, Number.MAX_VALUE, true, "läuft"].map((value) => ({
        ...readingsFrom(0, 1)[0]!,
        value,
        unit: "Cel",
        quality: 1,
      })),
    ];
    await append(log, { readings, results: [resultFor(0), resultFor(1)], alerts: [alertFor(0)] });
    const forwarder = await newForwarder(log, collector.address.port);
    await until(() => isDrained(forwarder));
    await collector.close();
    const got = await exported(directory, "readings");
    expect(got.map(({ record }) => record)).toEqual(readings);
    expect(Object.is(got[1]?.record.value, -0)).toBe(true);
    expect(got.map(({ gatewayId, logId, offset }) => [gatewayId, logId, offset])).toEqual(
      readings.map((_, offset) => ["gw-1", log.logId, offset]),
    );
    expect((await exported(directory, "results")).map(({ record }) => record)).toEqual([resultFor(0), resultFor(1)]);
    expect((await exported(directory, "alerts")).map(({ record }) => record)).toEqual([alertFor(0)]);
  });

  test("when the collector is absent at the start and comes later", async () => {
    const directory = await tempDir();
    const placeholder = await newCollector(await tempDir());
    const { port } = placeholder.address;
    await placeholder.close();
    const log = await newLog(await tempDir());
    await appendReadings(log, 50);
    const forwarder = await newForwarder(log, port);
    await until(() => forwarder.status().failures >= 3);
    expect(forwarder.status().lastError?.code).toBe("COLLECTOR_UNREACHABLE");
    const collector = await newCollector(directory, port);
    await until(() => isDrained(forwarder));
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(50));
  });

  test("when the collector goes and comes back in the middle, again and again", async () => {
    const random = seededRandom(testSeed());
    const directory = await tempDir();
    let collector = await newCollector(directory);
    const { port } = collector.address;
    const log = await newLog(await tempDir());
    const forwarder = await newForwarder(log, port, { inflightBatchesMax: 8 });
    for (let outage = 0; outage < 4; outage++) {
      const target = log.bounds("readings").endOffset + Math.floor(random() * 300);
      const appending = appendReadings(log, 400);
      await until(() => forwarder.status().lanes.readings.confirmedOffset >= target);
      await collector.close();
      await appending;
      collector = await newCollector(directory, port);
    }
    await until(() => isDrained(forwarder));
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(1600));
  });

  test("when acknowledgements are lost: stored, cut, sent again, stored once", async () => {
    const directory = await tempDir();
    const collector = await newCollector(directory);
    const link = await FlakyLink.open(collector.address.port);
    const log = await newLog(await tempDir());
    const forwarder = await newForwarder(log, link.port);
    await until(() => isDrained(forwarder));
    link.stall("up");
    await appendReadings(log, 100);
    await until(() => collector.status().storedRecords === 100);
    expect(forwarder.status().lanes.readings.confirmedOffset).toBe(0);
    link.cut();
    await until(() => forwarder.status().state === "backing-off");
    link.heal();
    await until(() => isDrained(forwarder));
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(100));
  });

  test("when the old stream still delivers while the new one sends the same", async () => {
    const fakeClock = new FakeClock();
    const directory = await tempDir();
    const collector = await newCollector(directory);
    const link = await FlakyLink.open(collector.address.port);
    const log = await newLog(await tempDir());
    const first = await newForwarder(log, link.port, { clock: fakeClock });
    await until(() => isDrained(first));
    link.stall("none");
    await appendReadings(log, 200);
    await until(() => first.status().inflight.batches === 40);
    const second = await newForwarder(log, collector.address.port);
    link.heal();
    await until(() => isDrained(first) && isDrained(second));
    expect(collector.status().storedRecords).toBe(200);
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(200));
  });

  test("when the link is cut at seeded moments", async () => {
    const random = seededRandom(testSeed());
    const directory = await tempDir();
    const collector = await newCollector(directory);
    const link = await FlakyLink.open(collector.address.port);
    const log = await newLog(await tempDir());
    const forwarder = await newForwarder(log, link.port, { inflightBatchesMax: 20 });
    for (let cut = 0; cut < 8; cut++) {
      const bytesUntilCut = link.bytesUp + 200 + random() * 1500;
      while (link.bytesUp < bytesUntilCut) await appendReadings(log, 20, 1 + Math.floor(random() * 20));
      link.cut();
      link.heal();
    }
    await until(() => isDrained(forwarder));
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(log.bounds("readings").endOffset));
  });

  test("when the gateway restarts with a checkpoint that is old", async () => {
    const directory = await tempDir();
    const logDirectory = await tempDir();
    const collector = await newCollector(directory);
    const before = await newLog(logDirectory);
    await appendReadings(before, 50);
    // Its clock stands still, so the only checkpoint would be that of close, which a crash does not reach.
    const crashed = await newForwarder(before, collector.address.port, { clock: new FakeClock() });
    await until(() => isDrained(crashed));
    expect(await before.readCheckpoint("forward:collector")).toBeNull();
    await before.close();
    const after = await newLog(logDirectory);
    await appendReadings(after, 50);
    const forwarder = await newForwarder(after, collector.address.port);
    await until(() => isDrained(forwarder));
    expect(collector.status()).toMatchObject({ storedRecords: 100, duplicateRecords: 0 });
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(100));
  });

  test("with compression, in fewer bytes than without", async () => {
    const bytes: Record<string, number> = {};
    for (const compression of ["gzip", "none"] as const) {
      const directory = await tempDir();
      const collector = await newCollector(directory);
      const link = await FlakyLink.open(collector.address.port);
      const log = await newLog(await tempDir());
      await appendReadings(log, 20_000, 2_000);
      const forwarder = await newForwarder(log, link.port, { compression });
      await until(() => isDrained(forwarder));
      await collector.close();
      expect(await exportedValues(directory)).toEqual(numbered(20_000));
      bytes[compression] = link.bytesUp;
    }
    expect(bytes.gzip).toBeLessThan((bytes.none ?? 0) / 2);
  });
});

describe("a link that looks healthy and is dead", () => {
  test.each(["none", "up"] as const)("is found by the deadline when bytes pass: %s", async (passing) => {
    const fakeClock = new FakeClock();
    const directory = await tempDir();
    const collector = await newCollector(directory);
    const link = await FlakyLink.open(collector.address.port);
    const log = await newLog(await tempDir());
    const forwarder = await newForwarder(log, link.port, { clock: fakeClock });
    await until(() => isDrained(forwarder));
    link.stall(passing);
    await appendReadings(log, 30);
    await until(() => forwarder.status().inflight.batches === 6);
    expect(forwarder.status().state).toBe("live");
    fakeClock.advanceMs(20_000);
    expect(forwarder.status()).toMatchObject({ state: "backing-off", lastError: { code: "COLLECTOR_UNREACHABLE" } });
    link.heal();
    fakeClock.advanceMs(5);
    await until(() => isDrained(forwarder));
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(30));
  });

  test("does not open: found by the same deadline", async () => {
    const fakeClock = new FakeClock();
    const directory = await tempDir();
    const collector = await newCollector(directory);
    const link = await FlakyLink.open(collector.address.port);
    link.stall();
    const log = await newLog(await tempDir());
    await appendReadings(log, 10);
    const forwarder = await newForwarder(log, link.port, { clock: fakeClock });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await until(() => link.connections === attempt);
      fakeClock.advanceMs(20_000);
      expect(forwarder.status()).toMatchObject({ state: "backing-off", failures: attempt });
      fakeClock.advanceMs(100);
      await until(() => forwarder.status().state === "connecting");
    }
    link.heal();
    await until(() => isDrained(forwarder));
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(10));
  });
});

test("a peer that never answers costs one connection at a time, however often it is tried", async () => {
  const fakeClock = new FakeClock();
  let opened = 0;
  let open = 0;
  const mute = createServer((socket) => {
    opened += 1;
    open += 1;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      open -= 1;
    });
    socket.resume();
  });
  mute.listen(0, "127.0.0.1");
  await once(mute, "listening");
  onTestFinished(() => void mute.close());
  const address = mute.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const forwarder = await newForwarder(await newLog(await tempDir()), port, { clock: fakeClock });
  for (let attempt = 1; attempt <= 4; attempt++) {
    await until(() => opened === attempt && open === 1);
    fakeClock.advanceMs(20_000);
    fakeClock.advanceMs(100);
  }
  await forwarder.close();
  await until(() => open === 0);
});

describe("what neither side can make up for is said", () => {
  test("a collector that lost its data gets again what the log still holds", async () => {
    const log = await newLog(await tempDir());
    const first = await newCollector(await tempDir());
    const { port } = first.address;
    const forwarder = await newForwarder(log, port);
    await appendReadings(log, 40);
    await until(() => isDrained(forwarder));
    await first.close();
    const directory = await tempDir();
    const second = await newCollector(directory, port);
    await until(() => second.status().storedRecords === 40);
    await until(() => isDrained(forwarder));
    expect(forwarder.status().lanes.readings.lostRecords).toBe(0);
    await second.close();
    expect(await exportedValues(directory)).toEqual(numbered(40));
  });

  test("and what the log no longer holds is counted as lost on both sides, and forwarding goes on", async () => {
    const log = await newLog(await tempDir());
    await appendReadings(log, 40);
    await log.trim("readings", 22);
    const directory = await tempDir();
    const collector = await newCollector(directory);
    const forwarder = await newForwarder(log, collector.address.port);
    await until(() => isDrained(forwarder));
    await appendReadings(log, 10);
    await until(() => isDrained(forwarder));
    expect(forwarder.status().lanes.readings).toMatchObject({ confirmedOffset: 50, lostRecords: 20 });
    expect((await collector.report())[0]?.lanes.readings).toMatchObject({ received: 30, lost: 20, missing: [] });
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(30, 20));
  });

  test("a log that is an older copy sends nothing, not even when it has grown past what the collector has", async () => {
    const [newest, copy, directory] = [await tempDir(), await tempDir(), await tempDir()];
    const begun = await newLog(newest);
    await appendReadings(begun, 10);
    await begun.close();
    await cp(newest, copy, { recursive: true });
    const collector = await newCollector(directory);
    const { port } = collector.address;
    const log = await newLog(newest);
    await appendReadings(log, 10);
    const forwarder = await newForwarder(log, port);
    await until(() => isDrained(forwarder));
    const older = await newLog(copy);
    const stale = await newForwarder(older, port);
    await until(() => stale.status().lastError?.code === "COLLECTOR_AHEAD");
    await appendReadings(older, 20);
    const { failures } = stale.status();
    await until(() => stale.status().failures > failures + 1);
    expect(stale.status().lastError?.code).toBe("COLLECTOR_AHEAD");
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(20));
  });
});
