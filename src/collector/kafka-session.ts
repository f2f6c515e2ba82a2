// One life of a gateway's transactional id: from the request that fences whoever had it before, up to the first thing that goes wrong.
//
// Opening asks the coordinator for the next epoch of the id. It answers when the transaction that was open, if any, is over for good, with
// its markers in all partitions; and from then on it takes nothing more of the session before. So what is read of the gateway's progress
// after that is the last word, and stays so until this session commits, or the next one opens.
//
// A commit: its partitions join the transaction, its messages are sent, the transaction ends. Within a partition the requests go one after
// the other, partitions go side by side.
//
// Constraints
//   requestBytesMax      512 KiB   of keys and payloads a request, below Kafka's default of message.max.bytes; a request that is too large
//                                  for its topic goes again in halves
//   transactionMsMax     30 s      after which the broker ends a transaction whose collector has gone

import { kafkaRequestsOf } from "../platform/kafka-connection.ts";
import { isRefusal, isWaiting } from "./kafka-answers.ts";
import { type Ask, type Broker, type KafkaCluster, questionSlot, slotsMax } from "./kafka-cluster.ts";

const transactionMsMax = 30_000;
const produceMsMax = 15_000;
/** In FindCoordinator. */
const transactionKey = 1;
const allReplicas = -1;

export interface KafkaMessage {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers?: Map<Buffer, Buffer>;
}

/** What goes to one partition, in order. */
export interface PartitionMessages {
  readonly topic: string;
  readonly partition: number;
  readonly leader: Broker;
  readonly messages: readonly KafkaMessage[];
}

export interface SessionOptions {
  readonly cluster: KafkaCluster;
  readonly transactionalId: string;
  readonly compression: "gzip" | "none";
}

interface Identity {
  readonly coordinator: Ask;
  readonly producerId: bigint;
  readonly epoch: number;
}

/** Rejects with what the cluster says. */
export async function openKafkaSession(options: SessionOptions): Promise<KafkaSession> {
  const { cluster, transactionalId } = options;
  const slot = cluster.library.murmur2(transactionalId) & (slotsMax - 1);
  const identity = await cluster.untilFree(async (): Promise<Identity> => {
    const coordinator = { broker: await coordinatorOf(cluster, transactionalId), slot };
    const request = cluster.requests.initProducerId;
    const answer = await cluster.ask(coordinator, request, transactionalId, transactionMsMax, -1n, -1);
    return { coordinator, producerId: answer.producerId, epoch: answer.producerEpoch };
  });
  return new KafkaSession(options, identity);
}

async function coordinatorOf(cluster: KafkaCluster, transactionalId: string): Promise<Broker> {
  const { brokers } = await cluster.state();
  const [broker] = brokers;
  if (broker === undefined) throw new Error("the cluster names no broker");
  const request = cluster.requests.findCoordinator;
  const { coordinators } = await cluster.ask({ broker, slot: questionSlot }, request, transactionKey, [transactionalId]);
  const [coordinator] = coordinators;
  if (coordinator === undefined) throw new Error(`the cluster names no coordinator of ${transactionalId}`);
  return { host: coordinator.host, port: coordinator.port };
}

export class KafkaSession {
  readonly #options: SessionOptions;
  readonly #identity: Identity;
  /** By topic and partition: the number of the next message, as the library wants them. */
  readonly #sequences;

  constructor(options: SessionOptions, identity: Identity) {
    this.#options = options;
    this.#identity = identity;
    this.#sequences = new options.cluster.library.NumericMap();
  }

  /** All or nothing. When it rejects, with what the cluster says, the session is of no use any more. */
  async commit(partitions: readonly PartitionMessages[]): Promise<void> {
    await this.join(partitions);
    await this.send(partitions);
    await this.end();
  }

  /** Begins a transaction with these partitions. */
  async join(partitions: readonly PartitionMessages[]): Promise<void> {
    const { cluster, transactionalId } = this.#options;
    const { coordinator, producerId, epoch } = this.#identity;
    const names = [...new Set(partitions.map(({ topic }) => topic))];
    const topics = names.map((name) => ({
      name,
      partitions: partitions.filter(({ topic }) => topic === name).map(({ partition }) => partition),
    }));
    const request = cluster.requests.addPartitions;
    await cluster.untilFree(() => cluster.ask(coordinator, request, transactionalId, producerId, epoch, topics), isWaiting);
  }

  async send(partitions: readonly PartitionMessages[]): Promise<void> {
    const outcomes = await Promise.allSettled(partitions.map((each) => this.#sendAll(each)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async end(): Promise<void> {
    const { cluster, transactionalId } = this.#options;
    const { coordinator, producerId, epoch } = this.#identity;
    await cluster.ask(coordinator, cluster.requests.endTransaction, transactionalId, producerId, epoch, true);
  }

  async #sendAll(to: PartitionMessages): Promise<void> {
    for (const messages of kafkaRequestsOf(to.messages)) await this.#sendRequest(to, messages);
  }

  async #sendRequest(to: PartitionMessages, messages: readonly KafkaMessage[]): Promise<void> {
    try {
      await this.#produce(to, messages);
    } catch (error) {
      if (!isRefusal(error) || messages.length === 1) throw error;
      // The broker took nothing of it. Which message is too large, or whether all of them are together, it does not say.
      const middle = Math.floor(messages.length / 2);
      await this.#sendRequest(to, messages.slice(0, middle));
      await this.#sendRequest(to, messages.slice(middle));
    }
  }

  async #produce({ topic, partition, leader }: PartitionMessages, messages: readonly KafkaMessage[]): Promise<void> {
    const { cluster, transactionalId, compression } = this.#options;
    const { coordinator, producerId, epoch } = this.#identity;
    const options = { transactionalId, producerId, producerEpoch: epoch, sequences: this.#sequences, compression };
    const records = messages.map((message) => ({ ...message, topic, partition }));
    const ask = { broker: leader, slot: coordinator.slot };
    await cluster.ask(ask, cluster.requests.produce, allReplicas, produceMsMax, records, options);
    this.#sequences.postIncrement(`${topic}:${partition}`, messages.length, 0);
  }
}
