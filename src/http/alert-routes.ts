// What operators do with alerts, over HTTP. Bodies and answers are JSON; docs/alerts.md has examples.
//
//   GET    /api/v1/alerts                those that fire
//   POST   /api/v1/alerts/acknowledge    {rule, device, metric, tag?, by, comment?}
//   POST   /api/v1/alerts/unacknowledge  {rule, device, metric, tag?}
//   GET    /api/v1/silences              those that hold
//   POST   /api/v1/silences              {rule?, device?, metric?, tag?, severity?, for or until, by, comment?}
//   DELETE /api/v1/silences/:id

import type { FastifyInstance } from "fastify";
import type { AlertsApi } from "./view.ts";

export function addAlertRoutes(app: FastifyInstance, alerts: AlertsApi): void {
  app.get("/api/v1/alerts", () => ({ alerts: alerts.active() }));
  app.post("/api/v1/alerts/acknowledge", ({ body }) => alerts.acknowledge(body));
  app.post("/api/v1/alerts/unacknowledge", ({ body }) => alerts.unacknowledge(body));
  app.get("/api/v1/silences", () => ({ silences: alerts.silences() }));
  app.post("/api/v1/silences", async ({ body }, reply) => reply.code(201).send(await alerts.silence(body)));
  app.delete<{ Params: { id: string } }>("/api/v1/silences/:id", ({ params }) => alerts.unsilence(params.id));
}
