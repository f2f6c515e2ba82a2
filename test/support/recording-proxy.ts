import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type IPublishPacket, parser } from "mqtt-packet";

export interface RecordedPublish {
  /** Number of the connection that it came on, from 0. */
  readonly connection: number;
  readonly packet: IPublishPacket;
}

/**
 * Stands between MQTT clients and a broker and records each PUBLISH of the clients as it was on the wire: DUP is seen only there,
 * as a broker does not pass it on. It can keep the broker's answers to itself, so that messages stay unacknowledged.
 */
export class RecordingProxy {
  readonly published: RecordedPublish[] = [];
  readonly #server: Server;
  readonly #brokerPort: number;
  #connections = 0;
  #answeredMax = Number.POSITIVE_INFINITY;
  #onPublish: () => void = () => {};

  constructor(brokerPort: number) {
    this.#brokerPort = brokerPort;
    this.#server = createServer((client) => this.#join(client));
  }

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
    return `mqtt://127.0.0.1:${address.port}`;
  }

  close(): void {
    this.#server.close();
  }

  /**
   * As soon as so many have been recorded in all, the clients hear nothing more: at least the last one stays unacknowledged.
   * Resolves then.
   */
  async holdAnswersAfter(count: number): Promise<void> {
    this.#answeredMax = count;
    await this.publishes(count);
  }

  passAnswers(): void {
    this.#answeredMax = Number.POSITIVE_INFINITY;
  }

  /** Resolves when so many have been recorded in all. */
  async publishes(count: number): Promise<void> {
    while (this.published.length < count) {
      await new Promise<void>((resolve) => {
        this.#onPublish = resolve;
      });
    }
  }

  #join(client: Socket): void {
    const connection = this.#connections++;
    const upstream = connect(this.#brokerPort, "127.0.0.1");
    const packets = parser();
    packets.on("packet", (packet) => {
      if (packet.cmd !== "publish") return;
      this.published.push({ connection, packet });
      this.#onPublish();
    });
    client.on("data", (chunk) => {
      packets.parse(chunk);
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (this.published.length < this.#answeredMax) client.write(chunk);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on("error", () => {});
      socket.on("close", () => other.destroy());
    }
  }
}
