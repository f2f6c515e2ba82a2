// Records as messages to an MQTT broker, with QoS 1: MQTT 5, or 3.1.1 for brokers that are older. One message a record.
//
// Delivery: at least once. A record counts as accepted at its PUBACK; if that is lost with the connection, the message is sent again on
// the next one. With MQTT 5 it carries gateway, log, lane and offset, so that a subscriber can tell. How long a broker keeps what it
// acknowledged is the broker's: without a subscriber, most keep nothing (`requireSubscriber`).
//
// Constraints
//   inflightMax           messages without PUBACK, or the broker's Receive Maximum if that is less
//   payloadSizeMax        a larger record is rejected here, and so is one beyond the broker's Maximum Packet Size (MQTT 5)
//
// Failure, with MQTT 5
//   0x97 quota exceeded          kept for retryAfterMs
//   0x87 not authorized          SINK_REFUSED: it concerns more than one record
//   any other code of a PUBACK   the record is rejected (0x83, 0x90, 0x99, ...)
// A 3.1.1 broker cannot say no: what it does not want it acknowledges and drops, or it closes the connection. Mosquitto answers what is
// beyond its message_size_limit with a code that MQTT 5 does not have there (0x95), which ends the connection each time: set
// payloadSizeMax to that limit, or max_packet_size of Mosquitto.
//
// It keeps no session: the log is what survives. It sets no retain flag and no topic aliases.

import type { IClientOptions, IClientPublishOptions, MqttClient, Packet } from "mqtt";
import { type PayloadFormat, payloadOf } from "../../codec/record-payload.ts";
import type { PlacedRecord } from "../../codec/record-text.ts";
import type { Lane } from "../../model/lane.ts";
import type { Origin } from "../../model/origin.ts";
import { messageOf, TidegateError } from "../../platform/errors.ts";
import { readSecret } from "../../platform/secret.ts";
import { readTlsFiles, type TlsOptions } from "../../platform/tls-client.ts";
import type { BatchOutcome, ConnectOptions, RecordBatch, RecordClient, RecordSink } from "../record-sink.ts";
import { AddressTemplate } from "./address-template.ts";
import { accepted, ConfirmWindow, type Fate, kept, rejected } from "./confirm-window.ts";
import type { SinkContext } from "./sink-context.ts";
import { closedError, connectRefusal, refusedError, unreachableError } from "./sink-errors.ts";

const retryAfterMs = 5000;
const connectTimeoutMs = 10_000;
const keepaliveSeconds = 30;
const writesMax = 8;

export interface MqttSinkOptions {
  readonly name: string;
  readonly address: { readonly host: string; readonly port: number };
  readonly version: 5 | "3.1.1";
  readonly clientId?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly topic: string;
  readonly payload: PayloadFormat;
  readonly payloadSizeMax: number;
  readonly inflightMax: number;
  readonly requireSubscriber: boolean;
}

type MqttLibrary = typeof import("mqtt");

export async function createMqttSink(options: MqttSinkOptions, context: SinkContext): Promise<RecordSink> {
  // Loaded here, so that a gateway without such a sink has not got it in memory.
  return new MqttSink(await import("mqtt"), options, context);
}

class MqttSink implements RecordSink {
  readonly name: string;
  readonly target: string;
  readonly #library: MqttLibrary;
  readonly #options: MqttSinkOptions;
  readonly #context: SinkContext;

  constructor(library: MqttLibrary, options: MqttSinkOptions, context: SinkContext) {
    this.#library = library;
    this.#options = options;
    this.#context = context;
    this.name = options.name;
    this.target = `${options.address.host}:${options.address.port}`;
  }

