// What can be asked for by name: the table, and the two forms that take numbers (`p99.9`, `histogram(10,25)`).

import type { Value } from "../../model/reading.ts";
import type { NamedValues, Part, PartKind, ValueKind, WindowInterval } from "./contract.ts";
import { countKind } from "./count.ts";
import { endsKind } from "./ends.ts";
import { type Histogram, histogramBoundsMax, histogramKind } from "./histogram.ts";
import { type Moments, momentsKind } from "./moments.ts";
import { increaseOf, numberPathKind, rateOf, resetsOf, timeWeightedMeanOf } from "./number-path.ts";
import { sketchKind } from "./sketch.ts";
import { changesOf, statePathKind, writeTimeInStates } from "./state-path.ts";

interface Traits {
  readonly accepts: readonly ValueKind[];
  readonly isOrderFree: boolean;
  readonly needsOneSeries: boolean;
}

export interface NamedAggregate extends Traits {
  readonly kind: PartKind;
  /** @param part one of `kind`. */
  write(part: Part, values: NamedValues, window: WindowInterval): void;
}

/** Why a spec is none. */
export interface AggregateFault {
  readonly spec: string;
  /** What is wrong and what is allowed instead. */
  readonly allowed: string;
  /** What to do about it. */
  readonly remedy: string;
}

const anyKind: readonly ValueKind[] = ["number", "state"];
const ofNumbers: Traits = { accepts: ["number"], isOrderFree: true, needsOneSeries: false };
const ofEnds: Traits = { accepts: anyKind, isOrderFree: false, needsOneSeries: false };
const ofNumberPath: Traits = { accepts: ["number"], isOrderFree: false, needsOneSeries: true };
const ofStatePath: Traits = { accepts: ["state"], isOrderFree: false, needsOneSeries: true };

type NameToAggregate = (name: string) => NamedAggregate;

const byName: Readonly<Record<string, NameToAggregate>> = {
  count: one(countKind, { ...ofNumbers, accepts: anyKind }, (part) => part.count),
  sum: moment((part) => part.sum),
  mean: moment((part) => part.mean),
  min: moment((part) => part.min),
  max: moment((part) => part.max),
  stddev: moment((part) => part.stddev),
  variance: moment((part) => part.variance),
  first: one(endsKind, ofEnds, (part) => part.first),
  last: one(endsKind, ofEnds, (part) => part.last),
  last_state: one(endsKind, { ...ofEnds, accepts: ["state"] }, (part) => part.last),
  first_time_us: one(endsKind, { ...ofEnds, isOrderFree: true }, (part) => part.firstUs),
  last_time_us: one(endsKind, { ...ofEnds, isOrderFree: true }, (part) => part.lastUs),
  delta: one(endsKind, ofNumberPath, (part) => part.delta),
  increase: one(numberPathKind, ofNumberPath, (part) => increaseOf(part.whole())),
  rate: one(numberPathKind, ofNumberPath, (part) => rateOf(part.whole())),
  resets: one(numberPathKind, ofNumberPath, (part) => resetsOf(part.whole())),
  twa: one(numberPathKind, ofNumberPath, (part, window) => timeWeightedMeanOf(part.whole(), window)),
  median: one(sketchKind, ofNumbers, (part) => part.quantile(5_000)),
  changes: one(statePathKind, ofStatePath, (part) => changesOf(part.whole())),
  in_state: () =>
    several(statePathKind, ofStatePath, (part, values, window) => writeTimeInStates(part.whole(), values, window)),
};

const forms = "p0.01 to p99.99, histogram(<upper bounds>)";

/** Every name, for messages. */
export const allowedAggregates = `${Object.keys(byName).join(", ")}, ${forms}`;

/** @param spec as in the configuration, without blanks around it. */
export function namedAggregate(spec: string): NamedAggregate | AggregateFault {
  if (Object.hasOwn(byName, spec)) return (byName[spec] as NameToAggregate)(spec);
  if (spec.startsWith("histogram")) return histogramOf(spec);
  if (/^p[\d.]/.test(spec)) return quantileOf(spec);
  return { spec, allowed: `is no aggregate; ${allowedAggregates} are`, remedy: "write one of these" };
}

/** Of no readings there is none. */
function moment(read: (part: Moments) => number): NameToAggregate {
  return one(momentsKind, ofNumbers, (part) => (part.count === 0 ? undefined : read(part)));
}

function quantileOf(spec: string): NamedAggregate | AggregateFault {
  const percent = /^p(\d{1,2}(?:\.\d{1,2})?)$/.exec(spec)?.[1];
  const tenThousandths = Math.round(Number(percent) * 100);
  if (tenThousandths > 0) return one(sketchKind, ofNumbers, (part) => part.quantile(tenThousandths))(spec);
  const allowed = "is no quantile; p0.01 to p99.99 are, with at most two decimals";
  return { spec, allowed, remedy: "write for instance p99 or p99.9, or min or max for the extremes" };
}

function histogramOf(spec: string): NamedAggregate | AggregateFault {
  const list = /^histogram\((.*)\)$/.exec(spec)?.[1];
  const bounds = (list ?? "").split(",").map(boundOf);
  const areAscending = bounds.every((bound, i) => Number.isFinite(bound) && !(bound <= (bounds[i - 1] as number)));
  if (areAscending && bounds.length <= histogramBoundsMax) {
    return several<Histogram>(histogramKind(bounds), ofNumbers, (part, values) => part.writeTo(values));
  }
  const allowed = `is no histogram; its bounds are 1 to ${histogramBoundsMax} numbers, each greater than the one before`;
  return { spec, allowed, remedy: "write for instance histogram(10,25,50)" };
}

/** NaN if it is none. 0 for -0. */
function boundOf(text: string): number {
  return /^\s*[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*$/.test(text) ? Number(text) + 0 : Number.NaN;
}

/** One value under the aggregate's own name; none where there is nothing to say. */
function one<P extends Part>(
  kind: PartKind<P>,
  traits: Traits,
  read: (part: P, window: WindowInterval) => Value | undefined,
): NameToAggregate {
  return (name) =>
    several(kind, traits, (part, values, window) => {
      const value = read(part, window);
      if (value !== undefined && !Number.isNaN(value)) values[name] = value;
    });
}

function several<P extends Part>(
  kind: PartKind<P>,
  traits: Traits,
  write: (part: P, values: NamedValues, window: WindowInterval) => void,
): NamedAggregate {
  return { ...traits, kind, write: (part, values, window) => write(part as P, values, window) };
}
