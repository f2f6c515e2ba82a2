// Alert rules: one operator per rule of the configuration, evaluated for every number of every matching series, in the order
// of offsets, whatever the event time says.
//
// State       Of all series only those that fire are remembered; every other one is inactive or resolved, which behave alike.
// Bounds      firingMax series fire at a time. A reading that would make one more fire is refused and counted; the next one
//             above the limit tries again. A firing series takes about 100 bytes.
// Counters    Every reading of a matching series is either taken or skipped for one reason: not_a_number (a boolean or a text),
//             firing_limit.
// Not here    Durations, absence, rates of change, acknowledge and silence.

import { deserialize, serialize } from "node:v8";
import type { AlertState } from "../model/alert.ts";
import type { AlertRule } from "../model/definitions.ts";
import { seriesMatcher } from "../model/series-match.ts";
import { assert } from "../platform/assert.ts";
import {
  type Counters,
  type InputColumn,
  numbersOf,
  type Operator,
  type Outputs,
  type StateChange,
  type StatePart,
} from "../stream/contract.ts";
import { nextThresholdState, type ThresholdState } from "./threshold.ts";

export interface RuleLimits {
  /** Series that fire at a time, per rule. */
  readonly firingMax: number;
}

export const defaultRuleLimits: RuleLimits = { firingMax: 10_000 };

interface Snapshot {
  readonly counters: Counters;
  /** Metrics that fire, by device. */
  readonly firing: ReadonlyMap<string, ReadonlySet<string>>;
}

export class RuleOperator implements Operator {
  readonly id: string;
  readonly fingerprint: string;
  readonly #rule: AlertRule;
  readonly #limits: RuleLimits;
  readonly #matches: (device: string, metric: string) => boolean;
  readonly #firing = new Map<string, Set<string>>();
  readonly #skipped = { not_a_number: 0, firing_limit: 0 };
  #taken = 0;
  #emitted = 0;
  #firingCount = 0;

  constructor(rule: AlertRule, limits: RuleLimits = defaultRuleLimits) {
    const { name, match, when, clear } = rule;
    this.id = `rule ${name}`;
    this.fingerprint = JSON.stringify([
      "threshold 1",
      match.device,
      match.metric,
      when.kind,
      when.limit,
      clear.kind,
      clear.limit,
    ]);
    this.#rule = rule;
    this.#limits = limits;
    this.#matches = seriesMatcher(match);
  }

  consume(column: InputColumn, firstOffset: number, outputs: Outputs): void {
    if (!this.#matches(column.device, column.metric)) return;
    const numbers = numbersOf(column);
    if (numbers === null) {
      this.#skipped.not_a_number += column.eventTimesUs.length;
      return;
    }
    let state: ThresholdState = this.#firing.get(column.device)?.has(column.metric) ? "firing" : "inactive";
    let refused = 0;
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i] as number;
      const next = nextThresholdState(this.#rule, state, value);
      if (next === state || next === "inactive") continue;
      if (!this.#keep(column, next)) {
        refused++;
        continue;
      }
      state = next;
      this.#emitted++;
      const { device, metric } = column;
      const eventTimeUs = column.eventTimesUs[i] as number;
      outputs.alerts.push({ rule: this.#rule.name, device, metric, state, eventTimeUs, value, causeOffset: firstOffset + i });
    }
    this.#taken += numbers.length - refused;
    this.#skipped.firing_limit += refused;
  }

  advance(): void {
    // A threshold knows no time.
  }

  nextDeadlineUs(): number {
    return Number.POSITIVE_INFINITY;
  }

  resume(): void {
    // As `advance`.
  }

  endBlock(): void {
    // A rule judges every reading by itself; what else is in its block changes nothing.
  }

  counters(): Counters {
    return { taken: this.#taken, skipped: { ...this.#skipped }, outputs: this.#emitted };
  }

  changes(): StateChange[] {
    return [{ key: "", value: serialize({ counters: this.counters(), firing: this.#firing } satisfies Snapshot) }];
  }

  restore([part]: readonly StatePart[]): void {
    assert(this.#taken === 0, "a rule is restored before its first reading");
    if (part === undefined) return;
    const { counters, firing }: Snapshot = deserialize(part.value);
    this.#taken = counters.taken;
    this.#emitted = counters.outputs;
    Object.assign(this.#skipped, counters.skipped);
    for (const [device, metrics] of firing) {
      this.#firing.set(device, new Set(metrics));
      this.#firingCount += metrics.size;
    }
  }

  /** Remembers the new state of a series; false if it would be one firing series too many. */
  #keep({ device, metric }: InputColumn, state: AlertState): boolean {
    if (state === "resolved") {
      this.#forget(device, metric);
      return true;
    }
    if (this.#firingCount >= this.#limits.firingMax) return false;
    const metrics = this.#firing.get(device);
    if (metrics === undefined) this.#firing.set(device, new Set([metric]));
    else metrics.add(metric);
    this.#firingCount++;
    return true;
  }

  #forget(device: string, metric: string): void {
    const metrics = this.#firing.get(device);
    metrics?.delete(metric);
    if (metrics?.size === 0) this.#firing.delete(device);
    this.#firingCount--;
  }
}
