// What the Kafka store promises beyond the contract of all stores (test/conformance/store). A real broker; kcat reads what is committed.

import { createTopicsV7, metadataV9 } from "@platformatic/kafka";
import { pino } from "pino";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { encodeAlertBlock } from "../../../src/codec/block-codec.ts";
import { CommitStage, noProgress } from "../../../src/collector/commit-stage.ts";
import { openKafkaCluster } from "../../../src/collector/kafka-cluster.ts";
import { progressMessage, recordMessages } from "../../../src/collector/kafka-messages.ts";
import { encodeProgress } from "../../../src/collector/kafka-progress.ts";
import { openKafkaSession } from "../../../src/collector/kafka-session.ts";
import { type KafkaPlace, openKafkaStore, readKafkaProgress } from "../../../src/collector/kafka-store.ts";
import { topicNames, topicsOf } from "../../../src/collector/kafka-topics.ts";
import { originReport } from "../../../src/collector/report.ts";
import type { ReceivedBlock, Store } from "../../../src/collector/store.ts";
import { storedProgress } from "../../../src/collector/store-table.ts";
import { type Origin, originKey } from "../../../src/model/origin.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { systemClock as clock } from "../../../src/platform/clock.ts";
import { createLogger, type Logger } from "../../../src/platform/logger.ts";
import { moveBetween, newCollector, sendThroughOutages } from "../../support/forwarded-log.ts";
import { kafkaRequest } from "../../support/kafka-link.ts";
import { connectionTo, kafkaForTests, newKafkaPlace, setTopicConfig } from "../../support/kafka-store-broker.ts";
import { settleInKafka, storedInKafka } from "../../support/kafka-store-records.ts";
import { alertFor, numbered, readingBlock, readingsFrom } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { isMissing } from "../../support/servers.ts";

const silent = createLogger("silent");
const origin = { gatewayId: "gw-1", logId: "log-1" };
const context = { environment: {}, clock };

