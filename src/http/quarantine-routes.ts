// Records that sinks refused for good, over HTTP. Bodies and answers are JSON; docs/sinks.md has examples.
//
//   GET  /api/v1/quarantine        all of them
//   POST /api/v1/quarantine/retry  {sink, ids?}: send them again; without ids all of the sink
//   POST /api/v1/quarantine/drop   {sink, ids?}: forget them
//
// The answer to a POST is how many they were: {records}.

import type { FastifyInstance } from "fastify";
import type { QuarantineApi } from "./view.ts";

export function addQuarantineRoutes(app: FastifyInstance, quarantine: QuarantineApi): void {
  app.get("/api/v1/quarantine", () => ({ records: quarantine.list() }));
  app.post("/api/v1/quarantine/retry", ({ body }) => ({ records: quarantine.retry(body) }));
  app.post("/api/v1/quarantine/drop", async ({ body }) => ({ records: await quarantine.drop(body) }));
}
