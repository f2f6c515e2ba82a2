import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { lanes } from "../../../src/model/lane.ts";
import { type KafkaBroker, kafkaUser, openKafkaBroker, requestBytesMax } from "../../support/kafka-upstream.ts";
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

describeSink({
  kind: "kafka",
  delivery: "at least once",
  programs: ["kafka", "kcat"],
  has: { server: true, refusal: true },
  async start() {
    opening ??= opened();
    const broker = await opening;
    if (!broker.isRunning) await broker.start();
    topicsMade += 1;
    const prefix = `test-${topicsMade}`;
    await broker.addTopics(prefix);
    return {
      sink: (context) => createSink(optionsOf(broker, prefix, kafkaUser.password), context),
      unwelcome: (context) => createSink(optionsOf(broker, prefix, "wrong"), context),
      received: () => broker.received(prefix),
      refusal: { reading: { value: "x".repeat(2 * requestBytesMax) }, reason: /message|record/i },
      process: broker,
    };
  },
});
