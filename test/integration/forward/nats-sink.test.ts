import { jetstreamManager } from "@nats-io/jetstream";
import { describe, expect, test } from "vitest";
import type { NatsSinkOptions } from "../../../src/forward/sinks/nats-sink.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { type NatsUpstream, natsUser, openNatsUpstream, streamName } from "../../support/nats-upstream.ts";
import { isMissing } from "../../support/servers.ts";
import { silentServer } from "../../support/silent-server.ts";
import { numberedBatch, origin } from "../../support/sink-batches.ts";
import { clientOf, errorOf } from "../../support/sink-clients.ts";

const options = (upstream: Pick<NatsUpstream, "servers">, more: Partial<NatsSinkOptions> = {}) =>
  ({
    kind: "nats",
    name: "stream",
    servers: upstream.servers,
    ...natsUser,
    stream: streamName,
    subject: "tidegate.{gateway}.{lane}.{device}.{metric}",
    payload: "json",
    inflightMax: 100,
    ...more,
  }) as const;

const asked = { replicas: 1, duplicateWindow: 3_600_000, ageMax: 86_400_000, sizeMax: 1_048_576 };

describe.skipIf(isMissing("nats-server"))("a stream", () => {
  test("that is not there is made as it is asked for, and left as it is when it is there", async () => {
    const upstream = await openNatsUpstream();
    await clientOf(options(upstream, { create: asked }));
    await clientOf(options(upstream, { create: { replicas: 1, duplicateWindow: 1000 } }));
    const config = await upstream.connected(
      async (connection) => (await (await jetstreamManager(connection)).streams.info(streamName)).config,
    );
    expect(config).toMatchObject({
      subjects: ["tidegate.*.*.*.*"],
      duplicate_window: 3_600_000_000_000,
      max_age: 86_400_000_000_000,
      max_bytes: 1_048_576,
      storage: "file",
    });
  });

  test("that is not there is a refusal if nobody asks for it, and says what to do", async () => {
    const upstream = await openNatsUpstream();
    const error = await errorOf(clientOf(options(upstream)));
    expect(error).toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringMatching(/there is no stream tidegate; create it, or let/),
    });
  });

  test("that does not have the subject is a refusal, also if another one has it", async () => {
    const upstream = await openNatsUpstream();
    await upstream.addStream();
    await upstream.addStream({ name: "other", subjects: ["other.>"] });
    for (const subject of ["nowhere.{lane}", "other.{lane}"]) {
      const client = await clientOf(options(upstream, { subject }));
      expect((await errorOf(client.write(numberedBatch(0, 1)))).code).toBe("SINK_REFUSED");
    }
  });

  test("gets where a record comes from as headers, and its key as message id", async () => {
    const upstream = await openNatsUpstream();
    await upstream.addStream();
    const client = await clientOf(options(upstream));
    await client.write(numberedBatch(41, 1, { device: "line.3", metric: "a > b*" }));
    const [message] = await upstream.messages();
    expect(message?.subject).toBe("tidegate.plant-1.readings.line_3.a___b_");
    expect(Object.fromEntries(message?.headers?.keys().map((name) => [name, message.headers?.get(name)]) ?? [])).toMatchObject({
      "Nats-Msg-Id": `plant-1/${origin.logId}/readings/41`,
      "Content-Type": "application/json",
      "Tidegate-Gateway": "plant-1",
      "Tidegate-Log": origin.logId,
      "Tidegate-Lane": "readings",
      "Tidegate-Offset": "41",
    });
  });

  test("that is full and refuses keeps what it lacks, and takes it when there is room", async () => {
    const upstream = await openNatsUpstream();
    await upstream.addStream({ max_msgs: 3, discard: "new" });
    const client = await clientOf(options(upstream));
    expect(await client.write(numberedBatch(0, 5))).toEqual({ rejected: [], kept: [{ start: 3, end: 5 }], retryAfterMs: 5000 });
    await upstream.connected(async (connection) => (await jetstreamManager(connection)).streams.purge(streamName));
    expect(await client.write(numberedBatch(3, 2))).toMatchObject({ kept: [] });
  });

  test("takes a record again when its duplicate window is over", async () => {
    const upstream = await openNatsUpstream();
    await upstream.addStream({ duplicate_window: 100_000_000 });
    const client = await clientOf(options(upstream));
    // No clock of ours decides: until the server has forgotten the message.
    while ((await upstream.messages()).length < 2) await client.write(numberedBatch(0, 1));
    expect((await upstream.received()).map(({ fields }) => fields.offset)).toEqual([0, 0]);
  });

  test("of a server that takes no messages of this size never sees the record that is too large", async () => {
    const upstream = await openNatsUpstream(["max_payload: 2048"]);
    await upstream.addStream();
    const client = await clientOf(options(upstream));
    await client.write(numberedBatch(0, 1));
    expect(await client.write(numberedBatch(1, 1, { value: "x".repeat(3000) }))).toMatchObject({
      rejected: [{ offset: 1, reason: expect.stringMatching(/max_payload size exceeded/) }],
    });
    expect(await client.write(numberedBatch(2, 1))).toMatchObject({ rejected: [] });
  });
});

test("a server that takes the connection and says nothing leaves no socket when nobody wants it any more", async () => {
  const { port, connected, closed } = await silentServer();
  const sink = await createSink(options({ servers: [{ host: "127.0.0.1", port }] }), {
    origin,
    environment: {},
    clock: systemClock,
    logger: createLogger("silent"),
  });
  const ending = new AbortController();
  const connecting = errorOf(sink.connect({ signal: ending.signal, lost: () => {} }));
  await connected;
  ending.abort();
  expect(await connecting).toMatchObject({ code: "SINK_UNREACHABLE" });
  await closed;
});
