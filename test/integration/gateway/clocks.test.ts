import { expect, test } from "vitest";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningGateway } from "../../support/running-gateway.ts";

test("a gateway that corrects clocks says in status and metrics which is furthest off, and what it did", async () => {
  const { gateway, port } = await runningGateway("ingest: { clock: { policy: correct, offsetMin: 5s } }");
  const client = await RawMqtt.connected(port, 5);
  const publish = async (topic: string, payload: string) => {
    client.send({ cmd: "publish", topic, payload, qos: 1, messageId: 1, dup: false, retain: false });
    expect((await client.next("puback")).reasonCode ?? 0).toBe(0);
  };
  await publish("sensors/booted", '{"temperature": 21.5, "ts": 90000}');
  await publish("sensors/booted", '{"temperature": 21.6, "ts": 90000}');
  await publish("sensors/booted", '{"temperature": 21.6, "ts": "2100-01-01T00:00:00Z"}');
  await publish("sensors/right", `{"temperature": 21.5, "ts": ${Date.now()}}`);

  const { clocks, readings } = gateway.status();
  expect(readings).toMatchObject({ received: 4, stored: 4, rejected: {} });
  expect(clocks).toMatchObject({ devices: 2, corrected: 2, stamped: 1, farthest: { device: "booted" } });
  const offsetS = (clocks.farthest?.offsetUs ?? 0) / 1e6;
  expect(Math.abs(Date.now() / 1000 - 90 - offsetS)).toBeLessThan(60);

  const text = await (await fetch(`http://${gateway.addresses.http}/metrics`)).text();
  expect(text).toContain('tidegate_readings_retimed_total{how="corrected"} 2');
  expect(text).toContain('tidegate_readings_retimed_total{how="stamped"} 1');
  expect(text).toContain("tidegate_clock_devices 2");
  expect(text).toContain(`tidegate_clock_offset_max_seconds ${offsetS}`);
});

test("a gateway that trusts follows no clock", async () => {
  const { gateway, port } = await runningGateway();
  const client = await RawMqtt.connected(port, 5);
  client.send({ cmd: "publish", topic: "sensors/d", payload: '{"m": 1}', qos: 1, messageId: 1, dup: false, retain: false });
  await client.next("puback");
  expect(gateway.status().clocks).toEqual({ devices: 0, corrected: 0, stamped: 0, farthest: null });
});
