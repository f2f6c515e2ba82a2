import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { recordsOf } from "../../../src/codec/block-records.ts";
import type { MqttSinkOptions } from "../../../src/forward/sinks/mqtt-sink.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { openMqttUpstream, writer } from "../../support/mqtt-upstream.ts";
import { readingsFrom } from "../../support/records.ts";
import { scriptedMqttBroker } from "../../support/scripted-mqtt.ts";
import { isMissing } from "../../support/servers.ts";
import { batchesOfAllLanes, batchOf, numberedBatch, origin } from "../../support/sink-batches.ts";
import { clientOf, errorOf } from "../../support/sink-clients.ts";
import { tempDir } from "../../support/temp-dir.ts";

const options = (address: MqttSinkOptions["address"], more: Partial<MqttSinkOptions> = {}) =>
  ({
    kind: "mqtt",
    name: "broker",
    address,
    version: 5,
    ...writer,
    topic: "{gateway}/{lane}/{device}/{metric}",
    payload: "json",
    payloadSizeMax: 128 * 1024,
    inflightMax: 100,
    requireSubscriber: false,
    ...more,
  }) as const;

describe("an answer of the broker", () => {
  const addressed = async (reasonCode: number) => {
    const reasonCodeOf = (topic: string) => (topic.endsWith("/refused") ? reasonCode : 0);
    return (await scriptedMqttBroker({ reasonCodeOf, reasonString: "says the broker" })).address;
  };
  const readings = ["force", "refused", "force"].map((metric) => ({ ...readingsFrom(0, 1)[0], metric }) as Reading);
  const batch = () => batchOf("readings", 0, readings);

  test.each([0x83, 0x90, 0x99])("of %i about one record rejects that one, in the broker's words", async (reasonCode) => {
    const client = await clientOf(options(await addressed(reasonCode)));
    const reason = `says the broker (0x${reasonCode.toString(16)})`;
    expect(await client.write(batch())).toEqual({ rejected: [{ offset: 1, reason }], kept: [], retryAfterMs: 0 });
  });

  test("that a quota is exceeded keeps the record, for five seconds", async () => {
    const client = await clientOf(options(await addressed(0x97)));
    expect(await client.write(batch())).toEqual({ rejected: [], kept: [{ start: 1, end: 2 }], retryAfterMs: 5000 });
  });

  test("that nobody subscribes keeps the record only if a subscriber is required", async () => {
    const address = await addressed(0x10);
    expect(await (await clientOf(options(address))).write(batch())).toMatchObject({ kept: [] });
    const client = await clientOf(options(address, { requireSubscriber: true }));
    expect(await client.write(batch())).toMatchObject({ kept: [{ start: 1, end: 2 }] });
  });
});

test("never more messages are in flight than the broker allows, nor than the sink does", async () => {
  for (const [receiveMaximum, inflightMax] of [
    [3, 100],
    [100, 4],
  ] as const) {
    const broker = await scriptedMqttBroker({ reasonCodeOf: () => 0, receiveMaximum });
    const client = await clientOf(options(broker.address, { inflightMax }));
    await Promise.all([client.write(numberedBatch(0, 50)), client.write(numberedBatch(50, 50))]);
    expect(broker.inflightSeen()).toBe(Math.min(receiveMaximum, inflightMax));
  }
});

describe.skipIf(isMissing("mosquitto"))("mosquitto", () => {
  test("gets where a record comes from as properties, and its content type", async () => {
    const upstream = await openMqttUpstream([]);
    const client = await clientOf(options(upstream.address));
    await client.write(numberedBatch(41, 1, { device: "line/3", metric: "a+b#" }));
    const [message] = await upstream.messages();
    expect(message?.topic).toBe("plant-1/readings/line_3/a_b_");
    expect(message?.properties).toMatchObject({
      contentType: "application/json",
      userProperties: { gateway: "plant-1", log: origin.logId, lane: "readings", offset: "41" },
    });
    expect(JSON.parse(String(message?.payload))).toMatchObject({ device: "line/3", metric: "a+b#", offset: 41 });
  });

  test("gets each record as a block of its own, exactly, if protobuf is wanted", async () => {
    const upstream = await openMqttUpstream([]);
    const client = await clientOf(options(upstream.address, { payload: "protobuf" }));
    for (const batch of batchesOfAllLanes()) {
      const before = (await upstream.messages()).length;
      await client.write(batch);
      const messages = (await upstream.messages()).slice(before);
      const found = messages.map(({ payload }) => recordsOf(batch.lane, payload as Buffer));
      expect(found.flatMap(({ records }) => records)).toEqual(batch.records.map(({ record }) => record));
      expect(found.flatMap((block) => block.ingestTimesUs)).toEqual(batch.records.map(({ ingestTimeUs }) => ingestTimeUs));
    }
  });

  test("gets CloudEvents with an id that is the same each time", async () => {
    const upstream = await openMqttUpstream([]);
    const client = await clientOf(options(upstream.address, { payload: "cloudevents" }));
    for (let times = 0; times < 2; times++) await client.write(numberedBatch(7, 1));
    const events = (await upstream.messages()).map(({ payload }) => JSON.parse(payload.toString()) as { id: string });
    expect(events.map(({ id }) => id)).toEqual(Array(2).fill(`plant-1/${origin.logId}/readings/7`));
  });

  test("that does not allow a topic is a refusal of everything, and says which topics", async () => {
    const acl = join(await tempDir(), "acl");
    await writeFile(acl, `user ${writer.username}\ntopic read #\ntopic write marker\n`);
    const upstream = await openMqttUpstream([`acl_file ${acl}`]);
    const client = await clientOf(options(upstream.address));
    const error = await errorOf(client.write(numberedBatch(0, 3)));
    expect(error.code).toBe("SINK_REFUSED");
    expect(error.message).toMatch(/Not authorized \(0x87\); allow this user to publish on topics like \{gateway\}/);
  });
});
