// Records as messages to a JetStream stream of a NATS server.
//
// Delivery: exactly once within the duplicate window of the stream, at least once beyond it. The message id (Nats-Msg-Id) is the key of
// the record, and the stream takes an id once within that window; an outage that is longer, between a message and its lost
// acknowledgement, leaves it there twice, with the same id. The window is a property of the stream: `create` sets it.
//
// A record counts as accepted when the stream has acknowledged it. With several replicas most of them have it then; a single server has
// it in its operating system, and by default syncs it to disk within two minutes.
//
// Constraints
//   inflightMax   messages without acknowledgement
//   max_payload of the server, max_msg_size of the stream: a larger record is rejected
//
// Failure
//   stream full, server short of resources (503)   kept for retryAfterMs
//   message refused (400)                          the record is rejected
//   no such stream, no stream has the subject, not allowed   SINK_REFUSED
//
// It does not use the header Nats-Expected-Last-Sequence: others may write to the stream too, and one record that is rejected would
// refuse all behind it. Each message names the stream it is meant for, so that no other one acknowledges it.

import type { JetStreamClient, StreamConfig } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { type PayloadFormat, payloadOf } from "../../codec/record-payload.ts";
import type { PlacedRecord } from "../../codec/record-text.ts";
import type { Lane } from "../../model/lane.ts";
import { recordKey } from "../../model/origin.ts";
import { messageOf, TidegateError } from "../../platform/errors.ts";
import {
  connectNats,
  isNoStream,
  loadNats,
  type NatsLibrary,
  type NatsServerOptions,
  natsFaultOf,
  natsServerNames,
  natsTimeoutMs,
} from "../../platform/nats-connection.ts";
import type { BatchOutcome, ConnectOptions, RecordBatch, RecordClient, RecordSink } from "../record-sink.ts";
import { AddressTemplate, placeholder } from "./address-template.ts";
import { accepted, ConfirmWindow, type Fate, kept, rejected } from "./confirm-window.ts";
import type { SinkContext } from "./sink-context.ts";
import { closedError, connectRefusal, refusedError, unreachableError } from "./sink-errors.ts";

const retryAfterMs = 5000;
/** Above any `ackTimeout` that makes sense here: the forwarder gives up first. */
const acknowledgeTimeoutMs = 600_000;
const writesMax = 8;

export interface StreamCreation {
  readonly replicas: number;
  readonly duplicateWindow: number;
  readonly ageMax?: number | undefined;
  readonly sizeMax?: number | undefined;
}

export interface NatsSinkOptions extends NatsServerOptions {
  readonly name: string;
  readonly stream: string;
  readonly create?: StreamCreation | undefined;
  readonly subject: string;
  readonly payload: PayloadFormat;
  readonly inflightMax: number;
}

export async function createNatsSink(options: NatsSinkOptions, context: SinkContext): Promise<RecordSink> {
  return new NatsSink(await loadNats(), options, context);
}

class NatsSink implements RecordSink {
  readonly name: string;
  readonly target: string;
  readonly #library: NatsLibrary;
  readonly #options: NatsSinkOptions;
  readonly #context: SinkContext;

  constructor(library: NatsLibrary, options: NatsSinkOptions, context: SinkContext) {
    this.#library = library;
    this.#options = options;
    this.#context = context;
    this.name = options.name;
    this.target = natsServerNames(options);
  }

