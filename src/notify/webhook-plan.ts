// What a webhook is to be sent next. Pure.
//
// First what resolved, in that order; then what fires and was not sent for longest. An alert that is silenced, or not for this webhook,
// is passed over: one that fires is looked at again, one that resolved is dealt with.

import { type Alert, severities } from "../model/alert.ts";
import { type AlertMatch, alertMatches } from "../model/alert-note.ts";
import type { AlertBoard, BoardAlert } from "./alert-board.ts";

/** Which alerts a webhook is for: `severity` and all above. */
export type WebhookFilter = Omit<AlertMatch, "severity"> & { readonly severityMin: Alert["severity"] };

export interface PlanInputs {
  readonly board: Pick<AlertBoard, "active" | "resolved">;
  readonly filter: WebhookFilter;
  /** What resolved below this offset is dealt with. */
  readonly settled: number;
  /** When an alert that fires was sent last; undefined: not yet. */
  readonly sentAtUs: (board: BoardAlert) => number | undefined;
  readonly resendUs: number;
  /** Most alerts that are sent together. */
  readonly alertsMax: number;
  readonly nowUs: number;
}

export interface WebhookPlan {
  readonly alerts: readonly BoardAlert[];
  /** What resolved below this offset is dealt with when they are. */
  readonly settled: number;
  /** All alerts that are due, those of the plan among them. */
  readonly due: number;
  /** When the next one is due that fires and is not due yet; infinity if there is none. */
  readonly nextDueUs: number;
}

export function planWebhook(inputs: PlanInputs): WebhookPlan {
  const { alertsMax, nowUs } = inputs;
  const resolved = resolvedDue(inputs);
  const { firing, nextDueUs } = firingDue(inputs);
  const alerts = [...resolved.alerts.slice(0, alertsMax), ...firing.slice(0, Math.max(0, alertsMax - resolved.alerts.length))];
  const leftOver = resolved.alerts[alertsMax]?.resolved;
  return {
    alerts,
    settled: leftOver?.offset ?? resolved.endOffset,
    due: resolved.alerts.length + firing.length,
    nextDueUs: Math.max(nextDueUs, nowUs),
  };
}

function resolvedDue({ board, filter, settled }: PlanInputs): { alerts: BoardAlert[]; endOffset: number } {
  const alerts: BoardAlert[] = [];
  let endOffset = settled;
  for (const each of board.resolved) {
    if (each.resolved === null || each.resolved.offset < settled) continue;
    endOffset = each.resolved.offset + 1;
    if (isFor(each, filter)) alerts.push(each);
  }
  return { alerts, endOffset };
}

function firingDue({ board, filter, sentAtUs, resendUs, nowUs }: PlanInputs): { firing: BoardAlert[]; nextDueUs: number } {
  const due: { readonly alert: BoardAlert; readonly sentUs: number }[] = [];
  let nextDueUs = Number.POSITIVE_INFINITY;
  for (const alert of board.active) {
    if (!isFor(alert, filter)) continue;
    const sentUs = sentAtUs(alert) ?? Number.NEGATIVE_INFINITY;
    // A clock that was set back must not hold it up.
    if (sentUs + resendUs <= nowUs || sentUs > nowUs) due.push({ alert, sentUs });
    else nextDueUs = Math.min(nextDueUs, sentUs + resendUs);
  }
  due.sort((one, other) => (one.sentUs === other.sentUs ? 0 : one.sentUs - other.sentUs));
  return { firing: due.map(({ alert }) => alert), nextDueUs };
}

function isFor({ alert, silencedUntilUs }: BoardAlert, { severityMin, ...names }: WebhookFilter): boolean {
  if (silencedUntilUs !== null) return false;
  const isSevere = severities.indexOf(alert.severity) >= severities.indexOf(severityMin);
  return isSevere && alertMatches({ ...names, severity: null }, alert);
}
