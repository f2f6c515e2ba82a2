// What the NATS store promises beyond the contract of all stores (test/conformance/store). A real server.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { jetstream, jetstreamManager, type PurgeOpts, type StreamConfig } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { encodeAlertBlock } from "../../../src/codec/block-codec.ts";
import { decodeStep } from "../../../src/collector/nats-progress.ts";
import { type NatsStoreOptions, openNatsStore, readNatsProgress } from "../../../src/collector/nats-store.ts";
import { originReport } from "../../../src/collector/report.ts";
import type { ReceivedBlock, Store } from "../../../src/collector/store.ts";
import { createLogger, type Logger } from "../../../src/platform/logger.ts";
import { FlakyLink } from "../../support/flaky-link.ts";
import { moveBetween, newCollector, sendThroughOutages } from "../../support/forwarded-log.ts";
import { fillStream, natsStoreOptions, storedRecords } from "../../support/nats-store.ts";
import { type NatsUpstream, natsUser, openNatsUpstream } from "../../support/nats-upstream.ts";
import { alertFor, numbered, readingBlock, readingsFrom } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { isMissing } from "../../support/servers.ts";

const silent = createLogger("silent");
const origin = { gatewayId: "gw-1", logId: "log-1" };

interface Opening {
  readonly originsMax?: number;
  readonly logger?: Logger;
}

async function opened(options: NatsStoreOptions, { originsMax = 100, logger = silent }: Opening = {}): Promise<Store> {
  const store = await openNatsStore(options, { originsMax, environment: {}, logger });
  onTestFinished(() => store.close());
  return store;
}

const progressIn = (options: NatsStoreOptions) => readNatsProgress(options, { environment: {} });
const reportOf = async (options: NatsStoreOptions) => originReport((await progressIn(options))[0]!).lanes.readings;

function block(firstOffset: number, count: number): ReceivedBlock {
  return { lane: "readings", firstOffset, count, bytes: readingBlock(readingsFrom(firstOffset, count)) };
}

function alerts(count: number): ReceivedBlock {
  const bytes = encodeAlertBlock(
    Array.from({ length: count }, (_, number) => alertFor(number)),
    1,
  );
  return { lane: "alerts", firstOffset: 0, count, bytes };
}

/** Readings at odd times, so that they take some bytes each. */
function unevenBlock(count: number): ReceivedBlock {
  const readings = readingsFrom(0, count).map((reading, index) => ({
    ...reading,
    eventTimeUs: reading.eventTimeUs + ((index ** 3 * 7919) % 999_983),
  }));
  return { lane: "readings", firstOffset: 0, count, bytes: readingBlock(readings) };
}

const gap = { lane: "readings", fromOffset: 400, toOffset: 410, reason: "size", sinceUs: 1, untilUs: 2 } as const;

const readingsIn = (upstream: NatsUpstream, { stream }: NatsStoreOptions) =>
  storedRecords(upstream, stream, "readings", origin);

function addStream(upstream: NatsUpstream, config: Partial<StreamConfig> & { name: string }): Promise<unknown> {
  return upstream.connected(async (connection) => (await jetstreamManager(connection)).streams.add(config));
}

function purge(upstream: NatsUpstream, stream: string, which?: PurgeOpts): Promise<unknown> {
  return upstream.connected(async (connection) => (await jetstreamManager(connection)).streams.purge(stream, which));
}

/** A message of a format that is not known yet. */
function publishLater(upstream: NatsUpstream, subject: string): Promise<unknown> {
  return upstream.connected((connection) => {
    const later = headers();
    later.set("Tidegate-Format", "2");
    return jetstream(connection).publish(subject, "", { headers: later });
  });
}

function streamNames(upstream: NatsUpstream): Promise<string[]> {
  return upstream.connected(async (connection) => {
    const names: string[] = [];
    for await (const name of (await jetstreamManager(connection)).streams.names()) names.push(name);
    return names.sort();
  });
}

const headersOf = (message: Awaited<ReturnType<NatsUpstream["messages"]>>[number]) =>
  Object.fromEntries(message.headers?.keys().map((name) => [name, message.headers?.get(name)]) ?? []);

