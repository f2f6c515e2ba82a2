// Which offsets have arrived, as a sorted list of half-open intervals that neither touch nor overlap. Immutable: a commit that
// fails just drops the new value. Offsets arrive almost in order, so there is nearly always one interval.

/** The offsets o with start <= o < end. Never empty. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

export type IntervalSet = readonly Interval[];

export const emptyIntervalSet: IntervalSet = [];

/** Every offset below `end`. */
export function allBelow(end: number): IntervalSet {
  return end > 0 ? [{ start: 0, end }] : emptyIntervalSet;
}

export function addInterval(set: IntervalSet, added: Interval): IntervalSet {
  const before = set.filter((interval) => interval.end < added.start);
  const after = set.filter((interval) => interval.start > added.end);
  const joined = set.slice(before.length, set.length - after.length);
  const start = Math.min(added.start, joined[0]?.start ?? added.start);
  const end = Math.max(added.end, joined.at(-1)?.end ?? added.end);
  return [...before, { start, end }, ...after];
}

/** The parts of `wanted` that the set lacks, in order. */
export function missingFrom(set: IntervalSet, wanted: Interval): Interval[] {
  const missing: Interval[] = [];
  let position = wanted.start;
  for (const interval of set) {
    if (interval.end <= position) continue;
    if (interval.start >= wanted.end) break;
    if (interval.start > position) missing.push({ start: position, end: interval.start });
    position = interval.end;
  }
  if (position < wanted.end) missing.push({ start: position, end: wanted.end });
  return missing;
}

/** Every offset below the result is in the set; the result itself is not. */
export function denseEnd(set: IntervalSet): number {
  const first = set[0];
  return first?.start === 0 ? first.end : 0;
}

/** Of lists of intervals; those of the right one may touch, overlap and be in any order. */
export function unionOf(left: IntervalSet, right: readonly Interval[]): IntervalSet {
  const union: Interval[] = [];
  for (const { start, end } of [...left, ...right].sort((a, b) => a.start - b.start)) {
    const last = union.at(-1);
    if (last === undefined || last.end < start) union.push({ start, end });
    else if (end > last.end) union[union.length - 1] = { start: last.start, end };
  }
  return union;
}

/** The offsets of `from` that `set` lacks. */
export function difference(from: IntervalSet, set: IntervalSet): IntervalSet {
  return from.flatMap((interval) => missingFrom(set, interval));
}

/** Number of offsets in the set. */
export function sizeOf(set: IntervalSet): number {
  return set.reduce((sum, interval) => sum + interval.end - interval.start, 0);
}
