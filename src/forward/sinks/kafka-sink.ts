// Records as messages to Kafka (2.4 or later), one a record; the key is the series, so that a series stays in one partition, in order.
//
// Delivery: at least once. A record counts as accepted when all replicas in sync have it (acks all). Within a connection the producer is
// idempotent: what it sends again by itself is there once. What had no answer when the connection or the gateway ended is sent again
// by another producer, and may be there twice; the headers gateway, log, lane and offset are the same then.
//
// Constraints
//   requestBytesMax   512 KiB of keys and payloads a request, below Kafka's default of message.max.bytes
//   a request holds records of one partition, and one a partition is under way. The library takes the sequence numbers of a request before
//   the one in flight is answered, so that the second of two would look like the first sent again, and be dropped; and it cannot
//   read an answer where one of several partitions refuses.
//
// Failure
//   a partition has too few replicas, or is throttled   its records, and what comes behind them, are kept for retryAfterMs
//   a request is refused (too large, invalid record)    it is cut in halves; a record that is refused alone is rejected
//   authentication, authorization, no such topic        SINK_REFUSED
// After a request that failed the producer is replaced: the library does not know how many of its sequence numbers the broker has taken.
//
// The time of a message is when it was sent: brokers refuse, or remove at once, what is far from their own clock. Event times are in the
// payload. It uses no transactions: they would not help, since no consumer of a gateway commits offsets in them.

import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { MessageToProduce, Producer, ProducerOptions } from "@platformatic/kafka";
import { recordMessage } from "../../codec/record-message.ts";
import type { PayloadFormat } from "../../codec/record-payload.ts";
import { type Lane, lanes } from "../../model/lane.ts";
import type { Origin } from "../../model/origin.ts";
import { loadLibrary } from "../../platform/client-library.ts";
import { messageOf, TidegateError } from "../../platform/errors.ts";
import {
  isKafkaAccessFault,
  type KafkaLibrary,
  type KafkaServers,
  kafkaCode,
  kafkaCredentials,
  kafkaErrorsIn,
  kafkaPartition,
  kafkaRecordCodes,
  kafkaRequestsOf,
  kafkaTarget,
} from "../../platform/kafka-connection.ts";
import type { BatchOutcome, ConnectOptions, RecordBatch, RecordClient, RecordSink } from "../record-sink.ts";
import { AddressTemplate } from "./address-template.ts";
import { accepted, type Fate, kept, outcomeOf, rejected } from "./confirm-window.ts";
import type { SinkContext } from "./sink-context.ts";
import { closedError, connectRefusal, refusedError, tlsRefusal, unreachableError } from "./sink-errors.ts";

const retryAfterMs = 5000;
const connectTimeoutMs = 10_000;
/** Of the library itself. It would try for ever if the producer, rather than each request, were said to be idempotent. */
const retries = 2;
const retryDelayMs = 250;
const metadataMaxAgeMs = 300_000;

export interface KafkaSinkOptions extends KafkaServers {
  readonly name: string;
  readonly lanes: readonly Lane[];
  readonly topic: string;
  readonly createTopic: boolean;
  readonly payload: PayloadFormat;
  readonly compression: "gzip" | "none";
}

type KafkaProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

export async function createKafkaSink(options: KafkaSinkOptions, context: SinkContext): Promise<RecordSink> {
  const library = await loadLibrary("@platformatic/kafka", () => import("@platformatic/kafka"));
  return new KafkaSink(library, options, context);
}

class KafkaSink implements RecordSink {
  readonly name: string;
  readonly target: string;
  readonly #library: KafkaLibrary;
  readonly #options: KafkaSinkOptions;
  readonly #context: SinkContext;

  constructor(library: KafkaLibrary, options: KafkaSinkOptions, context: SinkContext) {
    this.#library = library;
    this.#options = options;
    this.#context = context;
    this.name = options.name;
    this.target = kafkaTarget(options);
  }

