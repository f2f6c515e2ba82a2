import fc from "fast-check";
import { type IPublishPacket, parser } from "mqtt-packet";
import { expect, it } from "vitest";
import { tidegate } from "#proto";
import { encodePublish, PublishSlots } from "../../../device-sim/load/publish-slots.ts";

const { ReadingBatch } = tidegate.v1;
const nowMs = 1_700_000_000_000;

function decode(bytes: Buffer, mqttVersion: 4 | 5): IPublishPacket[] {
  const packets: IPublishPacket[] = [];
  const decoder = parser({ protocolVersion: mqttVersion });
  decoder.on("packet", (packet) => packets.push(packet as IPublishPacket));
  decoder.on("error", (error) => {
    throw error;
  });
  expect(decoder.parse(bytes)).toBe(0);
  return packets;
}

const qos = fc.constantFrom(0 as const, 1 as const);
const mqttVersion = fc.constantFrom(4 as const, 5 as const);
const topic = fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" }).filter((text) => !/[+#\0]/.test(text));

it("an independent parser reads back what was encoded", () => {
  const payload = fc.string({ maxLength: 20_000, unit: "binary-ascii" });
  const packetId = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(fc.record({ topic, packetId, payload, qos, mqttVersion }), (frame) => {
      const [packet, ...others] = decode(encodePublish(frame), frame.mqttVersion);
      expect(others).toEqual([]);
      expect(packet).toMatchObject({ cmd: "publish", topic: frame.topic, qos: frame.qos, dup: false, retain: false });
      expect(packet?.payload.toString()).toBe(frame.payload);
      if (frame.qos > 0) expect(packet?.messageId).toBe(frame.packetId);
    }),
  );
});

it("any run of slots is a run of whole messages with identifiers and topics of their own", () => {
  const topics = ["sensors/a/temperature", "sensors/a/humidity", "sensors/b/t"];
  const slots = new PublishSlots({ topics, slots: 300, qos: 1, mqttVersion: 4, format: "json" });
  for (let slot = 0; slot < 300; slot++) slots.patch(slot, nowMs + slot);
  for (const [from, to] of [
    [0, 300],
    [7, 8],
    [250, 300],
  ] as const) {
    const packets = decode(slots.frames(from, to), 4);
    expect(packets.map(({ messageId }) => messageId)).toEqual(Array.from({ length: to - from }, (_, i) => from + i + 1));
    expect(packets.map(({ topic }) => topic)).toEqual(Array.from({ length: to - from }, (_, i) => topics[(from + i) % 3]));
  }
});

it.each([4, 5] as const)("a patched payload has two decimals and the given time (MQTT %i)", (mqttVersion) => {
  const slots = new PublishSlots({ topics: ["sensors/a/t"], slots: 1, qos: 1, mqttVersion, format: "json" });
  const values = new Set<string>();
  for (let i = 0; i < 9000; i++) {
    slots.patch(0, nowMs + i);
    const text = decode(slots.frames(0, 1), mqttVersion)[0]!.payload.toString();
    expect(text).toMatch(/^\{"v":[1-9]\d\.\d\d,"ts":\d{13}\}$/);
    expect(JSON.parse(text).ts).toBe(nowMs + i);
    values.add(text.slice(5, 10));
  }
  expect(values.size).toBe(9000);
});

it("a plain number has no time", () => {
  const slots = new PublishSlots({ topics: ["sensors/a/t"], slots: 1, qos: 0, mqttVersion: 4, format: "number" });
  slots.patch(0, nowMs);
  expect(decode(slots.frames(0, 1), 4)[0]!.payload.toString()).toMatch(/^[1-9]\d\.\d\d$/);
});

it("a batch holds so many readings, spread over its metrics, with two decimals and times from the given one on", () => {
  const topics = ["tg/v1/a", "tg/v1/b"];
  const slots = new PublishSlots({ topics, slots: 4, qos: 1, mqttVersion: 4, format: "batch", batchSize: 7, metrics: 3 });
  for (let slot = 0; slot < 4; slot++) slots.patch(slot, nowMs + slot);
  for (const [slot, { topic, payload }] of decode(slots.frames(0, 4), 4).entries()) {
    expect(topic).toBe(topics[slot % 2]);
    const { series } = ReadingBatch.decode(payload as Buffer);
    expect(series.map(({ metric, numbers }) => [metric, numbers?.length])).toEqual([
      ["temperature", 3],
      ["pressure", 2],
      ["humidity", 2],
    ]);
    for (const { eventTimeUsDeltas, numbers } of series) {
      expect(eventTimeUsDeltas).toEqual([(nowMs + slot) * 1000, 1000, 1000].slice(0, numbers?.length));
      for (const value of numbers ?? []) expect(String(value)).toMatch(/^[1-9]\d(\.\d{1,2})?$/);
    }
  }
});
