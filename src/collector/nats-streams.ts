// The two streams of a store in NATS, and the connection to them. They are made where they are not, and checked where they are.
//
// A connection that breaks, or whose server does not answer, is given up: what was under way fails, and the next use connects again, to
// the first server that answers, and looks at the streams again.
//
// Constraints
//   natsTimeoutMs      10 s    for any answer
//   payloadBytesMax    512 KiB of records in a message, and at most half of what server and stream take
//   headerBytesMax     60 KiB  of what is known of a lane; the server takes 64 KiB of headers
//   messageBytesMin    8 KiB   that server and stream take at least

import type { ConsumerMessages, JetStreamClient, JetStreamManager, StreamConfig, StreamInfo } from "@nats-io/jetstream";
import type { MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import {
  connectNats,
  isNoStream,
  type NatsLibrary,
  type NatsServerOptions,
  natsFaultOf,
  natsServerNames,
  natsTimeoutMs,
} from "../platform/nats-connection.ts";
import type { Environment } from "../platform/secret.ts";
import { tlsFault, tlsUseOf } from "../platform/tls-fault.ts";
import { contactSubjects, formatVersion, headerNames, progressSubjects, recordSubjects } from "./nats-progress.ts";

const payloadBytesMax = 512 * 1024;
const headerBytesMax = 60 * 1024;
/** For the other headers. */
const headerBytesSpare = 1024;
const messageBytesMin = 8 * 1024;
const fetchMessagesMax = 1000;

export interface StreamCreation {
  readonly replicas: number;
  readonly ageMax?: number | undefined;
  readonly sizeMax?: number | undefined;
}

export interface NatsStreamsOptions extends NatsServerOptions {
  readonly stream: string;
  /** What subjects begin with. */
  readonly subject: string;
  readonly create: StreamCreation;
}

/** Which of the two. */
export type StreamRole = "records" | "progress";

export interface NewMessage {
  readonly role: StreamRole;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
  /** Of the last message of that subject; 0: there is none. */
  readonly expectedSequence: number;
}

export interface FoundMessage {
  readonly sequence: number;
  header(name: string): string;
}

/** What a message may hold. */
export interface MessageBounds {
  readonly payloadBytesMax: number;
  readonly headerBytesMax: number;
}

interface Handles {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
  readonly bounds: MessageBounds;
}

interface NatsContext {
  readonly environment: Environment;
  /** Null: it only reads, so that streams which are not there are a fault. */
  readonly logger: Logger | null;
}

export class NatsStreams {
  /** For people; holds no secret. */
  readonly name: string;
  readonly #library: NatsLibrary;
  readonly #options: NatsStreamsOptions;
  readonly #context: NatsContext;
  #handles: Promise<Handles> | null = null;

  constructor(library: NatsLibrary, options: NatsStreamsOptions, context: NatsContext) {
    this.#library = library;
    this.#options = options;
    this.#context = context;
    this.name = natsStreamName(options);
  }

  /** Errors: STORE_UNREACHABLE, STORE_UNUSABLE. */
  async open(): Promise<void> {
    try {
      await this.#use(async () => {});
    } catch (error) {
      throw this.openFailure(error);
    }
  }

  bounds(): Promise<MessageBounds> {
    return this.#use(async ({ bounds }) => bounds);
  }

  /** Yields the sequence of the message; null if the last one of its subject is not the expected one: then it is not stored. */
  publish({ role, subject, headers, payload, expectedSequence }: NewMessage): Promise<number | null> {
    return this.#use(async ({ client }) => {
      const messageHeaders = this.#library.transport.headers();
      for (const [name, value] of Object.entries(headers)) messageHeaders.set(name, value);
      const expect = { streamName: this.#streamOf(role), lastSubjectSequence: expectedSequence };
      try {
        return (await client.publish(subject, payload, { headers: messageHeaders, expect })).seq;
      } catch (error) {
        const { JetStreamApiError, JetStreamApiCodes } = this.#library.jetstream;
        if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence) return null;
        throw error;
      }
    });
  }

  /** The last message of a subject. */
  last(role: StreamRole, subject: string): Promise<FoundMessage | null> {
    return this.#use(async ({ manager }) => {
      const found = await manager.streams.getMessage(this.#streamOf(role), { last_by_subj: subject });
      return found === null ? null : foundMessage(found.seq, found.header);
    });
  }

  /** The last message of every subject, in the order of the stream. What comes while it reads may be among them, or not. */
  lastOfEach(role: StreamRole): Promise<FoundMessage[]> {
    return this.#use(async ({ client }) => {
      const { subject } = this.#options;
      const consumer = await client.consumers.get(this.#streamOf(role), {
        headers_only: true,
        deliver_policy: this.#library.jetstream.DeliverPolicy.LastPerSubject,
        filter_subjects: role === "records" ? recordSubjects(subject) : progressSubjects(subject),
      });
      const found: FoundMessage[] = [];
      const { num_pending } = await consumer.info(true);
      for (let pending = num_pending; pending > 0; ) {
        const before = found.length;
        const messages = await consumer.fetch({ max_messages: Math.min(pending, fetchMessagesMax), expires: natsTimeoutMs });
        pending = await readInto(found, messages);
        if (found.length > before) continue;
        // What was pending may have been removed meanwhile.
        pending = (await consumer.info()).num_pending;
        if (pending > 0) throw new Error(`the server did not deliver ${pending} messages within ${natsTimeoutMs} ms`);
      }
      await consumer.delete();
      return found;
    });
  }

  countContacts(): Promise<number> {
    return this.#use(async ({ manager }) => {
      const filter = { subjects_filter: contactSubjects(this.#options.subject) };
      const { state } = await manager.streams.info(this.#streamOf("progress"), filter);
      return Object.keys(state.subjects ?? {}).length;
    });
  }

  async close(): Promise<void> {
    const handles = this.#handles;
    this.#handles = null;
    if (handles !== null) await handles.then(({ connection }) => connection.close()).catch(() => {});
  }

  /** STORE_UNUSABLE if a server answered, STORE_UNREACHABLE if not; unless it is a TidegateError already. */
  openFailure(error: unknown): TidegateError {
    if (error instanceof TidegateError) return error;
    const { servers, tls } = this.#options;
    const use = tlsUseOf(tls, servers.map(({ host }) => host).join(", "), "store.tls");
    const encryptionFault = tlsFault(error, use);
    if (encryptionFault !== null) return this.#unusable(encryptionFault, error);
    const { isRefusal, what } = natsFaultOf(this.#library, error);
    if (isRefusal) return this.#unusable(what, error);
    const message = `open ${this.name}: ${what}; check store.servers and the way there`;
    return new TidegateError("STORE_UNREACHABLE", message, { details: { servers }, cause: error });
  }

  /** STORE_WRITE_FAILED, unless it is STORE_REFUSED. */
  writeFailure(error: unknown): TidegateError {
    if (error instanceof TidegateError && error.code === "STORE_REFUSED") return error;
    const what = error instanceof TidegateError ? error.message : natsFaultOf(this.#library, error).what;
    const remedy = "nothing of it was acknowledged; check the server and the way to it";
    return new TidegateError("STORE_WRITE_FAILED", `write to ${this.name}: ${what}; ${remedy}`, { cause: error });
  }

  #streamOf(role: StreamRole): string {
    const { stream } = this.#options;
    return role === "records" ? stream : `${stream}_progress`;
  }

  /** What the server refuses is the fault of what was asked, any other failure that of the connection. */
  async #use<T>(work: (handles: Handles) => Promise<T>): Promise<T> {
    this.#handles ??= this.#connected();
    const connecting = this.#handles;
    try {
      return await work(await connecting);
    } catch (error) {
      const isAnswer = error instanceof this.#library.jetstream.JetStreamApiError && !isNoStream(this.#library, error);
      if (!isAnswer && this.#handles === connecting) await this.close();
      throw error;
    }
  }

  async #connected(): Promise<Handles> {
    const { environment } = this.#context;
    const options = { name: "tidegate collector", environment, fault: "STORE_UNUSABLE" } as const;
    const connection = await connectNats(this.#library, this.#options, options);
    try {
      const manager = await this.#library.jetstream.jetstreamManager(connection, { timeout: natsTimeoutMs });
      const client = this.#library.jetstream.jetstream(connection, { timeout: natsTimeoutMs });
      const sizes = [await this.#prepare(manager, "records"), await this.#prepare(manager, "progress")];
      const bounds = this.#boundsWithin(Math.min(connection.info?.max_payload ?? 0, ...sizes.filter((size) => size > 0)));
      this.#forgetWhenClosed(connection);
      return { connection, manager, client, bounds };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  #boundsWithin(messageBytesMax: number): MessageBounds {
    if (messageBytesMax < messageBytesMin) {
      const remedy = `allow ${messageBytesMin} (max_payload of the server, max_msg_size of the streams)`;
      throw this.#unusable(`a message may have ${messageBytesMax} bytes; ${remedy}`);
    }
    const half = Math.floor(messageBytesMax / 2);
    return {
      payloadBytesMax: Math.min(payloadBytesMax, half),
      headerBytesMax: Math.min(headerBytesMax, half - headerBytesSpare),
    };
  }

  #forgetWhenClosed(connection: NatsConnection): void {
    const mine = this.#handles;
    void connection.closed().then(() => {
      if (this.#handles === mine) this.#handles = null;
    });
  }

  /** Yields the most bytes of a message; -1: no bound. */
  async #prepare(manager: JetStreamManager, role: StreamRole): Promise<number> {
    const info = (await this.#info(manager, role)) ?? (await this.#create(manager, role));
    const { config, state } = info;
    const fault = role === "records" ? this.#faultOfRecords(config) : this.#faultOfProgress(config);
    if (fault !== null) throw this.#unusable(`stream ${config.name} ${fault}`);
    if (config.storage === this.#library.jetstream.StorageType.Memory) {
      this.#context.logger?.warn(
        { stream: config.name },
        "the stream is in memory: when its servers end, what was acknowledged is lost",
      );
    }
    if (role === "progress" && state.messages > 0) await this.#checkFormat(manager, state.last_seq);
    return config.max_msg_size;
  }

  async #info(manager: JetStreamManager, role: StreamRole): Promise<StreamInfo | null> {
    try {
      return await manager.streams.info(this.#streamOf(role));
    } catch (error) {
      if (isNoStream(this.#library, error)) return null;
      throw error;
    }
  }

  #create(manager: JetStreamManager, role: StreamRole): Promise<StreamInfo> {
    const name = this.#streamOf(role);
    if (this.#context.logger === null) {
      throw this.#unusable(`there is no stream ${name}; no collector has stored anything in it`);
    }
    const { subject, create } = this.#options;
    const { replicas, ageMax, sizeMax } = create;
    if (role === "progress") {
      return manager.streams.add({
        name,
        subjects: [progressSubjects(subject)],
        num_replicas: replicas,
        max_msgs_per_subject: 1,
      });
    }
    return manager.streams.add({
      name,
      subjects: [recordSubjects(subject)],
      num_replicas: replicas,
      ...(ageMax === undefined ? {} : { max_age: this.#library.transport.nanos(ageMax) }),
      ...(sizeMax === undefined ? {} : { max_bytes: sizeMax }),
    });
  }

  /** Ends with the remedy. */
  #faultOfRecords(config: StreamConfig): string | null {
    const wanted = recordSubjects(this.#options.subject);
    if (config.retention !== this.#library.jetstream.RetentionPolicy.Limits) {
      return "removes messages that were read; use one with retention limits";
    }
    return commonFault(config, wanted);
  }

  #faultOfProgress(config: StreamConfig): string | null {
    const { retention, max_msgs_per_subject, max_age, max_msgs, max_bytes } = config;
    const isKept =
      retention === this.#library.jetstream.RetentionPolicy.Limits && max_age === 0 && max_msgs < 1 && max_bytes < 1;
    if (!isKept || max_msgs_per_subject !== 1) {
      return "does not keep the last message of each subject for good; set max_msgs_per_subject to 1, and no other limit";
    }
    return commonFault(config, progressSubjects(this.#options.subject));
  }

  async #checkFormat(manager: JetStreamManager, lastSequence: number): Promise<void> {
    const stream = this.#streamOf("progress");
    const last = await manager.streams.getMessage(stream, { seq: lastSequence });
    const found = last?.header.get(headerNames.format);
    if (found === undefined || found === formatVersion) return;
    throw this.#unusable(`what is in stream ${stream} has the format "${found}" and this version reads "${formatVersion}"`);
  }

  #unusable(why: string, cause?: unknown): TidegateError {
    return new TidegateError("STORE_UNUSABLE", `open ${this.name}: ${why}`, { cause });
  }
}

/** For people; holds no secret. */
export function natsStreamName(options: Pick<NatsStreamsOptions, "servers" | "stream">): string {
  return `stream ${options.stream} at ${natsServerNames(options)}`;
}

function commonFault(config: StreamConfig, wanted: string): string | null {
  if (!(config.subjects ?? []).some((subject) => covers(subject, wanted))) {
    return `does not take the subjects ${wanted}; add them to it, or name another stream`;
  }
  if (config.no_ack) return "acknowledges nothing; configure it to do so (no_ack)";
  if (config.sealed) return "is sealed; name another stream";
  if (config.subject_transform !== undefined) return "stores messages under other subjects; name one without subject_transform";
  return null;
}

/** Whether a subject with wildcards takes all that another one does. */
function covers(subject: string, wanted: string): boolean {
  const [have, want] = [subject.split("."), wanted.split(".")];
  const rest = have.indexOf(">");
  const length = rest < 0 ? have.length : rest;
  if (rest < 0 ? want.length !== length : want.length <= length) return false;
  return have.slice(0, length).every((token, index) => token === "*" || token === want[index]);
}

function foundMessage(sequence: number, headers: MsgHdrs | undefined): FoundMessage {
  return { sequence, header: (name) => headers?.get(name) ?? "" };
}

/** Yields how many are left. */
async function readInto(found: FoundMessage[], messages: ConsumerMessages): Promise<number> {
  let pending = 0;
  for await (const { seq, headers, info } of messages) {
    found.push(foundMessage(seq, headers));
    pending = info.pending;
    if (pending === 0) break;
  }
  return pending;
}
