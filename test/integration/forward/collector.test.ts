import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { Level } from "level";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { tidegate } from "#proto";
import { encodeAlertBlock } from "../../../src/codec/block-codec.ts";
import type { ForwardRequestFields } from "../../../src/codec/collector-service.ts";
import { type Collector, type CollectorLimits, startCollector } from "../../../src/collector/collector.ts";
import { openCollectorDatabase, type Tables } from "../../../src/collector/embedded-database.ts";
import { exportLosses } from "../../../src/collector/export.ts";
import type { RefusalReason } from "../../../src/collector/request-check.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { RawGateway } from "../../support/raw-gateway.ts";
import { alertFor, exported, exportedValues, numbered, readingBlock, readingsFrom } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

const { LANE_READINGS: readingsLane, LANE_ALERTS: alertsLane } = tidegate.v1.Lane;

async function collectorIn(directory: string, limits: Partial<CollectorLimits> = {}, port = 0): Promise<Collector> {
  const collector = await startCollector({
    listen: { host: "127.0.0.1", port },
    store: { kind: "embedded", directory },
    limits,
    clock: systemClock,
    logger: createLogger("silent"),
  });
  onTestFinished(() => collector.close());
  return collector;
}

/** A batch whose readings carry their offsets as values. */
function batch(firstOffset: number, count: number) {
  const block = readingBlock(readingsFrom(firstOffset, count));
  return { batch: { lane: readingsLane, firstOffset, count, block } };
}

async function errorOf(promise: Promise<unknown>): Promise<TidegateError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  if (!(error instanceof TidegateError)) throw new Error("no TidegateError was thrown");
  return error;
}

describe("exactly once", () => {
  test("a batch that arrives twice is stored once and acknowledged twice", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(0, 10));
    await gateway.acknowledged(readingsLane, 10);
    gateway.send(batch(0, 10));
    await gateway.acknowledged(readingsLane, 10);
    expect(collector.status()).toMatchObject({ storedRecords: 10, duplicateRecords: 10 });
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(10));
  });

  test("of a batch that overlaps what is stored, only the missing records are stored", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(2, 3));
    gateway.send(batch(7, 2));
    gateway.send(batch(0, 12));
    await gateway.acknowledged(readingsLane, 12);
    expect(collector.status()).toMatchObject({ storedRecords: 12, duplicateRecords: 5 });
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(12));
  });

  test("any cover of the offsets by overlapping blocks, over reopenings, ends with each record once", async () => {
    const random = seededRandom(testSeed());
    const directory = await tempDir();
    for (let life = 0; life < 3; life++) {
      const collector = await collectorIn(directory);
      const gateway = new RawGateway(collector.address.port);
      await gateway.hello();
      for (let sent = 0; sent < 40; sent++) gateway.send(batch(Math.floor(random() * 200), 1 + Math.floor(random() * 30)));
      if (life === 2) gateway.send(batch(0, 230));
      gateway.end();
      await expect(gateway.failure()).rejects.toThrow("ended the stream");
      await collector.close();
    }
    expect(await exportedValues(directory)).toEqual(numbered(230));
  });

  test("two streams of one gateway that send the same at the same time store it once", async () => {
    const random = seededRandom(testSeed());
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const streams = [new RawGateway(collector.address.port), new RawGateway(collector.address.port)];
    for (const stream of streams) await stream.hello();
    expect(collector.status().streams).toBe(2);
    for (const stream of streams) {
      for (let offset = 0; offset < 400; ) {
        const count = 1 + Math.floor(random() * 20);
        stream.send(batch(offset, count));
        offset += count;
      }
    }
    await Promise.all(streams.map((stream) => stream.acknowledged(readingsLane, 400)));
    await collector.close();
    const values = await exportedValues(directory);
    expect(values).toEqual(numbered(values.length));
  });

  test("two logs of one gateway are kept apart", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    for (const logId of ["b-first", "a-second"]) {
      const gateway = new RawGateway(collector.address.port);
      await gateway.hello({ logId });
      gateway.send(batch(0, 2));
      await gateway.acknowledged(readingsLane, 2);
    }
    await collector.close();
    const order = (await exported(directory, "readings")).map(({ logId, offset }) => `${logId}/${offset}`);
    expect(order).toEqual(["b-first/0", "b-first/1", "a-second/0", "a-second/1"]);
  });
});

