// Records as messages to RabbitMQ (AMQP 0-9-1), one a record: straight into a queue, or to an exchange with a routing key.
//
// Delivery: at least once. A record counts as accepted at its publisher confirm: the queues that it went to have it then, a quorum queue
// on the disks of most of its members. What had no confirm when the connection ended is sent again, and may be there twice, with the
// same message id: the key of the record.
//
// Constraints
//   inflightMax            messages without confirm
//   routingKeyBytesMax     of AMQP, 255; a record with a longer one is rejected
//
// Failure
//   no queue takes the message (mandatory, returned)   the record is rejected
//   nack: queue full, or in trouble                    kept for retryAfterMs
//   broker short of memory or disk (blocked)           all that is written then is kept for retryAfterMs
//   wrong credentials, vhost, permission, exchange; a queue of that name that is of another kind   SINK_REFUSED
//
// With `queue` it declares that queue, durable and of type quorum, unless `declare` is false. It declares neither exchanges nor bindings.

import type { ChannelModel, ConfirmChannel } from "amqplib";
import { type PayloadFormat, payloadOf } from "../../codec/record-payload.ts";
import type { PlacedRecord } from "../../codec/record-text.ts";
import type { Lane } from "../../model/lane.ts";
import { recordKey } from "../../model/origin.ts";
import { loadLibrary } from "../../platform/client-library.ts";
import type { Clock } from "../../platform/clock.ts";
import { messageOf, TidegateError } from "../../platform/errors.ts";
import { readSecret } from "../../platform/secret.ts";
import { readTlsFiles, type TlsOptions } from "../../platform/tls-client.ts";
import {
  allKept,
  type BatchOutcome,
  type ConnectOptions,
  type RecordBatch,
  type RecordClient,
  type RecordSink,
} from "../record-sink.ts";
import { AddressTemplate } from "./address-template.ts";
import { accepted, ConfirmWindow, type Fate, kept, rejected } from "./confirm-window.ts";
import type { SinkContext } from "./sink-context.ts";
import { closedError, connectRefusal, refusedError, unreachableError } from "./sink-errors.ts";

const retryAfterMs = 5000;
const connectTimeoutMs = 10_000;
const heartbeatSeconds = 30;
/** How long the broker has to answer a goodbye. */
const goodbyeMs = 1000;
const routingKeyBytesMax = 255;
const writesMax = 8;

export interface AmqpSinkOptions {
  readonly name: string;
  readonly address: { readonly host: string; readonly port: number };
  readonly vhost: string;
  readonly username: string;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly queue: string;
  readonly declare: boolean;
  /** Instead of `queue`. */
  readonly exchange?: string | undefined;
  readonly routingKey: string;
  readonly payload: PayloadFormat;
  readonly inflightMax: number;
}

type AmqpLibrary = typeof import("amqplib");

export async function createAmqpSink(options: AmqpSinkOptions, context: SinkContext): Promise<RecordSink> {
  return new AmqpSink(await loadLibrary("amqplib", () => import("amqplib")), options, context);
}

class AmqpSink implements RecordSink {
  readonly name: string;
  readonly target: string;
  readonly #library: AmqpLibrary;
  readonly #options: AmqpSinkOptions;
  readonly #context: SinkContext;

  constructor(library: AmqpLibrary, options: AmqpSinkOptions, context: SinkContext) {
    this.#library = library;
    this.#options = options;
    this.#context = context;
    this.name = options.name;
    this.target = `${options.address.host}:${options.address.port}`;
  }

