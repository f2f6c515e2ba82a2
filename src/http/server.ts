// Status, health, metrics and alerts over HTTP.
//
//   GET /healthz        200 while the process lives
//   GET /readyz         200 while the gateway takes readings, else 503 and the reason
//   GET /metrics        Prometheus text format; docs/metrics.md
//   GET /api/v1/status  what `tidegate status` prints, as JSON (StatusView)
//   /api/v1/alerts, /api/v1/silences: see alert-routes.ts
//   /api/v1/quarantine: see quarantine-routes.ts
//
// requests.ts says what holds for those that change something.
//
// Listens on loopback only, since there is no authentication yet. Bounds: request bodies are refused beyond 16 KiB, a connection that
// sends no request is closed after 10 s. Deliberately not here yet: OpenAPI, history, live views, the dashboard.

import { type FastifyInstance, fastify } from "fastify";
import { type Address, listenError } from "../platform/listen.ts";
import { addAlertRoutes } from "./alert-routes.ts";
import { addQuarantineRoutes } from "./quarantine-routes.ts";
import { guardRequests } from "./requests.ts";
import type { GatewayView } from "./view.ts";

const bodyBytesMax = 16 * 1024;
const requestTimeoutMs = 10_000;

export class HttpServer {
  readonly #app: FastifyInstance;
  readonly #listen: Address;

  constructor(listen: Address, view: GatewayView) {
    this.#listen = listen;
    this.#app = fastify({ bodyLimit: bodyBytesMax, requestTimeout: requestTimeoutMs, forceCloseConnections: true });
    this.#app.get("/healthz", () => ({ status: "ok" }));
    this.#app.get("/readyz", (_request, reply) => {
      const reason = view.unreadyReason();
      return reply
        .code(reason === null ? 200 : 503)
        .send(reason === null ? { status: "ready" } : { status: "unready", reason });
    });
    this.#app.get("/metrics", async (_request, reply) => {
      const { contentType, text } = await view.metrics();
      return reply.type(contentType).send(text);
    });
    this.#app.get("/api/v1/status", () => view.status());
    guardRequests(this.#app);
    addAlertRoutes(this.#app, view.alerts);
    addQuarantineRoutes(this.#app, view.quarantine);
  }

  /** Errors: PORT_IN_USE, LISTEN_FAILED. */
  async start(): Promise<Address> {
    try {
      await this.#app.listen({ host: this.#listen.host, port: this.#listen.port });
    } catch (error) {
      throw listenError(error, this.#listen, "http.listen");
    }
    const [bound] = this.#app.addresses();
    return typeof bound === "object" ? { host: bound.address, port: bound.port } : this.#listen;
  }

  async close(): Promise<void> {
    await this.#app.close();
  }
}
