/** What an aggregate says: a number, or the state of a boolean or text. */
export type AggregateValue = number | boolean | string;

/** What one window says about one group of series, as emitted. */
export interface WindowResult {
  /** Name of the window in the configuration. */
  readonly window: string;
  /** "" if the window spans devices. */
  readonly device: string;
  /** "" if the window spans metrics. */
  readonly metric: string;
  /** The tag that the window groups by, as `name=value`; "" if it groups by none. */
  readonly tag: string;
  /** As last named by a device; "" if unknown. */
  readonly unit: string;
  /** The window holds event times t with startUs <= t < endUs. Microseconds since the Unix epoch. */
  readonly startUs: number;
  readonly endUs: number;
  /** 0 for the first emission of this window. */
  readonly revision: number;
  /** Offset in the readings lane of the reading that caused this emission; of the next one, if the passing of time did. */
  readonly causeOffset: number;
  /** Readings in the window. 0 withdraws a window that was emitted and is part of another one now. */
  readonly count: number;
  /** By name, as configured: sum, mean, p99, ... */
  readonly aggregates: Readonly<Record<string, AggregateValue>>;
}

/** The result as others read it, with the aggregates beside the rest. `tag` is left out where it is empty. */
export function flatResult({ aggregates, tag, ...rest }: WindowResult): Readonly<Record<string, AggregateValue>> {
  return { ...rest, ...(tag === "" ? {} : { tag }), ...aggregates };
}
