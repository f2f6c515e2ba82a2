// Records to a web service, in requests of many: CloudEvents 1.0 in a batch, or NDJSON.
//
// Delivery: at least once. A request whose answer was lost is sent again. Each event has an `id` that is the same however often it is sent,
// and each request an `Idempotency-Key` of the records in it (not of how they are packed: after a restart they may be packed otherwise); a
// service that takes an id once has every record exactly once.
//
// Constraints
//   requestRecordsMax, requestSizeMax   of a request; a batch is cut into several, one after the other, so that series keep their order
//   requestTimeout                      for an answer
//
// Failure: http-answer.ts says what an answer means. A request that is refused for what is in it is cut in half until the records that are
// at fault stand alone; they are rejected with the service's words, the others go through. 413 is treated alike.
//
// It follows no redirects, so that credentials never reach another address, knows no proxies, and does not ask before it sends: whether
// credentials are right is known with the first request.

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { readSecret } from "../../platform/secret.ts";
import { readTlsFiles, type TlsMaterial, type TlsOptions } from "../../platform/tls-client.ts";
import type { ConnectOptions, RecordClient, RecordSink } from "../record-sink.ts";
import { type BodyFormat, connectionFailure, HttpClient } from "./http-client.ts";
import type { SinkContext } from "./sink-context.ts";

export interface HttpSinkOptions {
  readonly name: string;
  readonly url: string;
  readonly format: BodyFormat;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly tokenEnv?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly compression: "gzip" | "none";
  readonly requestRecordsMax: number;
  readonly requestSizeMax: number;
  readonly requestTimeout: number;
}

export function createHttpSink(options: HttpSinkOptions, context: SinkContext): RecordSink {
  return new HttpSink(options, context);
}

class HttpSink implements RecordSink {
  readonly name: string;
  readonly target: string;
  readonly #options: HttpSinkOptions;
  readonly #context: SinkContext;
  readonly #url: URL;

  constructor(options: HttpSinkOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#url = new URL(options.url);
    this.name = options.name;
    // A query may hold a key.
    this.target = `${this.#url.origin}${this.#url.pathname}`;
  }

  async connect({ signal, answered }: ConnectOptions): Promise<RecordClient> {
    const { url, target } = { url: this.#url, target: this.target };
    const { headers, requestTimeout } = this.#options;
    try {
      const tls = await readTlsFiles(this.#options.tls, "SINK_REFUSED");
      const authorization = await authorizationOf(this.#options, this.#context.environment);
      await this.#probe(tls, signal);
      const agent = new (isEncrypted(url) ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1, ...tls });
      const connection = { url, agent, target, headers: { ...headers, ...authorization } };
      return new HttpClient({ ...this.#context, ...this.#options, ...connection, timeoutMs: requestTimeout, answered });
    } catch (error) {
      throw connectionFailure(target, error);
    }
  }

  /** Reaches the server, and agrees with it on TLS; sends nothing. */
  #probe(tls: TlsMaterial, signal: AbortSignal): Promise<void> {
    const { hostname, port } = this.#url;
    const host = hostname.replace(/^\[|\]$/g, "");
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const encrypted = isEncrypted(this.#url);
    const address = { host, port: Number(port === "" ? (encrypted ? 443 : 80) : port) };
    const socket: Socket = encrypted ? connectTls({ ...address, ...servername, ...tls }) : connectPlain(address);
    const timeoutMs = this.#options.requestTimeout;
    const cancel = this.#context.clock.after(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    const abort = () => socket.destroy(new Error("it is not wanted any more"));
    signal.addEventListener("abort", abort);
    return new Promise<void>((resolve, reject) => {
      socket.once(encrypted ? "secureConnect" : "connect", () => socket.destroy());
      socket.once("error", reject);
      socket.once("close", () => resolve());
    }).finally(() => {
      cancel();
      signal.removeEventListener("abort", abort);
    });
  }
}

function isEncrypted({ protocol }: URL): boolean {
  return protocol === "https:";
}

async function authorizationOf(
  options: HttpSinkOptions,
  environment: SinkContext["environment"],
): Promise<{ authorization?: string }> {
  const { token, tokenFile, tokenEnv, user, password, passwordFile, passwordEnv } = options;
  const bearer = await readSecret({ text: token, file: tokenFile, variable: tokenEnv }, environment, "SINK_REFUSED");
  if (bearer !== undefined) return { authorization: `Bearer ${bearer}` };
  const secret = await readSecret({ text: password, file: passwordFile, variable: passwordEnv }, environment, "SINK_REFUSED");
  if (user === undefined || secret === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` };
}
