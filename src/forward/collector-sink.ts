// The sink that speaks to a Tidegate collector: one gRPC stream a link, batches up, acknowledged offsets down
// (proto/tidegate/v1/collector.proto).
//
// Constraints
//   keepaliveMs          30 s   an idle link is pinged, so that routers remember it and a dead one is noticed
//   keepaliveTimeoutMs   10 s   a ping that is not answered by then ends the link
//   send buffer          16 messages (grpc-js); `send` returns false when it is full
//
// What happens on failure: every way a stream can end is one `failed` event. COLLECTOR_REFUSED if the collector said that it
// does not want what it gets, or who sends it, or if one side does not accept the other's certificate, COLLECTOR_UNREACHABLE for
// everything else; `retryAfterMs` in its details if the collector said when to come back. A link whose certificates changed ends as
// `outdated`.
//
// It does not retry and has no deadline for acknowledgements: the forwarder has both. grpc-js retries are off, and each link
// has a connection of its own, because two backoffs on top of each other make neither.

import type { Socket } from "node:net";
import {
  Client,
  type ClientDuplexStream,
  compressionAlgorithms,
  connectivityState,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import {
  type ForwardRequestFields,
  forwardMethod,
  fromWireLane,
  fromWirePosition,
  protocolVersion,
  type ReceivedResponse,
  retryHintKey,
  toWireGap,
  toWireLane,
} from "../codec/collector-service.ts";
import type { Gap } from "../model/gap.ts";
import { type IntervalSet, unionOf } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { TidegateError } from "../platform/errors.ts";
import { grpcFault, isClosedAtOnce } from "../platform/grpc-fault.ts";
import type { CollectorCertificates } from "./collector-certificates.ts";
import { LinkEncryption } from "./link-encryption.ts";
import { ownedCredentials } from "./owned-socket.ts";
import type { LaneSets, Sink, SinkBatch, SinkEvents, SinkLink } from "./sink.ts";

const keepaliveMs = 30_000;
const keepaliveTimeoutMs = 10_000;

export interface CollectorSinkOptions {
  /** Name of the sink in checkpoints and status. */
  readonly name: string;
  readonly address: { readonly host: string; readonly port: number };
  /** Who this gateway is: 1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit. */
  readonly gatewayId: string;
  /** Identity of the log whose offsets are sent. */
  readonly logId: string;
  readonly compression: "gzip" | "none";
  /** Absent: the link is not encrypted. */
  readonly certificates?: CollectorCertificates | undefined;
}

/** A collector may not ask for a longer pause: it could be wrong, and the gateway would be silent. */
const retryAfterMsMax = 10 * 60_000;

/** Answers that mean "not like this"; all others mean "not now". */
const refusals: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.FAILED_PRECONDITION,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.UNIMPLEMENTED,
  status.RESOURCE_EXHAUSTED,
  status.OUT_OF_RANGE,
]);

export class CollectorSink implements Sink {
  readonly name: string;
  readonly target: string;
  readonly #options: CollectorSinkOptions;

  constructor(options: CollectorSinkOptions) {
    const { host, port } = options.address;
    this.name = options.name;
    this.target = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    this.#options = options;
  }

  unreachable(fault: string): TidegateError {
    return unreachable(this.target, fault);
  }

  open(events: SinkEvents): SinkLink {
    const { certificates, address } = this.#options;
    try {
      const encryption = certificates === undefined ? null : new LinkEncryption(certificates, address.host);
      return new CollectorLink(this.target, this.#options, { events, encryption });
    } catch (error) {
      if (!(error instanceof TidegateError)) throw error;
      return failedLink(error, events);
    }
  }
}

/** One that never came to be. */
function failedLink(error: TidegateError, events: SinkEvents): SinkLink {
  let isClosed = false;
  queueMicrotask(() => {
    if (!isClosed) events.failed(error);
  });
  return {
    wireBytes: 0,
    send: () => false,
    declareLost: () => {},
    close: () => {
      isClosed = true;
    },
  };
}

interface LinkParts {
  readonly events: SinkEvents;
  /** Null: none. */
  readonly encryption: LinkEncryption | null;
}

class CollectorLink implements SinkLink {
  readonly #events: SinkEvents;
  readonly #client: Client;
  #socket: Socket | null = null;
  readonly #call: ClientDuplexStream<ForwardRequestFields, ReceivedResponse>;
  #opened = false;
  #ended = false;
  readonly #encryption: LinkEncryption | null;
  #stopWatching = () => {};

  constructor(target: string, options: CollectorSinkOptions, { events, encryption }: LinkParts) {
    this.#events = events;
    this.#encryption = encryption;
    const channelCredentials = ownedCredentials((socket) => this.#own(socket), encryption);
    this.#client = new Client(target, channelCredentials, channelOptions(options.compression));
    const { path, requestSerialize, responseDeserialize } = forwardMethod;
    this.#call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#call.on("data", (response: ReceivedResponse) => this.#receive(response));
    this.#call.on("drain", () => {
      if (!this.#ended) events.writable();
    });
    this.#call.on("error", (error: ServiceError) =>
      this.#fail(this.#tlsFailure(target) ?? failureOf(target, error, this.#refusalText(error, options))),
    );
    this.#call.on("end", () => this.#fail(unreachable(target, "the collector ended the stream")));
    const { gatewayId, logId } = options;
    this.#call.write({ hello: { protocol: protocolVersion, gatewayId, logId } });
  }

