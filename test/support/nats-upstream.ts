import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type JsMsg, jetstream, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import { lanes } from "../../src/model/lane.ts";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";
import { tempDir } from "./temp-dir.ts";

export const natsUser = { username: "tidegate", password: "s3cret" } as const;
export const streamName = "tidegate";
export const messageBytesMax = 3000;

/** A NATS server with JetStream that lets in one user alone. */
export class NatsUpstream extends ServerProcess {
  readonly port: number;

  constructor(port: number, configFile: string) {
    super({ program: "nats-server", args: ["-c", configFile], ready: /Server is ready/ });
    this.port = port;
  }

  get servers() {
    return [{ host: "127.0.0.1", port: this.port }];
  }

  /** A stream that takes no message larger than `messageBytesMax`. */
  async addStream(more: Partial<StreamConfig> = {}): Promise<void> {
    await this.connected(async (connection) => {
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: streamName, subjects: ["tidegate.>"], max_msg_size: messageBytesMax, ...more });
    });
  }

  /** How many messages a stream has. */
  count(stream: string): Promise<number> {
    return this.connected(
      async (connection) => (await (await jetstreamManager(connection)).streams.info(stream)).state.messages,
    );
  }

  /** What a stream has, in its order. None may be removed meanwhile: it would be waited for. */
  messages(stream = streamName): Promise<readonly JsMsg[]> {
    return this.connected(async (connection) => {
      const manager = await jetstreamManager(connection);
      const { messages: count } = (await manager.streams.info(stream)).state;
      const found: JsMsg[] = [];
      if (count === 0) return found;
      const consumer = await jetstream(connection).consumers.get(stream);
      for await (const message of await consumer.fetch({ max_messages: count })) found.push(message);
      return found;
    });
  }

  /** The payloads as JSON; the third token of their subject is the lane. */
  async received() {
    return (await this.messages()).map((message) => ({
      lane: lanes.find((lane) => lane === message.subject.split(".")[2]) ?? "readings",
      fields: message.json<Readonly<Record<string, unknown>>>(),
    }));
  }

  async connected<T>(use: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = await connect({ port: this.port, user: natsUser.username, pass: natsUser.password });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }
}

/** @param directory an existing one. @param settings further lines of its config file. The caller kills the server. */
export async function startNats(directory: string, settings: readonly string[] = []): Promise<NatsUpstream> {
  const port = await freePort();
  const configFile = join(directory, `nats-${port}.conf`);
  const { username, password } = natsUser;
  await writeFile(
    configFile,
    `listen: "127.0.0.1:${port}"
jetstream: { store_dir: "${join(directory, `nats-${port}`)}" }
authorization: { users: [{ user: ${username}, password: ${password} }] }
${settings.join("\n")}
`,
  );
  const server = new NatsUpstream(port, configFile);
  await server.start();
  return server;
}

/** Ended when the test does. It has no stream yet. @param settings further lines of its config file. */
export async function openNatsUpstream(settings: readonly string[] = []): Promise<NatsUpstream> {
  const server = await startNats(await tempDir(), settings);
  onTestFinished(() => server.kill());
  return server;
}
