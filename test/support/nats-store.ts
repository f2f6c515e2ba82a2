import type { JsMsg } from "@nats-io/jetstream";
import { jetstreamManager } from "@nats-io/jetstream";
import { recordsOf } from "../../src/codec/block-records.ts";
import { laneNamed } from "../../src/collector/nats-progress.ts";
import type { NatsStoreOptions } from "../../src/collector/nats-store.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { Origin } from "../../src/model/origin.ts";
import { type NatsUpstream, natsUser } from "./nats-upstream.ts";

let streamsMade = 0;

/** Of streams that no other test of the server has. */
export function natsStoreOptions(upstream: NatsUpstream, more: Partial<NatsStoreOptions> = {}): NatsStoreOptions {
  streamsMade += 1;
  const stream = `test-${streamsMade}`;
  const payload = "ndjson";
  return {
    servers: upstream.servers,
    ...natsUser,
    stream,
    subject: `plant-${streamsMade}`,
    payload,
    create: { replicas: 1 },
    ...more,
  };
}

/** The records of a lane in the order of the stream: their offsets and, of readings, their values. */
export async function storedRecords(
  upstream: NatsUpstream,
  stream: string,
  lane: Lane,
  origin: Origin,
): Promise<[number, unknown][]> {
  const messages = (await upstream.messages(stream)).filter(
    ({ headers }) =>
      headers?.get("Tidegate-Gateway") === origin.gatewayId &&
      headers.get("Tidegate-Log") === origin.logId &&
      laneNamed(headers.get("Tidegate-Lane")) === lane,
  );
  return messages.flatMap(recordsIn);
}

function recordsIn(message: JsMsg): [number, unknown][] {
  const type = message.headers?.get("Content-Type") ?? "";
  if (type === "application/x-ndjson") {
    const lines = message.string().split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line)).map(({ offset, value }) => [offset, value]);
  }
  if (type === "") return [];
  const first = Number(message.headers?.get("Tidegate-Offset"));
  const { records } = recordsOf("readings", message.data);
  return records.map(({ value }, index) => [first + index, value]);
}

/** Lets a stream take only so many further messages, until the returned function is called. */
export async function fillStream(upstream: NatsUpstream, stream: string, room = 0): Promise<() => Promise<void>> {
  const update = (change: (messages: number) => object) =>
    upstream.connected(async (connection) => {
      const { streams } = await jetstreamManager(connection);
      const { state } = await streams.info(stream);
      await streams.update(stream, change(state.messages));
    });
  await update((messages) => ({ discard: "new", max_msgs: messages + room }));
  return () => update(() => ({ discard: "old", max_msgs: -1 }));
}
