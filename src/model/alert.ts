export type AlertState = "firing" | "resolved";

/** One transition of one alert. */
export interface Alert {
  /** Name of the rule in the configuration. */
  readonly rule: string;
  readonly device: string;
  readonly metric: string;
  readonly state: AlertState;
  /** Event time of the reading that caused the transition, microseconds since the Unix epoch. */
  readonly eventTimeUs: number;
  /** The value that caused the transition. */
  readonly value: number;
  /** Offset in the readings lane of the reading that caused the transition. */
  readonly causeOffset: number;
}
