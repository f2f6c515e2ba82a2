// The collector: the upstream side of Tidegate. Gateways stream the blocks of their logs to it; it stores every record once and
// tells each gateway how far it has come. This file constructs and connects its parts and is the only one that listens.
//
//   gateway --gRPC--> forward-stream.ts --> request-check.ts --> store.ts (the contract; store-table.ts names the kinds)
//
//   one queue of commits for all gateways (group-commit.ts)      embedded-store.ts --> LevelDB
//                                                                postgres-store.ts --> PostgreSQL
//   one for each log of a gateway (origin-stores.ts)             nats-store.ts ------> NATS JetStream
//                                                                kafka-store.ts -----> Kafka
//
// Constraints (startCollector's `limits`; defaults in collectorLimits)
//   messageBytesMax   64 MiB   a longer message ends its stream with RESOURCE_EXHAUSTED
//   pendingBytesMax   64 MiB   of what waits for the store; above it streams with more than their share read no further, and
//                              their gateways slow down (pressure-gate.ts)
//   streamsMax        1,000    further streams end with RESOURCE_EXHAUSTED, and are told when to come back (retry-hint.ts)
//   originsMax        10,000   logs of gateways ever seen; a further one ends with RESOURCE_EXHAUSTED
//   helloTimeoutMs    10,000   a stream that has not said who it is by then is ended
//
// What happens when it fails
//   killed, power lost    what was acknowledged is on disk; gateways connect again and go on from the Welcome's positions
//   store refuses         its disk, database, server or cluster: the streams end with UNAVAILABLE, nothing is acknowledged, gateways try again
//   garbage arrives       its stream ends with INVALID_ARGUMENT and is counted by reason; the others do not notice
//   a gateway vanishes    HTTP/2 pings find it within keepaliveMs + keepaliveTimeoutMs
//
// With `tls` it encrypts, and with `tls.clientCa` it serves only gateways that show a certificate of that authority
// (server-certificates.ts), each under a name of its certificate (certificate-names.ts) unless `tls.gatewayId` is "any": a stolen one is
// of no use against the others. A report asks for no more than a certificate. It does not delete anything.

import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { forwardMethod, reportMethod } from "../codec/collector-service.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import type { Environment } from "../platform/secret.ts";
import { gatewayNames } from "./certificate-names.ts";
import type { CollectorStatus } from "./collector-status.ts";
import { type ForwardCall, ForwardStream } from "./forward-stream.ts";
import { PressureGate } from "./pressure-gate.ts";
import { type OriginReport, originReport } from "./report.ts";
import { answerReport, type ReportCall } from "./report-service.ts";
import { type RefusalReason, refusalReasons } from "./request-check.ts";
import { ServerCertificates } from "./server-certificates.ts";
import type { Store } from "./store.ts";
import { openStore, type StorePlace } from "./store-table.ts";
import type { TlsFiles } from "./tls-files.ts";

const keepaliveMs = 30_000;
const keepaliveTimeoutMs = 10_000;
/** How long a closing collector waits for gateways to take its last words. */
const shutdownMsMax = 1000;

export const collectorLimits = {
  messageBytesMax: 64 * 1024 * 1024,
  pendingBytesMax: 64 * 1024 * 1024,
  streamsMax: 1000,
  originsMax: 10_000,
  helloTimeoutMs: 10_000,
} as const;

export type CollectorLimits = { readonly [Limit in keyof typeof collectorLimits]: number };

export interface CollectorTls extends TlsFiles {
  /** Which ids a gateway may give itself, with clientCa. Default: certificate, those that its certificate names. */
  readonly gatewayId?: "certificate" | "any" | undefined;
}

export interface CollectorOptions {
  /** Where it keeps what it received, or a store that is open, which it closes. */
  readonly store: StorePlace | Store;
  /** Port 0: any free one, see {@link Collector.address}. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Absent: what gateways send is not encrypted. */
  readonly tls?: CollectorTls | undefined;
  /** For secrets of the store that stand there. Default: none. */
  readonly environment?: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<CollectorLimits>;
  /** Yields numbers in [0, 1). Default: Math.random. */
  readonly random?: () => number;
}

export interface Collector {
  /** Where it listens, with the actual port. */
  readonly address: { readonly host: string; readonly port: number };
  status(): CollectorStatus;
  /** What the store holds, in the order of first contact. Errors: STORE_UNREACHABLE, STORE_UNUSABLE. */
  report(): Promise<OriginReport[]>;
  /** Stores and acknowledges what has arrived, ends the streams, closes the store. Idempotent; every call waits. */
  close(): Promise<void>;
}

