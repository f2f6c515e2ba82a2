import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate, type IConnectPacket, type Packet, parser } from "mqtt-packet";
import { onTestFinished } from "vitest";

type Version = 4 | 5;

/** An MQTT client without manners: it sends exactly the bytes or packets that a test says, and keeps what comes back. */
export class RawMqtt {
  readonly received: Packet[] = [];
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #version: Version;
  #notify: () => void = () => {};

  private constructor(socket: Socket, version: Version) {
    this.#socket = socket;
    this.#version = version;
    const decode = parser({ protocolVersion: version });
    decode.on("packet", (packet) => {
      this.received.push(packet);
      this.#notify();
    });
    socket.on("data", (chunk) => decode.parse(chunk));
    // A refused client may find its connection reset; that is "closed", too.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    void this.closed.then(() => this.#notify());
    onTestFinished(() => {
      socket.destroy();
    });
  }

  static async open(port: number, version: Version = 5): Promise<RawMqtt> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new RawMqtt(socket, version);
  }

  /** Opens, connects and waits for the CONNACK. */
  static async connected(port: number, version: Version = 5, options: Partial<IConnectPacket> = {}): Promise<RawMqtt> {
    const client = await RawMqtt.open(port, version);
    client.send({
      cmd: "connect",
      clientId: "raw",
      protocolId: "MQTT",
      protocolVersion: version,
      clean: true,
      keepalive: 0,
      ...options,
    });
    await client.next("connack");
    return client;
  }

  send(...packets: Packet[]): void {
    this.sendBytes(Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: this.#version }))));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Ends the connection as a crash of the client would. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Takes the first packet of that kind that has come or will come. Rejects if the connection closes before. */
  async next<Cmd extends Packet["cmd"]>(cmd: Cmd): Promise<Extract<Packet, { cmd: Cmd }>> {
    for (;;) {
      const at = this.received.findIndex((packet) => packet.cmd === cmd);
      if (at !== -1) return this.received.splice(at, 1)[0] as Extract<Packet, { cmd: Cmd }>;
      if (this.#socket.destroyed) throw new Error(`connection closed before a ${cmd} came`);
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }
}
