import type { Severity } from "./alert.ts";

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

/** Fires when `when` has held for `forUs`, resolves when `clear` holds and `when` does not, keeps its state between the two. */
export interface AlertRule {
  readonly name: string;
  readonly match: SeriesMatch;
  /** What is judged: results of a window. Absent: readings. */
  readonly on?: ResultValue;
  readonly when: Condition;
  /** Of the same kind as `when`. Absent: resolves when `when` does not hold. */
  readonly clear?: Condition;
  /** How long `when` must hold before the alert fires: microseconds of processing time. Absent: 0. */
  readonly forUs?: number;
  /** Absent: warning. */
  readonly severity?: Severity;
}

/** One value of each result of a window. */
export interface ResultValue {
  /** Name of the window in the configuration. */
  readonly window: string;
  /** Name of what it says, as it stands in its results, or `count`. */
  readonly aggregate: string;
}

/** Strictly above or below: what is at the limit holds neither. */
export type Threshold = { readonly kind: "above"; readonly limit: number } | { readonly kind: "below"; readonly limit: number };

export type Condition =
  /** The value itself. */
  | Threshold
  /** No reading of the series came for `forUs` of processing time. */
  | { readonly kind: "absent"; readonly forUs: number }
  /** The change of the value per second of event time since the reading before. */
  | { readonly kind: "rate"; readonly limit: Threshold }
  /** No value was further than `epsilon` from the first of them for `forUs` of event time. */
  | { readonly kind: "flat"; readonly epsilon: number; readonly forUs: number }
  /** The distance from what is usual for the series, in robust standard deviations; see alert/baseline.ts. */
  | { readonly kind: "deviation"; readonly limit: Threshold; readonly baseline: BaselineDefinition }
  /** An expression of CEL that gives true. */
  | { readonly kind: "expression"; readonly cel: string; readonly valueType: ExpressionValueType };

/** Type of `value` in an expression; values of other types are not taken. `any`: every type, checked when it is evaluated. */
export const expressionValueTypes = ["number", "boolean", "text", "any"] as const;
export type ExpressionValueType = (typeof expressionValueTypes)[number];

export const baselineSeasons = ["none", "hour-of-day"] as const;

export interface BaselineDefinition {
  /** Samples that are kept of each season. */
  readonly historySamples: number;
  /** Samples of a season before anything is said about it. */
  readonly samplesMin: number;
  /** At most one reading in so much event time becomes a sample: microseconds. */
  readonly sampleEveryUs: number;
  /** `none`: one season. `hour-of-day`: one for each hour of the day, UTC. */
  readonly season: (typeof baselineSeasons)[number];
  /** The least standard deviation that is assumed, in the unit of the metric. */
  readonly scaleMin: number;
}
