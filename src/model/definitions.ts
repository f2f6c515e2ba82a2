/** Which series something applies to. `*` stands for any run of characters; everything else for itself. */
export interface SeriesMatch {
  readonly device: string;
  readonly metric: string;
}

/** A tumbling window over every matching series. */
export interface WindowDefinition {
  readonly name: string;
  readonly match: SeriesMatch;
  /** Length of the window in microseconds; windows start at multiples of it since the Unix epoch. */
  readonly sizeUs: number;
  /** How far an event time may lie behind the newest one of its device before its window may have been emitted. */
  readonly latenessUs: number;
}

/** A threshold with hysteresis: fires when `when` holds, resolves when `clear` holds, keeps its state between the two. */
export interface AlertRule {
  readonly name: string;
  readonly match: SeriesMatch;
  readonly when: Threshold;
  readonly clear: Threshold;
}

export type Threshold = { readonly kind: "above"; readonly limit: number } | { readonly kind: "below"; readonly limit: number };
