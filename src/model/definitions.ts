/** Which series something applies to. `*` stands for any run of characters; everything else for itself. */
export interface SeriesMatch {
  readonly device: string;
  readonly metric: string;
}

/** Lengths in microseconds, all positive integers. */
export type WindowShape =
  /** Windows [k * size, (k + 1) * size) for all integers k, since the Unix epoch. */
  | { readonly kind: "tumbling"; readonly sizeUs: number }
  /** Windows [k * hop, k * hop + size); the hop is at most the size. */
  | { readonly kind: "hopping"; readonly sizeUs: number; readonly hopUs: number }
  /** For each event time t of a reading, the window (t - size, t]. */
  | { readonly kind: "sliding"; readonly sizeUs: number }
  /** Readings whose event times lie less than the gap apart, from the first one until the gap after the last one. */
  | { readonly kind: "session"; readonly gapUs: number }
  /** So many readings one after the other, in the order of the log. */
  | { readonly kind: "count"; readonly readings: number };

/**
 * What a window says something about. series: each series. device: each device, all its metrics together. metric: each metric,
 * over all devices. A tag: each metric, over all devices with the same value of the tag.
 */
export type WindowBy = "series" | "device" | "metric" | { readonly tag: string };

/** A window over every matching series. Times are 0 or more microseconds, if nothing else is said. */
export interface WindowDefinition {
  readonly name: string;
  readonly match: SeriesMatch;
  readonly shape: WindowShape;
  /** Absent: series. */
  readonly by?: WindowBy;
  /** What it says; see stream/aggregates. Absent: count, sum, mean, min, max, stddev. */
  readonly aggregates?: readonly string[];
  /** How far an event time may lie behind the newest one of its device before its window may have been emitted. */
  readonly latenessUs: number;
  /** How long after its end, by watermark, a window is revised by late readings. Absent: 0, never. */
  readonly reviseUs?: number;
  /** A device that sent nothing for so long, in processing time, is idle. Absent: size or gap, at least a minute. At least 16. */
  readonly idleTimeoutUs?: number;
  /** An event time further ahead of the ingest time moves no watermark. Absent: a minute. */
  readonly aheadMaxUs?: number;
  /** Where readings of series beyond the limit go: nowhere, or into one group for all of them. Absent: refuse. */
  readonly overflow?: "refuse" | "other";
}

/** A threshold with hysteresis: fires when `when` holds, resolves when `clear` holds, keeps its state between the two. */
export interface AlertRule {
  readonly name: string;
  readonly match: SeriesMatch;
  readonly when: Threshold;
  readonly clear: Threshold;
}

export type Threshold = { readonly kind: "above"; readonly limit: number } | { readonly kind: "below"; readonly limit: number };
