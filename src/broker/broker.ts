// The MQTT broker: aedes behind a TCP listener, with the publish path in our hands.
//
// A PUBLISH goes through `authorizePublish`, the one place before aedes writes a PUBACK (publish.js:98) or stores for a PUBREC:
// the intake is asked, and the hook's callback is held until the intake settles, that is until the reading is on disk.
//
//   settled as  │ QoS 1, 2                                  │ routed to subscribers
//   pass        │ acknowledged by aedes                     │ yes
//   stored      │ acknowledged by aedes, after the commit   │ yes
//   rejected    │ acknowledged here, MQTT 5: reason 0x99    │ no
//   busy        │ MQTT 5: reason 0x97; MQTT 3.1.1: closed   │ no
//
// Bounds: connections (`clientsMax`), packet size (`packetSizeMax`), open publishes a client (`inflightMax` for QoS 1 and 2 of an
// MQTT 5 client, which is told; 65,535 for any, the number of packet ids), session life, and what sessions hold
// (session-bounds.ts). Topics under `tidegate/` and `$` are
// the gateway's own: nobody else may publish there.
//
// Deliberately not here: authentication and TLS (so it listens on loopback only), sessions that survive a restart. See
// ARCHITECTURE.md, "Not built yet".

import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type Client, type PublishPacket } from "aedes";
import { writeToStream } from "mqtt-packet";
import type { Clock } from "../platform/clock.ts";
import { type Address, listen } from "../platform/listen.ts";
import type { Logger } from "../platform/logger.ts";
import {
  containSpecialClientIds,
  containSpecialTopics,
  hasMalformedText,
  markAnswered,
  refreshKeepAlive,
  refuseMalformedText,
} from "./containment.ts";
import type { Intake, LocalPublish, Verdict } from "./contract.ts";
import { PublishOrder } from "./publish-order.ts";
import { boundSessions, type SessionCounters } from "./session-bounds.ts";

export interface BrokerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly clientsMax: number;
  readonly packetSizeMax: number;
  readonly inflightMax: number;
  readonly retainedMax: number;
  readonly queuedMax: number;
  readonly sessionExpiryMaxMs: number;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Totals since the start. */
export interface BrokerCounters extends SessionCounters {
  publishes: number;
  connections: number;
  /** Connections closed at once because of clientsMax. */
  connectionsRefused: number;
  /** Connections closed because of what the client sent. */
  protocolErrors: number;
  /** Publishes to the gateway's own topics. */
  publishesForbidden: number;
}

const openPublishesMax = 65_535;
const reasonCodes = { notAuthorized: 0x87, receiveMaximumExceeded: 0x93, quotaExceeded: 0x97, payloadFormatInvalid: 0x99 };
const keepAliveRefreshMs = 1000;

