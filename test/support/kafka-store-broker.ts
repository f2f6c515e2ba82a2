// A Kafka for the tests of the collector's store in it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection, incrementalAlterConfigsV1 } from "@platformatic/kafka";
import { afterAll, beforeAll } from "vitest";
import type { KafkaPlace } from "../../src/collector/kafka-store.ts";
import { KafkaLink } from "./kafka-link.ts";
import { type KafkaBroker, kafkaUser, openKafkaBroker } from "./kafka-upstream.ts";

/** One for the tests of a file, since it takes seconds to start; each test has topics of its own. */
export function kafkaForTests(): { readonly broker: () => KafkaBroker; readonly link: () => KafkaLink } {
  let broker: KafkaBroker | undefined;
  let link: KafkaLink | undefined;
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "tidegate-kafka-"));
    broker = await openKafkaBroker(directory, {
      link: (port) => {
        link = new KafkaLink(port);
        return link.start();
      },
    });
  });
  afterAll(async () => {
    link?.close();
    await broker?.kill();
    await rm(directory, { recursive: true, force: true });
  });
  return { broker: () => started(broker), link: () => started(link) };
}

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("Kafka has not been started");
  return value;
}

let places = 0;

/** Topics that nobody else has; they are made when a store opens. */
export function newKafkaPlace(broker: KafkaBroker): KafkaPlace {
  places += 1;
  return {
    brokers: broker.brokers,
    mechanism: "PLAIN",
    ...kafkaUser,
    topicPrefix: `store-${places}`,
    createTopics: true,
    partitions: 3,
    payload: "json",
    compression: "gzip",
  };
}

export async function setTopicConfig(broker: KafkaBroker, topic: string, name: string, value: string): Promise<void> {
  const connection = await connectionTo(broker);
  const configs = [{ name, configOperation: 0, value }];
  try {
    await incrementalAlterConfigsV1.api.async(connection, [{ resourceType: 2, resourceName: topic, configs }], false);
  } finally {
    await connection.close();
  }
}

/** For what the store itself does not do. */
export async function connectionTo({ brokers }: KafkaBroker): Promise<Connection> {
  const [{ host, port }] = brokers as [{ host: string; port: number }];
  const connection = new Connection("test", { sasl: { mechanism: "PLAIN", ...kafkaUser } });
  await connection.connect(host, port);
  return connection;
}