  async connect({ signal, lost, answered }: ConnectOptions): Promise<RecordClient> {
    const client = this.#begin(await this.#clientOptions());
    const end = () => client.end(true);
    signal.addEventListener("abort", end, { once: true });
    try {
      const limits = await connackOf(client, this.target);
      const topics = new AddressTemplate({
        template: this.#options.topic,
        origin: this.#context.origin,
        forbidden: /[+#/\p{Cc}]/gu,
      });
      const { origin } = this.#context;
      return new MqttRecordClient(client, { ...this.#options, target: this.target, limits, topics, origin, lost, answered });
    } catch (error) {
      end();
      throw this.#failure(error);
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  /** The library throws if it cannot use a key. */
  #begin(options: IClientOptions): MqttClient {
    try {
      return this.#library.connect(options);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): TidegateError {
    const { tls, address } = this.#options;
    return connectRefusal(this.target, error, { tls, host: address.host }) ?? connectFailure(this.target, error);
  }

  async #clientOptions(): Promise<IClientOptions> {
    const { address, version, clientId, username, tls, password, passwordFile, passwordEnv } = this.#options;
    const { origin, environment } = this.#context;
    const secret = await readSecret({ text: password, file: passwordFile, variable: passwordEnv }, environment, "SINK_REFUSED");
    return {
      ...address,
      protocol: tls === undefined ? "mqtt" : "mqtts",
      protocolVersion: version === 5 ? 5 : 4,
      clientId: clientId ?? `tidegate-${origin.gatewayId}-${this.name}`,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: connectTimeoutMs,
      keepalive: keepaliveSeconds,
      ...(username === undefined ? {} : { username }),
      ...(secret === undefined ? {} : { password: secret }),
      ...(tls === undefined ? {} : await readTlsFiles(tls, "SINK_REFUSED")),
    };
  }
}

/** What the broker allows. */
interface BrokerLimits {
  readonly receiveMaximum: number;
  readonly packetBytesMax: number;
}

/** Settles when the broker has let the client in, or not. */
function connackOf(client: MqttClient, target: string): Promise<BrokerLimits> {
  return new Promise((resolve, reject) => {
    client.once("connect", ({ properties }) => {
      if (properties?.maximumQoS === 0) reject(refusedError(target, "the broker takes no QoS 1; allow it there"));
      resolve({
        receiveMaximum: properties?.receiveMaximum ?? 65_535,
        packetBytesMax: properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
      });
    });
    client.on("error", reject);
    client.once("close", () => reject(unreachableError(target, "the connection ended before the broker answered")));
  });
}

/** CONNACK codes of MQTT 3.1.1 and 5 that say "later": server unavailable, busy, shutting down, rate exceeded. */
const laterCodes: ReadonlySet<number> = new Set([0x03, 0x88, 0x89, 0x8b, 0x9f]);

function connectFailure(target: string, error: unknown): TidegateError {
  if (error instanceof TidegateError) return error;
  const code = reasonCodeOf(error);
  if (code === undefined || laterCodes.has(code)) return unreachableError(target, messageOf(error), error);
  const what = `${messageOf(error)} (${hex(code)}); check username, password, clientId and version`;
  return refusedError(target, what, error);
}

function reasonCodeOf(error: unknown): number | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, "0")}`;
}

interface RecordClientOptions extends MqttSinkOptions {
  readonly target: string;
  readonly origin: Origin;
  readonly limits: BrokerLimits;
  readonly topics: AddressTemplate;
  readonly lost: ConnectOptions["lost"];
  readonly answered: ConnectOptions["answered"];
}

// PUBACK codes (MQTT 5 §3.4.2.1).
const notAuthorized = 0x87;
const quotaExceeded = 0x97;
const noMatchingSubscribers = 0x10;

class MqttRecordClient implements RecordClient {
  readonly writesMax = writesMax;
  wireBytes = 0;
  readonly #client: MqttClient;
  readonly #options: RecordClientOptions;
  readonly #window: ConfirmWindow;
  /** Ids of messages whose PUBACK said so; the callback of a publish is told only that it succeeded. */
  readonly #withoutSubscriber = new Set<number>();
  #closing: Promise<void> | null = null;

  constructor(client: MqttClient, options: RecordClientOptions) {
    this.#client = client;
    this.#options = options;
    this.#window = new ConfirmWindow({
      inflightMax: Math.min(options.inflightMax, options.limits.receiveMaximum),
      answered: options.answered,
      publish: (lane, placed, settle) => this.#publish(lane, placed, settle),
    });
    client.on("packetreceive", (packet) => {
      if (packet.cmd !== "puback" || packet.reasonCode !== noMatchingSubscribers) return;
      if (packet.messageId !== undefined) this.#withoutSubscriber.add(packet.messageId);
    });
    client.on("disconnect", ({ reasonCode = 0 }) => this.#lose(`the broker ended the connection (${hex(reasonCode)})`));
    client.on("error", (error) => this.#lose(messageOf(error), error));
    client.on("close", () => this.#lose("the connection ended"));
  }

  write(batch: RecordBatch): Promise<BatchOutcome> {
    return this.#window.write(batch);
  }

  close(): Promise<void> {
    this.#window.fail(closedError(this.#options.target));
    this.#closing ??= this.#client.endAsync(true);
    return this.#closing;
  }

  #publish(lane: Lane, placed: PlacedRecord<Lane>, settle: (fate: Fate) => void): void {
    const { topics, payload, origin, version } = this.#options;
    const topic = topics.addressOf(lane, placed);
    const { bytes, contentType } = payloadOf(payload, origin, lane, placed);
    const properties = version === 5 ? propertiesOf(placed, { lane, logId: origin.logId, contentType }) : undefined;
    const size = packetBytes(topic, bytes, properties);
    const fault = this.#sizeFault(bytes.length, size);
    if (fault !== null) {
      settle(rejected(fault));
      return;
    }
    this.wireBytes += size;
    const options: IClientPublishOptions = { qos: 1, ...(properties === undefined ? {} : { properties }) };
    this.#client.publish(topic, bytes, options, (error, packet) => {
      const fate = error ? this.#refusal(error, packet) : this.#acceptance(packet);
      if (fate instanceof TidegateError) this.#end(fate);
      else settle(fate);
    });
  }

  #sizeFault(payloadBytes: number, bytes: number): string | null {
    const { payloadSizeMax, limits } = this.#options;
    if (payloadBytes > payloadSizeMax)
      return `payload too large: ${payloadBytes} bytes, and payloadSizeMax is ${payloadSizeMax}`;
    if (bytes > limits.packetBytesMax) return `packet too large: ${bytes} bytes, and the broker takes ${limits.packetBytesMax}`;
    return null;
  }

  /** @param packet what was published. */
  #acceptance(packet: Packet | undefined): Fate {
    const hasSubscriber = !this.#withoutSubscriber.delete(packet?.messageId ?? 0);
    return hasSubscriber || !this.#options.requireSubscriber ? accepted : kept(retryAfterMs);
  }

  /** @param packet the answer of the broker. */
  #refusal(error: Error, packet: Packet | undefined): Fate | TidegateError {
    const { target } = this.#options;
    const code = reasonCodeOf(error);
    if (code === undefined) return unreachableError(target, messageOf(error), error);
    if (code === quotaExceeded) return kept(retryAfterMs);
    const own = packet?.cmd === "puback" ? packet.properties?.reasonString : undefined;
    const what = `${own ?? messageOf(error)} (${hex(code)})`;
    if (code !== notAuthorized) return rejected(what);
    return refusedError(target, `${what}; allow this user to publish on topics like ${this.#options.topic}`, error);
  }

  #lose(what: string, cause?: unknown): void {
    this.#end(unreachableError(this.#options.target, what, cause));
  }