  send({ lane, firstOffset, count, bytes }: SinkBatch): boolean {
    if (this.#ended) return false;
    return this.#call.write({ batch: { lane: toWireLane(lane), firstOffset, count, block: bytes } });
  }

  /** As the socket counts them: compressed, with the framing of HTTP/2 and of TLS. */
  get wireBytes(): number {
    return this.#socket?.bytesWritten ?? 0;
  }

  declareLost(gap: Gap): void {
    if (!this.#ended) this.#call.write({ gap: toWireGap(gap) });
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopWatching();
    this.#call.cancel();
    this.#client.close();
    this.#socket?.destroy();
  }

  #watchCertificates(): void {
    if (this.#encryption === null || this.#ended) return;
    this.#stopWatching = this.#encryption.watch(() => {
      this.close();
      this.#events.outdated();
    });
  }

  /** Why there is no connection, if that is because of certificates. */
  #tlsFailure(target: string): TidegateError | null {
    if (this.#client.getChannel().getConnectivityState(false) !== connectivityState.TRANSIENT_FAILURE) return null;
    const { fault = null, cause } = this.#encryption ?? {};
    if (fault === null) return null;
    return new TidegateError("COLLECTOR_REFUSED", `forward to collector ${target}: ${fault}`, { details: { target }, cause });
  }

  #refusalText({ code, details }: ServiceError, { gatewayId }: CollectorSinkOptions): string {
    if (code !== status.PERMISSION_DENIED || this.#encryption === null) return `it refused the stream: ${details}`;
    return this.#encryption.identityFault(gatewayId, details);
  }

  #own(socket: Socket): void {
    this.#socket = socket;
    if (this.#ended) socket.destroy();
  }

  #receive(response: ReceivedResponse): void {
    if (this.#ended) return;
    if (response.response === "welcome" && !this.#opened) {
      this.#opened = true;
      this.#events.opened({
        settled: settledOf(response.welcome.positions ?? []),
        anyOrder: response.welcome.anyOrder ?? false,
      });
      this.#watchCertificates();
    } else if (response.response === "ack" && this.#opened) {
      const lane = fromWireLane(response.ack.lane ?? 0);
      if (lane === undefined) return;
      for (const offsets of fromWirePosition(response.ack)) this.#events.accepted(lane, offsets);
    }
  }

  #fail(error: TidegateError): void {
    if (this.#ended) return;
    this.close();
    this.#events.failed(error);
  }
}

function channelOptions(compression: CollectorSinkOptions["compression"]) {
  return {
    "grpc.keepalive_time_ms": keepaliveMs,
    "grpc.keepalive_timeout_ms": keepaliveTimeoutMs,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
    // The configuration alone says where records go, not the environment.
    "grpc.enable_http_proxy": 0,
    "grpc.default_compression_algorithm": compressionAlgorithms[compression === "gzip" ? "gzip" : "identity"],
  };
}

/** What a collector says of a lane, in its Welcome or in an Ack. */
type WirePosition = Parameters<typeof fromWirePosition>[0];

function settledOf(positions: readonly WirePosition[]): LaneSets {
  const settled: Record<Lane, IntervalSet> = { readings: [], results: [], alerts: [] };
  for (const position of positions) {
    const lane = fromWireLane(position.lane ?? 0);
    if (lane !== undefined) settled[lane] = unionOf([], fromWirePosition(position));
  }
  return settled;
}

function failureOf(target: string, error: ServiceError, refusal: string): TidegateError {
  if (!refusals.has(error.code)) return unreachable(target, error.details, error);
  return new TidegateError("COLLECTOR_REFUSED", `forward to collector ${target}: ${refusal}`, {
    details: { target, status: error.code, ...retryHintOf(error) },
    cause: error,
  });
}

function unreachable(target: string, why: string, cause?: ServiceError): TidegateError {
  const hint = cause === undefined ? {} : retryHintOf(cause);
  return new TidegateError("COLLECTOR_UNREACHABLE", `forward to collector ${target}: ${reasonOf(why)}; ${remedyOf(hint)}`, {
    details: { target, ...hint },
    cause,
  });
}

function reasonOf(why: string): string {
  const fault = grpcFault(why);
  return isClosedAtOnce(fault) ? "it closes the connection at once; if it has TLS, give forward.collector.tls" : fault;
}

/** A collector that says when to come back is there, and says itself what is wrong. */
function remedyOf({ retryAfterMs }: { retryAfterMs?: number }): string {
  const remedy = "the log keeps everything";
  return retryAfterMs === undefined ? `${remedy}, start the collector or check the way to it` : remedy;
}

/** When the collector asks to come back; nothing if it does not say. */
function retryHintOf({ metadata }: ServiceError): { retryAfterMs?: number } {
  const text = String(metadata.get(retryHintKey)[0] ?? "");
  return /^\d{1,9}$/.test(text) ? { retryAfterMs: Math.min(Number(text), retryAfterMsMax) } : {};
}
