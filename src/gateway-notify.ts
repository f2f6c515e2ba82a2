// The alert desk and its webhooks, and who is connected with them: HTTP, and the announcer.

import {
  acknowledgeRequest,
  parseRequest,
  type SilenceRequest,
  silenceRequest,
  unacknowledgeRequest,
} from "./config/alert-requests.ts";
import type { GatewayConfig } from "./config/schema.ts";
import type { AlertsApi } from "./http/view.ts";
import type { AlertNotes } from "./ingest/announcer.ts";
import type { Log } from "./log/log.ts";
import type { AlertMatch } from "./model/alert-note.ts";
import { activeAlertOf } from "./notify/alert-board.ts";
import { AlertDesk } from "./notify/alert-desk.ts";
import { Webhook } from "./notify/webhook.ts";
import { systemClock } from "./platform/clock.ts";
import type { Logger } from "./platform/logger.ts";

type WebhookConfig = GatewayConfig["notify"]["webhooks"][number];

export function createAlertDesk({ notify }: GatewayConfig, log: Log, logger: Logger): AlertDesk {
  const { webhooks, ...limits } = notify;
  return new AlertDesk({ log, limits, webhooks: webhooks.map(({ name }) => name), clock: systemClock, logger });
}

export function createWebhooks({ gateway, notify }: GatewayConfig, desk: AlertDesk, logger: Logger): Webhook[] {
  return notify.webhooks.map((config) => {
    const { name, url, severityMin, rule, device, metric, tag, resendInterval, timeout, retryDelayMin, retryDelayMax } = config;
    return new Webhook({
      name,
      url,
      headers: headersOf(config),
      filter: { severityMin, rule, device, metric, tag },
      resendMs: resendInterval,
      retry: { delayMsMin: retryDelayMin, delayMsMax: retryDelayMax },
      timeoutMs: timeout,
      gatewayId: gateway.id,
      desk,
      clock: systemClock,
      random: Math.random,
      logger,
    });
  });
}

function headersOf({ headers = {}, bearerToken }: WebhookConfig): Record<string, string> {
  return bearerToken === undefined ? headers : { ...headers, authorization: `Bearer ${bearerToken}` };
}

export function alertNotes(desk: AlertDesk): AlertNotes {
  return {
    reached: (offset, signal) => desk.reached(offset, signal),
    noteOf({ alert, offset }) {
      const board = desk.board.find(alert);
      if (board?.offset !== offset) return null;
      const { acknowledged, silencedUntilUs } = board;
      return { ...(acknowledged === null ? {} : { acknowledged }), ...(silencedUntilUs === null ? {} : { silencedUntilUs }) };
    },
    onChange: (listener) => desk.onChange(listener),
  };
}

export function alertsApi(desk: AlertDesk): AlertsApi {
  return {
    active: () => Array.from(desk.board.active, activeAlertOf),
    async acknowledge(body) {
      const { by, comment, ...names } = parseRequest(acknowledgeRequest, body);
      return activeAlertOf(await desk.acknowledge(names, { by, comment }));
    },
    async unacknowledge(body) {
      return activeAlertOf(await desk.unacknowledge(parseRequest(unacknowledgeRequest, body)));
    },
    silences: () => desk.silences,
    async silence(body) {
      const request = parseRequest(silenceRequest, body);
      const { by, comment } = request;
      return desk.silence(matchOf(request), { untilUs: untilUsOf(request), by, comment });
    },
    unsilence: (id) => desk.unsilence(id),
  };
}

function matchOf({ rule = "*", device = "*", metric = "*", tag = "*", severity }: SilenceRequest): AlertMatch {
  return { rule, device, metric, tag, severity: severity ?? null };
}

/** Of a request that was checked: it has one of the two. */
function untilUsOf({ for: durationMs = 0, until }: SilenceRequest): number {
  return until ?? systemClock.nowUs() + durationMs * 1000;
}
