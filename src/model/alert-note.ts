// What operators say of alerts: acknowledgements and silences, and the alerts with them as others read them (HTTP, command line).

import type { Alert, Severity } from "./alert.ts";
import { globMatches } from "./series-match.ts";

/** Which alert is meant. Of these, at most one fires at a time. */
export type AlertNames = Pick<Alert, "rule" | "device" | "metric" | "tag">;

/** Who takes care of an alert. It ends when the alert resolves. */
export interface Acknowledgement {
  readonly by: string;
  readonly atUs: number;
  /** "" if there is none. */
  readonly comment: string;
}

/** `*` stands for any run of characters, also none; everything else for itself. */
export interface AlertMatch extends AlertNames {
  /** Null: any. */
  readonly severity: Severity | null;
}

/** For these alerts nobody is to be disturbed until then. */
export interface Silence extends AlertMatch {
  readonly id: string;
  readonly untilUs: number;
  readonly by: string;
  readonly comment: string;
  readonly createdAtUs: number;
}

/** A firing alert: its transition, and what operators say of it. */
export interface ActiveAlert extends Alert {
  /** When the gateway recorded that it fires: microseconds since the Unix epoch. */
  readonly firedAtUs: number;
  readonly acknowledged: Acknowledgement | null;
  /** End of the silence that covers it longest; null if none does. */
  readonly silencedUntilUs: number | null;
}

export function alertMatches({ rule, device, metric, tag, severity }: AlertMatch, alert: Alert): boolean {
  return (
    (severity === null || severity === alert.severity) &&
    globMatches(rule, alert.rule) &&
    globMatches(device, alert.device) &&
    globMatches(metric, alert.metric) &&
    globMatches(tag, alert.tag)
  );
}
