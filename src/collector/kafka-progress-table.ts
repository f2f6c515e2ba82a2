// What the progress topic says of every gateway, as one table for all sessions of a store. It reads on when it is asked to, from where it
// was, and not in between.
//
// It reads what is not committed as well, and takes a value when the marker follows by which its producer commits. So what it says is
// committed, and no gateway waits for the open transaction of another one, as a reader that is told only what is committed does.
//
// Constraints
//   entriesMax      20,000  values, twice as many as collectors serve; beyond it the topic cannot be used. Each is the bytes of its
//                           message, decoded by who needs it
//   fetchBytesMax   1 MiB   an answer of the broker, if no message is larger
//   readMsMax       60 s    for all that has been added since
//   settleMsMax     5 s     for transactions that were open at the end, where the reader asks for it
//
// A message without value forgets its gateway. A topic that is shorter than it was has been made anew; then all is read from the start.

import type { RecordsBatch } from "@platformatic/kafka";
import { TidegateError } from "../platform/errors.ts";
import { kafkaCode, kafkaErrorsIn } from "../platform/kafka-connection.ts";
import type { Broker, KafkaCluster } from "./kafka-cluster.ts";

const entriesMax = 20_000;
const fetchBytesMax = 1024 * 1024;
const fetchWaitMs = 200;
const readMsMax = 60_000;
const settleMsMax = 5000;
const settlePauseMs = 10;
/** Beside the connections of sessions. */
const readerSlot = -2;

const transactionalBit = 0b1_0000;
const controlBit = 0b10_0000;
const commitMarker = 1;

const latest = -1n;
const earliest = -2n;
/** OFFSET_OUT_OF_RANGE */
const outOfRangeCode = 1;

export interface ProgressTableOptions {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  /** Who leads the topic now. */
  readonly leader: () => Promise<Broker>;
}

export class KafkaProgressTable {
  readonly #options: ProgressTableOptions;
  /** By `gateway/log`. */
  readonly #entries = new Map<string, Buffer>();
  /** By producer: values that are not committed. */
  readonly #open = new Map<bigint, Map<string, Buffer>>();
  /** Gateways whose first value is being written here. */
  readonly #reserved = new Set<string>();
  /** The next to read; null: the first there is. */
  #position: bigint | null = null;
  #reading: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(options: ProgressTableOptions) {
    this.#options = options;
  }

  /** Those in the topic, and those that are reserved. */
  get size(): number {
    return this.#entries.size + this.#reserved.size;
  }

  get entries(): ReadonlyMap<string, Buffer> {
    return this.#entries;
  }

  get(key: string): Buffer | undefined {
    return this.#entries.get(key);
  }

  /** Counts a gateway whose value is not in the table yet, until it is or {@link release} is called. */
  reserve(key: string): void {
    if (!this.#entries.has(key)) this.#reserved.add(key);
  }

  release(key: string): void {
    this.#reserved.delete(key);
  }

  /** Reads all that is in the topic at the time of the call. Rejects with STORE_UNUSABLE, or with what the cluster says. */
  catchUp(): Promise<void> {
    // What is under way may have asked for the end before this call; all calls until it is done share the next one.
    this.#next ??= this.#reading
      .catch(() => {})
      .then(() => {
        this.#next = null;
        this.#reading = this.#readToEnd();
        return this.#reading;
      });
    return this.#next;
  }

  /** As {@link catchUp}, and with transactions that are open there, unless they stay so for longer than settleMsMax. */
  async settle(): Promise<void> {
    await this.catchUp();
    const { clock } = this.#options.cluster;
    const endUs = clock.nowUs() + settleMsMax * 1000;
    const awaited = [...this.#open];
    while (awaited.some(([producer, values]) => this.#open.get(producer) === values) && clock.nowUs() < endUs) {
      await this.#options.cluster.pause(settlePauseMs);
      await this.catchUp();
    }
  }

  async #readToEnd(): Promise<void> {
    const { clock } = this.#options.cluster;
    const broker = await this.#options.leader();
    const end = await this.#offset(broker, latest);
    if (this.#position === null || this.#position > end) await this.#restart(broker);
    const endUs = clock.nowUs() + readMsMax * 1000;
    for (;;) {
      this.#checkSize();
      if (this.#position === null || this.#position >= end) return;
      if (clock.nowUs() > endUs) throw new Error(`topic ${this.#options.topic} was not read in ${readMsMax} ms`);
      for (const batch of await this.#fetch(broker)) this.#take(batch);
    }
  }

  async #restart(broker: Broker): Promise<void> {
    this.#entries.clear();
    this.#open.clear();
    this.#position = await this.#offset(broker, earliest);
  }

  async #offset(broker: Broker, timestamp: bigint): Promise<bigint> {
    const { cluster, topic } = this.#options;
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }];
    const request = cluster.requests.listOffsets;
    const answer = await cluster.ask({ broker, slot: readerSlot }, request, -1, 0, [{ name: topic, partitions }]);
    return answer.topics[0]?.partitions[0]?.offset ?? 0n;
  }

  async #fetch(broker: Broker): Promise<readonly RecordsBatch[]> {
    const { cluster, topic } = this.#options;
    const place = { partition: 0, currentLeaderEpoch: -1, fetchOffset: this.#position ?? 0n, lastFetchedEpoch: -1 };
    const topics = [{ topicId: topic, partitions: [{ ...place, partitionMaxBytes: fetchBytesMax }] }];
    const { fetch } = cluster.requests;
    try {
      const ask = { broker, slot: readerSlot };
      const answer = await cluster.ask(ask, fetch, fetchWaitMs, 1, fetchBytesMax, 0, 0, -1, topics, [], "");
      return answer.responses[0]?.partitions[0]?.records ?? [];
    } catch (error) {
      if (!kafkaErrorsIn(error).some((each) => kafkaCode(each) === outOfRangeCode)) throw error;
      await this.#restart(broker);
      return [];
    }
  }

  #take(batch: RecordsBatch): void {
    const next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    if (next <= (this.#position ?? 0n)) return;
    this.#position = next;
    if ((batch.attributes & controlBit) !== 0) this.#finish(batch);
    else this.#add(batch);
  }

  #add({ attributes, producerId, records }: RecordsBatch): void {
    // Copied, because what the broker sent is one buffer.
    const values = new Map(records.map(({ key, value }) => [key.toString(), Buffer.from(value)]));
    if ((attributes & transactionalBit) === 0) this.#apply(values);
    else this.#open.set(producerId, new Map([...(this.#open.get(producerId) ?? []), ...values]));
  }

  /** A marker: the producer has committed or aborted. */
  #finish({ producerId, records }: RecordsBatch): void {
    const values = this.#open.get(producerId);
    this.#open.delete(producerId);
    if (values !== undefined && records[0]?.key.readInt16BE(2) === commitMarker) this.#apply(values);
  }

  #apply(values: ReadonlyMap<string, Buffer>): void {
    for (const [key, value] of values) {
      this.#reserved.delete(key);
      if (value.length === 0) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
  }

  #checkSize(): void {
    const { topic, cluster } = this.#options;
    if (this.#entries.size + this.#open.size <= entriesMax) return;
    const remedy = "give this collector another store.topicPrefix";
    const what = `topic ${topic} has the progress of more than ${entriesMax} logs of gateways; ${remedy}`;
    throw new TidegateError("STORE_UNUSABLE", `read Kafka ${cluster.name}: ${what}`, { details: { entriesMax } });
  }
}