  async connect({ signal, lost, answered }: ConnectOptions): Promise<RecordClient> {
    const connection = await this.#connected(signal);
    const end = () => void connection.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      signal.throwIfAborted();
      await this.#checkStream(connection);
      const jetstream = this.#library.jetstream.jetstream(connection, { timeout: acknowledgeTimeoutMs });
      const clientOptions = { ...this.#options, target: this.target, context: this.#context, lost, answered };
      return new NatsRecordClient({ connection, jetstream, library: this.#library }, clientOptions);
    } catch (error) {
      await connection.close();
      throw this.#failure(error);
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #connected(signal: AbortSignal): Promise<NatsConnection> {
    try {
      const { origin, environment } = this.#context;
      const name = `tidegate ${origin.gatewayId} ${this.name}`;
      return await connectNats(this.#library, this.#options, { name, environment, fault: "SINK_REFUSED", signal });
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): TidegateError {
    const { tls, servers } = this.#options;
    const host = servers.map((server) => server.host).join(", ");
    return connectRefusal(this.target, error, { tls, host }) ?? failureOf(this.#library, this.target, error);
  }

  async #checkStream(connection: NatsConnection): Promise<void> {
    const { stream, create } = this.#options;
    const manager = await this.#library.jetstream.jetstreamManager(connection, { timeout: natsTimeoutMs });
    try {
      await manager.streams.info(stream);
    } catch (error) {
      if (!isNoStream(this.#library, error)) throw error;
      if (create === undefined) {
        const remedy = "create it, or let the sink do so (create)";
        throw refusedError(this.target, `there is no stream ${stream}; ${remedy}`, error);
      }
      await manager.streams.add(this.#newStream(create));
    }
  }

  #newStream({ replicas, duplicateWindow, ageMax, sizeMax }: StreamCreation): Partial<StreamConfig> & { name: string } {
    const { nanos } = this.#library.transport;
    return {
      name: this.#options.stream,
      subjects: [subjectsOf(this.#options.subject)],
      num_replicas: replicas,
      duplicate_window: nanos(duplicateWindow),
      ...(ageMax === undefined ? {} : { max_age: nanos(ageMax) }),
      ...(sizeMax === undefined ? {} : { max_bytes: sizeMax }),
    };
  }
}

/** Error code of JetStream (nats-server, server/errors.json), "expected stream does not match": another stream has the subject. */
const otherStreamCode = 10_060;

/** All subjects that a template makes: a token with a placeholder in it can be anything. */
function subjectsOf(template: string): string {
  return template
    .split(".")
    .map((token) => (token.search(placeholder) < 0 ? token : "*"))
    .join(".");
}

interface NatsHandles {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly library: NatsLibrary;
}

interface RecordClientOptions extends NatsSinkOptions {
  readonly target: string;
  readonly context: SinkContext;
  readonly lost: ConnectOptions["lost"];
  readonly answered: ConnectOptions["answered"];
}

class NatsRecordClient implements RecordClient {
  readonly writesMax = writesMax;
  wireBytes = 0;
  readonly #handles: NatsHandles;
  readonly #options: RecordClientOptions;
  readonly #window: ConfirmWindow;
  readonly #subjects: AddressTemplate;
  #closing: Promise<void> | null = null;

  constructor(handles: NatsHandles, options: RecordClientOptions) {
    this.#handles = handles;
    this.#options = options;
    const { subject, inflightMax, context, answered } = options;
    this.#subjects = new AddressTemplate({ template: subject, origin: context.origin, forbidden: /[.*>\s\p{Cc}]/gu });
    this.#window = new ConfirmWindow({ inflightMax, answered, publish: (...args) => this.#publish(...args) });
    void handles.connection.closed().then((error) => {
      this.#end(unreachableError(options.target, error instanceof Error ? messageOf(error) : "the connection ended", error));
    });
  }

  write(batch: RecordBatch): Promise<BatchOutcome> {
    return this.#window.write(batch);
  }

  close(): Promise<void> {
    this.#window.fail(closedError(this.#options.target));
    this.#closing ??= this.#handles.connection.close();
    return this.#closing;
  }

  #publish(lane: Lane, placed: PlacedRecord<Lane>, settle: (fate: Fate) => void): void {
    const { jetstream, library } = this.#handles;
    const { payload, stream, context } = this.#options;
    const { origin } = context;
    const { bytes, contentType } = payloadOf(payload, origin, lane, placed);
    const headers = library.transport.headers();
    headers.set("Content-Type", contentType);
    for (const [name, value] of Object.entries({
      Gateway: origin.gatewayId,
      Log: origin.logId,
      Lane: lane,
      Offset: placed.offset,
    })) {
      headers.set(`Tidegate-${name}`, String(value));
    }
    this.wireBytes += bytes.length;
    const options = { msgID: recordKey(origin, lane, placed.offset), expect: { streamName: stream }, headers };
    jetstream.publish(this.#subjects.addressOf(lane, placed), bytes, options).then(
      () => settle(accepted),
      (error: unknown) => {
        const fate = fateOf(library, this.#options.target, error);
        if (fate instanceof TidegateError) this.#end(fate);
        else settle(fate);
      },
    );
  }

  #end(error: TidegateError): void {
    if (this.#closing !== null) return;
    this.#window.fail(error);
    void this.close();
    this.#options.lost(error);
  }
}

function fateOf(library: NatsLibrary, target: string, error: unknown): Fate | TidegateError {
  const { JetStreamApiError } = library.jetstream;
  if (error instanceof library.transport.InvalidArgumentError) return rejected(messageOf(error));
  const isOfMessage = error instanceof JetStreamApiError && error.code !== otherStreamCode;
  if (isOfMessage && error.status === 400) return rejected(messageOf(error));
  if (isOfMessage && error.status >= 500) return kept(retryAfterMs);
  return failureOf(library, target, error);
}

function failureOf(library: NatsLibrary, target: string, error: unknown): TidegateError {
  if (error instanceof TidegateError) return error;
  const { isRefusal, what } = natsFaultOf(library, error);
  return isRefusal ? refusedError(target, what, error) : unreachableError(target, what, error);
}
