import { describe, expect, test } from "vitest";
import type { Verdict } from "../../../src/broker/contract.ts";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningBroker } from "../../support/running-broker.ts";

const publish = (messageId: number, qos: 0 | 1 | 2 = 1, topic = "sensors/a/b", payload: string | Buffer = "1") =>
  ({ cmd: "publish", topic, payload, qos, messageId, dup: false, retain: false }) as const;

describe.each([4, 5] as const)("MQTT protocol version %i", (version) => {
  test("a PUBACK leaves only after the intake has settled", async () => {
    const { port, intake } = await runningBroker(null);
    const client = await RawMqtt.connected(port, version);
    client.send(publish(1), { cmd: "pingreq" });
    await intake.untilTaken(1);
    await client.next("pingresp");
    expect(client.received).toEqual([]);
    intake.taken[0]?.settle({ kind: "stored" });
    expect((await client.next("puback")).messageId).toBe(1);
  });

  test("a PUBREC leaves only after the intake has settled", async () => {
    const { port, intake } = await runningBroker(null);
    const client = await RawMqtt.connected(port, version);
    client.send(publish(1, 2), { cmd: "pingreq" });
    await intake.untilTaken(1);
    await client.next("pingresp");
    expect(client.received).toEqual([]);
    intake.taken[0]?.settle({ kind: "stored" });
    expect((await client.next("pubrec")).messageId).toBe(1);
    client.send({ cmd: "pubrel", messageId: 1 });
    expect((await client.next("pubcomp")).messageId).toBe(1);
  });

  test("acknowledgements leave in the order of the publishes, whatever is settled first", async () => {
    const { port, intake } = await runningBroker(null);
    const client = await RawMqtt.connected(port, version);
    client.send(publish(11), publish(12), publish(13), publish(14));
    await intake.untilTaken(4);
    const verdicts: Verdict[] = [{ kind: "stored" }, { kind: "rejected", reason: "no" }, { kind: "pass" }, { kind: "stored" }];
    for (const index of [3, 1, 2, 0]) intake.taken[index]?.settle(verdicts[index] as Verdict);
    const order = [];
    for (let i = 0; i < 4; i++) order.push((await client.next("puback")).messageId);
    expect(order).toEqual([11, 12, 13, 14]);
  });

  test("a rejected message is acknowledged, said why (MQTT 5), and reaches no subscriber", async () => {
    const { port, intake } = await runningBroker(null);
    const client = await RawMqtt.connected(port, version);
    client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "sensors/#", qos: 0 }] });
    await client.next("suback");
    client.send(publish(2), publish(3));
    await intake.untilTaken(2);
    intake.taken[0]?.settle({ kind: "rejected", reason: "payload_not_json: broken" });
    intake.taken[1]?.settle({ kind: "stored" });
    const refused = await client.next("puback");
    expect(refused.messageId).toBe(2);
    if (version === 5)
      expect(refused).toMatchObject({ reasonCode: 0x99, properties: { reasonString: "payload_not_json: broken" } });
    await client.next("puback");
    expect((await client.next("publish")).payload.toString()).toBe("1");
    expect(client.received.filter((packet) => packet.cmd === "publish")).toEqual([]);
  });

  test("a rejected QoS 2 message ends its exchange and its packet id can be used again", async () => {
    const { port, intake } = await runningBroker({ kind: "rejected", reason: "no" });
    const client = await RawMqtt.connected(port, version);
    client.send(publish(4, 2));
    const pubrec = await client.next("pubrec");
    if (version === 5) {
      expect(pubrec.reasonCode).toBe(0x99);
    } else {
      client.send({ cmd: "pubrel", messageId: 4 });
      await client.next("pubcomp");
    }
    intake.verdict = { kind: "stored" };
    client.send(publish(4, 2));
    await client.next("pubrec");
    expect(intake.taken.length).toBe(2);
  });

  test("a busy gateway makes the client send again: reason 0x97, or a closed connection", async () => {
    const { port } = await runningBroker({ kind: "busy", reason: "full" });
    const client = await RawMqtt.connected(port, version);
    client.send(publish(1));
    if (version === 5) expect((await client.next("puback")).reasonCode).toBe(0x97);
    else await client.closed;
    expect(client.received).toEqual([]);
  });

  test("local subscribers get the message as it was published", async () => {
    const { port } = await runningBroker({ kind: "stored" });
    const subscriber = await RawMqtt.connected(port, version, { clientId: "subscriber" });
    subscriber.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "sensors/+/b", qos: 1 }] });
    await subscriber.next("suback");
    const payload = Buffer.from([0x7b, 0x20, 0xff, 0x00, 0x7d]);
    const client = await RawMqtt.connected(port, version);
    client.send(publish(1, 1, "sensors/a/b", payload));
    const got = await subscriber.next("publish");
    expect({ topic: got.topic, qos: got.qos, payload: got.payload }).toEqual({ topic: "sensors/a/b", qos: 1, payload });
  });

  test("the gateway's own topics are not for clients", async () => {
    const { port, broker, intake } = await runningBroker({ kind: "stored" });
    const client = await RawMqtt.connected(port, version);
    client.send(publish(1, 1, "tidegate/alerts/x/y/z"));
    if (version === 5) expect((await client.next("puback")).reasonCode).toBe(0x87);
    else await client.closed;
    expect(intake.taken).toEqual([]);
    expect(broker.counters.publishesForbidden).toBe(1);
  });

  test("a packet beyond packetSizeMax closes the connection before it is read whole", async () => {
    const { port, intake } = await runningBroker({ kind: "stored" }, { packetSizeMax: 64 * 1024 });
    const client = await RawMqtt.connected(port, version);
    client.send(publish(1, 1, "sensors/a/b", Buffer.alloc(1024 * 1024, 0x31)));
    await client.closed;
    expect(intake.taken).toEqual([]);
  });
});

test("an MQTT 5 client that exceeds its Receive Maximum is disconnected with 0x93", async () => {
  const { port, intake } = await runningBroker(null, { inflightMax: 3 });
  const client = await RawMqtt.open(port, 5);
  client.send({ cmd: "connect", clientId: "raw", protocolId: "MQTT", protocolVersion: 5, clean: true, keepalive: 0 });
  expect((await client.next("connack")).properties?.receiveMaximum).toBe(3);
  // In one segment: aedes reads no further segment while publishes of the last one are open.
  client.send(publish(1), publish(2), publish(3), publish(4));
  expect((await client.next("disconnect")).reasonCode).toBe(0x93);
  await client.closed;
  expect(intake.taken.length).toBe(3);
});

test("a connection beyond clientsMax is closed at once and counted; a place that becomes free is given again", async () => {
  const { port, broker } = await runningBroker({ kind: "pass" }, { clientsMax: 2 });
  const first = await RawMqtt.connected(port, 4, { clientId: "1" });
  await RawMqtt.connected(port, 4, { clientId: "2" });
  const third = await RawMqtt.open(port, 4);
  await third.closed;
  expect(broker.counters.connectionsRefused).toBe(1);
  first.send({ cmd: "disconnect" });
  await first.closed;
  await RawMqtt.connected(port, 4, { clientId: "4" });
});

test("a client that pings is kept while its acknowledgement is held longer than its keep-alive", async () => {
  const { port, intake } = await runningBroker(null);
  const client = await RawMqtt.connected(port, 4, { keepalive: 1 });
  client.send(publish(1), publish(2));
  await intake.untilTaken(2);
  // Longer than 1.5 times the keep-alive: wall-clock time is what this promise is about.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  for (const { settle } of intake.taken) settle({ kind: "stored" });
  await client.next("puback");
});
