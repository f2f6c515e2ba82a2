import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Of the Kafka protocol. */
export const kafkaRequest = { produce: 0, initProducerId: 22, endTransaction: 26 } as const;

/** What becomes of the next request of a kind: it does not arrive, or its answer does not. The connection breaks. */
interface Loss {
  readonly apiKey: number;
  readonly what: "request" | "answer";
  readonly onLost: () => void;
}

/** Stands between Kafka clients and a broker, knows the requests, and loses one when it is told to. */
export class KafkaLink {
  readonly #server: Server;
  readonly #brokerPort: number;
  readonly #sockets = new Set<Socket>();
  readonly #seen = new Map<number, number>();
  #loss: Loss | null = null;

  constructor(brokerPort: number) {
    this.#brokerPort = brokerPort;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Yields its port. */
  async start(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
    return address.port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Requests of a kind so far. */
  seen(apiKey: number): number {
    return this.#seen.get(apiKey) ?? 0;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves when it has happened. */
  lose(what: Loss["what"], apiKey: number): Promise<void> {
    return new Promise((resolve) => {
      this.#loss = { apiKey, what, onLost: resolve };
    });
  }

  #join(client: Socket): void {
    const broker = connect(this.#brokerPort, "127.0.0.1");
    let losing: Loss | null = null;
    let unread = Buffer.alloc(0);
    this.#sockets.add(client);
    client.on("data", (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      for (;;) {
        const size = unread.length < 4 ? Number.POSITIVE_INFINITY : 4 + unread.readInt32BE(0);
        if (unread.length < size) return;
        const request = unread.subarray(0, size);
        unread = unread.subarray(size);
        losing ??= this.#lossOf(request.readInt16BE(4));
        if (losing?.what === "request") return end(losing);
        broker.write(request);
      }
    });
    broker.on("data", (chunk) => {
      if (losing !== null) end(losing);
      else client.write(chunk);
    });
    function end({ onLost }: Loss): void {
      client.destroy();
      broker.destroy();
      onLost();
    }
    client.on("error", () => {});
    broker.on("error", () => {});
    client.on("close", () => {
      this.#sockets.delete(client);
      broker.destroy();
    });
    broker.on("close", () => client.destroy());
  }

  #lossOf(apiKey: number): Loss | null {
    this.#seen.set(apiKey, this.seen(apiKey) + 1);
    const loss = this.#loss;
    if (loss?.apiKey !== apiKey) return null;
    this.#loss = null;
    return loss;
  }
}
