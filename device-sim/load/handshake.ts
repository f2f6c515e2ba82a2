import { generate, type IConnackPacket, type Packet, parser } from "mqtt-packet";

export interface HandshakeOptions {
  readonly clientId: string;
  readonly mqttVersion: 4 | 5;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface Accepted {
  /** How many unacknowledged messages the broker allows: MQTT 5, Receive Maximum; 65,535 if it names none. */
  readonly receiveMaximum: number;
}

const keepaliveSeconds = 60;

/** The CONNECT frame, for a clean session. */
export function connectFrame({ clientId, mqttVersion, username, password }: HandshakeOptions): Buffer {
  return generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: mqttVersion,
    clean: true,
    clientId,
    keepalive: keepaliveSeconds,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  });
}

/** Reads a socket's first packet, which must be the CONNACK; throws with the reason if the broker refuses. */
export class ConnackReader {
  readonly #parser: ReturnType<typeof parser>;
  #packet: Packet | undefined;
  #error: Error | undefined;

  constructor(mqttVersion: 4 | 5) {
    this.#parser = parser({ protocolVersion: mqttVersion });
    this.#parser.on("packet", (packet) => {
      this.#packet ??= packet;
    });
    this.#parser.on("error", (error: Error) => {
      this.#error = error;
    });
  }

  push(chunk: Buffer): Accepted | undefined {
    this.#parser.parse(chunk);
    if (this.#error !== undefined) throw this.#error;
    if (this.#packet === undefined) return undefined;
    if (this.#packet.cmd !== "connack") throw new Error(`expected CONNACK, got ${this.#packet.cmd.toUpperCase()}`);
    return accepted(this.#packet);
  }
}

function accepted(connack: IConnackPacket): Accepted {
  const code = connack.reasonCode ?? connack.returnCode ?? 0;
  if (code !== 0) throw new Error(`the broker refused the connection with code ${code}`);
  return { receiveMaximum: connack.properties?.receiveMaximum ?? 65_535 };
}
