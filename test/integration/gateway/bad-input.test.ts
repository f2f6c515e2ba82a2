import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { tidegate } from "#proto";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningGateway } from "../../support/running-gateway.ts";

// Bad input over a real MQTT connection into a whole gateway: it gets a clear answer, is counted by reason, kept as a dead
// letter, never becomes a reading, and the good readings around it are stored.

const batch = (series: tidegate.v1.SeriesReadings.$Properties[]) => tidegate.v1.ReadingBatch.encode({ series }).finish();
const garbage = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28, 0x0a]);
const at = (iso: string) => Date.parse(iso);

const cases: [what: string, topic: string, payload: string | Uint8Array, reason: string][] = [
  ["garbage on a value route", "sensors/d/m", garbage, "payload_not_utf8"],
  ["garbage on an object route", "sensors/d", garbage, "payload_not_utf8"],
  ["garbage on a batch route", "tg/v1/d", garbage, "payload_not_batch"],
  ["text on a value route", "sensors/d/m", "warm", "payload_not_json"],
  ["a list on an object route", "sensors/d", "[1,2]", "payload_not_object"],
  ["nothing on a value route", "sensors/d/m", "", "payload_empty"],
  ["nothing on an object route", "sensors/d", "", "payload_empty"],
  ["nothing on a batch route", "tg/v1/d", "", "payload_empty"],
  ["NaN", "sensors/d/m", "NaN", "value_not_finite"],
  ["Infinity", "sensors/d/m", "-Infinity", "value_not_finite"],
  ["a number too large for a double", "sensors/d/m", '{"v": 1e400}', "value_not_finite"],
  ["NaN in a batch", "tg/v1/d", batch([{ metric: "m", numbers: [Number.NaN] }]), "value_not_finite"],
  ["a time of 1970", "sensors/d/m", '{"v": 1, "ts": 12345}', "time_too_early"],
  ["a time of 2100", "sensors/d/m", `{"v": 1, "ts": ${at("2100-01-01T00:00:00Z")}}`, "time_ahead"],
  ["a time of 2100 on an object route", "sensors/d", '{"m": 1, "ts": "2100-01-01T00:00:00Z"}', "time_ahead"],
  ["a time of 1970 in a batch", "tg/v1/d", batch([{ metric: "m", eventTimeUsDeltas: [5], numbers: [1] }]), "time_too_early"],
  ["a time as a text that is no time", "sensors/d/m", '{"v": 1, "ts": "yesterday"}', "time_invalid"],
  ["a time as a text of digits", "sensors/d/m", '{"v": 1, "ts": "1700000000000"}', "time_invalid"],
  [
    "a time that is a deep nest of lists",
    "sensors/d/m",
    `{"v":1,"ts":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    "time_invalid",
  ],
  ["a metric with a name of 100 kB", "sensors/d", `{"${"n".repeat(100_000)}": null}`, "value_type"],
  ["a long run of digits that is no number", "sensors/d/m", `${"1".repeat(200_000)}x`, "payload_not_json"],
  ["the 30th of February", "sensors/d/m", '{"v": 1, "ts": "2026-02-30T00:00:00Z"}', "time_invalid"],
  ["a unit of 100 kB", "tg/v1/d", batch([{ metric: "m", unit: "u".repeat(100_000), numbers: [1] }]), "unit_invalid"],
  ["a device without a name", "sensors//m", "1", "name_invalid"],
  ["a metric with control characters", "sensors/d", '{"a\\u0007b": 1}', "name_invalid"],
  ["a device name that is too long", `sensors/${"d".repeat(257)}/m`, "1", "name_invalid"],
];

describe.each([4, 5] as const)("MQTT protocol version %i", (version) => {
  test.each(cases)("%s is answered, counted, kept and stored nowhere", async (_what, topic, payload, reason) => {
    const { gateway, port, deadLetters } = await runningGateway();
    const client = await RawMqtt.connected(port, version);
    const publish = (messageId: number, at: string, bytes: string | Uint8Array) =>
      ({
        cmd: "publish",
        topic: at,
        payload: Buffer.from(bytes as string),
        qos: 1,
        messageId,
        dup: false,
        retain: false,
      }) as const;
    client.send(publish(1, "sensors/good/m", "1"), publish(2, topic, payload), publish(3, "sensors/good/m", "2"));

    const answers = [await client.next("puback"), await client.next("puback"), await client.next("puback")];
    expect(answers.map(({ messageId }) => messageId)).toEqual([1, 2, 3]);
    if (version === 5) {
      expect(answers.map(({ reasonCode }) => reasonCode ?? 0)).toEqual([0, 0x99, 0]);
      expect(answers[1]?.properties?.reasonString).toContain(`${reason}: `);
    }
    const { readings, lanes } = gateway.status();
    expect(readings).toMatchObject({ received: 3, stored: 2, rejected: { [reason]: 1 } });
    expect(lanes.readings?.endOffset).toBe(2);
    await gateway.close();
    expect(await deadLetters()).toMatchObject([{ topic, reason, payloadBytes: Buffer.from(payload as string).length }]);
  });

  test("a payload of 1 MB closes the connection; nothing of it is stored and others go on", async () => {
    const { gateway, port } = await runningGateway();
    const other = await RawMqtt.connected(port, version, { clientId: "other" });
    const client = await RawMqtt.connected(port, version, { clientId: "large" });
    // A little later than CONNACK: aedes loses a DISCONNECT that it writes before the client is fully connected.
    client.send({ cmd: "pingreq" });
    await client.next("pingresp");
    client.send({
      cmd: "publish",
      topic: "sensors/d/m",
      payload: Buffer.alloc(1_000_000, 0x31),
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    });
    await client.closed;
    if (version === 5) expect((await client.next("disconnect")).reasonCode).toBe(0x95);
    other.send({ cmd: "publish", topic: "sensors/d/m", payload: "1", qos: 1, messageId: 2, dup: false, retain: false });
    expect((await other.next("puback")).messageId).toBe(2);
    expect(gateway.status().readings).toMatchObject({ received: 1, stored: 1 });
  });

  test("a topic of no route is an ordinary message: delivered, acknowledged, counted, no reading", async () => {
    const { gateway, port } = await runningGateway();
    const client = await RawMqtt.connected(port, version);
    client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 0 }] });
    await client.next("suback");
    for (const topic of ["commands/pump", "sensors/a/b/c/d", "sensor/a/b", "tg/v2/a"]) {
      client.send({ cmd: "publish", topic, payload: "1", qos: 1, messageId: 2, dup: false, retain: false });
      await client.next("puback");
      expect((await client.next("publish")).topic).toBe(topic);
    }
    expect(gateway.status()).toMatchObject({ readings: { received: 0, stored: 0 }, mqtt: { unrouted: 4 } });
  });

  test("a message with more readings than could ever be stored is rejected, not asked for again", async () => {
    const { gateway, port } = await runningGateway("log: { pendingReadingsMax: 1000 }");
    const client = await RawMqtt.connected(port, version);
    const payload = Buffer.from(batch([{ metric: "m", booleans: Array.from({ length: 1001 }, () => true) }]));
    client.send({ cmd: "publish", topic: "tg/v1/d", payload, qos: 1, messageId: 1, dup: false, retain: false });
    const { reasonCode } = await client.next("puback");
    if (version === 5) expect(reasonCode).toBe(0x99);
    expect(gateway.status().readings).toMatchObject({ received: 1001, stored: 0, rejected: { batch_too_large: 1001 } });
  });

  test("a retained message on a route can be cleared: an empty one is no reading", async () => {
    const { gateway, port } = await runningGateway();
    const client = await RawMqtt.connected(port, version);
    for (const payload of ["5", ""]) {
      client.send({ cmd: "publish", topic: "sensors/d/m", payload, qos: 1, messageId: 1, dup: false, retain: true });
      expect((await client.next("puback")).reasonCode ?? 0).toBe(0);
    }
    client.send({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "sensors/#", qos: 0 }] }, { cmd: "pingreq" });
    await client.next("pingresp");
    expect(client.received.filter((packet) => packet.cmd === "publish")).toEqual([]);
    expect(gateway.status().readings).toMatchObject({ received: 1, stored: 1 });
  });

  test("an object that is bad in part is stored in part, and the rest is counted and kept", async () => {
    const { gateway, port, deadLetters } = await runningGateway();
    const client = await RawMqtt.connected(port, version);
    const payload = '{"a": 1, "b": {"c": 2}, "d": true, "e": null}';
    client.send({ cmd: "publish", topic: "sensors/d", payload, qos: 1, messageId: 1, dup: false, retain: false });
    expect((await client.next("puback")).reasonCode ?? 0).toBe(0);
    expect(gateway.status().readings).toMatchObject({ received: 4, stored: 2, rejected: { value_type: 2 } });
    await gateway.close();
    expect(await deadLetters()).toMatchObject([{ reason: "value_type", detail: 'metric "b" is an object' }]);
  });
});

test("a hundred thousand bad payloads leave a bounded trace", async () => {
  const { gateway, port, deadLetters } = await runningGateway("ingest: { deadLettersMax: 50, deadLetterSizeMax: 16B }");
  const client = await RawMqtt.connected(port, 4);
  const count = 100_000;
  for (let sent = 0; sent < count; sent += 1000) {
    const packets = Array.from(
      { length: 1000 },
      () => ({ cmd: "publish", topic: "sensors/d/m", payload: "x".repeat(100), qos: 0, dup: false, retain: false }) as const,
    );
    client.send(...packets, { cmd: "pingreq" });
    await client.next("pingresp");
  }
  expect(gateway.status().readings).toMatchObject({ received: count, stored: 0, rejected: { payload_not_json: count } });
  await gateway.close();
  expect((await deadLetters()).length).toBeLessThanOrEqual(50);
});