/** Errors: PORT_IN_USE, LISTEN_FAILED, DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, CONFIG_INVALID, LIBRARY_MISSING, STORE_UNREACHABLE, STORE_UNUSABLE. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const limits = { ...collectorLimits, ...options.limits };
  const { store: place, tls, environment = {}, clock, logger } = options;
  const certificates = tls === undefined ? null : new ServerCertificates({ files: tls, clock, logger });
  const store = "kind" in place ? await openStore(place, { originsMax: limits.originsMax, environment, clock, logger }) : place;
  const collector = new GrpcCollector({ ...options, certificates }, limits, store);
  try {
    await collector.listen();
  } catch (error) {
    await store.close();
    throw error;
  }
  return collector;
}

interface ServedOptions extends Pick<CollectorOptions, "listen" | "tls" | "clock" | "logger" | "random"> {
  /** Null: no TLS. */
  readonly certificates: ServerCertificates | null;
}

class GrpcCollector implements Collector {
  readonly #options: ServedOptions;
  readonly #limits: CollectorLimits;
  readonly #store: Store;
  readonly #gate: PressureGate;
  readonly #server: Server;
  readonly #streams = new Set<ForwardStream>();
  readonly #refusedStreams: Record<RefusalReason, number>;
  #port: number;
  #closing: Promise<void> | null = null;

  constructor(options: ServedOptions, limits: CollectorLimits, store: Store) {
    this.#options = options;
    this.#limits = limits;
    this.#store = store;
    this.#port = options.listen.port;
    this.#gate = new PressureGate(limits.pendingBytesMax);
    this.#refusedStreams = Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as Record<RefusalReason, number>;
    // What grpc-js has to say comes as errors and events, too; standard error belongs to the logger.
    setLogVerbosity(logVerbosity.NONE);
    this.#server = new Server({
      "grpc.max_receive_message_length": limits.messageBytesMax,
      "grpc.keepalive_time_ms": keepaliveMs,
      "grpc.keepalive_timeout_ms": keepaliveTimeoutMs,
    });
    this.#server.addService(
      { forward: forwardMethod, report: reportMethod },
      {
        forward: (call: ForwardCall) => this.#accept(call),
        report: (call: ReportCall) => void answerReport(call, () => store.progress()),
      },
    );
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#options.listen.host, port: this.#port };
  }

  async listen(): Promise<void> {
    const { listen, certificates } = this.#options;
    const { host, port } = listen;
    const credentials = certificates?.credentials ?? ServerCredentials.createInsecure();
    const target = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(target, credentials, (error, boundPort) => {
        if (error === null) resolve(boundPort);
        else reject(listenError(target, error));
      });
    });
    certificates?.watch();
  }

  status(): CollectorStatus {
    return {
      streams: this.#streams.size,
      ...this.#store.counts(),
      pendingBytes: this.#store.pendingBytes,
      refusedStreams: { ...this.#refusedStreams },
    };
  }

  async report(): Promise<OriginReport[]> {
    return (await this.#store.progress()).map(originReport);
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  #accept(call: ForwardCall): void {
    const { tls, clock, logger, random = Math.random } = this.#options;
    const comparesId = tls?.clientCa !== undefined && tls.gatewayId !== "any";
    const stream = new ForwardStream({
      call,
      store: this.#store,
      gate: this.#gate,
      helloTimeoutMs: this.#limits.helloTimeoutMs,
      names: comparesId ? gatewayNames(call.getAuthContext().sslPeerCertificate) : null,
      clock,
      random,
      logger,
      onEnd: (reason) => {
        this.#streams.delete(stream);
        if (reason !== null) this.#refusedStreams[reason] += 1;
      },
    });
    this.#streams.add(stream);
    if (this.#closing !== null) void stream.close();
    else if (this.#streams.size > this.#limits.streamsMax) stream.refuseForLimit(this.#limits.streamsMax);
  }

  async #shutDown(): Promise<void> {
    this.#options.certificates?.close();
    await Promise.all([...this.#streams].map((stream) => stream.close()));
    await new Promise<void>((resolve) => {
      this.#options.clock.after(shutdownMsMax, resolve);
      this.#server.tryShutdown(() => resolve());
    });
    this.#server.forceShutdown();
    await this.#store.close();
  }
}

function listenError(target: string, cause: Error): TidegateError {
  if (cause.message.includes("EADDRINUSE")) {
    return new TidegateError(
      "PORT_IN_USE",
      `listen for gateways on ${target}: another program listens there; stop it, or choose another port`,
      { details: { target }, cause },
    );
  }
  return new TidegateError(
    "LISTEN_FAILED",
    `listen for gateways on ${target}: ${messageOf(cause)}; choose an address of this host and a port you may use`,
    { details: { target }, cause },
  );
}