describe("positions", () => {
  test("the Welcome says per lane what is stored, also after a restart", async () => {
    const directory = await tempDir();
    const first = await collectorIn(directory);
    const gateway = new RawGateway(first.address.port);
    await gateway.hello();
    gateway.send(batch(0, 5));
    gateway.send({ batch: { lane: alertsLane, firstOffset: 0, count: 1, block: encodeAlertBlock([alertFor(0)], 1) } });
    await gateway.acknowledged(alertsLane, 1);
    await first.close();
    const second = await collectorIn(directory);
    const { welcome } = await new RawGateway(second.address.port).hello();
    const offsets = Object.fromEntries((welcome?.positions ?? []).map(({ lane, nextOffset }) => [lane, nextOffset ?? 0]));
    expect(offsets).toMatchObject({ [readingsLane]: 5, [alertsLane]: 1 });
  });

  test("records behind a hole are stored, and acknowledged when the hole is filled", async () => {
    const collector = await collectorIn(await tempDir());
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(10, 5));
    expect((await gateway.next()).ack?.nextOffset ?? 0).toBe(0);
    expect((await collector.report())[0]?.lanes.readings).toEqual({
      received: 5,
      duplicates: 0,
      lost: 0,
      lostByReason: { unknown: 0, size: 0, age: 0, disk: 0, corrupt: 0 },
      losses: [],
      missing: [{ start: 0, end: 10 }],
      nextOffset: 0,
      endOffset: 15,
    });
    gateway.send(batch(0, 10));
    await gateway.acknowledged(readingsLane, 15);
  });

  test("what is stored behind a hole is named by the acknowledgement, and by the Welcome of the next stream", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    const { welcome } = await gateway.hello();
    expect(welcome?.anyOrder).toBe(true);
    gateway.send(batch(10, 5));
    expect((await gateway.next()).ack?.settled).toEqual([{ fromOffset: 10, toOffset: 15 }]);
    gateway.send({ gap: { lane: readingsLane, fromOffset: 20, toOffset: 30 } });
    expect((await gateway.next()).ack?.settled).toEqual([{ fromOffset: 20, toOffset: 30 }]);
    const again = await new RawGateway(collector.address.port).hello();
    const readings = again.welcome?.positions?.find(({ lane }) => lane === readingsLane);
    expect(readings?.settled).toEqual([
      { fromOffset: 10, toOffset: 15 },
      { fromOffset: 20, toOffset: 30 },
    ]);
  });

  test("a declared gap counts as lost what is not stored, and positions move on", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(2, 3));
    gateway.send({ gap: { lane: readingsLane, fromOffset: 0, toOffset: 10 } });
    await gateway.acknowledged(readingsLane, 10);
    expect((await collector.report())[0]?.lanes.readings).toMatchObject({ received: 3, lost: 7, nextOffset: 10, missing: [] });
    gateway.send(batch(8, 4));
    await gateway.acknowledged(readingsLane, 12);
    expect((await collector.report())[0]?.lanes.readings).toMatchObject({ received: 7, lost: 5, nextOffset: 12 });
  });
});

const { GAP_REASON_SIZE, GAP_REASON_CORRUPT } = tidegate.v1.GapReason;

