import type { Value } from "./reading.ts";

export type AlertState = "firing" | "resolved";

export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

/** One transition of one alert. */
export interface Alert {
  /** Name of the rule in the configuration. */
  readonly rule: string;
  /** "" if the rule is about a window that spans devices. */
  readonly device: string;
  /** "" if the rule is about a window that spans metrics. */
  readonly metric: string;
  /** As of the window that the rule is about, `name=value`; "" if it groups by none. */
  readonly tag: string;
  readonly state: AlertState;
  readonly severity: Severity;
  /**
   * Event time of the reading that caused the transition, end of the window whose result did, or processing time if the passing of
   * time did: microseconds since the Unix epoch.
   */
  readonly eventTimeUs: number;
  /** The value that caused the transition, the last one if the passing of time did; null if there is none: no reading came. */
  readonly value: Value | null;
  /** Offset in the readings lane of the reading that caused the transition; of the next one, if the passing of time did. */
  readonly causeOffset: number;
  /** Why, in a few words; "" in alerts of gateways that did not say it. */
  readonly detail: string;
}

/** Whether it is the last word of a rule that is gone: nothing else resolves without a value. */
export function isRetirement({ state, value }: Alert): boolean {
  return state === "resolved" && value === null;
}
