// The MQTT broker: aedes behind a TCP listener, with the publish path in our hands.
//
// publish-path.ts   what happens to a PUBLISH, and what is answered when
// containment.ts    faults of aedes that a packet can set off
// session-bounds.ts what aedes may keep for clients
//
// Bounds: connections (`clientsMax`), packet size (`packetSizeMax`), open publishes a client (`inflightMax`), session life, and
// what sessions hold. Topics under `tidegate/` and `$` are the gateway's own: nobody else may publish there.
//
// When it closes, MQTT 5 clients are told (0x8B, server shutting down).
//
// Deliberately not here: authentication and TLS (so it listens on loopback only), sessions that survive a restart. See
// ARCHITECTURE.md, "Not built yet".

import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import type { Clock } from "../platform/clock.ts";
import { type Address, listen } from "../platform/listen.ts";
import type { Logger } from "../platform/logger.ts";
import { containSpecialClientIds, containSpecialTopics, disconnectAll, refuseMalformedText } from "./containment.ts";
import type { Intake, LocalPublish } from "./contract.ts";
import { PublishPath } from "./publish-path.ts";
import { Qos2Ids } from "./qos2-ids.ts";
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
  /** What clients did wrong, and connections that broke. */
  clientErrors: number;
  /** Publishes to the gateway's own topics. */
  publishesForbidden: number;
}

const serverShuttingDown = 0x8b;
const keepAliveRefreshMs = 1000;

export class Broker {
  readonly counters: BrokerCounters = {
    publishes: 0,
    connections: 0,
    connectionsRefused: 0,
    clientErrors: 0,
    publishesForbidden: 0,
    retainedRefused: 0,
    queuedRefused: 0,
  };
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #qos2Ids = new Qos2Ids();
  readonly #publishPath: PublishPath;
  #cancelRefresh: () => void = () => {};
  #closing: Promise<void> | null = null;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#publishPath = new PublishPath({
      intake: options.intake,
      inflightMax: options.inflightMax,
      qos2Ids: this.#qos2Ids,
      counters: this.counters,
      onViolation: (client, problem) => this.#clientError(client.id, problem),
    });
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
    boundSessions(this.#aedes, { limits: this.#options, counters: this.counters, qos2Ids: this.#qos2Ids });
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
    disconnectAll(this.#aedes, serverShuttingDown);
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
      preConnect: (client, _packet, done) => {
        containSpecialTopics(client);
        done(null, true);
      },
      authorizePublish: (client, packet, done) => this.#publishPath.authorize(client, packet, done),
    });
    containSpecialClientIds(aedes);
    this.#publishPath.attach(aedes);
    aedes.on("clientError", (client, error) => this.#clientError(client.id, error.message));
    aedes.on("connectionError", (client, error) => this.#clientError(client.id ?? "(before CONNECT)", error.message));
    return aedes;
  }

  #accept(socket: Socket): void {
    this.counters.connections++;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const client = this.#aedes.handle(socket);
    refuseMalformedText(client, (fault) => this.#clientError(client.id ?? "(before CONNECT)", fault.problem));
  }

  #clientError(clientId: string, problem: string): void {
    this.counters.clientErrors++;
    this.#options.logger.debug({ clientId, problem }, "mqtt client error");
  }

  #refreshHeldClients(): void {
    this.#cancelRefresh = this.#options.clock.after(keepAliveRefreshMs, () => {
      this.#publishPath.refreshHeldClients();
      this.#refreshHeldClients();
    });
  }
}
