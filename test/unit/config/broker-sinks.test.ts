import { describe, expect, test } from "vitest";
import type { Fault } from "../../../src/config/faults.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { gatewayConfigSchema } from "../../../src/config/schema.ts";
import { TidegateError } from "../../../src/platform/errors.ts";

const parse = (sink: string) =>
  parseConfig(`forward: {sinks: [{name: s, ${sink}}]}`, "test.yaml", gatewayConfigSchema).forward.sinks[0];

function faultsIn(sink: string): readonly Fault[] {
  try {
    parse(sink);
  } catch (error) {
    if (error instanceof TidegateError) return error.details.faults as readonly Fault[];
    throw error;
  }
  throw new Error("expected faults");
}

const least = {
  amqp: "kind: amqp, address: 'h:5672'",
  kafka: "kind: kafka, brokers: ['h:9092']",
  mqtt: "kind: mqtt, address: 'h:1883'",
  nats: "kind: nats, servers: ['h:4222']",
};

describe("a sink that needs nothing but an address", () => {
  test.each([
    [least.amqp, { queue: "tidegate", declare: true, vhost: "/", payload: "json", inflightMax: 512 }],
    [least.kafka, { topic: "tidegate.{lane}", createTopic: false, mechanism: "SCRAM-SHA-512", compression: "gzip" }],
    [
      least.mqtt,
      { version: 5, topic: "{gateway}/{lane}/{device}/{metric}", payloadSizeMax: 131_072, requireSubscriber: false },
    ],
    [least.nats, { stream: "tidegate", subject: "tidegate.{gateway}.{lane}.{device}.{metric}", payload: "json" }],
  ])("(%s) has defaults for all else", (sink, expected) => {
    expect(parse(sink)).toMatchObject(expected);
  });

  test.each([
    ["kind: mqtt, version: 3.1.1, address: 'h:1'", { version: "3.1.1" }],
    [`${least.nats}, create: {}`, { create: { replicas: 1, duplicateWindow: 3_600_000 } }],
    [`${least.mqtt}, tls: {}`, { tls: {} }],
  ])("can be told more (%s)", (sink, expected) => {
    expect(parse(sink)).toMatchObject(expected);
  });

  test.each([
    [`${least.mqtt}, version: 4`, "version", /5 or 3\.1\.1/],
    [`${least.mqtt}, topic: 'a/#'`, "topic", /placeholders/],
    [`${least.mqtt}, topic: '{device}/{unit}'`, "topic", /\{device\} and \{metric\}/],
    [`${least.mqtt}, password: a, passwordFile: b`, "passwordFile", null],
    [`${least.nats}, subject: 'a..b'`, "subject", /placeholders/],
    [`${least.nats}, stream: 'a.b'`, "stream", /name of a stream/],
    ["kind: nats, servers: []", "servers", null],
    [`${least.kafka}, topic: '{device}'`, "topic", /\{lane\} as placeholders/],
    [`${least.kafka}, compression: zstd`, "compression", /gzip/],
    [`${least.amqp}, queue: amq.gen`, "queue", /not beginning with amq/],
    [`${least.amqp}, routingKey: 'a.*'`, "routingKey", /placeholders/],
    [`${least.amqp}, tls: {cert: a}`, "tls.key", null],
  ])("is told what is wrong (%s)", (sink, path, allowed) => {
    const faults = faultsIn(sink);
    expect(faults.map((fault) => fault.path)).toEqual([`forward.sinks.0.${path}`]);
    if (allowed !== null) expect(faults[0]?.allowed).toMatch(allowed);
  });
});
