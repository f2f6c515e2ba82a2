// Judges: what a rule makes of one value. Each kind of condition has one; the rule's operator (rule-operator.ts) owns the rest.

import type { Value } from "../model/reading.ts";
import type { WindowResult } from "../model/result.ts";

/** One reading or result, on its way through a rule. The operator fills the same object again for the next one: keep nothing of it. */
export interface Sample {
  device: string;
  metric: string;
  tag: string;
  unit: string;
  /** Of a result, the end of its window. */
  eventTimeUs: number;
  value: Value;
  /** Of a result 0. */
  quality: number;
  /** Null: it is a reading. */
  result: WindowResult | null;
}

export function emptySample(): Sample {
  return { device: "", metric: "", tag: "", unit: "", eventTimeUs: 0, value: 0, quality: 0, result: null };
}

/** `fails`: the condition does not hold, nor does what resolves the alert. */
export type Verdict = "holds" | "fails" | "clears";

/** Why a reading or a result was not taken; a label of metrics. */
export type Refusal =
  | "not_a_number"
  | "wrong_type"
  | "series_limit"
  | "baseline_limit"
  | "expression_failed"
  | "out_of_order"
  | "superseded"
  | "no_value";

/** @typeParam Memory what it remembers of a series: plain data, which structured clone (node:v8) keeps exactly. */
export interface Judge<Memory = unknown> {
  /** Values of other types are not taken; null: all are. */
  readonly accepts: "number" | "boolean" | "string" | null;
  /** What it may refuse, beside what the operator does. */
  readonly refusals: readonly Refusal[];
  /** What it remembers of a series that it meets; null: it remembers nothing. */
  readonly begin: (() => Memory) | null;
  /** Samples that it may come to hold of each series; none if absent. */
  readonly samplesPerSeries?: number;
  /** What holds is that nothing came: a sample ends it, and it begins anew. */
  readonly isAbout: "values" | "silence";
  /** What its limits are compared with; null: nothing can be said yet. Takes note of the sample. */
  measure(sample: Sample, memory: Memory): number | Refusal | null;
  verdict(measure: number): Verdict;
  /** Why the alert fires (`holds`) or resolves (`clears`), in a few words. */
  describe(measure: number, verdict: Verdict): string;
}

/** A number as it stands in a detail: 6 digits say enough there. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Microseconds as they stand in a detail. */
export function seconds(timeUs: number): string {
  return `${timeUs / 1_000_000} s`;
}
