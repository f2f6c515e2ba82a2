import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AmqpSinkOptions } from "../../../src/forward/sinks/amqp-sink.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { openRabbitMq, type RabbitMq, rabbitUser } from "../../support/rabbitmq-upstream.ts";
import { isMissing } from "../../support/servers.ts";
import { numberedBatch, origin } from "../../support/sink-batches.ts";
import { clientOf, errorOf } from "../../support/sink-clients.ts";
import { describeSink, type SinkHarness } from "./sink-suite.ts";

/** One for all tests, since it takes seconds to start; each test has a queue of its own. */
let opening: Promise<RabbitMq> | null = null;
let directory = "";
let queuesMade = 0;

/** More than there are tests. */
const queuesMax = 40;
const routedMetrics = ["temperature", "pressure", "all"];

/**
 * With all queues there from the start: RabbitMQ 3.10 syncs the name of a new quorum queue to disk after three minutes, or when it stops,
 * and a queue whose name is not there takes nothing any more after a kill.
 */
async function opened(): Promise<RabbitMq> {
  directory = await mkdtemp(join(tmpdir(), "tidegate-rabbitmq-"));
  const server = await openRabbitMq(directory);
  for (let number = 1; number <= queuesMax; number++) {
    await server.addExchange(`exchange-${number}`, `test-${number}`, routedMetrics);
  }
  await server.stop();
  await server.start();
  return server;
}

async function running(): Promise<RabbitMq> {
  opening ??= opened();
  const server = await opening;
  if (!server.isRunning) await server.start();
  return server;
}

beforeAll(async () => {
  if (!isMissing("rabbitmq-server")) await running();
});

afterAll(async () => {
  await (await opening)?.end();
  await rm(directory, { recursive: true, force: true });
});

const optionsOf = (server: RabbitMq, queue: string, password: string) =>
  ({
    kind: "amqp",
    name: "rabbit",
    address: server.address,
    vhost: "/",
    username: rabbitUser.username,
    password,
    queue,
    declare: true,
    routingKey: "{gateway}.{lane}.{device}.{metric}",
    payload: "json",
    inflightMax: 100,
  }) as const;

const intoQueue: SinkHarness = {
  kind: "amqp (into a queue)",
  delivery: "at least once",
  programs: ["rabbitmq-server"],
  // A queue takes everything.
  has: { server: true, refusal: false },
  async start() {
    const server = await running();
    queuesMade += 1;
    const queue = `test-${queuesMade}`;
    return {
      sink: (context) => createSink(optionsOf(server, queue, rabbitUser.password), context),
      unwelcome: (context) => createSink(optionsOf(server, queue, "wrong"), context),
      received: () => server.received(queue),
      refusal: null,
      process: server,
    };
  },
};

const toExchange: SinkHarness = {
  kind: "amqp (to an exchange)",
  delivery: "at least once",
  programs: ["rabbitmq-server"],
  has: { server: false, refusal: true },
  async start() {
    const server = await running();
    queuesMade += 1;
    const queue = `test-${queuesMade}`;
    const exchange = `exchange-${queuesMade}`;
    return {
      sink: (context) => createSink({ ...optionsOf(server, queue, rabbitUser.password), exchange }, context),
      unwelcome: (context) => createSink({ ...optionsOf(server, queue, rabbitUser.password), exchange: "absent" }, context),
      received: () => server.received(queue),
      refusal: { reading: { metric: "unheard-of" }, reason: /NO_ROUTE/ },
      process: null,
    };
  },
};

describeSink(intoQueue);
describeSink(toExchange);

describe.skipIf(isMissing("rabbitmq-server"))("a queue", () => {
  const connected = async (more: Partial<AmqpSinkOptions> = {}) => {
    const server = await running();
    const client = await clientOf({ ...optionsOf(server, "declared", rabbitUser.password), ...more });
    return { client, server };
  };

  test("that is not there is declared, durable and of type quorum; a message says where its record comes from", async () => {
    const { client, server } = await connected({ queue: "on-demand" });
    await client.write(numberedBatch(41, 1));
    const [message] = await server.messages("on-demand");
    expect(message?.properties).toMatchObject({
      messageId: `plant-1/${origin.logId}/readings/41`,
      contentType: "application/json",
      deliveryMode: 2,
      headers: { gateway: "plant-1", log: origin.logId, lane: "readings", offset: 41 },
    });
    const asked = server.connected(async (connection) => {
      const channel = await connection.createChannel();
      channel.on("error", () => {});
      await channel.assertQueue("on-demand", { durable: true, arguments: { "x-queue-type": "classic" } });
    });
    await expect(asked.catch((error: unknown) => String(error))).resolves.toMatch(/received 'classic' but current is 'quorum'/);
  });

  test("that is there and of another kind is a refusal, unless the sink is told to take it as it is", async () => {
    await (await running()).addQueue("classic", {});
    const error = await errorOf(connected({ queue: "classic" }));
    expect(error).toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringMatching(/PRECONDITION.FAILED.*declare: false/s),
    });
    const { client, server } = await connected({ queue: "classic", declare: false });
    await client.write(numberedBatch(0, 3));
    expect(await server.messages("classic")).toHaveLength(3);
  });

  test("that is full and refuses keeps what it lacks", async () => {
    await (await running()).addQueue("full", { "x-max-length": 2, "x-overflow": "reject-publish" });
    const { client, server } = await connected({ queue: "full", declare: false, inflightMax: 1 });
    const outcome = await client.write(numberedBatch(0, 5));
    const taken = (await server.messages("full")).length;
    expect(taken).toBeGreaterThanOrEqual(2);
    expect(outcome).toEqual({ rejected: [], kept: [{ start: taken, end: 5 }], retryAfterMs: 5000 });
  });

  test("gets no record whose routing key would be longer than AMQP allows", async () => {
    const { client } = await connected({ exchange: "exchange-1" });
    expect(await client.write(numberedBatch(0, 1, { device: "d".repeat(256) }))).toEqual({
      rejected: [{ offset: 0, reason: "routing key too long: 285 bytes, and AMQP takes 255" }],
      kept: [],
      retryAfterMs: 0,
    });
  });
});