  #end(error: TidegateError): void {
    if (this.#closing !== null) return;
    this.#window.fail(error);
    void this.close();
    this.#options.lost(error);
  }
}

type PublishProperties = NonNullable<IClientPublishOptions["properties"]> & {
  readonly contentType: string;
  readonly userProperties: Readonly<Record<string, string>>;
};

function propertiesOf(
  { gatewayId, offset }: PlacedRecord<Lane>,
  { lane, logId, contentType }: { readonly lane: Lane; readonly logId: string; readonly contentType: string },
): PublishProperties {
  return { contentType, userProperties: { gateway: gatewayId, log: logId, lane, offset: String(offset) } };
}

/** Bytes of a PUBLISH with QoS 1 (MQTT 5 §3.3, §2.2.2). */
function packetBytes(topic: string, payload: Uint8Array, properties: PublishProperties | undefined): number {
  const remaining = 2 + Buffer.byteLength(topic) + 2 + propertyBytes(properties) + payload.length;
  return 1 + lengthBytes(remaining) + remaining;
}

function propertyBytes(properties: PublishProperties | undefined): number {
  if (properties === undefined) return 0;
  const { contentType, userProperties } = properties;
  const pairs = Object.entries(userProperties).map(([name, value]) => 5 + Buffer.byteLength(name) + Buffer.byteLength(value));
  const bytes = 3 + Buffer.byteLength(contentType) + pairs.reduce((sum, pair) => sum + pair, 0);
  return lengthBytes(bytes) + bytes;
}

/** Of a variable byte integer (MQTT 5 §1.5.5). */
function lengthBytes(value: number): number {
  return value < 128 ? 1 : 1 + lengthBytes(Math.floor(value / 128));
}