describe("losses", () => {
  test("are stored with their reason and times, in the same write as the positions, and are there after a restart", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send({ gap: { lane: readingsLane, fromOffset: 0, toOffset: 10, reason: GAP_REASON_SIZE, sinceUs: 5, untilUs: 7 } });
    gateway.send({
      gap: { lane: readingsLane, fromOffset: 10, toOffset: 20, reason: GAP_REASON_SIZE, sinceUs: 8, untilUs: 9 },
    });
    gateway.send({
      gap: { lane: readingsLane, fromOffset: 20, toOffset: 25, reason: GAP_REASON_CORRUPT, sinceUs: 9, untilUs: 9 },
    });
    gateway.send(batch(12, 3));
    // The last one, so that its acknowledgement stands for all.
    gateway.send({ gap: { lane: readingsLane, fromOffset: 25, toOffset: 30 } });
    await gateway.acknowledged(readingsLane, 30);
    const before = await collector.report();
    expect(before[0]?.lanes.readings).toMatchObject({
      received: 3,
      lost: 27,
      lostByReason: { unknown: 5, size: 17, corrupt: 5 },
      losses: [
        { fromOffset: 0, toOffset: 12, reason: "size", sinceUs: 5, untilUs: 9 },
        { fromOffset: 15, toOffset: 20, reason: "size", sinceUs: 5, untilUs: 9 },
        { fromOffset: 20, toOffset: 25, reason: "corrupt", sinceUs: 9, untilUs: 9 },
        { fromOffset: 25, toOffset: 30, reason: "unknown", sinceUs: null, untilUs: null },
      ],
    });
    await collector.close();
    const again = await (await collectorIn(directory)).report();
    expect(again[0]?.lanes).toEqual(before[0]?.lanes);
  });

  test("a reason that this version does not know counts as unknown", async () => {
    const collector = await collectorIn(await tempDir());
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    const reason: number = 99;
    gateway.send({ gap: { lane: readingsLane, fromOffset: 0, toOffset: 3, reason } });
    await gateway.acknowledged(readingsLane, 3);
    expect((await collector.report())[0]?.lanes.readings.lostByReason.unknown).toBe(3);
  });

  test("beyond 500 separate ones of a lane the lowest are not listed any more; counts and positions stay, also after a restart", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    for (let index = 0; index < 510; index++) {
      gateway.send({ gap: { lane: readingsLane, fromOffset: index * 2, toOffset: index * 2 + 1, reason: GAP_REASON_CORRUPT } });
      gateway.send(batch(index * 2 + 1, 1));
    }
    await gateway.acknowledged(readingsLane, 1020);
    const seen = { received: 510, lost: 510, missing: [], nextOffset: 1020, endOffset: 1020 };
    const before = (await collector.report())[0]?.lanes.readings;
    expect(before).toMatchObject({ ...seen, lostByReason: { corrupt: 510 } });
    expect(before?.losses).toHaveLength(500);
    await collector.close();
    const losses = await exportLosses(directory, "readings");
    expect(losses[0]).toMatchObject({ fromOffset: null, records: 10, reason: "corrupt" });
    expect(losses.reduce((sum, { records }) => sum + records, 0)).toBe(510);
    expect((await (await collectorIn(directory)).report())[0]?.lanes.readings).toEqual(before);
  });

  test("a directory of the format before losses is read, and written anew by the collector that opens it", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(10, 5));
    await gateway.next();
    await collector.close();
    await withTables(directory, async ({ meta, progress }) => {
      const [key = ""] = await progress.keys().all();
      await progress.put(key, Buffer.from('{"received":[[10,15]],"declaredLost":[[0,12]]}'));
      await meta.put("format", Buffer.from("tidegate-collector 1"));
    });
    const expected = { records: 10, fromOffset: 0, toOffset: 10, reason: "unknown", sinceUs: null, untilUs: null };
    expect(await exportLosses(directory, "readings")).toMatchObject([expected]);
    const opened = await collectorIn(directory);
    expect((await opened.report())[0]?.lanes.readings).toMatchObject({ received: 5, lost: 10, nextOffset: 15, missing: [] });
    await opened.close();
    await withTables(directory, async ({ meta }) => {
      expect(Buffer.from((await meta.get("format")) ?? []).toString()).toBe("tidegate-collector 2");
    });
    expect(await exportLosses(directory, "readings")).toMatchObject([expected]);
    expect(await exportedValues(directory)).toEqual(numbered(5, 10));
  });
});

async function withTables(directory: string, work: (tables: Tables) => Promise<void>): Promise<void> {
  const { level, tables } = await openCollectorDatabase(directory, { create: false });
  await work(tables);
  await level.close();
}

