// What a webhook is sent: the body of `POST /api/v2/alerts` of Prometheus Alertmanager, a list of these
// (https://github.com/prometheus/alertmanager, api/v2/openapi.yaml, postableAlerts).
//
// The labels are the identity of an alert there, so they stay the same from its firing to its end. Times are those at which the gateway
// recorded the transitions, not event times: Alertmanager refuses an alert that ends before it starts, or starts after it would time out,
// and a device may say anything. The event time is an annotation.

import type { Alert } from "../model/alert.ts";
import type { BoardAlert } from "./alert-board.ts";

export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly startsAt: string;
  /** Of a resolved one. */
  readonly endsAt?: string;
}

export function postableAlert(board: BoardAlert, gatewayId: string): PostableAlert {
  const { alert, firedAtUs, acknowledged, resolved } = board;
  const said = resolved?.alert ?? alert;
  const annotations = {
    summary: summaryOf(alert),
    detail: said.detail,
    value: said.value === null ? "" : String(said.value),
    event_time: isoTime(said.eventTimeUs),
    acknowledged_by: acknowledged?.by ?? "",
    acknowledged_comment: acknowledged?.comment ?? "",
  };
  const body = { labels: labelsOf(alert, gatewayId), annotations: withoutEmpty(annotations), startsAt: isoTime(firedAtUs) };
  // The gateway's clock may have been set back in between.
  return resolved === null ? body : { ...body, endsAt: isoTime(Math.max(firedAtUs, resolved.atUs)) };
}

function labelsOf({ rule, device, metric, tag, severity }: Alert, gatewayId: string): Record<string, string> {
  const own = { alertname: rule, device, metric, severity, gateway: gatewayId };
  if (tag === "") return withoutEmpty(own);
  const [, name = tag, value = ""] = /^([^=]*)=(.*)$/.exec(tag) ?? [];
  const label = labelName(name);
  return withoutEmpty({ ...own, [label in own ? `tag_${label}` : label]: value });
}

/** Names of labels are letters, digits and _, not beginning with a digit, nor with __, which is reserved. */
function labelName(name: string): string {
  const fit = name.replace(/[^A-Za-z0-9_]/g, "_");
  return /^(\d|__)/.test(fit) ? `tag_${fit}` : fit;
}

function summaryOf({ rule, device, metric, tag }: Alert): string {
  const about = [tag || device || "all devices", metric || "all metrics"].join(" ");
  return `${rule}: ${about}`;
}

function withoutEmpty(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ""));
}

function isoTime(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString();
}
