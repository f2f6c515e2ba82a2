// What an operator makes of its definition: defaults filled in, aggregates looked up.

import type { WindowBy, WindowDefinition, WindowShape } from "../../model/definitions.ts";
import { assert } from "../../platform/assert.ts";
import { aggregatesOf } from "../aggregates/aggregate-set.ts";
import type { AggregateSet } from "../aggregates/contract.ts";

/** Of one window definition. */
export interface WindowLimits {
  /** Series, counted once for every group that they are in; so groups and devices, too. */
  readonly seriesMax: number;
  /** Slices, over all groups; of windows that overlap, too. Of session windows: sessions. */
  readonly slicesMax: number;
  readonly slicesPerGroupMax: number;
  readonly sessionsPerGroupMax: number;
  /** Readings that sliding windows keep one by one, over all groups. */
  readonly pointsMax: number;
  readonly pointsPerGroupMax: number;
}

export const defaultWindowLimits: WindowLimits = {
  seriesMax: 10_000,
  slicesMax: 100_000,
  slicesPerGroupMax: 1_000,
  sessionsPerGroupMax: 1_000,
  pointsMax: 1_000_000,
  pointsPerGroupMax: 10_000,
};

export const defaultAggregates: readonly string[] = ["count", "sum", "mean", "min", "max", "stddev"];

/** Which names make a group; those that do not are "" in its results. */
export interface GroupBy {
  readonly device: boolean;
  readonly metric: boolean;
  readonly tag: string | null;
}

export interface WindowPlan {
  readonly name: string;
  readonly shape: WindowShape;
  readonly groupBy: GroupBy;
  readonly aggregates: AggregateSet;
  /** False if a result says no more than its count. */
  readonly saysAggregates: boolean;
  readonly latenessUs: number;
  readonly reviseUs: number;
  /** Infinity: devices never become idle. */
  readonly idleTimeoutUs: number;
  readonly aheadMaxUs: number;
  readonly overflow: "refuse" | "other";
  readonly limits: WindowLimits;
}

/** Parts of the idle timeout that are told apart, so that many devices which fall silent one after the other cost few ticks. */
export const idleSteps = 16;
const minuteUs = 60_000_000;
/** Changes with what is made of a definition, and with the form of the state. */
const version = 3;

export function planOf(definition: WindowDefinition, limits: WindowLimits): WindowPlan {
  const { name, shape, by = "series", latenessUs, reviseUs = 0, aheadMaxUs = minuteUs, overflow = "refuse" } = definition;
  const idleTimeoutUs = definition.idleTimeoutUs ?? Math.max(lengthUs(shape), minuteUs);
  for (const us of [latenessUs, reviseUs, idleTimeoutUs, aheadMaxUs]) {
    assert(Number.isSafeInteger(us) && us >= 0, "the times of a window are 0 or more microseconds");
  }
  assert(idleTimeoutUs >= idleSteps, `an idle timeout is at least ${idleSteps} microseconds`);
  checkShape(shape);
  const named = definition.aggregates ?? defaultAggregates;
  // Every result has its count anyway.
  const specs = named.filter((spec) => spec !== "count");
  const aggregates = aggregatesOf(specs.length > 0 ? specs : named);
  assert("create" in aggregates, `the aggregates of window ${name} are valid`);
  const groupBy = groupByOf(by);
  assert(!aggregates.needsOneSeries || (groupBy.device && groupBy.metric), "aggregates of one series are not grouped");
  assert(!aggregates.needsOneSeries || overflow === "refuse", "aggregates of one series have no place in a group for the rest");
  const idle = shape.kind === "count" ? Number.POSITIVE_INFINITY : idleTimeoutUs;
  const times = { latenessUs, reviseUs, idleTimeoutUs: idle, aheadMaxUs };
  return { name, shape, groupBy, aggregates, saysAggregates: specs.length > 0, ...times, overflow, limits };
}

/** Of everything that changes results, and not of the name. */
export function fingerprintOf({ match }: WindowDefinition, plan: WindowPlan): string {
  const { shape, groupBy, aggregates, latenessUs, reviseUs, idleTimeoutUs, aheadMaxUs, overflow } = plan;
  const times = [latenessUs, reviseUs, idleTimeoutUs, aheadMaxUs];
  const what = [match.device, match.metric, shape, groupBy, aggregates.fingerprint, plan.saysAggregates, overflow];
  return JSON.stringify(["window", version, ...what, ...times]);
}

function groupByOf(by: WindowBy): GroupBy {
  if (typeof by === "object") return { device: false, metric: true, tag: by.tag };
  return { device: by !== "metric", metric: by !== "device", tag: null };
}

function checkShape(shape: WindowShape): void {
  const lengths = shape.kind === "count" ? [shape.readings] : [lengthUs(shape)];
  if (shape.kind === "hopping") {
    lengths.push(shape.hopUs);
    assert(shape.hopUs <= shape.sizeUs, "the hop of a window is at most its size");
  }
  for (const length of lengths) {
    assert(Number.isSafeInteger(length) && length > 0, "the size of a window is a positive integer of microseconds");
  }
}

function lengthUs(shape: WindowShape): number {
  if (shape.kind === "count") return 0;
  return shape.kind === "session" ? shape.gapUs : shape.sizeUs;
}
