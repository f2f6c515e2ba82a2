// Connections to the brokers of a Kafka cluster, and what the cluster says of its topics. Shared by the sessions of all gateways: a gateway
// takes no connection of its own.
//
// Constraints
//   slotsMax        8      connections to a broker for sessions, opened when needed, and two more for questions and for reading; a broker
//                          answers one request of a connection after the other
//   connectMsMax    10 s   to reach a broker and to be let in
//   busyMsMax       15 s   for a broker that is busy with the transaction before, or about to lead
//   requestMsMax    20 s   for an answer; a connection that gives none is destroyed, with all that waits on it
//
// Credentials and certificates are read at each connect.

import type { Connection } from "@platformatic/kafka";
import { loadLibrary } from "../platform/client-library.ts";
import type { Clock } from "../platform/clock.ts";
import { type KafkaLibrary, type KafkaServers, kafkaCredentials, kafkaTarget } from "../platform/kafka-connection.ts";
import type { Environment } from "../platform/secret.ts";
import { type TlsUse, tlsUseOf } from "../platform/tls-fault.ts";
import { isBusy } from "./kafka-answers.ts";
import { type KafkaRequests, kafkaRequests } from "./kafka-requests.ts";

export const slotsMax = 8;
/** Beside those of sessions: for questions about the cluster. */
export const questionSlot = -1;
const connectMsMax = 10_000;
const requestMsMax = 20_000;
const busyMsMax = 15_000;
const busyPauseMsMax = 200;
const inflightMax = 64;

export interface KafkaClusterOptions {
  readonly servers: KafkaServers;
  readonly environment: Environment;
  readonly clock: Clock;
  /** Those that {@link KafkaCluster.state} speaks of. */
  readonly topics: readonly string[];
}

export interface Broker {
  readonly host: string;
  readonly port: number;
}

/** Any request of the library: takes a connection and arguments. */
interface Request<A extends unknown[], R> {
  async(connection: Connection, ...args: A): Promise<R>;
}

export interface Ask {
  readonly broker: Broker;
  /** Which of the connections to it. Those of one slot reach it in order. */
  readonly slot: number;
}

export interface TopicState {
  /** Of the protocol; 0: it is there. */
  readonly errorCode: number;
  /** By partition. */
  readonly leaders: readonly Broker[];
}

export interface ClusterState {
  readonly brokers: readonly Broker[];
  /** A broker that takes what is for the controller. */
  readonly controller: Broker;
  readonly topics: ReadonlyMap<string, TopicState>;
}

/** Errors: LIBRARY_MISSING. */
export async function openKafkaCluster(options: KafkaClusterOptions): Promise<KafkaCluster> {
  return new KafkaCluster(await loadLibrary("@platformatic/kafka", () => import("@platformatic/kafka")), options);
}

export class KafkaCluster {
  /** For people. */
  readonly name: string;
  readonly tlsUse: TlsUse;
  readonly library: KafkaLibrary;
  readonly requests: KafkaRequests;
  readonly clock: Clock;
  readonly #options: KafkaClusterOptions;
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #open = new Set<Connection>();
  #state: Promise<ClusterState> | null = null;
  #isClosed = false;

  constructor(library: KafkaLibrary, options: KafkaClusterOptions) {
    this.#options = options;
    this.name = kafkaTarget(options.servers);
    const { brokers, tls } = options.servers;
    this.tlsUse = tlsUseOf(tls, brokers.map(({ host }) => host).join(", "), "store.tls");
    this.library = library;
    this.requests = kafkaRequests(library);
    this.clock = options.clock;
  }

  /** Rejects with what the broker or the library says. */
  async ask<A extends unknown[], R>({ broker, slot }: Ask, request: Request<A, R>, ...args: A): Promise<R> {
    const connection = await this.#connectionTo(broker, `${broker.host}:${broker.port}/${slot}`);
    return this.#withDeadline(connection, requestMsMax, request.async(connection, ...args));
  }

