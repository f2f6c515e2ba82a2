import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChannelModel, connect, type GetMessage } from "amqplib";
import { lanes } from "../../src/model/lane.ts";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

export const rabbitUser = { username: "tidegate", password: "s3cret" } as const;

/** A RabbitMQ of its own: own ports, own name, own data, and its own epmd, through which Erlang nodes find each other. */
export class RabbitMq extends ServerProcess {
  readonly #port: number;
  readonly #epmd: ServerProcess;

  constructor(port: number, env: NodeJS.ProcessEnv, epmd: ServerProcess) {
    // The script of the package that becomes the server, rather than the one that changes to the user rabbitmq.
    super({ program: "/usr/lib/rabbitmq/bin/rabbitmq-server", args: [], env, ready: /completed with \d+ plugins/ });
    this.#port = port;
    this.#epmd = epmd;
  }

  get address() {
    return { host: "127.0.0.1", port: this.#port };
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    await this.kill();
    await this.#epmd.kill();
  }

  /** A topic exchange, and a queue for those messages whose fourth word is one of `metrics`. */
  async addExchange(exchange: string, queue: string, metrics: readonly string[]): Promise<void> {
    await this.connected(async (connection) => {
      const channel = await connection.createChannel();
      await channel.assertExchange(exchange, "topic", { durable: true });
      await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": "quorum" } });
      for (const metric of metrics) await channel.bindQueue(queue, exchange, `*.*.*.${metric}`);
    });
  }

  async addQueue(queue: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.connected(async (connection) => {
      await (await connection.createChannel()).assertQueue(queue, { durable: true, arguments: settings });
    });
  }

  /** What a queue has, in its order; it stays there. */
  messages(queue: string): Promise<readonly GetMessage[]> {
    return this.connected(async (connection) => {
      const channel = await connection.createChannel();
      const found: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(queue);
        if (message === false) return found;
        found.push(message);
      }
    });
  }

  async received(queue: string) {
    return (await this.messages(queue)).map(({ content, properties }) => ({
      lane: lanes.find((lane) => lane === properties.headers?.lane) ?? "readings",
      fields: JSON.parse(content.toString()) as Readonly<Record<string, unknown>>,
    }));
  }

  async connected<T>(use: (connection: ChannelModel) => Promise<T>): Promise<T> {
    const connection = await connect({ hostname: "127.0.0.1", port: this.#port, ...rabbitUser });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }
}

/** @param directory an existing one. @param settings further lines of its config file. The caller ends the server. */
export async function openRabbitMq(directory: string, settings: readonly string[] = []): Promise<RabbitMq> {
  const [port, distributionPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const config = join(directory, "rabbitmq.conf");
  await mkdir(join(directory, "log"));
  await writeFile(config, `${[...configOf(port), ...settings].join("\n")}\n`);
  const erlang = { ...process.env, HOME: directory, ERL_EPMD_PORT: String(epmdPort), ERL_EPMD_ADDRESS: "127.0.0.1" };
  const args = ["-port", String(epmdPort), "-d"];
  const epmd = new ServerProcess({ program: "epmd", args, env: erlang, ready: /epmd running/ });
  await epmd.start();
  const env = {
    ...erlang,
    // Makes the script become the server, so that signals reach it.
    RUNNING_UNDER_SYSTEMD: "true",
    RABBITMQ_NODENAME: `tidegate${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_MNESIA_BASE: join(directory, "mnesia"),
    RABBITMQ_LOG_BASE: join(directory, "log"),
    RABBITMQ_GENERATED_CONFIG_DIR: join(directory, "generated"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, "plugins"),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
  };
  const server = new RabbitMq(port, env, epmd);
  await server.start();
  return server;
}

function configOf(port: number): string[] {
  return [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `default_user = ${rabbitUser.username}`,
    `default_pass = ${rabbitUser.password}`,
    "log.file = false",
    "log.console = true",
    "log.console.level = warning",
    "disk_free_limit.absolute = 1MB",
  ];
}
