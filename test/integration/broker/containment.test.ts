import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningBroker } from "../../support/running-broker.ts";

// Every test here ends with a client that connects and publishes: the broker is alive and does its work. Without the
// containment most of these packets end the whole process with an uncaught exception.

const specialNames = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];

async function expectAlive(port: number): Promise<void> {
  const client = await RawMqtt.connected(port, 5, { clientId: `alive-${Math.random()}` });
  client.send({ cmd: "publish", topic: "alive", payload: "1", qos: 1, messageId: 7, dup: false, retain: false });
  expect((await client.next("puback")).messageId).toBe(7);
}

describe.each([4, 5] as const)("MQTT protocol version %i", (version) => {
  test.each(specialNames)("a client with the id %s is a client like any other", async (clientId) => {
    const { port } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.connected(port, version, { clientId });
    client.send({ cmd: "pingreq" });
    await client.next("pingresp");
    const other = await RawMqtt.connected(port, version, { clientId });
    await client.closed;
    other.send({ cmd: "disconnect" });
    await expectAlive(port);
  });

  test.each(specialNames)("a subscription to the topic %s works, and so does unsubscribing", async (topic) => {
    const { port } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.connected(port, version);
    client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] });
    if (topic === "__proto__") {
      await client.closed;
    } else {
      await client.next("suback");
      client.send({ cmd: "publish", topic, payload: "x", qos: 0, dup: false, retain: false });
      expect((await client.next("publish")).topic).toBe(topic);
      client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: [topic] });
      await client.next("unsuback");
    }
    await expectAlive(port);
  });

  test("unsubscribing from a topic of a special name that was never subscribed is answered", async () => {
    const { port } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.connected(port, version);
    client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["constructor", "toString"] });
    await client.next("unsuback");
    await expectAlive(port);
  });

  test("__proto__ among several topics of a SUBSCRIBE closes that connection only", async () => {
    const { port, broker } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.connected(port, version);
    const topics = ["a", "__proto__", "b"].map((topic) => ({ topic, qos: 0 as const }));
    client.send({ cmd: "subscribe", messageId: 1, subscriptions: topics });
    await client.closed;
    expect(broker.counters.clientErrors).toBeGreaterThan(0);
    await expectAlive(port);
  });

  test("a PUBREL that comes twice in one segment is answered twice", async () => {
    const { port } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.connected(port, version);
    client.send({ cmd: "publish", topic: "t", payload: "x", qos: 2, messageId: 5, dup: false, retain: false });
    await client.next("pubrec");
    client.send({ cmd: "pubrel", messageId: 5 }, { cmd: "pubrel", messageId: 5 });
    await client.next("pubcomp");
    await client.next("pubcomp");
    await expectAlive(port);
  });

  test("a PUBREL for a message that was never sent is answered", async () => {
    const { port } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.connected(port, version);
    client.send({ cmd: "pubrel", messageId: 99 });
    await client.next("pubcomp");
    await expectAlive(port);
  });

  test("a topic that is not UTF-8 closes the connection and stores nothing", async () => {
    const { port, broker, intake } = await runningBroker({ kind: "stored" });
    const client = await RawMqtt.connected(port, version);
    const topic = Buffer.from([0x73, 0x65, 0x6e, 0xc3, 0x28, 0x2f, 0x61]);
    const properties = version === 5 ? Buffer.from([0]) : Buffer.alloc(0);
    const body = Buffer.concat([Buffer.from([0, topic.length]), topic, Buffer.from([0, 9]), properties, Buffer.from("1")]);
    client.sendBytes(Buffer.concat([Buffer.from([0x32, body.length]), body]));
    await client.closed;
    expect(intake.taken).toEqual([]);
    expect(broker.counters.clientErrors).toBeGreaterThan(0);
    if (version === 5) expect((await client.next("disconnect")).reasonCode).toBe(0x81);
    await expectAlive(port);
  });

  test.each(["a\u0000b", "\ufffd"])("the client id %j is refused", async (clientId) => {
    const { port } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.open(port, version);
    client.send({ cmd: "connect", clientId, protocolId: "MQTT", protocolVersion: version, clean: true, keepalive: 0 });
    await client.closed;
    expect(
      client.received.filter((packet) => packet.cmd === "connack" && (packet.returnCode ?? packet.reasonCode) === 0),
    ).toEqual([]);
    await expectAlive(port);
  });
});

test.each([
  ["nothing that MQTT knows", [0x00, 0x00]],
  ["a PUBLISH before CONNECT", [0x30, 0x03, 0x00, 0x01, 0x61]],
  ["HTTP", [...Buffer.from("GET / HTTP/1.1\r\n\r\n")]],
  ["an endless length", [0x10, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ["a CONNECT cut in pieces that never ends", [0x10, 0x20, 0x00, 0x04, 0x4d]],
])("%s as first bytes leaves the broker alive", async (_what, bytes) => {
  const { port } = await runningBroker({ kind: "pass" });
  const client = await RawMqtt.open(port, 4);
  client.sendBytes(Uint8Array.from(bytes));
  await expectAlive(port);
});