  /** As {@link ask}; also an answer that has faults in it, of topics that are not there for instance, which the library throws. */
  async askAll<A extends unknown[], R>(to: Ask, request: Request<A, R>, ...args: A): Promise<R> {
    try {
      return await this.ask(to, request, ...args);
    } catch (error) {
      const { response } = error as { readonly response?: R | null };
      if (response === undefined || response === null) throw error;
      return response;
    }
  }

  /** As the first broker says that answers; the same until {@link forgetState}. */
  state(): Promise<ClusterState> {
    if (this.#state !== null) return this.#state;
    const asked = this.#askState();
    this.#state = asked;
    asked.catch(() => {
      if (this.#state === asked) this.#state = null;
    });
    return asked;
  }

  /** To be called when something went wrong: leaders may have moved. */
  forgetState(): void {
    this.#state = null;
  }

  async #askState(): Promise<ClusterState> {
    const failures: unknown[] = [];
    for (const broker of this.#options.servers.brokers) {
      try {
        return await this.#stateFrom(broker);
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures.length === 1 ? failures[0] : new AggregateError(failures, "no broker answers");
  }

  /** Asks again while the answer is such a one. Default: that a broker is busy, or that it leads no more or not yet. */
  async untilFree<T>(ask: () => Promise<T>, isAgain: (error: unknown) => boolean = isBusy): Promise<T> {
    const endUs = this.clock.nowUs() + busyMsMax * 1000;
    for (let pauseMs = 5; ; pauseMs = Math.min(busyPauseMsMax, pauseMs * 2)) {
      try {
        return await ask();
      } catch (error) {
        if (!isAgain(error) || this.clock.nowUs() > endUs) throw error;
      }
      this.forgetState();
      await this.pause(pauseMs);
    }
  }

  /** Ends what is under way. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open) connection.socket.destroy();
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(delayMs, resolve));
  }

  async #stateFrom(broker: Broker): Promise<ClusterState> {
    const topics = [...this.#options.topics];
    const answer = await this.askAll({ broker, slot: questionSlot }, this.requests.metadata, topics, false, false);
    const brokers = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    const states = answer.topics.map(({ name, errorCode, partitions }): [string, TopicState] => {
      const led = [...partitions].sort((one, other) => one.partitionIndex - other.partitionIndex);
      const leaders = led.flatMap(({ leaderId }) => brokers.get(leaderId) ?? []);
      const isLed = leaders.length === partitions.length;
      return [name ?? "", { errorCode: errorCode === 0 && !isLed ? leaderMissingCode : errorCode, leaders }];
    });
    const controller = brokers.get(answer.controllerId) ?? broker;
    return { brokers: [...brokers.values()], controller, topics: new Map(states) };
  }

  #connectionTo(broker: Broker, key: string): Promise<Connection> {
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const connecting = this.#connect(broker, () => this.#connections.delete(key));
    this.#connections.set(key, connecting);
    connecting.catch(() => this.#connections.delete(key));
    return connecting;
  }

  async #connect({ host, port }: Broker, onEnd: () => void): Promise<Connection> {
    const { servers, environment } = this.#options;
    const credentials = await kafkaCredentials(servers, environment, "STORE_UNUSABLE");
    if (this.#isClosed) throw new Error("the store is closed");
    const options = { connectTimeout: connectMsMax, maxInflights: inflightMax, ...credentials };
    const connection = new this.library.Connection("tidegate-collector", options);
    const end = () => {
      this.#open.delete(connection);
      onEnd();
      connection.socket.destroy();
    };
    connection.on("error", end);
    connection.on("close", end);
    const connected = Promise.resolve(connection.connect(host, port));
    this.#open.add(connection);
    try {
      await this.#withDeadline(connection, connectMsMax, connected);
    } catch (error) {
      end();
      throw error;
    }
    return connection;
  }

  async #withDeadline<T>(connection: Connection, msMax: number, answer: Promise<T>): Promise<T> {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = this.clock.after(msMax, () => {
        reject(new Error(`no answer from ${connection.host}:${connection.port} within ${msMax} ms`));
        connection.socket.destroy();
      });
    });
    return Promise.race([answer, late]).finally(cancel);
  }
}

/** LEADER_NOT_AVAILABLE */
const leaderMissingCode = 5;
