// What every aggregate means, computed from all readings at once: slow, and obviously right. Knows nothing of accumulators.

import type { Value } from "../../src/model/reading.ts";

/** A reading, in a list that is in the order of arrival. */
export interface Point {
  readonly timeUs: number;
  readonly value: Value;
}

/** In the order of event times, at equal ones of arrival. */
export function inEventOrder(points: readonly Point[]): Point[] {
  return points
    .map((point, arrival) => ({ point, arrival }))
    .sort((one, next) => one.point.timeUs - next.point.timeUs || one.arrival - next.arrival)
    .map(({ point }) => point);
}

/** The values of one spec, by name. Quantiles are the exact ones. */
export function naive(spec: string, points: readonly Point[], endUs: number): Record<string, Value> {
  if (spec === "count") return { count: points.length };
  if (spec.startsWith("histogram")) return naiveHistogram(spec, points);
  const value = points.length === 0 ? undefined : (naiveNumber(spec, inEventOrder(points), endUs) ?? undefined);
  if (spec === "in_state" && points.length > 0) return naiveStates(inEventOrder(points), endUs);
  return value === undefined ? {} : { [spec]: value };
}

/** Of sorted numbers, the one at rank floor(p / 100 * (n - 1)). */
export function exactQuantile(values: readonly number[], spec: string): number {
  const percent = spec === "median" ? "50" : spec.slice(1);
  const [whole = "", decimals = ""] = percent.split(".");
  const rank = (BigInt(whole + decimals.padEnd(2, "0")) * BigInt(values.length - 1)) / 10_000n;
  return [...values].sort((one, next) => one - next)[Number(rank)] as number;
}

function naiveNumber(spec: string, sorted: readonly Point[], endUs: number): Value | undefined {
  const first = sorted[0] as Point;
  const last = sorted.at(-1) as Point;
  const steps = sorted.slice(1).map((point, i) => ({ before: (sorted[i] as Point).value, value: point.value }));
  const values = sorted.map(({ value }) => value as number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const rises = steps.map(({ before, value }) => (value < before ? (value as number) : (value as number) - (before as number)));
  const increase = steps.length === 0 ? undefined : rises.reduce((sum, rise) => sum + rise, 0);
  const seconds = (last.timeUs - first.timeUs) / 1e6;
  const held = durations(sorted, endUs);
  const wholeUs = held.reduce((sum, durationUs) => sum + durationUs, 0);
  switch (spec) {
    case "sum":
      return values.reduce((sum, value) => sum + value, 0);
    case "mean":
      return mean;
    case "min":
      return values.reduce((min, value) => (value < min ? value : min)) + 0;
    case "max":
      return values.reduce((max, value) => (value > max ? value : max)) + 0;
    case "variance":
      return variance;
    case "stddev":
      return Math.sqrt(variance);
    case "first":
      return first.value;
    case "last":
    case "last_state":
      return last.value;
    case "first_time_us":
      return first.timeUs;
    case "last_time_us":
      return last.timeUs;
    case "delta":
      return (last.value as number) - (first.value as number);
    case "increase":
      return increase;
    case "rate":
      return increase === undefined || seconds === 0 ? undefined : increase / seconds;
    case "resets":
      return steps.filter(({ before, value }) => value < before).length;
    case "changes":
      return steps.filter(({ before, value }) => value !== before).length;
    case "twa":
      if (wholeUs === 0) return last.value;
      return values.reduce((sum, value, i) => sum + value * (held[i] as number), 0) / wholeUs;
    default:
      return spec === "in_state" ? undefined : exactQuantile(values, spec);
  }
}

/** How long each reading holds. */
function durations(sorted: readonly Point[], endUs: number): number[] {
  return sorted.map(({ timeUs }, i) => (sorted[i + 1]?.timeUs ?? endUs) - timeUs);
}

function naiveHistogram(spec: string, points: readonly Point[]): Record<string, number> {
  const bounds = spec.slice("histogram(".length, -1).split(",").map(Number);
  const below = (bound: number) => points.filter(({ value }) => (value as number) <= bound).length;
  return Object.fromEntries([...bounds.map((bound) => [`le_${bound}`, below(bound)]), ["le_inf", points.length]]);
}

function naiveStates(sorted: readonly Point[], endUs: number): Record<string, number> {
  const held = durations(sorted, endUs);
  const wholeUs = held.reduce((sum, durationUs) => sum + durationUs, 0);
  const result: Record<string, number> = {};
  for (const state of [...new Set(sorted.map(({ value }) => String(value)))].sort()) {
    const durationUs = held.reduce((sum, own, i) => (String(sorted[i]?.value) === state ? sum + own : sum), 0);
    if (durationUs === 0) continue;
    result[`in_state(${state})`] = durationUs / wholeUs;
    result[`in_state_us(${state})`] = durationUs;
  }
  return result;
}
