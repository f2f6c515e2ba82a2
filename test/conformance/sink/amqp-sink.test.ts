import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { openRabbitMq, type RabbitMq, rabbitUser } from "../../support/rabbitmq-upstream.ts";
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