export class Broker {
  readonly counters: BrokerCounters = {
    publishes: 0,
    connections: 0,
    connectionsRefused: 0,
    protocolErrors: 0,
    publishesForbidden: 0,
    retainedRefused: 0,
    queuedRefused: 0,
  };
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #orders = new Map<Client, PublishOrder>();
  #cancelRefresh: () => void = () => {};
  #closing: Promise<void> | null = null;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#aedes = this.#createAedes();
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = options.clientsMax;
    this.#server.on("drop", () => this.counters.connectionsRefused++);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Opens the listener. Errors: PORT_IN_USE, LISTEN_FAILED. */
  async start(): Promise<Address> {
    await this.#aedes.listen();
    boundSessions(this.#aedes, this.#options, this.counters);
    this.#refreshHeldClients();
    return listen(this.#server, this.#options.listen, "mqtt.listen");
  }

  publish(message: LocalPublish): Promise<void> {
    const packet = {
      cmd: "publish" as const,
      topic: message.topic,
      payload: message.payload,
      qos: 0 as const,
      retain: message.retain,
      dup: false,
    };
    return new Promise((resolve, reject) => {
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Stops listening, disconnects everyone, and waits for both. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancelRefresh();
    const listening = this.#server.listening;
    const closed = new Promise<void>((resolve) => (listening ? this.#server.close(() => resolve()) : resolve()));
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #createAedes(): Aedes {
    const options = this.#options;
    const aedes = new Aedes({
      // One subscriber that reads slowly stops the routing for everyone once `concurrency` messages wait for it (measured: 60 s).
      concurrency: 10_000,
      drainTimeout: 10_000,
      // A client may burst its whole window behind CONNECT.
      queueLimit: Math.max(options.inflightMax, 1000),
      maximumPacketSize: options.packetSizeMax,
      receiveMaximum: options.inflightMax,
      topicAliasMaximum: 16,
      sessionExpiryIntervalLimit: Math.ceil(options.sessionExpiryMaxMs / 1000),
      pendingSessionsLimit: 10_000,
      preConnect: (client, packet, done) => this.#preConnect(client, packet.clientId, done),
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
    });
    containSpecialClientIds(aedes);
    aedes.on("clientDisconnect", (client) => this.#orders.delete(client));
    aedes.on("clientError", (client, error) => this.#protocolError(client.id, error.message));
    aedes.on("connectionError", (client, error) => this.#protocolError(client.id ?? "(before CONNECT)", error.message));
    return aedes;
  }

  #accept(socket: Socket): void {
    this.counters.connections++;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const client = this.#aedes.handle(socket);
    refuseMalformedText(client, (fault) => this.#protocolError(client.id ?? "(before CONNECT)", fault.problem));
  }

  #preConnect(client: Client, clientId: string, done: (error: Error | null, success: boolean) => void): void {
    containSpecialTopics(client);
    const malformed = hasMalformedText(clientId);
    done(malformed ? new Error("client id is not valid UTF-8 or contains U+0000") : null, !malformed);
  }

  #protocolError(clientId: string, problem: string): void {
    this.counters.protocolErrors++;
    this.#options.logger.debug({ clientId, problem }, "mqtt client error");
  }

  /** Hot path: once a publish. */
  #authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    this.counters.publishes++;
    const { topic } = packet;
    if (topic.startsWith("tidegate/") || topic.startsWith("$")) {
      this.counters.publishesForbidden++;
      done(new Error(`topic ${topic} belongs to the gateway`));
      return;
    }
    const order = client === null ? new PublishOrder() : this.#orderOf(client);
    const settle = order.take();
    if (client !== null && this.#exceeds(client, packet, order.open)) return;
    // aedes gives every payload as a Buffer that nothing else writes to.
    const payload = packet.payload as Buffer;
    this.#options.intake.take({ clientId: client?.id ?? null, topic, payload, redelivered: packet.dup }, (verdict) =>
      settle(() => answer(client, packet, verdict, done)),
    );
  }

  #orderOf(client: Client): PublishOrder {
    let order = this.#orders.get(client);
    if (order === undefined) {
      order = new PublishOrder();
      this.#orders.set(client, order);
    }
    return order;
  }

  /** True if the client has more open publishes than it may, and was disconnected for it. */
  #exceeds(client: Client, packet: PublishPacket, open: number): boolean {
    const max = client.version === 5 && packet.qos > 0 ? this.#options.inflightMax : openPublishesMax;
    if (open <= max) return false;
    this.#protocolError(client.id, `more than ${max} unacknowledged publishes`);
    client.disconnect({ reasonCode: reasonCodes.receiveMaximumExceeded });
    return true;
  }

  #refreshHeldClients(): void {
    this.#cancelRefresh = this.#options.clock.after(keepAliveRefreshMs, () => {
      for (const [client, order] of this.#orders) if (order.open > 0) refreshKeepAlive(client);
      this.#refreshHeldClients();
    });
  }
}

function answer(client: Client | null, packet: PublishPacket, verdict: Verdict, done: (error?: Error | null) => void): void {
  if (verdict.kind === "pass" || verdict.kind === "stored") {
    done();
    return;
  }
  if (verdict.kind === "busy" && client?.version !== 5 && packet.qos > 0) {
    // MQTT 3.1.1 has no negative acknowledgement; a closed connection makes the client send again.
    done(new Error(verdict.reason));
    return;
  }
  if (client !== null && packet.qos > 0) writeAnswer(client, packet, verdict);
  markAnswered(packet);
  done();
}

/** To an MQTT 3.1.1 client this is a plain PUBACK or PUBREC: what cannot be stored must not be sent for ever. */
function writeAnswer(client: Client, packet: PublishPacket, verdict: Extract<Verdict, { reason: string }>): void {
  if (client.closed || packet.messageId === undefined) return;
  const reasonCode = verdict.kind === "busy" ? reasonCodes.quotaExceeded : reasonCodes.payloadFormatInvalid;
  const cmd = packet.qos === 1 ? ("puback" as const) : ("pubrec" as const);
  const properties = { reasonString: verdict.reason };
  writeToStream({ cmd, messageId: packet.messageId, reasonCode, properties }, client.conn, { protocolVersion: client.version });
}
