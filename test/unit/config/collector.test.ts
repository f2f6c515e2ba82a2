import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { collectorConfigSchema } from "../../../src/config/collector-schema.ts";
import type { Fault } from "../../../src/config/faults.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { TidegateError } from "../../../src/platform/errors.ts";

const parse = (text: string) => parseConfig(text, "collector.yaml", collectorConfigSchema);

function failureOf(text: string): TidegateError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof TidegateError) return error;
    throw error;
  }
  throw new Error("expected a TidegateError");
}

test("a collector's config may be empty: it keeps what it receives in a directory", () => {
  expect(parse("")).toMatchObject({ store: { kind: "embedded" }, data: { directory: "./data/collector" } });
});

test("a collector with PostgreSQL names its database", () => {
  const url = "postgresql://tidegate@db/telemetry?sslmode=verify-full";
  expect(parse(`store: { kind: postgres, url: "${url}" }`).store).toEqual({ kind: "postgres", url });
});

test("a collector with NATS needs its servers alone; streams and subjects have defaults", () => {
  expect(parse("store: { kind: nats, servers: ['nats-1:4222', 'nats-2:4222'] }").store).toEqual({
    kind: "nats",
    servers: [
      { host: "nats-1", port: 4222 },
      { host: "nats-2", port: 4222 },
    ],
    stream: "tidegate_collector",
    subject: "tidegate.collector",
    payload: "ndjson",
    create: { replicas: 1 },
  });
});

test("a collector with Kafka names its brokers; the rest has defaults", () => {
  expect(parse("store: { kind: kafka, brokers: ['kafka:9092'] }").store).toEqual({
    kind: "kafka",
    brokers: [{ host: "kafka", port: 9092 }],
    mechanism: "SCRAM-SHA-512",
    topicPrefix: "tidegate.collector",
    createTopics: true,
    partitions: 6,
    payload: "json",
    compression: "gzip",
  });
});

test("the example in docs/kafka.md is valid", () => {
  const [, example = ""] = readFileSync("docs/kafka.md", "utf8").match(/```yaml\n(.*?)```/s) ?? [];
  expect(parse(example).store).toMatchObject({ kind: "kafka", replicas: 3, passwordEnv: "KAFKA_PASSWORD", tls: {} });
});

const kafka = "kind: kafka, brokers: ['kafka:9092']";

test.each([
  ["store: { kind: nats }", "store.servers", "is missing"],
  ["store: { kind: nats, servers: ['a:1'], subject: 'plant.>' }", "store.subject", "is not allowed"],
  ["store: { kind: nats, servers: ['a:1'], stream: 'a.b' }", "store.stream", "is not allowed"],
  ["store: { kind: nats, servers: ['a:1'], payload: json }", "store.payload", "is not"],
  ["store: { kind: nats, servers: ['a:1'], create: { ageMax: 10ms } }", "store.create.ageMax", "out of range"],
  [
    "store: { kind: nats, servers: ['a:1'], password: hunter2, passwordFile: p }",
    "store.passwordFile",
    "given beside password",
  ],
  ["store: { kind: postgres }", "store.url", "is missing"],
  ["store: { kind: kafka }", "store.brokers", "is missing"],
  [`store: { ${kafka}, password: hunter2, passwordFile: a }`, "store.passwordFile", "is given beside password"],
  [`store: { ${kafka}, topicPrefix: 'a/b' }`, "store.topicPrefix", "is not allowed"],
  [`store: { ${kafka}, partitions: 0 }`, "store.partitions", "is too small"],
  [`store: { ${kafka}, tls: { cert: a.pem } }`, "store.tls.key", "is missing"],
  ["store: { url: postgres://db/telemetry }", "store.kind", "is missing"],
  ["store: { kind: embedded, url: postgres://db/telemetry }", "store.url", "is not a known key"],
  ["store: { kind: postgres, url: mysql://user:hunter2@db }", "store.url", "is not the URL of a PostgreSQL database"],
  ["store: { kind: postgres, url: 'user:hunter2@db' }", "store.url", "is not the URL of a PostgreSQL database"],
  ["store: { kind: files }", "store.kind", "is not a known kind"],
  ["listen: 0.0.0.0:7070", "listen", "beyond loopback, where gateways must show a certificate"],
  ["{ listen: 0.0.0.0:7070, tls: { cert: a.pem, key: a.key } }", "listen", "must show a certificate"],
  ["tls: { cert: a.pem }", "tls.key", "is missing"],
  ["tls: { cert: a.pem, key: a.key, gatewayId: certificate }", "tls.gatewayId", "is for gateways that must show a certificate"],
  ["tls: { cert: a.pem, key: a.key, clientCa: b.pem, gatewayId: none }", "tls.gatewayId", "is not allowed"],
])("a fault in %s is named with its field, and no password is shown", (text, path, problem) => {
  const failure = failureOf(text);
  expect(failure.code).toBe("CONFIG_INVALID");
  expect((failure.details.faults as Fault[])[0]).toMatchObject({ path, problem: expect.stringContaining(problem) });
  expect(`${failure.message}${JSON.stringify(failure.details)}`).not.toContain("hunter2");
});

test("a collector that demands certificates of gateways may listen beyond loopback", () => {
  const config = parse("{ listen: 0.0.0.0:7070, tls: { cert: a.pem, key: a.key, clientCa: gateways.pem } }");
  expect(config.listen).toEqual({ host: "0.0.0.0", port: 7070 });
});
