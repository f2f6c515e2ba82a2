import type { Value } from "../../model/reading.ts";
import { assert } from "../../platform/assert.ts";
import {
  type Accumulator,
  type AggregateLimits,
  type AggregateSet,
  defaultAggregateLimits,
  type NamedValues,
  type Part,
  type PartKind,
  type ValueKind,
  type WindowInterval,
} from "./contract.ts";
import { countKind } from "./count.ts";
import { momentsKind } from "./moments.ts";
import { type AggregateFault, allowedAggregates, type NamedAggregate, namedAggregate } from "./named-aggregates.ts";

/** Aggregates of one set; quantiles are a spec each. */
export const specsMax = 64;

/** Grows when a snapshot changes its form or a value its meaning. */
const version = 1;

interface Column {
  readonly partIndex: number;
  readonly write: NamedAggregate["write"];
}

/**
 * The aggregates that the specs name, in that order, or everything that is wrong with them. Blanks around a spec do not count.
 *
 * @param limits integers, 1 or more.
 */
export function aggregatesOf(
  specs: readonly string[],
  limits: AggregateLimits = defaultAggregateLimits,
): AggregateSet | { readonly faults: readonly AggregateFault[] } {
  const { pointsMax, statesMax } = limits;
  assert(Number.isSafeInteger(pointsMax) && pointsMax > 0, "an accumulator keeps at least one reading");
  assert(Number.isSafeInteger(statesMax) && statesMax > 0, "in_state tells at least one state apart");
  const names = specs.map((spec) => spec.trim());
  const named = names.map(namedAggregate);
  const faults = [...named.filter((each): each is AggregateFault => "remedy" in each), ...faultsOfList(names)];
  const aggregates = named.filter((each): each is NamedAggregate => "kind" in each);
  if (faults.length === 0) faults.push(...faultsOfKinds(names, aggregates));
  return faults.length > 0 ? { faults } : new FusedSet(names, aggregates, limits);
}

function faultsOfList(names: readonly string[]): AggregateFault[] {
  if (names.length === 0 || names.length > specsMax) {
    const allowed = `${names.length} aggregates; 1 to ${specsMax} are allowed: ${allowedAggregates}`;
    return [{ spec: "", allowed, remedy: names.length === 0 ? "name one, for instance mean" : "make two windows of it" }];
  }
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  const faults = twice.map((spec) => ({ spec, allowed: "is there twice; once is enough", remedy: "remove one" }));
  const histograms = new Set(names.filter((name) => name.startsWith("histogram(")));
  if (histograms.size > 1) {
    const allowed = "is a second histogram; one is allowed, because their values have the same names";
    faults.push({ spec: [...histograms][1] as string, allowed, remedy: "put all bounds into one" });
  }
  return faults;
}

function faultsOfKinds(names: readonly string[], aggregates: readonly NamedAggregate[]): AggregateFault[] {
  if (commonKinds(aggregates).length > 0) return [];
  const of = (kind: ValueKind) => names.filter((_, i) => !aggregates[i]?.accepts.includes(kind));
  const allowed = `takes only booleans and texts, but ${of("state").join(", ")} only numbers; one kind is allowed`;
  return of("number").map((spec) => ({ spec, allowed, remedy: "make a window of its own for it" }));
}

function commonKinds(aggregates: readonly NamedAggregate[]): ValueKind[] {
  const kinds: ValueKind[] = ["number", "state"];
  return kinds.filter((kind) => aggregates.every(({ accepts }) => accepts.includes(kind)));
}

class FusedSet implements AggregateSet {
  readonly specs: readonly string[];
  readonly accepts: readonly ValueKind[];
  readonly isOrderFree: boolean;
  readonly needsOneSeries: boolean;
  readonly fingerprint: string;
  readonly columns: readonly Column[];
  readonly kinds: readonly PartKind[];
  readonly #limits: AggregateLimits;

  constructor(specs: readonly string[], aggregates: readonly NamedAggregate[], limits: AggregateLimits) {
    this.specs = specs;
    this.accepts = commonKinds(aggregates);
    this.isOrderFree = aggregates.every(({ isOrderFree }) => isOrderFree);
    this.needsOneSeries = aggregates.some(({ needsOneSeries }) => needsOneSeries);
    this.fingerprint = JSON.stringify(["aggregates", version, specs, limits.pointsMax, limits.statesMax]);
    this.#limits = limits;
    const hasMoments = aggregates.some(({ kind }) => kind === momentsKind);
    const kindOf = ({ kind }: NamedAggregate) => (kind === countKind && hasMoments ? momentsKind : kind);
    this.kinds = [...new Map(aggregates.map(kindOf).map((kind) => [kind.key, kind])).values()];
    this.columns = aggregates.map((aggregate) => ({
      partIndex: this.kinds.findIndex(({ key }) => key === kindOf(aggregate).key),
      write: aggregate.write,
    }));
  }

  create(): Accumulator {
    return new FusedAccumulator(
      this,
      this.kinds.map((kind) => kind.create(this.#limits)),
    );
  }

  restore(snapshot: unknown): Accumulator {
    const parts = snapshot as readonly unknown[];
    assert(parts.length === this.kinds.length, "an accumulator is restored from the snapshot of one of the same set");
    return new FusedAccumulator(
      this,
      this.kinds.map((kind, i) => kind.restore(parts[i], this.#limits)),
    );
  }
}

class FusedAccumulator implements Accumulator {
  readonly #set: FusedSet;
  readonly #parts: readonly Part[];

  constructor(set: FusedSet, parts: readonly Part[]) {
    this.#set = set;
    this.#parts = parts;
  }

  /** Hot path: a call per part and run. */
  addRun(timesUs: readonly number[], values: readonly Value[], from: number, to: number): void {
    const parts = this.#parts;
    for (let i = 0; i < parts.length; i++) (parts[i] as Part).addRun(timesUs, values, from, to);
  }

  /** Hot path where windows overlap: once a slice. */
  merge(other: Accumulator): void {
    assert(other instanceof FusedAccumulator && other.#set.fingerprint === this.#set.fingerprint, "both are of the same set");
    assert(other !== this, "an accumulator does not take in itself");
    const parts = this.#parts;
    for (let i = 0; i < parts.length; i++) (parts[i] as Part).merge(other.#parts[i] as Part);
  }

  result(window: WindowInterval): NamedValues {
    const values: NamedValues = {};
    for (const { partIndex, write } of this.#set.columns) write(this.#parts[partIndex] as Part, values, window);
    return values;
  }

  get refused(): number {
    return this.#parts.reduce((total, part) => total + part.refused, 0);
  }

  snapshot(): unknown {
    return this.#parts.map((part) => part.snapshot());
  }
}
