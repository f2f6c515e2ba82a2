import { describe, expect, test } from "vitest";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningBroker } from "../../support/running-broker.ts";

const message = (topic: string, over: { qos?: 0 | 1 | 2; retain?: boolean; messageId?: number; payload?: string } = {}) =>
  ({ cmd: "publish", topic, payload: "x", qos: 1, messageId: 1, dup: false, retain: false, ...over }) as const;

describe.each([4, 5] as const)("MQTT protocol version %i", (version) => {
  /** A session that outlives its connection. */
  const lasting = {
    clean: false,
    clientId: "lasting",
    ...(version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
  };

  test("beyond retainedMax a message is routed and acknowledged, but not retained, and counted", async () => {
    const { port, broker } = await runningBroker({ kind: "pass" }, { retainedMax: 2 });
    const client = await RawMqtt.connected(port, version);
    for (const topic of ["a", "b", "c", "a"]) {
      client.send(message(topic, { retain: true }));
      await client.next("puback");
    }
    expect(broker.counters.retainedRefused).toBe(1);
    client.send(message("a", { retain: true, payload: "" }), message("c", { retain: true }));
    await client.next("puback");
    await client.next("puback");
    client.send({ cmd: "subscribe", messageId: 9, subscriptions: [{ topic: "#", qos: 0 }] });
    const topics = [(await client.next("publish")).topic, (await client.next("publish")).topic];
    expect(topics.sort()).toEqual(["b", "c"]);
    expect(broker.counters.retainedRefused).toBe(1);
  });

  test("the gateway's own messages are retained, however many a client has", async () => {
    const { port, broker } = await runningBroker({ kind: "pass" }, { retainedMax: 1 });
    const client = await RawMqtt.connected(port, version);
    client.send(message("mine", { retain: true }));
    await client.next("puback");
    await broker.publish({ topic: "tidegate/alerts/a", payload: "firing", retain: true });
    client.send({ cmd: "subscribe", messageId: 9, subscriptions: [{ topic: "tidegate/#", qos: 0 }] });
    expect((await client.next("publish")).payload.toString()).toBe("firing");
  });

  test("beyond queuedMax a message is not queued for that session, and counted; what was queued arrives in order", async () => {
    const { port, broker } = await runningBroker({ kind: "pass" }, { queuedMax: 3 });
    const subscriber = await RawMqtt.connected(port, version, lasting);
    subscriber.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 1 }] });
    await subscriber.next("suback");
    subscriber.send({ cmd: "disconnect" });
    await subscriber.closed;
    const client = await RawMqtt.connected(port, version);
    for (let index = 1; index <= 5; index++) {
      client.send(message("t", { payload: `${index}` }));
      await client.next("puback");
    }
    expect(broker.counters.queuedRefused).toBe(2);

    const back = await RawMqtt.connected(port, version, lasting);
    for (const expected of ["1", "2", "3"]) {
      const got = await back.next("publish");
      expect(got.payload.toString()).toBe(expected);
      back.send({ cmd: "puback", messageId: got.messageId ?? 0 });
    }
    // There is room again, also for a client that is connected.
    client.send(message("t", { payload: "6" }));
    expect((await back.next("publish")).payload.toString()).toBe("6");
  });

  test("a connected subscriber that acknowledges nothing still gets every message beyond queuedMax", async () => {
    const { port } = await runningBroker({ kind: "pass" }, { queuedMax: 2 });
    const subscriber = await RawMqtt.connected(port, version, lasting);
    subscriber.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 1 }] });
    await subscriber.next("suback");
    const client = await RawMqtt.connected(port, version);
    for (let index = 1; index <= 5; index++) {
      client.send(message("t", { payload: `${index}` }));
      expect((await subscriber.next("publish")).payload.toString()).toBe(`${index}`);
    }
  });

  test("a QoS 2 message that is sent twice with one id is routed once; after a clean start the id means a new message", async () => {
    const { port } = await runningBroker({ kind: "pass" });
    const subscriber = await RawMqtt.connected(port, version, { clientId: "subscriber" });
    subscriber.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 0 }] });
    await subscriber.next("suback");
    const client = await RawMqtt.connected(port, version, { clientId: "c" });
    client.send(message("t", { qos: 2, messageId: 7, payload: "first" }));
    await client.next("pubrec");
    client.send(message("t", { qos: 2, messageId: 7, payload: "first" }));
    await client.next("pubrec");
    client.send({ cmd: "disconnect" });
    await client.closed;
    const again = await RawMqtt.connected(port, version, { clientId: "c", clean: true });
    again.send(message("t", { qos: 2, messageId: 7, payload: "second" }));
    await again.next("pubrec");
    expect((await subscriber.next("publish")).payload.toString()).toBe("first");
    expect((await subscriber.next("publish")).payload.toString()).toBe("second");
  });
});