  async connect({ signal, answered }: ConnectOptions): Promise<RecordClient> {
    const { topic, lanes: wanted } = this.#options;
    const { origin } = this.#context;
    const topics = new AddressTemplate({ template: topic, origin, forbidden: /[^A-Za-z0-9._-]/g });
    const client = new KafkaRecordClient({
      ...this.#options,
      library: this.#library,
      target: this.target,
      topics,
      origin,
      producerOptions: await this.#producerOptions(),
      answered,
    });
    const end = () => void client.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      for (const lane of lanes) if (wanted.includes(lane)) await client.partitionsOf(topics.addressOfLane(lane));
      return client;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #producerOptions(): Promise<ProducerOptions<Buffer, Buffer, Buffer, Buffer>> {
    const { brokers, createTopic } = this.#options;
    const { origin, environment } = this.#context;
    return {
      clientId: `tidegate-${origin.gatewayId}`,
      bootstrapBrokers: brokers.map(({ host, port }) => ({ host, port })),
      retries,
      retryDelay: retryDelayMs,
      connectTimeout: connectTimeoutMs,
      metadataMaxAge: metadataMaxAgeMs,
      autocreateTopics: createTopic,
      ...(await kafkaCredentials(this.#options, environment, "SINK_REFUSED")),
    };
  }
}

interface RecordClientOptions extends KafkaSinkOptions {
  readonly library: KafkaLibrary;
  readonly target: string;
  readonly topics: AddressTemplate;
  readonly origin: Origin;
  readonly producerOptions: ProducerOptions<Buffer, Buffer, Buffer, Buffer>;
  readonly answered: ConnectOptions["answered"];
}

interface Message extends MessageToProduce<Buffer, Buffer, Buffer, Buffer> {
  /** Which record of its batch it is. */
  readonly index: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly partition: number;
}

class KafkaRecordClient implements RecordClient {
  readonly writesMax = 2;
  wireBytes = 0;
  readonly #options: RecordClientOptions;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<(error: TidegateError) => void>();
  #producer: KafkaProducer;
  /** To any broker, ever. */
  #hasConnected = false;
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(options: RecordClientOptions) {
    this.#options = options;
    this.#producer = this.#newProducer();
  }

  async write(batch: RecordBatch): Promise<BatchOutcome> {
    const outcome = this.#turn.then(() => this.#writeInTurn(batch));
    this.#turn = outcome.catch(() => undefined);
    return outcome;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** How many partitions a topic has. Errors: SINK_UNREACHABLE, SINK_REFUSED. */
  async partitionsOf(topic: string): Promise<number> {
    try {
      const { topics } = await this.#untilClosed(this.#producer.metadata({ topics: [topic] }));
      return topics.get(topic)?.partitionsCount ?? 1;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #newProducer(): KafkaProducer {
    const producer = new this.#options.library.Producer<Buffer, Buffer, Buffer, Buffer>({ ...this.#options.producerOptions });
    // A connection that could not be made may have a second error to tell; an event without a listener would end the process.
    producer.on("client:broker:failed", ({ connection }: { connection: EventEmitter }) => connection.on("error", () => {}));
    producer.on("client:broker:connect", ({ connection }: { connection: EventEmitter & { socket: Socket } }) => {
      const { socket } = connection;
      this.#hasConnected = true;
      connection.on("error", () => {});
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    return producer;
  }

  async #writeInTurn(batch: RecordBatch): Promise<BatchOutcome> {
    const { lane } = batch;
    const topic = this.#options.topics.addressOfLane(lane);
    const messages = this.#messagesOf(batch, topic, await this.partitionsOf(topic));
    const fates: Fate[] = [];
    const groups = [...byPartition(messages).values()];
    const failures = await Promise.all(groups.map((group) => this.#send(group, fates)));
    const failed = failures.filter((failure) => failure !== null);
    if (failed.length > 0) await this.#replaceProducer();
    for (const failure of failed) await this.#settle(failure, fates);
    return outcomeOf(batch, fates);
  }

  #messagesOf({ lane, records }: RecordBatch, topic: string, partitions: number): Message[] {
    const { payload, origin, library } = this.#options;
    return records.map((placed, index) => {
      const message = recordMessage(payload, origin, lane, placed);
      return { ...message, index, topic, partition: kafkaPartition(library, message.key, partitions) };
    });
  }

  /** Sends messages of one partition, in requests one after the other. Those that failed, with those behind them; null if none did. */
  async #send(messages: readonly Message[], fates: Fate[]): Promise<FailedRequest | null> {
    const { compression } = this.#options;
    const requests = kafkaRequestsOf(messages);
    for (const [number, request] of requests.entries()) {
      try {
        await this.#untilClosed(this.#producer.send({ messages: request, compression, idempotent: true }));
        for (const { index, key, value } of request) {
          fates[index] = accepted;
          this.wireBytes += key.length + value.length;
        }
      } catch (error) {
        return { request, behind: requests.slice(number + 1).flat(), error };
      } finally {
        this.#options.answered?.();
      }
    }
    return null;
  }

  /** With a new producer. Errors: SINK_UNREACHABLE, SINK_REFUSED. */
  async #settle({ request, behind, error }: FailedRequest, fates: Fate[]): Promise<void> {
    const { code, reason } = answerIn(error);
    const isLater = laterCodes.has(code);
    if (!isLater && !kafkaRecordCodes.has(code)) throw this.#failure(error);
    const setAll = (messages: readonly Message[], fate: Fate) => {
      for (const { index } of messages) fates[index] = fate;
    };
    if (isLater) return setAll([...request, ...behind], kept(retryAfterMs));
    if (request.length === 1) setAll(request, rejected(reason));
    const middle = Math.floor(request.length / 2);
    const parts = request.length === 1 ? [behind] : [request.slice(0, middle), request.slice(middle), behind];
    let isPaused = false;
    for (const part of parts) {
      if (isPaused) setAll(part, kept(retryAfterMs));
      else await this.#sendAgain(part, fates);
      isPaused ||= part.some(({ index }) => fates[index]?.kind === "kept");
    }
  }

  async #sendAgain(messages: readonly Message[], fates: Fate[]): Promise<void> {
    const failure = await this.#send(messages, fates);
    if (failure === null) return;
    await this.#replaceProducer();
    await this.#settle(failure, fates);
  }

  async #replaceProducer(): Promise<void> {
    const previous = this.#producer;
    this.#producer = this.#newProducer();
    await this.#closeProducer(previous);
  }

  async #closeProducer(producer: KafkaProducer): Promise<void> {
    const closed = producer.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #end(): Promise<void> {
    const error = closedError(this.#options.target);
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    await this.#closeProducer(this.#producer);
  }

  /** Nothing waits for a broker that does not answer when the connection is given up. */
  #untilClosed<T>(answer: Promise<T>): Promise<T> {
    if (this.#closing !== null) return Promise.reject(closedError(this.#options.target));
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  #tlsRefusal(errors: readonly unknown[]): TidegateError | undefined {
    const { target, tls, brokers } = this.#options;
    const to = { tls, host: brokers.map(({ host }) => host).join(", ") };
    const refusalOf = this.#hasConnected ? tlsRefusal : connectRefusal;
    return errors.map((each) => refusalOf(target, each, to)).find((each) => each !== null);
  }

  #failure(error: unknown): TidegateError {
    if (error instanceof TidegateError) return error;
    const { library, target, topic } = this.#options;
    const all = kafkaErrorsIn(error);
    const refusal = this.#tlsRefusal(all);
    if (refusal !== undefined) return refusal;
    const what = messageOf(all.at(-1)).replace(/\.$/, "");
    if (isKafkaAccessFault(library, error)) {
      return refusedError(
        target,
        `${what}; check tls, mechanism, username, password and what this user may do with ${topic}`,
        error,
      );
    }
    if (all.some((each) => kafkaCode(each) === unknownTopicCode || /^Unknown topic/.test(messageOf(each)))) {
      return refusedError(target, `there is no topic for ${topic}; create it, or let the brokers do so (createTopic)`, error);
    }
    return unreachableError(target, what, error);
  }
}

/** A request that failed, and what was to follow it. */
interface FailedRequest {
  readonly request: readonly Message[];
  readonly behind: readonly Message[];
  readonly error: unknown;
}

// Error codes of the Kafka protocol.
const unknownTopicCode = 3;
/** Not now: not enough replicas, storage error, throttled. */
const laterCodes: ReadonlySet<number> = new Set([19, 56, 89]);

/** What the broker said; code 0 if it said nothing. */
function answerIn(error: unknown): { readonly code: number; readonly reason: string } {
  const answer = kafkaErrorsIn(error).findLast((each) => kafkaCode(each) !== 0);
  return { code: answer === undefined ? 0 : kafkaCode(answer), reason: messageOf(answer) };
}

function byPartition(messages: readonly Message[]): ReadonlyMap<number, Message[]> {
  const groups = new Map<number, Message[]>();
  for (const message of messages) {
    const group = groups.get(message.partition);
    if (group === undefined) groups.set(message.partition, [message]);
    else group.push(message);
  }
  return groups;
}