describe.skipIf(["kafka", "kcat"].some(isMissing))("with a broker", () => {
  const { broker, link } = kafkaForTests();

  interface StoreSettings {
    readonly originsMax?: number;
    readonly logger?: Logger;
  }

  async function opened(place: KafkaPlace, { originsMax = 100, logger = silent }: StoreSettings = {}): Promise<Store> {
    const store = await openKafkaStore({ ...place, ...context, originsMax, logger });
    onTestFinished(() => store.close());
    return store;
  }

  const newPlace = () => newKafkaPlace(broker());
  const stored = (place: KafkaPlace, of: Origin = origin) => storedInKafka(broker(), place, of);

  function block(firstOffset: number, count: number): ReceivedBlock {
    return { lane: "readings", firstOffset, count, bytes: readingBlock(readingsFrom(firstOffset, count)) };
  }

  function blockOf(readings: readonly Reading[], firstOffset = 0): ReceivedBlock {
    return { lane: "readings", firstOffset, count: readings.length, bytes: readingBlock(readings) };
  }

  const readingsReport = async (store: Store, index = 0) => originReport((await store.progress())[index]!).lanes.readings;

  /** What a collector leaves behind that goes in the middle of a transaction: a block, and the progress that has it, both sent. */
  async function abandonTransaction(place: KafkaPlace, of: Origin, abandoned: ReceivedBlock): Promise<void> {
    const topics = topicsOf(place.topicPrefix);
    const cluster = await openKafkaCluster({ ...context, servers: place, topics: topicNames(topics) });
    const transactionalId = `${place.topicPrefix}/${originKey(of)}`;
    const session = await openKafkaSession({ cluster, transactionalId, compression: "none" });
    const stage = new CommitStage({ progress: new Map(), count: 0, countMax: 1 });
    stage.addBlock(of, abandoned);
    const table = new Map([[originKey(of), { origin: of, lanes: noProgress }]]);
    stage.publishTo(table);
    const options = { library: cluster.library, topics, payload: "json", state: await cluster.state() } as const;
    const value = encodeProgress({ firstContactUs: 1, lanes: table.get(originKey(of))!.lanes });
    const messages = [...recordMessages(stage.parts, options), progressMessage(originKey(of), value, options)];
    await session.join(messages);
    await session.send(messages);
    cluster.close();
  }

  describe("collectors that share topics", () => {
    test("store every record once, also when all of them write for the same gateway at the same time", async () => {
      const random = seededRandom(testSeed());
      const place = newPlace();
      const first = await opened(place);
      const stores = [first, await opened(place), await opened(place)];
      async function writeAll(store: Store): Promise<void> {
        await store.contact(origin);
        for (let offset = 0; offset < 300; ) {
          const count = 1 + Math.floor(random() * 80);
          const from = Math.max(0, offset - Math.floor(random() * 30));
          const gap = { lane: "readings", fromOffset: 500, toOffset: 510, reason: "size", sinceUs: 1, untilUs: 2 } as const;
          const writes = [store.append(origin, block(from, offset + count - from)), store.declareLost(origin, gap)];
          // One that is fenced too often in a row gives up, and the gateway comes again.
          const outcomes = await Promise.allSettled(writes);
          const failed = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
          for (const reason of failed) expect(reason).toMatchObject({ code: "STORE_WRITE_FAILED" });
          if (failed.length === 0) offset += count;
        }
      }
      await Promise.all(stores.map(writeAll));
      await first.append(origin, block(290, 90));
      expect(await stored(place)).toEqual(numbered(380));
      expect(await readingsReport(first)).toMatchObject({ received: 380, lost: 10, nextOffset: 380 });
    }, 60_000);

    test("one that was fenced does its commit again, and nobody notices", async () => {
      const place = newPlace();
      const [one, other] = [await opened(place), await opened(place)];
      await one.contact(origin);
      expect(await one.append(origin, block(0, 10))).toBe(10);
      await other.contact(origin);
      expect(await other.append(origin, block(10, 10))).toBe(20);
      expect(await one.append(origin, block(5, 25))).toBe(30);
      expect(one.counts()).toMatchObject({ storedRecords: 20, duplicateRecords: 15 });
      expect(await stored(place)).toEqual(numbered(30));
    });

    test("say what another one has stored when the gateway comes back", async () => {
      const place = newPlace();
      const [one, other] = [await opened(place), await opened(place)];
      await one.contact(origin);
      await one.append(origin, block(0, 10));
      await other.contact(origin);
      await other.append(origin, block(10, 10));
      expect((await one.contact(origin)).readings).toEqual([{ start: 0, end: 20 }]);
    });

    test("keep to one limit of origins together", async () => {
      const place = newPlace();
      const stores = [await opened(place, { originsMax: 5 }), await opened(place, { originsMax: 5 })];
      for (let index = 0; index < 5; index++) await stores[index % 2]?.contact({ ...origin, logId: `log-${index}` });
      for (const store of stores) {
        await expect(store.contact({ ...origin, logId: "log-5" })).rejects.toMatchObject({ code: "COLLECTOR_FULL" });
      }
      expect(await readKafkaProgress(place, context)).toHaveLength(5);
    });

    test("of gateways that come at the same time take no more than there is room for", async () => {
      const store = await opened(newPlace(), { originsMax: 5 });
      const contacts = Array.from({ length: 10 }, (_, index) => store.contact({ ...origin, logId: `log-${index}` }));
      const outcomes = await Promise.allSettled(contacts);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    });

    test("take a few connections, however many gateways they serve", async () => {
      const place = newPlace();
      const before = link().connections;
      const store = await opened(place);
      const origins = Array.from({ length: 60 }, (_, index) => ({ ...origin, gatewayId: `gw-${index}` }));
      await Promise.all(origins.map((each) => store.contact(each)));
      await Promise.all(origins.map((each) => store.append(each, block(0, 5))));
      expect(link().connections - before).toBeLessThanOrEqual(10);
      expect(await store.progress()).toHaveLength(60);
    });
  });

  describe("a transaction", () => {
    test("whose collector has gone is not read; the records are stored once when they come again", async () => {
      const place = newPlace();
      const store = await opened(place);
      await store.contact(origin);
      await store.append(origin, block(0, 5));
      await abandonTransaction(place, origin, block(5, 10));
      expect((await store.contact(origin)).readings).toEqual([{ start: 0, end: 5 }]);
      expect(await store.append(origin, block(3, 12))).toBe(15);
      expect(await stored(place)).toEqual(numbered(15));
      expect(await readingsReport(store)).toMatchObject({ received: 15, duplicates: 2 });
    });

    test("that another gateway's collector left open holds nobody up", async () => {
      const place = newPlace();
      const store = await opened(place);
      await store.contact(origin);
      await abandonTransaction(place, { ...origin, gatewayId: "gw-2" }, block(0, 10));
      await store.contact({ ...origin, gatewayId: "gw-3" });
      expect(await store.append(origin, block(0, 5))).toBe(5);
      expect((await store.contact(origin)).readings).toEqual([{ start: 0, end: 5 }]);
    });

    test.each(["answer", "request"] as const)("of which the %s of its end is lost is told as it is", async (what) => {
      const place = newPlace();
      const store = await opened(place);
      await store.contact(origin);
      await store.append(origin, block(0, 5));
      const lost = link().lose(what, kafkaRequest.endTransaction);
      await expect(store.append(origin, block(5, 5))).rejects.toMatchObject({ code: "STORE_WRITE_FAILED" });
      await lost;
      const end = what === "answer" ? 10 : 5;
      expect((await store.contact(origin)).readings).toEqual([{ start: 0, end }]);
      expect(await store.append(origin, block(5, 5))).toBe(10);
      expect(await stored(place)).toEqual(numbered(10));
    });

    test("of which a request of records is lost keeps nothing", async () => {
      const place = newPlace();
      const store = await opened(place);
      await store.contact(origin);
      const lost = link().lose("answer", kafkaRequest.produce);
      await expect(store.append(origin, block(0, 5))).rejects.toMatchObject({ code: "STORE_WRITE_FAILED", retryable: true });
      await lost;
      expect((await store.contact(origin)).readings).toEqual([]);
      expect(await store.append(origin, block(0, 5))).toBe(5);
      expect(await stored(place)).toEqual(numbered(5));
    });
  });

  describe("messages", () => {
    const read = async (place: KafkaPlace, lane: string) => {
      await settleInKafka(place, origin);
      return broker().messages(`${place.topicPrefix}.${lane}`);
    };

    test("have the series as key, the place as headers, and are where Kafka's own clients would put them", async () => {
      const place = newPlace();
      const store = await opened(place);
      await store.contact(origin);
      const readings = readingsFrom(0, 10).map((reading, index) => ({ ...reading, device: `press-${index}` }));
      await store.append(origin, blockOf(readings));
      await store.append(origin, { lane: "alerts", firstOffset: 0, count: 1, bytes: encodeAlertBlock([alertFor(4)], 1) });
      const messages = await read(place, "readings");
      // By kafka-clients 4.1: Utils.toPositive(Utils.murmur2(key)) % 3.
      const expected = [0, 2, 1, 1, 2, 0, 2, 0, 2, 2].map((partition, index) => [`press-${index}/temperature`, partition]);
      expect(new Map(messages.map(({ key, partition }) => [key, partition]))).toEqual(new Map(expected as [string, number][]));
      const third = messages.find(({ key }) => key.startsWith("press-3/"));
      const where = ["gateway", "gw-1", "log", "log-1", "lane", "readings", "offset", "3"];
      expect(third?.headers).toEqual(["content-type", "application/json", ...where]);
      expect(JSON.parse(third?.payload ?? "")).toMatchObject({ gateway: "gw-1", offset: 3, device: "press-3", value: 3 });
      const [alert] = await read(place, "alerts");
      expect(JSON.parse(alert?.payload ?? "")).toMatchObject({ rule: "hot", state: "firing" });
    });

    test("are CloudEvents or protobuf where that is asked for", async () => {
      const [events, blocks] = [
        { ...newPlace(), payload: "cloudevents" } as const,
        { ...newPlace(), payload: "protobuf" } as const,
      ];
      for (const place of [events, blocks]) await (await opened(place)).append(origin, block(0, 1));
      const [event] = await read(events, "readings");
      expect(JSON.parse(event?.payload ?? "")).toMatchObject({ specversion: "1.0", data: { offset: 0 } });
      const [protobuf] = await read(blocks, "readings");
      expect(protobuf?.headers[1]).toBe('application/x-protobuf; messageType="tidegate.v1.ReadingBlock"');
    });

    test("that their topic does not take end the write of their block alone; together too large, they go in parts", async () => {
      const place = { ...newPlace(), compression: "none" } as const;
      const store = await opened(place);
      await setTopicConfig(broker(), `${place.topicPrefix}.readings`, "max.message.bytes", "20000");
      await store.contact(origin);
      const [reading] = readingsFrom(0, 1) as [Reading];
      const large = { ...reading, value: "x".repeat(30_000) };
      const bad = store.append(origin, blockOf([reading, large], 1000));
      const good = store.append(origin, block(0, 1000));
      await expect(bad).rejects.toMatchObject({ code: "STORE_REFUSED", message: expect.stringContaining("max message size") });
      expect(await good).toBe(1000);
      expect(await stored(place)).toEqual(numbered(1000));
    });
  });

  describe("topics", () => {
    async function createTopic(name: string, numPartitions: number, policy: string): Promise<void> {
      const connection = await connectionTo(broker());
      const configs = [{ name: "cleanup.policy", value: policy }];
      const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs };
      await createTopicsV7.api.async(connection, [topic], 5000, false);
      // The broker learns of it a moment later.
      await vi.waitFor(() => metadataV9.api.async(connection, [name], false, false), { timeout: 10_000, interval: 5 });
      await connection.close();
    }

    async function topicsWith(prefix: string): Promise<[name: string, partitions: number][]> {
      const connection = await connectionTo(broker());
      const { topics } = await metadataV9.api.async(connection, null as unknown as string[], false, false);
      await connection.close();
      const found = topics.filter(({ name }) => name?.startsWith(`${prefix}.`));
      return found.map(({ name, partitions }): [string, number] => [name ?? "", partitions.length]).sort();
    }

    test("that are not there are made, the one of progress with one partition", async () => {
      const place = newPlace();
      await opened(place);
      expect(await topicsWith(place.topicPrefix)).toEqual([
        [`${place.topicPrefix}.alerts`, 3],
        [`${place.topicPrefix}.progress`, 1],
        [`${place.topicPrefix}.readings`, 3],
        [`${place.topicPrefix}.results`, 3],
      ]);
    });

    test("that are not there and must not be made are named with the remedy", async () => {
      const place = { ...newPlace(), createTopics: false };
      await createTopic(`${place.topicPrefix}.readings`, 2, "delete");
      await expect(opened(place)).rejects.toMatchObject({
        code: "STORE_UNUSABLE",
        message: expect.stringMatching(
          /there is no topic \S+\.results, \S+\.alerts, \S+\.progress; create .*store\.createTopics/,
        ),
      });
    });

    test.each([
      ["more than one partition", 2, "compact", /has 2 partitions; make it anew with one/],
      ["messages that go with age", 1, "delete", /cleanup\.policy=delete, and must be compact: kafka-configs --alter/],
    ])("of progress with %s are refused with the remedy", async (_, partitions, policy, reason) => {
      const place = newPlace();
      await createTopic(`${place.topicPrefix}.progress`, partitions, policy);
      await expect(opened(place)).rejects.toMatchObject({ code: "STORE_UNUSABLE", message: expect.stringMatching(reason) });
    });

    test("are left alone by a report, which changes nothing", async () => {
      const place = newPlace();
      const read = () => storedProgress({ kind: "kafka", ...place }, context);
      await expect(read()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
      expect(await topicsWith(place.topicPrefix)).toEqual([]);
      const store = await opened(place);
      await store.contact(origin);
      await store.append(origin, block(0, 5));
      await store.progress();
      const messages = await broker().messages(`${place.topicPrefix}.progress`);
      const report = await read();
      expect(report.map(originReport)[0]?.lanes.readings).toMatchObject({ received: 5 });
      expect(await broker().messages(`${place.topicPrefix}.progress`)).toEqual(messages);
      // The session that writes was not fenced.
      const sessions = link().seen(kafkaRequest.initProducerId);
      expect(await store.append(origin, block(5, 5))).toBe(10);
      expect(link().seen(kafkaRequest.initProducerId)).toBe(sessions);
    });

    test("of progress that hold what this version does not know are not taken for empty", async () => {
      const place = newPlace();
      await (await opened(place)).contact(origin);
      await broker().send(`${place.topicPrefix}.progress`, originKey(origin), '{"format":99}');
      await expect(opened(place)).rejects.toMatchObject({
        code: "STORE_UNUSABLE",
        message: expect.stringMatching(/progress of gw-1\/log-1: it has the format 99; use the version/),
      });
    });

    test("of progress from which a gateway's message was removed have forgotten it", async () => {
      const place = newPlace();
      const store = await opened(place);
      await store.append(origin, block(0, 5));
      await broker().send(`${place.topicPrefix}.progress`, originKey(origin), "");
      expect((await store.contact(origin)).readings).toEqual([]);
    });
  });

  describe("a cluster that cannot be used", () => {
    test("because nothing listens is said to be unreachable", async () => {
      const place = { ...newPlace(), brokers: [{ host: "127.0.0.1", port: 1 }] };
      await expect(opened(place)).rejects.toMatchObject({
        code: "STORE_UNREACHABLE",
        message: expect.stringContaining("127.0.0.1:1"),
      });
    });

    test("because it does not let the user in is named with the remedy, and without the password", async () => {
      const failure: Error = await opened({ ...newPlace(), password: "wr0ng" }).catch((error) => error);
      expect(failure).toMatchObject({ code: "STORE_UNUSABLE", message: expect.stringContaining("store.username") });
      expect(failure.message).not.toContain("wr0ng");
    });

    test("because the password is not where it should be is named, too", async () => {
      const { password: _, ...place } = newPlace();
      await expect(opened({ ...place, passwordEnv: "NOT_SET" })).rejects.toMatchObject({
        code: "STORE_UNUSABLE",
        message: expect.stringContaining("NOT_SET is not set"),
      });
    });
  });

  describe("a gateway loses nothing and doubles nothing", () => {
    const collectorOf = (place: KafkaPlace, logger?: Logger) => newCollector({ kind: "kafka", ...place }, logger);

    test("when the broker is killed in the middle, again and again; the logger says so once each time", async () => {
      const place = newPlace();
      const said: string[] = [];
      const logger = pino({ level: "info" }, { write: (line) => void said.push(JSON.parse(line).msg) });
      const collector = await collectorOf(place, logger);
      const ending = { end: () => broker().kill(), start: () => broker().start() };
      const log = await sendThroughOutages(collector, ending, { outages: 2, random: seededRandom(testSeed()) });
      expect(await stored(place, { gatewayId: "gw-1", logId: log.logId })).toEqual(numbered(1200));
      const ofStore = said.filter((line) => line.startsWith("the store takes"));
      const outage = ["the store takes no writes", "the store takes writes again"];
      expect(ofStore).toEqual([...outage, ...outage]);
    }, 120_000);

    test("when it moves from one collector to another that shares the topics", async () => {
      const place = newPlace();
      const log = await moveBetween(() => collectorOf(place));
      expect(await stored(place, { gatewayId: "gw-1", logId: log.logId })).toEqual(numbered(600));
    });
  });
});
