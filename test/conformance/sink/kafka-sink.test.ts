import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RecordBatch } from "../../../src/forward/record-sink.ts";
import type { KafkaSinkOptions } from "../../../src/forward/sinks/kafka-sink.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { lanes } from "../../../src/model/lane.ts";
import { type KafkaBroker, kafkaUser, openKafkaBroker, requestBytesMax } from "../../support/kafka-upstream.ts";
import { readingsFrom } from "../../support/records.ts";
import { isMissing } from "../../support/servers.ts";
import { batchOf, numberedBatch, origin } from "../../support/sink-batches.ts";
import { clientOf, errorOf } from "../../support/sink-clients.ts";
import { describeSink } from "./sink-suite.ts";

/** One for all tests, since it takes seconds to start; each test has topics of its own. */
let opening: Promise<KafkaBroker> | null = null;
let directory = "";
let topicsMade = 0;

async function opened(): Promise<KafkaBroker> {
  directory = await mkdtemp(join(tmpdir(), "tidegate-kafka-"));
  return openKafkaBroker(directory);
}

afterAll(async () => {
  await (await opening)?.kill();
  await rm(directory, { recursive: true, force: true });
});

const optionsOf = (broker: KafkaBroker, prefix: string, password: string) =>
  ({
    kind: "kafka",
    name: "kafka",
    lanes,
    brokers: broker.brokers,
    mechanism: "PLAIN",
    username: kafkaUser.username,
    password,
    topic: `${prefix}.{lane}`,
    createTopic: false,
    payload: "json",
    compression: "none",
  }) as const;

async function running(): Promise<{ broker: KafkaBroker; prefix: string }> {
  opening ??= opened();
  const broker = await opening;
  if (!broker.isRunning) await broker.start();
  topicsMade += 1;
  const prefix = `test-${topicsMade}`;
  await broker.addTopics(prefix);
  return { broker, prefix };
}

describeSink({
  kind: "kafka",
  delivery: "at least once",
  programs: ["kafka", "kcat"],
  has: { server: true, refusal: true },
  async start() {
    const { broker, prefix } = await running();
    return {
      sink: (context) => createSink(optionsOf(broker, prefix, kafkaUser.password), context),
      unwelcome: (context) => createSink(optionsOf(broker, prefix, "wrong"), context),
      received: () => broker.received(prefix),
      refusal: { reading: { value: "x".repeat(2 * requestBytesMax) }, reason: /message|record/i },
      process: broker,
    };
  },
});

describe.skipIf(["kafka", "kcat"].some(isMissing))("a topic", () => {
  const connected = async (more: Partial<KafkaSinkOptions> = {}) => {
    const { broker, prefix } = await running();
    const client = await clientOf({ ...optionsOf(broker, prefix, kafkaUser.password), ...more });
    return { client, messages: () => broker.messages(`${prefix}.readings`) };
  };
  const ofDevices = (count: number) =>
    batchOf(
      "readings",
      0,
      readingsFrom(0, count).map((reading, index) => ({ ...reading, device: `press-${index % 10}` })),
    );

  test("gets the series as key, and where a record comes from as headers", async () => {
    const { client, messages } = await connected();
    await client.write(numberedBatch(41, 1, { device: "line/3", metric: "force" }));
    const [message] = await messages();
    expect(message?.key).toBe("line/3/force");
    const content = ["content-type", "application/json"];
    const place = ["gateway", "plant-1", "log", origin.logId, "lane", "readings", "offset", "41"];
    expect(message?.headers).toEqual([...content, ...place]);
  });

  test("has each series in the partition where Kafka's own clients would put it", async () => {
    const { client, messages } = await connected();
    await client.write(ofDevices(10));
    // By kafka-clients 4.1: Utils.toPositive(Utils.murmur2(key)) % 3.
    const expected = [0, 2, 1, 1, 2, 0, 2, 0, 2, 2].map((partition, index) => [`press-${index}/temperature`, partition]);
    expect(new Map((await messages()).map(({ key, partition }) => [key, partition]))).toEqual(
      new Map(expected as [string, number][]),
    );
  });

  test("that refuses a record of one partition has those of the others once", async () => {
    const { client, messages } = await connected();
    const { lane, records } = ofDevices(60);
    const tooLarge = records.map((placed) =>
      placed.offset === 25 ? { ...placed, record: { ...placed.record, value: "x".repeat(2 * requestBytesMax) } } : placed,
    );
    const outcome = await client.write({ lane, records: tooLarge } as unknown as RecordBatch);
    expect(outcome).toMatchObject({ rejected: [{ offset: 25 }], kept: [] });
    await client.write(ofDevices(60));
    const offsets = (await messages()).map(({ payload }) => (JSON.parse(payload) as { offset: number }).offset);
    const times = (offset: number) => offsets.filter((each) => each === offset).length;
    expect(Array.from({ length: 60 }, (_, offset) => times(offset))).toEqual(
      Array.from({ length: 60 }, (_, at) => (at === 25 ? 1 : 2)),
    );
  });

  test("gets a batch of megabytes in several requests, compressed", async () => {
    const { client, messages } = await connected({ compression: "gzip" });
    const batch = numberedBatch(0, 1000, { unit: "u".repeat(60), value: "v".repeat(2000) });
    expect(await client.write(batch)).toMatchObject({ rejected: [], kept: [] });
    expect(await messages()).toHaveLength(1000);
  });

  test("that is not there is a refusal, and says what to do", async () => {
    const error = await errorOf(connected({ topic: "absent.{lane}" }));
    expect(error.code).toBe("SINK_REFUSED");
    expect(error.message).toMatch(/there is no topic for absent.\{lane\}; create it, or let the brokers do so \(createTopic\)/);
  });
});