describe("what is not allowed ends the stream, is counted, and stores nothing", () => {
  const garbage = Buffer.from("this is no block");
  const block = readingBlock(readingsFrom(0, 3));
  const unknownLane: number = 9;
  test.each<[string, ForwardRequestFields, RefusalReason]>([
    ["garbage instead of a block", { batch: { lane: readingsLane, firstOffset: 0, count: 3, block: garbage } }, "block"],
    ["a count that the block does not have", { batch: { lane: readingsLane, firstOffset: 0, count: 4, block } }, "block"],
    ["a block of another lane", { batch: { lane: alertsLane, firstOffset: 0, count: 3, block } }, "block"],
    ["no block at all", { batch: { lane: readingsLane, firstOffset: 0, count: 3 } }, "block"],
    ["a count of 0", { batch: { lane: readingsLane, firstOffset: 0, count: 0, block } }, "request"],
    ["an offset beyond 2^53", { batch: { lane: readingsLane, firstOffset: 2 ** 60, count: 3, block } }, "request"],
    ["an unknown lane", { batch: { lane: unknownLane, firstOffset: 0, count: 3, block } }, "request"],
    ["a gap with one time of two", { gap: { lane: readingsLane, fromOffset: 0, toOffset: 5, sinceUs: 5 } }, "request"],
    ["a gap that ends before it begins", { gap: { lane: readingsLane, toOffset: 5, sinceUs: 5, untilUs: 4 } }, "request"],
    ["an empty gap", { gap: { lane: readingsLane, fromOffset: 5, toOffset: 5 } }, "request"],
    ["an empty message", {}, "request"],
    ["a second Hello", { hello: { protocol: 1, gatewayId: "gw-1", logId: "log-1" } }, "request"],
  ])("%s", async (_, request, reason) => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(request);
    expect((await gateway.failure()).code).toBe(status.INVALID_ARGUMENT);
    expect(collector.status()).toMatchObject({ storedRecords: 0, streams: 0 });
    expect(collector.status().refusedStreams[reason]).toBe(1);
    await collector.close();
    expect(await exported(directory, "readings")).toEqual([]);
  });

  test.each([
    ["an empty gateway id", { gatewayId: "" }, status.INVALID_ARGUMENT, /gateway_id "" of 0 characters/],
    ["a gateway id with a slash", { gatewayId: "../etc" }, status.INVALID_ARGUMENT, /gateway_id "..\/etc"/],
    ["an endless log id", { logId: "x".repeat(100_000) }, status.INVALID_ARGUMENT, /log_id "x{40}" of 100000 characters/],
    ["an unknown protocol", { protocol: 2 }, status.FAILED_PRECONDITION, /protocol 2 is not known/],
  ] as const)("%s", async (_, hello, code, message) => {
    const collector = await collectorIn(await tempDir());
    const error = await new RawGateway(collector.address.port).hello(hello).catch((thrown) => thrown);
    expect(error).toMatchObject({ code, details: expect.stringMatching(message) });
    expect(await collector.report()).toEqual([]);
  });

  test("a batch before the Hello", async () => {
    const collector = await collectorIn(await tempDir());
    const gateway = new RawGateway(collector.address.port);
    gateway.send(batch(0, 1));
    expect((await gateway.failure()).code).toBe(status.INVALID_ARGUMENT);
  });

  test("what was acknowledged before the fault stays", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(0, 4));
    gateway.send({ batch: { lane: readingsLane, firstOffset: 4, count: 3, block: garbage } });
    await gateway.failure();
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(4));
  });
});

