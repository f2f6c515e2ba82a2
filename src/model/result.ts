/** The aggregates of one window over one series, as emitted. */
export interface WindowResult {
  /** Name of the window in the configuration. */
  readonly window: string;
  readonly device: string;
  readonly metric: string;
  readonly unit: string;
  /** The window holds event times t with startUs <= t < endUs. Microseconds since the Unix epoch. */
  readonly startUs: number;
  readonly endUs: number;
  /** 0 for the first emission of this window. */
  readonly revision: number;
  /** Offset in the readings lane of the reading that caused this emission. */
  readonly causeOffset: number;
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Population standard deviation. */
  readonly stddev: number;
}