describe.skipIf(isMissing("nats-server"))("with a server", () => {
  describe("collectors that share the streams", () => {
    test("store every record once, also when both write for the same gateway at the same time", async () => {
      const random = seededRandom(testSeed());
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const stores = await Promise.all([opened(options), opened(options)]);
      /** As a gateway does: again until it is stored. */
      async function stored(store: Store, write: () => Promise<number>): Promise<void> {
        for (;;) {
          const error = await write().then(
            () => null,
            (thrown: unknown) => thrown,
          );
          if (error === null) return;
          expect(error).toMatchObject({ code: "STORE_WRITE_FAILED", message: expect.stringContaining("other collectors") });
          await store.contact(origin);
        }
      }
      async function writeAll(store: Store): Promise<void> {
        await store.contact(origin);
        for (let offset = 0; offset < 300; ) {
          const count = 1 + Math.floor(random() * 20);
          const from = Math.max(0, offset - Math.floor(random() * 30));
          const appended = stored(store, () => store.append(origin, block(from, offset + count - from)));
          await Promise.all([appended, stored(store, () => store.declareLost(origin, gap))]);
          offset += count;
        }
        await stored(store, () => store.append(origin, block(290, 50)));
      }
      await Promise.all(stores.map(writeAll));
      expect((await readingsIn(upstream, options)).sort(([left], [right]) => left - right)).toEqual(numbered(340));
      const counted = stores.map((store) => store.counts());
      const report = await reportOf(options);
      expect(report).toMatchObject({ received: 340, lost: 10, nextOffset: 340, endOffset: 410 });
      expect(counted.reduce((sum, { storedRecords: some }) => sum + some, 0)).toBe(340);
      expect(counted.reduce((sum, { duplicateRecords }) => sum + duplicateRecords, 0)).toBe(report.duplicates);
    });

    test("refuse what is written on old knowledge, also when all records have been removed since", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const [first, second] = [await opened(options), await opened(options)];
      await first.contact(origin);
      await first.append(origin, block(0, 1));
      await second.contact(origin);
      await second.append(origin, block(1, 10));
      expect(await first.append(origin, block(0, 12))).toBe(12);
      await purge(upstream, options.stream);
      await second.contact(origin);
      await first.append(origin, block(12, 8));
      await purge(upstream, options.stream);
      expect(await second.append(origin, block(12, 8))).toBe(20);
      expect(await readingsIn(upstream, options)).toEqual([]);
      expect(await reportOf(options)).toMatchObject({ received: 20, duplicates: 19 });
    });

    test("tell a gateway that comes back what the others have", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const [first, second] = [await opened(options), await opened(options)];
      await first.contact(origin);
      await first.append(origin, block(0, 1));
      await second.append(origin, block(1, 10));
      expect((await first.contact(origin)).readings).toEqual([{ start: 0, end: 11 }]);
    });

    test("fail a commit of which a lane is stored and another one is outrun, and count nothing of it", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const [first, second] = [await opened(options), await opened(options)];
      await first.contact(origin);
      const write = () => Promise.allSettled([first.append(origin, block(0, 5)), first.append(origin, alerts(2))]);
      await first.append(origin, block(0, 1));
      await first.append(origin, alerts(1));
      await second.append(origin, alerts(2));
      const failed = { status: "rejected", reason: { code: "STORE_WRITE_FAILED" } };
      expect(await write()).toMatchObject([failed, failed]);
      expect(first.counts()).toMatchObject({ storedRecords: 2, duplicateRecords: 0 });
      expect(await write()).toMatchObject([{ value: 5 }, { value: 2 }]);
      expect(await readingsIn(upstream, options)).toEqual(numbered(5));
      expect(await storedRecords(upstream, options.stream, "alerts", origin)).toHaveLength(2);
    });

    test("know of each other's gateways", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const [first, second] = [await opened(options, { originsMax: 3 }), await opened(options, { originsMax: 3 })];
      await second.contact(origin);
      await first.contact({ ...origin, logId: "log-2" });
      await first.contact({ ...origin, logId: "log-3" });
      const fourth = { ...origin, logId: "log-4" };
      for (const store of [first, second]) {
        await expect(store.contact(fourth)).rejects.toMatchObject({ code: "COLLECTOR_FULL" });
      }
      const known = (await progressIn(options)).map(({ origin: { logId } }) => logId);
      expect(known).toEqual(["log-1", "log-2", "log-3"]);
    });
  });

  describe("what is known of a gateway outlives its records", () => {
    async function expectUnchanged(upstream: NatsUpstream, options: NatsStoreOptions): Promise<void> {
      const settled = [
        { start: 0, end: 10 },
        { start: 400, end: 410 },
      ];
      const report = await reportOf(options);
      expect(report).toMatchObject({ received: 10, duplicates: 10, lost: 10 });
      const store = await opened(options);
      expect((await store.contact(origin)).readings).toEqual(settled);
      await store.append(origin, block(0, 10));
      await store.append(origin, block(5, 10));
      expect(store.counts()).toMatchObject({ storedRecords: 5, duplicateRecords: 15 });
      expect(await readingsIn(upstream, options)).toEqual(numbered(5, 10));
      expect(await reportOf(options)).toMatchObject({ received: 15, duplicates: 25, lost: 10 });
    }

    async function writeSome(options: NatsStoreOptions): Promise<void> {
      const store = await opened(options);
      await store.contact(origin);
      await store.append(origin, block(0, 10));
      await store.append(origin, block(0, 10));
      await store.declareLost(origin, gap);
      await store.close();
    }

    test("when all of them are purged", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      await writeSome(options);
      await purge(upstream, options.stream);
      await expectUnchanged(upstream, options);
    });

    test("when they are too old", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream, { create: { replicas: 1, ageMax: 1000 } });
      await writeSome(options);
      await vi.waitFor(async () => expect(await upstream.count(options.stream)).toBe(0), { timeout: 30_000 });
      const report = await reportOf(options);
      expect(report).toMatchObject({ received: 10, duplicates: 10, lost: 10 });
      const store = await opened(options);
      await store.contact(origin);
      expect(await store.append(origin, block(0, 10))).toBe(10);
      expect(store.counts()).toMatchObject({ storedRecords: 0, duplicateRecords: 10 });
    });

    test("when the collector ended between a message and its copy", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      await writeSome(options);
      await purge(upstream, `${options.stream}_progress`, { filter: `${options.subject}_progress.gw-1.log-1.readings` });
      expect(await reportOf(options)).toMatchObject({ received: 10, duplicates: 10, lost: 10 });
      const store = await opened(options);
      await store.contact(origin);
      await purge(upstream, options.stream);
      await expectUnchanged(upstream, options);
    });

    test("when the stream is deleted while the collector runs: it is made anew", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      await writeSome(options);
      const store = await opened(options);
      await store.contact(origin);
      await upstream.connected(async (connection) => (await jetstreamManager(connection)).streams.delete(options.stream));
      await expect(store.append(origin, block(0, 10))).rejects.toMatchObject({ code: "STORE_WRITE_FAILED" });
      await store.contact(origin);
      await expectUnchanged(upstream, options);
    });
  });

  describe("messages", () => {
    test("name the gateway exactly, and say what they hold and how far the lane is", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const store = await opened(options);
      const dotted = { gatewayId: "plant.1_a", logId: "log-1" };
      const other = { gatewayId: "plant", logId: "1_a.log-1" };
      await store.contact(dotted);
      await store.contact(other);
      await store.append(dotted, block(7, 2));
      await store.append(other, block(0, 1));
      const messages = await upstream.messages(options.stream);
      expect(messages.map(({ subject }) => subject)).toEqual([
        `${options.subject}.plant~1_a.log-1.readings`,
        `${options.subject}.plant.1_a~log-1.readings`,
      ]);
      expect(headersOf(messages[0]!)).toMatchObject({
        "Content-Type": "application/x-ndjson",
        "Tidegate-Format": "1",
        "Tidegate-Gateway": "plant.1_a",
        "Tidegate-Log": "log-1",
        "Tidegate-Lane": "readings",
        "Tidegate-Offset": "7",
        "Tidegate-Count": "2",
        "Tidegate-Progress": '{"step":1,"received":[[7,9]],"losses":[],"closed":{},"duplicates":0}',
      });
      expect(messages[0]?.string()).toMatch(
        /^\{"gateway":"plant.1_a","offset":7,.*\}\n\{"gateway":"plant.1_a","offset":8,.*\}\n$/,
      );
    });

    test("of losses or duplicates alone are empty", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const store = await opened(options);
      await store.contact(origin);
      await store.declareLost(origin, gap);
      const [message] = await upstream.messages(options.stream);
      expect(message?.data).toHaveLength(0);
      expect(message?.headers?.has("Content-Type")).toBe(false);
      expect(headersOf(message!)).toMatchObject({
        "Tidegate-Count": "0",
        "Tidegate-Progress": '{"step":1,"received":[],"losses":[[400,410,"size",1,2]],"closed":{},"duplicates":0}',
      });
    });

    test.each(["ndjson", "block"] as const)(
      "of %s that share a commit each say what is stored up to there, so that a commit that ends in the middle is known",
      async (payload) => {
        const upstream = await openNatsUpstream();
        const options = natsStoreOptions(upstream, { payload });
        await addStream(upstream, { name: options.stream, subjects: [`${options.subject}.>`], max_msg_size: 8192 });
        const store = await opened(options);
        await store.contact(origin);
        await store.append(origin, block(0, 1));
        const repair = await fillStream(upstream, options.stream, 2);
        const failing = [
          store.append(origin, unevenBlock(4000)),
          store.declareLost(origin, { ...gap, fromOffset: 5000, toOffset: 5010 }),
        ];
        for (const write of failing) await expect(write).rejects.toMatchObject({ code: "STORE_WRITE_FAILED" });
        const kept = await readingsIn(upstream, options);
        const messages = await upstream.messages(options.stream);
        expect(messages).toHaveLength(3);
        expect(kept).toEqual(numbered(kept.length));
        expect(await reportOf(options)).toMatchObject({ received: kept.length, duplicates: 0, lost: 0 });
        await repair();
        expect(await store.append(origin, unevenBlock(4000))).toBe(4000);
        expect(await readingsIn(upstream, options)).toEqual(numbered(4000));
        let count = 0;
        for (const message of await upstream.messages(options.stream)) {
          count += Number(message.headers?.get("Tidegate-Count"));
          expect(decodeStep(message.headers?.get("Tidegate-Progress") ?? "").progress.received).toEqual([
            { start: 0, end: count },
          ]);
          expect(message.data.length).toBeLessThanOrEqual(4096);
        }
        expect(count).toBe(4000);
      },
    );

    test.each(["ndjson", "block"] as const)(
      "of %s that would be too large end the write of that record alone",
      async (payload) => {
        const upstream = await openNatsUpstream(["max_payload: 16384"]);
        const options = natsStoreOptions(upstream, { payload });
        const store = await opened(options);
        await store.contact(origin);
        const bytes = readingBlock([{ ...readingsFrom(5, 1)[0]!, value: "x".repeat(9000) }]);
        const good = store.append(origin, block(0, 5));
        const bad = store.append(origin, { lane: "readings", firstOffset: 5, count: 1, bytes });
        await expect(bad).rejects.toMatchObject({
          code: "STORE_REFUSED",
          message: expect.stringMatching(/offset 5 .*max_payload/),
        });
        expect(await good).toBe(5);
        expect(await readingsIn(upstream, options)).toEqual(numbered(5));
      },
    );
  });

  describe("an answer that is lost", () => {
    test("fails the write, and what the gateway sends again is a duplicate", async () => {
      const upstream = await openNatsUpstream();
      const link = await FlakyLink.open(upstream.port);
      const options = natsStoreOptions(upstream, { servers: [{ host: "127.0.0.1", port: link.port }] });
      const store = await opened(options);
      await store.contact(origin);
      await store.append(origin, block(0, 5));
      link.stall("up");
      const failing = store.append(origin, block(5, 5));
      await vi.waitFor(async () => expect(await upstream.messages(options.stream)).toHaveLength(2), { timeout: 5000 });
      link.cut();
      await expect(failing).rejects.toMatchObject({ code: "STORE_WRITE_FAILED" });
      link.heal();
      expect((await store.contact(origin)).readings).toEqual([{ start: 0, end: 10 }]);
      expect(await store.append(origin, block(5, 10))).toBe(15);
      expect(store.counts()).toEqual({ storedRecords: 10, duplicateRecords: 5, commits: 3 });
      expect(await readingsIn(upstream, options)).toEqual(numbered(15));
    });

    test("is said once, and so is that it goes on", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const said: string[] = [];
      const say = (_fields: object, text: string) => void said.push(text);
      const logger = { ...silent, error: say, info: say, warn: say } as Logger;
      const store = await opened(options, { logger });
      await store.contact(origin);
      await upstream.kill();
      for (let times = 0; times < 3; times++) {
        await expect(store.append(origin, block(0, 5))).rejects.toMatchObject({ code: "STORE_WRITE_FAILED" });
      }
      await expect(store.progress()).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
      await upstream.start();
      await store.append(origin, block(0, 5));
      await store.append(origin, block(5, 5));
      expect(said).toEqual(["the store takes no writes", "the store takes writes again"]);
    });
  });

  describe("a server that cannot be used", () => {
    const failureOf = (options: NatsStoreOptions) =>
      opened(options).then(
        () => null,
        (error: unknown) => error,
      );

    test("because nothing listens is said to be unreachable", async () => {
      const options = { stream: "s", subject: "s", payload: "ndjson", create: { replicas: 1 } } as const;
      expect(await failureOf({ ...options, servers: [{ host: "127.0.0.1", port: 1 }], password: "secret" })).toMatchObject({
        code: "STORE_UNREACHABLE",
        message: expect.stringMatching(/^open stream s at 127.0.0.1:1: .*store.servers/),
      });
    });

    test("because it does not let this user in is said with the remedy, and without the password", async () => {
      const upstream = await openNatsUpstream();
      expect(await failureOf(natsStoreOptions(upstream, { password: "hunter2" }))).toMatchObject({
        code: "STORE_UNUSABLE",
        message: expect.stringMatching(/^(?!.*hunter2).*check username and password/),
      });
    });

    test("because it has no JetStream is said with the remedy", async () => {
      const upstream = await openNatsUpstream(["jetstream: disabled"]);
      expect(await failureOf(natsStoreOptions(upstream))).toMatchObject({
        code: "STORE_UNUSABLE",
        message: expect.stringMatching(/no JetStream; configure it there/),
      });
    });

    test.each<[string, RegExp, Partial<StreamConfig>]>([
      ["does not take the subjects", /does not take the subjects \S+\.\*\.\*\.\*; add them/, { subjects: ["elsewhere.>"] }],
      ["removes what was read", /retention limits/, { retention: "workqueue" }],
      ["acknowledges nothing", /no_ack/, { no_ack: true }],
      ["takes small messages only", /4096 bytes; allow 8192 \(max_payload/, { max_msg_size: 4096 }],
    ])("because the stream %s is named with the reason", async (_, reason, config) => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      await addStream(upstream, { name: options.stream, subjects: [`${options.subject}.*.*.*`], ...config });
      expect(await failureOf(options)).toMatchObject({ code: "STORE_UNUSABLE", message: expect.stringMatching(reason) });
    });

    test.each<[string, RegExp, Partial<StreamConfig>]>([
      ["keeps more than the last message", /set max_msgs_per_subject to 1/, { max_msgs_per_subject: -1 }],
      ["removes what is old", /no other limit/, { max_age: 3_600_000_000_000 }],
    ])("because the stream of what is known %s is named with the reason", async (_, reason, config) => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const subjects = [`${options.subject}_progress.*.*.*`];
      await addStream(upstream, { name: `${options.stream}_progress`, subjects, max_msgs_per_subject: 1, ...config });
      expect(await failureOf(options)).toMatchObject({ code: "STORE_UNUSABLE", message: expect.stringMatching(reason) });
    });

    test("because a later version wrote there is named with the format", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const store = await opened(options);
      await store.contact(origin);
      const fault = { message: expect.stringContaining('the format "2"') };
      await publishLater(upstream, `${options.subject}.gw-1.log-1.readings`);
      await expect(store.contact(origin)).rejects.toMatchObject({ code: "STORE_WRITE_FAILED", ...fault });
      await expect(progressIn(options)).rejects.toMatchObject({ code: "STORE_UNUSABLE", ...fault });
      await publishLater(upstream, `${options.subject}_progress.gw-1.log-1.readings`);
      expect(await failureOf(options)).toMatchObject({ code: "STORE_UNUSABLE", ...fault });
    });

    test("because no collector has used it yet, as a report finds, which makes no streams", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      await expect(progressIn(options)).rejects.toMatchObject({
        code: "STORE_UNUSABLE",
        message: expect.stringContaining("no collector has stored anything"),
      });
      expect(await streamNames(upstream)).toEqual([]);
    });
  });

  test("streams are made as they are asked for, and one in memory is used with a warning", async () => {
    const upstream = await openNatsUpstream();
    const create = { replicas: 1, ageMax: 3_600_000, sizeMax: 1_048_576 };
    const options = natsStoreOptions(upstream, { create });
    await addStream(upstream, {
      name: `${options.stream}_progress`,
      subjects: [`${options.subject}_progress.>`],
      max_msgs_per_subject: 1,
      storage: "memory",
    });
    const said: string[] = [];
    const logger = { ...silent, warn: (_fields: object, text: string) => void said.push(text) } as Logger;
    await opened(options, { logger });
    const { config } = await upstream.connected(async (connection) =>
      (await jetstreamManager(connection)).streams.info(options.stream),
    );
    expect(config).toMatchObject({
      subjects: [`${options.subject}.*.*.*`],
      max_age: 3_600_000_000_000,
      max_bytes: 1_048_576,
      storage: "file",
      discard: "old",
    });
    expect(said).toEqual([expect.stringContaining("in memory")]);
  });

  test("the consumer in docs/nats.md prints what was stored", async () => {
    const upstream = await openNatsUpstream();
    const options = natsStoreOptions(upstream, { stream: "tidegate_collector", subject: "tidegate.collector" });
    const store = await opened(options);
    await store.contact(origin);
    await store.append(origin, block(0, 3));
    await store.append(origin, block(0, 3));
    await store.append(origin, block(3, 1));
    const [, example = ""] = /```js\n(.*?)```/s.exec(readFileSync("docs/nats.md", "utf8")) ?? [];
    const { username: user, password: pass } = natsUser;
    const reached = `{ port: ${upstream.port}, user: "${user}", pass: "${pass}" }`;
    const code = example.replace('{ servers: "nats-1.example.com:4222" }', reached);
    const consumer = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void consumer.kill("SIGKILL"));
    const printed: string[] = [];
    for await (const line of createInterface({ input: consumer.stdout })) {
      printed.push(line);
      if (printed.length === 4) break;
    }
    const lines = [0, 1, 2, 3].map(
      (offset) => `gw-1 ${offset} device-0 temperature 2023-11-14T22:13:20.00${offset}Z ${offset}`,
    );
    expect(printed).toEqual(lines);
  });

  test("a report has the lanes of all gateways, more than one answer of the server holds", async () => {
    const upstream = await openNatsUpstream();
    const options = natsStoreOptions(upstream);
    const store = await opened(options, { originsMax: 2000 });
    const origins = Array.from({ length: 700 }, (_, index) => ({ gatewayId: `gw-${index}`, logId: "log-1" }));
    for (const each of origins) await store.contact(each);
    await Promise.all(origins.flatMap((each) => [store.append(each, block(0, 2)), store.append(each, alerts(1))]));
    const progress = await store.progress();
    expect(progress.map(({ origin: of }) => of)).toEqual(origins);
    expect(new Set(progress.map(({ lanes }) => JSON.stringify([lanes.readings.received, lanes.alerts.received])))).toEqual(
      new Set(['[[{"start":0,"end":2}],[{"start":0,"end":1}]]']),
    );
  });

  describe("a gateway loses nothing and doubles nothing", () => {
    test.each(["stop", "kill"] as const)("when the server ends by %s in the middle, again and again", async (end) => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const collector = await newCollector({ kind: "nats", ...options });
      const ending = { end: () => upstream[end](), start: () => upstream.start() };
      const log = await sendThroughOutages(collector, ending, { outages: 3, random: seededRandom(testSeed()) });
      const stored = await storedRecords(upstream, options.stream, "readings", { gatewayId: "gw-1", logId: log.logId });
      expect(stored).toEqual(numbered(1800));
    });

    test("when it moves from one collector to another that shares the streams", async () => {
      const upstream = await openNatsUpstream();
      const options = natsStoreOptions(upstream);
      const log = await moveBetween(() => newCollector({ kind: "nats", ...options }));
      const stored = await storedRecords(upstream, options.stream, "readings", { gatewayId: "gw-1", logId: log.logId });
      expect(stored.sort(([left], [right]) => left - right)).toEqual(numbered(600));
    });
  });
});