  async connect({ signal, lost, answered }: ConnectOptions): Promise<RecordClient> {
    // Destroys the socket, whatever the connection waits for.
    const ending = new AbortController();
    const end = () => ending.abort();
    signal.addEventListener("abort", end, { once: true });
    try {
      const connection = await this.#connected(ending.signal);
      // Without a listener an error event ends the process; what goes wrong is told by the calls.
      connection.on("error", () => {});
      const channel = await this.#readyChannel(connection);
      const client = { connection, channel, destroySocket: end };
      const own = { target: this.target, context: this.#context, lost, answered };
      return new AmqpRecordClient(client, { ...this.#options, ...own });
    } catch (error) {
      end();
      const { tls, address } = this.#options;
      throw connectRefusal(this.target, error, { tls, host: address.host }) ?? failureOf(this.target, error);
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #connected(signal: AbortSignal): Promise<ChannelModel> {
    const { address, vhost, username, tls, password, passwordFile, passwordEnv } = this.#options;
    const { environment, origin } = this.#context;
    const secret = await readSecret({ text: password, file: passwordFile, variable: passwordEnv }, environment, "SINK_REFUSED");
    const server = {
      protocol: tls === undefined ? "amqp" : "amqps",
      hostname: address.host,
      port: address.port,
      username,
      password: secret ?? "",
      vhost,
      heartbeat: heartbeatSeconds,
    };
    const socket = {
      timeout: connectTimeoutMs,
      noDelay: true,
      signal,
      clientProperties: { connection_name: `tidegate ${origin.gatewayId} ${this.name}` },
      ...(tls === undefined ? {} : await readTlsFiles(tls, "SINK_REFUSED")),
    };
    return this.#library.connect(server, socket);
  }

  /** Of a connection whose exchange or queue is there. */
  async #readyChannel(connection: ChannelModel): Promise<ConfirmChannel> {
    const { queue, exchange, declare } = this.#options;
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => {});
    if (exchange !== undefined) await channel.checkExchange(exchange);
    else if (declare) await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": "quorum" } });
    else await channel.checkQueue(queue);
    return channel;
  }
}

interface AmqpHandles {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  readonly destroySocket: () => void;
}

interface RecordClientOptions extends AmqpSinkOptions {
  readonly target: string;
  readonly context: SinkContext;
  readonly lost: ConnectOptions["lost"];
  readonly answered: ConnectOptions["answered"];
}

class AmqpRecordClient implements RecordClient {
  readonly writesMax = writesMax;
  wireBytes = 0;
  readonly #handles: AmqpHandles;
  readonly #options: RecordClientOptions;
  readonly #window: ConfirmWindow;
  readonly #routingKeys: AddressTemplate;
  /** Message id → why it came back. Its confirm comes next. */
  readonly #returned = new Map<string, string>();
  #isBlocked = false;
  #closing: Promise<void> | null = null;

  constructor(handles: AmqpHandles, options: RecordClientOptions) {
    this.#handles = handles;
    this.#options = options;
    const { inflightMax, context, routingKey, target, answered } = options;
    this.#routingKeys = new AddressTemplate({ template: routingKey, origin: context.origin, forbidden: /[.*#\s\p{Cc}]/gu });
    this.#window = new ConfirmWindow({ inflightMax, answered, publish: (...args) => this.#publish(...args) });
    const { connection, channel } = handles;
    channel.on("return", ({ fields, properties }) => {
      const { replyText } = fields as { readonly replyText?: string };
      this.#returned.set(String(properties.messageId), replyText ?? "returned");
    });
    channel.on("error", (error) => this.#end(failureOf(target, error)));
    connection.on("error", (error) => this.#end(failureOf(target, error)));
    connection.on("close", () => this.#end(unreachableError(target, "the connection ended")));
    connection.on("blocked", () => {
      this.#isBlocked = true;
    });
    connection.on("unblocked", () => {
      this.#isBlocked = false;
    });
  }

  async write(batch: RecordBatch): Promise<BatchOutcome> {
    return this.#isBlocked ? allKept(batch, retryAfterMs) : this.#window.write(batch);
  }

  close(): Promise<void> {
    this.#window.fail(closedError(this.#options.target));
    this.#closing ??= goodbye(this.#handles, this.#options.context.clock);
    return this.#closing;
  }

  #publish(lane: Lane, placed: PlacedRecord<Lane>, settle: (fate: Fate) => void): void {
    const { payload, context, exchange, queue } = this.#options;
    const { origin } = context;
    const { bytes, contentType } = payloadOf(payload, origin, lane, placed);
    const routingKey = exchange === undefined ? queue : this.#routingKeys.addressOf(lane, placed);
    const routingKeyBytes = Buffer.byteLength(routingKey);
    if (routingKeyBytes > routingKeyBytesMax) {
      settle(rejected(`routing key too long: ${routingKeyBytes} bytes, and AMQP takes ${routingKeyBytesMax}`));
      return;
    }
    this.wireBytes += bytes.length;
    const messageId = recordKey(origin, lane, placed.offset);
    const headers = { gateway: origin.gatewayId, log: origin.logId, lane, offset: placed.offset };
    const options = { mandatory: true, persistent: true, messageId, contentType, appId: "tidegate", headers };
    this.#handles.channel.publish(exchange ?? "", routingKey, bytes, options, (error: unknown) => {
      const returned = this.#returned.get(messageId);
      this.#returned.delete(messageId);
      if (returned !== undefined) settle(rejected(`${returned}: no queue takes the routing key ${routingKey}`));
      else if (error === null) settle(accepted);
      else if (messageOf(error) === "message nacked") settle(kept(retryAfterMs));
      // Anything else is the end of the channel, which has its own event.
    });
  }

  #end(error: TidegateError): void {
    if (this.#closing !== null) return;
    this.#window.fail(error);
    void this.close();
    this.#options.lost(error);
  }
}

/** Resolves when the connection is over, after `goodbyeMs` at the latest: the library does not always say so. */
function goodbye({ connection, destroySocket }: AmqpHandles, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      destroySocket();
      resolve();
    };
    const cancel = clock.after(goodbyeMs, done);
    connection.once("close", done);
    connection.close().catch(done);
  });
}

/** Reply codes of AMQP 0-9-1: access refused, not found, precondition failed, not allowed. */
const refusalCodes: ReadonlySet<number> = new Set([403, 404, 406, 530]);

function failureOf(target: string, error: unknown): TidegateError {
  if (error instanceof TidegateError) return error;
  const what = messageOf(error);
  const { code } = error as { readonly code?: unknown };
  const isRefused = (typeof code === "number" && refusalCodes.has(code)) || /\b(403|ACCESS.REFUSED|530)\b/.test(what);
  if (!isRefused) return unreachableError(target, what, error);
  const remedy = "check username, password, vhost, permissions, exchange and queue (declare: false takes a queue as it is)";
  return refusedError(target, `${what}; ${remedy}`, error);
}
