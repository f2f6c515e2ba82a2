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

describe.each([4, 5] as const)("a will (MQTT protocol version %i)", (version) => {
  const will = (topic: string, qos: 0 | 1 = 1) => ({ topic, payload: Buffer.from("gone"), qos, retain: false });

  async function dieWithWill(port: number, topic: string): Promise<void> {
    const client = await RawMqtt.connected(port, version, { clientId: "mortal", will: will(topic) });
    client.destroy();
    await client.closed;
  }

  test.each([
    ["stored", true],
    ["pass", true],
    ["rejected", false],
    ["busy", false],
  ] as const)("that is %s is routed: %s", async (kind, routed) => {
    const { port, intake } = await runningBroker(null);
    const subscriber = await RawMqtt.connected(port, version, { clientId: "subscriber" });
    subscriber.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 0 }] });
    await subscriber.next("suback");
    await dieWithWill(port, "sensors/a/b");
    await intake.untilTaken(1);
    intake.taken[0]?.settle({ kind, reason: "test" });
    intake.verdict = { kind: "pass" };
    subscriber.send(publish(9, 0, "marker"));
    const first = await subscriber.next("publish");
    expect(first.topic).toBe(routed ? "sensors/a/b" : "marker");
  });

  test("is published also by a client whose window is full", async () => {
    const { port, intake } = await runningBroker(null, { inflightMax: 2 });
    const client = await RawMqtt.connected(port, version, { clientId: "mortal", will: will("last/words") });
    client.send(publish(1), publish(2));
    await intake.untilTaken(2);
    client.destroy();
    await intake.untilTaken(3);
    expect(intake.taken[2]?.publish.topic).toBe("last/words");
  });

  test.each(["a/+/b", "a/#", "a\u0000b", "a\ufffd"])("to %j is refused with its CONNECT", async (topic) => {
    const { port, intake } = await runningBroker({ kind: "pass" });
    const client = await RawMqtt.open(port, version);
    client.send({
      cmd: "connect",
      clientId: "w",
      protocolId: "MQTT",
      protocolVersion: version,
      clean: true,
      keepalive: 0,
      will: will(topic),
    });
    await client.closed;
    expect(client.received.filter((packet) => packet.cmd === "connack")).toEqual([]);
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
  expect(client.received.filter((packet) => packet.cmd === "disconnect")).toEqual([]);
});

test("QoS 0 publishes do not count against the Receive Maximum", async () => {
  const { port, intake } = await runningBroker(null, { inflightMax: 2 });
  const client = await RawMqtt.connected(port, 5);
  client.send(publish(1), publish(2, 0), publish(3, 0), publish(4, 0), publish(5));
  await intake.untilTaken(5);
  for (const { settle } of intake.taken) settle({ kind: "stored" });
  expect((await client.next("puback")).messageId).toBe(1);
  expect((await client.next("puback")).messageId).toBe(5);
});

test("a refusal to the gateway's own topics keeps its place among the acknowledgements", async () => {
  const { port, intake } = await runningBroker(null);
  const client = await RawMqtt.connected(port, 5);
  client.send(publish(1), publish(2, 1, `tidegate/${"x".repeat(65_000)}`), publish(3));
  await intake.untilTaken(2);
  intake.taken[1]?.settle({ kind: "stored" });
  intake.taken[0]?.settle({ kind: "stored" });
  const answers = [await client.next("puback"), await client.next("puback"), await client.next("puback")];
  expect(answers.map(({ messageId, reasonCode }) => [messageId, reasonCode ?? 0])).toEqual([
    [1, 0],
    [2, 0x87],
    [3, 0],
  ]);
});

test("PUBRECs leave in the order of the publishes, refusals among them", async () => {
  const { port, intake } = await runningBroker(null);
  const client = await RawMqtt.connected(port, 5);
  client.send(publish(1, 2), publish(2, 2), publish(3, 2));
  await intake.untilTaken(3);
  intake.taken[0]?.settle({ kind: "stored" });
  intake.taken[1]?.settle({ kind: "rejected", reason: "no" });
  intake.taken[2]?.settle({ kind: "stored" });
  const order = [];
  for (let i = 0; i < 3; i++) order.push((await client.next("pubrec")).messageId);
  expect(order).toEqual([1, 2, 3]);
});

test("a QoS 2 message whose PUBREC was lost is answered again and not taken again", async () => {
  const { port, intake } = await runningBroker({ kind: "stored" });
  const session = { clean: false, clientId: "c", properties: { sessionExpiryInterval: 60 } };
  const client = await RawMqtt.connected(port, 5, session);
  client.send(publish(7, 2));
  await client.next("pubrec");
  client.destroy();
  await client.closed;
  const again = await RawMqtt.connected(port, 5, session);
  again.send({ ...publish(7, 2), dup: true });
  await again.next("pubrec");
  expect(intake.taken.length).toBe(1);
  again.send({ cmd: "pubrel", messageId: 7 });
  await again.next("pubcomp");
  again.send(publish(7, 2));
  await again.next("pubrec");
  expect(intake.taken.length).toBe(2);
});

test("a reason is cut, printable, and left out where the client wants none or takes only small packets", async () => {
  const reason = `metric "${"\u0000é".repeat(100_000)}"`;
  const reasonFor = async (properties: { requestProblemInformation?: boolean; maximumPacketSize?: number }) => {
    const { port } = await runningBroker({ kind: "rejected", reason });
    const client = await RawMqtt.connected(port, 5, { properties });
    client.send(publish(1));
    const { reasonCode, properties: answered } = await client.next("puback");
    expect(reasonCode).toBe(0x99);
    return answered?.reasonString;
  };
  expect(await reasonFor({})).toMatch(/^metric "(\?é)+\??$/);
  expect((await reasonFor({}))?.length).toBe(200);
  expect(await reasonFor({ requestProblemInformation: false })).toBeUndefined();
  expect(await reasonFor({ maximumPacketSize: 100 })).toBeUndefined();
});

test("MQTT 5 clients are told that the server shuts down", async () => {
  const { port, broker } = await runningBroker({ kind: "pass" });
  const client = await RawMqtt.connected(port, 5);
  await broker.close();
  expect((await client.next("disconnect")).reasonCode).toBe(0x8b);
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

test("a client that pings is kept although the broker does not read its pings, while its acknowledgements are held longer than its keep-alive", async () => {
  const { port, intake } = await runningBroker(null);
  const client = await RawMqtt.connected(port, 4, { keepalive: 1 });
  client.send(publish(1), publish(2));
  await intake.untilTaken(2);
  // Longer than 1.5 times the keep-alive: wall-clock time is what this promise is about.
  for (let ping = 0; ping < 5; ping++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    client.send({ cmd: "pingreq" });
  }
  for (const { settle } of intake.taken) settle({ kind: "stored" });
  await client.next("puback");
});