describe("limits", () => {
  test("a message above messageBytesMax ends its stream", async () => {
    const collector = await collectorIn(await tempDir(), { messageBytesMax: 1000 });
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(0, 1000));
    expect((await gateway.failure()).code).toBe(status.RESOURCE_EXHAUSTED);
  });

  test("a stream above streamsMax is refused, and the next one is served when there is room", async () => {
    const collector = await collectorIn(await tempDir(), { streamsMax: 1 });
    const first = new RawGateway(collector.address.port);
    await first.hello();
    const second = new RawGateway(collector.address.port);
    expect((await second.failure()).details).toContain("serves 1 streams");
    first.end();
    await expect(first.failure()).rejects.toThrow("ended the stream");
    expect(await new RawGateway(collector.address.port).hello()).toHaveProperty("welcome");
  });

  test("a gateway above originsMax is refused, and known ones are served", async () => {
    const collector = await collectorIn(await tempDir(), { originsMax: 1 });
    await new RawGateway(collector.address.port).hello();
    const error = await new RawGateway(collector.address.port).hello({ gatewayId: "gw-2" }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(collector.status().refusedStreams.limit).toBe(1);
    expect(await new RawGateway(collector.address.port).hello()).toHaveProperty("welcome");
  });

  test("a stream that makes more than 1000 separate ranges of offsets is refused", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    for (let range = 0; range < 1001; range++) gateway.send(batch(range * 2, 1));
    const failure = await gateway.failure();
    expect(failure).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringContaining("1000 separate ranges"),
    });
    await collector.close();
    expect(await exported(directory, "readings")).toHaveLength(1000);
  });

  test("a stream that says no Hello in time is ended", async () => {
    const collector = await collectorIn(await tempDir(), { helloTimeoutMs: 20 });
    const gateway = new RawGateway(collector.address.port);
    expect((await gateway.failure()).details).toContain("no Hello within 20 ms");
  });

  test("gaps that wait are part of pendingBytesMax, too, though they hold no block", async () => {
    const collector = await collectorIn(await tempDir(), { pendingBytesMax: 1 });
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    for (let gap = 0; gap < 100; gap++) gateway.send({ gap: { lane: readingsLane, fromOffset: gap, toOffset: gap + 1 } });
    await gateway.acknowledged(readingsLane, 100);
    expect(collector.status().commits).toBeGreaterThan(50);
  });

  test("with more bytes waiting than pendingBytesMax it stops reading, loses nothing and goes on", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory, { pendingBytesMax: 1 });
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    for (let offset = 0; offset < 2000; offset += 20) gateway.send(batch(offset, 20));
    await gateway.acknowledged(readingsLane, 2000);
    // Held back to one block a commit, where it else shares commits.
    expect(collector.status().commits).toBeGreaterThan(50);
    await collector.close();
    expect(await exportedValues(directory)).toEqual(numbered(2000));
  });
});

describe("starting and closing", () => {
  test("a busy port is named, with what to do", async () => {
    const { port } = (await collectorIn(await tempDir())).address;
    const error = await errorOf(collectorIn(await tempDir(), {}, port));
    expect([error.code, error.exitCode]).toEqual(["PORT_IN_USE", 69]);
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });

  test("an address of another host is named, with what to do", async () => {
    const starting = startCollector({
      listen: { host: "192.0.2.1", port: 0 },
      store: { kind: "embedded", directory: await tempDir() },
      clock: systemClock,
      logger: createLogger("silent"),
    });
    expect((await errorOf(starting)).code).toBe("LISTEN_FAILED");
  });

  test("a directory that another collector has open is refused, and free after a failed start", async () => {
    const directory = await tempDir();
    const first = await collectorIn(directory);
    const error = await errorOf(collectorIn(directory));
    expect([error.code, error.message.includes(directory)]).toEqual(["DATA_DIR_LOCKED", true]);
    expect((await errorOf(exported(directory, "readings"))).code).toBe("DATA_DIR_LOCKED");
    const other = await tempDir();
    await errorOf(collectorIn(other, {}, first.address.port));
    await collectorIn(other);
  });

  test("a directory that cannot be made is refused", async () => {
    const file = join(await tempDir(), "file");
    await writeFile(file, "in the way");
    for (const directory of [file, join(file, "below")]) {
      const error = await errorOf(collectorIn(directory));
      expect([error.code, error.exitCode, error.message.includes(directory)]).toEqual(["DATA_DIR_UNUSABLE", 73, true]);
    }
    expect((await errorOf(exported(join(file, "absent"), "alerts"))).code).toBe("DATA_DIR_UNUSABLE");
  });

  test("a directory with data of another program is refused and left as it is", async () => {
    const directory = await tempDir();
    const level = new Level(directory);
    await level.put("key", "value");
    await level.close();
    expect((await errorOf(collectorIn(directory))).message).toContain("data of another program");
    await level.open();
    expect(await level.keys().all()).toEqual(["key"]);
    await level.close();
  });

  test("close acknowledges what has arrived, ends the streams, and may be called twice", async () => {
    const directory = await tempDir();
    const collector = await collectorIn(directory);
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello();
    gateway.send(batch(0, 50));
    await vi.waitFor(() => expect(collector.status().pendingBytes + collector.status().storedRecords).toBeGreaterThan(0));
    await Promise.all([collector.close(), collector.close()]);
    await gateway.acknowledged(readingsLane, 50);
    expect((await gateway.failure()).code).toBe(status.UNAVAILABLE);
    expect(await exportedValues(directory)).toEqual(numbered(50));
  });
});
