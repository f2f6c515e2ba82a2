import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

/** What a request says. */
export interface IngestRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: number;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

export interface IngestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** Null: it takes the records. */
type Script = (request: IngestRequest) => IngestAnswer | null;

/** A web service that keeps what it says 204 to, and otherwise answers as it is told. It keeps its port over a stop. */
export class IngestServer {
  /** Every request, whatever became of it. */
  readonly requests: IngestRequest[] = [];
  /** What was acknowledged, in the order in which it came. */
  readonly stored: IngestRequest[] = [];
  script: Script = () => null;
  /** Called with every request, before it is answered. */
  onRequest: () => void = () => {};
  readonly #tls: ServerOptions | null;
  #server: Server;
  #port = 0;
  #isFrozen = false;
  readonly #held: (() => void)[] = [];

  private constructor(tls: ServerOptions | null) {
    this.#tls = tls;
    this.#server = this.#create();
  }

  static async start(tls: ServerOptions | null = null): Promise<IngestServer> {
    const server = new IngestServer(tls);
    await server.start();
    onTestFinished(() => server.kill());
    return server;
  }

  get url(): string {
    return `${this.#tls === null ? "http" : "https"}://127.0.0.1:${this.#port}/ingest`;
  }

  async start(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = this.#create();
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Lets requests that are under way come to an end. */
  async stop(): Promise<void> {
    await this.#close(() => this.#server.closeIdleConnections());
  }

  async kill(): Promise<void> {
    this.thaw();
    await this.#close(() => this.#server.closeAllConnections());
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  /** Answers what came in the meantime. */
  thaw(): void {
    this.#isFrozen = false;
    for (const answer of this.#held.splice(0)) answer();
  }

  async #close(closeConnections: () => void): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    closeConnections();
    await closed;
  }

  #create(): Server {
    const take = (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response);
    return this.#tls === null ? createServer(take) : createTlsServer(this.#tls, take);
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      // The client has gone away in the middle of its request.
      return;
    }
    const request = requestOf(incoming, Buffer.concat(chunks));
    this.requests.push(request);
    this.onRequest();
    if (this.#isFrozen) await new Promise<void>((resolve) => this.#held.push(resolve));
    const answer = this.script(request);
    if (answer === null) this.stored.push(request);
    const { status, headers = {}, text = "" } = answer ?? { status: 204 };
    // A server that stops says so, and its clients connect anew.
    if (!this.#server.listening) response.setHeader("connection", "close");
    response.writeHead(status, headers).end(text);
  }
}

function requestOf({ url = "", headers }: IncomingMessage, body: Buffer): IngestRequest {
  const text = (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
  const isBatch = headers["content-type"] === "application/cloudevents-batch+json";
  const records = isBatch
    ? JSON.parse(text)
    : text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
  return { path: url, headers, bytes: body.length, records };
}
