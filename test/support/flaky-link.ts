import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What the link lets through. `up` is towards the server. */
type Passage = "both" | "up" | "down" | "none";

/**
 * A TCP link between a client and a local server that can be cut, stalled and healed. Clients connect to `port`.
 *
 * A stalled link looks healthy to both sockets: nothing is closed, bytes just do not arrive, until it is healed or cut.
 */
export class FlakyLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #targetPort: number;
  #passage: Passage = "both";
  #isCut = false;
  #bytesUp = 0;
  #connections = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Closed when the test ends. */
  static async open(targetPort: number): Promise<FlakyLink> {
    const link = await FlakyLink.listen(targetPort);
    onTestFinished(() => link.close());
    return link;
  }

  /** Whoever opens it closes it. */
  static async listen(targetPort: number): Promise<FlakyLink> {
    const link = new FlakyLink(targetPort);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the link is closed");
    return address.port;
  }

  /** Bytes that clients sent to the server so far. */
  get bytesUp(): number {
    return this.#bytesUp;
  }

  /** Connections that clients made so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Closes every connection and, until `heal`, every new one at once. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets bytes through only in one direction, or not at all. Connections stay open, new ones are accepted. */
  stall(passing: Exclude<Passage, "both"> = "none"): void {
    this.#setPassage(passing);
  }

  heal(): void {
    this.#isCut = false;
    this.#setPassage("both");
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  #setPassage(passage: Passage): void {
    this.#passage = passage;
    for (const socket of this.#sockets) socket.emit("passage");
  }

  #join(client: Socket): void {
    this.#connections += 1;
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const server = connect(this.#targetPort, "127.0.0.1");
    this.#pass(client, server, "up");
    this.#pass(server, client, "down");
  }

  #pass(from: Socket, to: Socket, direction: "up" | "down"): void {
    const regulate = () => (this.#passage === "both" || this.#passage === direction ? from.resume() : from.pause());
    this.#sockets.add(from);
    from.on("data", (bytes) => {
      if (direction === "up") this.#bytesUp += bytes.length;
      to.write(bytes);
    });
    from.on("passage", regulate);
    from.on("error", () => from.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    regulate();
  }
}
