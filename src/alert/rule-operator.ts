// Alert rules: one operator per rule of the configuration, evaluated for every value of every matching series, in the order of
// offsets, whatever the event time says. What a value means is for the rule's judge (judge-of.ts); what becomes of an alert is for
// lifecycle.ts and alert-lives.ts; here is what is between: series, bounds, counts and state.
//
// Results     A rule over a window judges what it says, series by series or whatever the window groups by, in the order of results. A
//             revision is judged if it is of the newest window of its series; of an older one it comes too late to say how things are now
//             (superseded), and the alert stays as it is. A window that is withdrawn, or does not say the aggregate, has no value.
// Absence     A series is known from its first reading on, of whatever type. Each reading ends the silence and begins another:
//             "no reading came" is a condition that holds from then on, and must hold for `absentFor`. Series are not forgotten.
// State       Of rules whose judges remember nothing, only series that are pending or firing are remembered; all others are
//             inactive or resolved, which behave alike.
// Bounds      seriesMax series are remembered. A reading that would make it one more is refused and counted; the next one tries
//             again. A series takes about 300 bytes, and what the judge remembers; of baselines, which may be large, a series
//             counts with all the samples that it may come to hold, against baselineSamplesMax.
// Counters    Every reading, or result, of a matching series is either taken or skipped for one reason: not_a_number or wrong_type
//             (another type than the rule is about), series_limit or baseline_limit, expression_failed (expression.ts),
//             out_of_order (rate.ts, flatline.ts); a result also as superseded or no_value.

import { deserialize, serialize } from "node:v8";
import type { Severity } from "../model/alert.ts";
import type { AlertRule, ResultValue } from "../model/definitions.ts";
import type { AggregateValue, WindowResult } from "../model/result.ts";
import { seriesMatcher } from "../model/series-match.ts";
import { assert } from "../platform/assert.ts";
import type { Counters, InputColumn, Operator, Outputs, StateChange, StatePart } from "../stream/contract.ts";
import { AlertLives, type Cause } from "./alert-lives.ts";
import { emptySample, type Judge, type Refusal, type Sample } from "./judge.ts";
import { judgeOf } from "./judge-of.ts";
import { type RulePart, ruleForm, rulePartKey } from "./rule-state.ts";
import { decodeSeries, type SeriesState } from "./series-states.ts";

export interface RuleLimits {
  /** Series that are remembered, per rule. */
  readonly seriesMax: number;
  /** Samples that the baselines of its series may come to hold, per rule. */
  readonly baselineSamplesMax: number;
}

export interface RuleOptions extends Partial<RuleLimits> {
  /** Fingerprint of the window that it is about: the rule begins anew with it, for of what the old one said nothing will come again. */
  readonly inputFingerprint?: string;
}

export const defaultRuleLimits: RuleLimits = { seriesMax: 10_000, baselineSamplesMax: 2_000_000 };

export class RuleOperator implements Operator {
  readonly id: string;
  readonly fingerprint: string;
  readonly #seriesMax: number;
  /** What a reading is refused as that would be of one series more. */
  readonly #limit: Refusal;
  readonly #severity: Severity;
  readonly #matches: (device: string, metric: string) => boolean;
  readonly #judge: Judge;
  readonly #wrongType: Refusal;
  readonly #lives: AlertLives;
  /** Null: readings. */
  readonly #on: ResultValue | null;
  readonly #sample = emptySample();
  readonly #skipped: Partial<Record<Refusal, number>>;
  #taken = 0;

  constructor(rule: AlertRule, { inputFingerprint = "", ...limits }: RuleOptions = {}) {
    const { name, match, when, on = null, clear = null, forUs = 0, severity = "warning" } = rule;
    this.id = `rule ${name}`;
    const input = on === null ? null : [on, inputFingerprint];
    this.fingerprint = JSON.stringify([`rule ${ruleForm}`, match.device, match.metric, input, when, clear, forUs, severity]);
    this.#on = on;
    this.#severity = severity;
    const { seriesMax, baselineSamplesMax } = { ...defaultRuleLimits, ...limits };
    this.#matches = seriesMatcher(match);
    this.#judge = judgeOf(rule);
    const baselinesMax = Math.floor(baselineSamplesMax / (this.#judge.samplesPerSeries ?? 0));
    this.#seriesMax = Math.min(seriesMax, baselinesMax);
    this.#limit = baselinesMax < seriesMax ? "baseline_limit" : "series_limit";
    this.#lives = new AlertLives(rule, this.#judge);
    const { accepts, refusals } = this.#judge;
    this.#wrongType = accepts === "number" ? "not_a_number" : "wrong_type";
    const all: Refusal[] = [
      ...(accepts === null ? [] : [this.#wrongType]),
      "series_limit",
      ...refusals,
      ...(on === null ? [] : (["superseded", "no_value"] as const)),
    ];
    this.#skipped = Object.fromEntries(all.map((refusal) => [refusal, 0]));
  }

  consume({ device, metric, unit, eventTimesUs, values, qualities }: InputColumn, firstOffset: number, outputs: Outputs): void {
    if (this.#on !== null || !this.#matches(device, metric)) return;
    const { accepts } = this.#judge;
    if (accepts !== null && typeof values[0] !== accepts) {
      this.#skip(this.#wrongType, values.length);
      return;
    }
    const sample = Object.assign(this.#sample, { device, metric, unit });
    let state = this.#lives.find(device, metric, "");
    for (let i = 0; i < eventTimesUs.length; i++) {
      sample.eventTimeUs = eventTimesUs[i] as number;
      sample.value = values[i] as Sample["value"];
      sample.quality = qualities[i] ?? 0;
      state = this.#take(state, firstOffset + i, outputs);
    }
  }

  consumeResults(results: readonly WindowResult[], outputs: Outputs): void {
    if (this.#on === null) return;
    for (const result of results) {
      if (result.window !== this.#on.window || !this.#matches(result.device, result.metric)) continue;
      this.#takeResult(result, this.#on.aggregate, outputs);
    }
  }

  advance(timeUs: number, causeOffset: number, outputs: Outputs): void {
    this.#lives.advance(timeUs, causeOffset, outputs);
  }

  nextDeadlineUs(): number {
    return this.#lives.nextDeadlineUs();
  }

  resume(timeUs: number): void {
    this.#lives.resume(timeUs);
  }

  endBlock(): void {
    // A rule judges every reading by itself; what else is in its block changes nothing.
  }

  counters(): Counters {
    return { taken: this.#taken, skipped: { ...this.#skipped }, outputs: this.#lives.emitted };
  }

  changes(): StateChange[] {
    const form = ruleForm;
    const part: RulePart = { form, counters: this.counters(), severity: this.#severity, ...this.#lives.times };
    return [{ key: rulePartKey, value: serialize(part) }, ...this.#lives.changes()];
  }

  restore(parts: readonly StatePart[]): void {
    assert(this.#taken === 0, "a rule is restored before its first reading");
    const rulePart = parts.find(({ key }) => key === rulePartKey);
    if (rulePart === undefined) return;
    const { counters, nowUs, awayUs }: RulePart = deserialize(rulePart.value);
    this.#taken = counters.taken;
    Object.assign(this.#skipped, counters.skipped);
    const states = parts.filter((part) => part !== rulePart).map(decodeSeries);
    this.#lives.restore(states, { nowUs, awayUs }, counters.outputs);
  }

  #takeResult(result: WindowResult, aggregate: string, outputs: Outputs): void {
    const { device, metric, tag, unit, endUs, causeOffset } = result;
    const value = valueIn(result, aggregate);
    const { accepts } = this.#judge;
    const state = this.#lives.find(device, metric, tag);
    const newestEndUs = state?.newestEndUs ?? Number.NEGATIVE_INFINITY;
    if (value === null) this.#skip("no_value", 1);
    else if (accepts !== null && typeof value !== accepts) this.#skip(this.#wrongType, 1);
    else if (endUs < newestEndUs) this.#skip("superseded", 1);
    else {
      Object.assign(this.#sample, { device, metric, tag, unit, eventTimeUs: endUs, value, result });
      const known = state ?? this.#add();
      if (known !== undefined) {
        known.newestEndUs = endUs;
        this.#lives.touch(known);
        this.#take(known, causeOffset, outputs);
      } else this.#skip(this.#limit, 1);
    }
  }

  /** Judges the sample. @returns the state of its series; undefined if nothing is remembered of it. */
  #take(known: SeriesState | undefined, offset: number, outputs: Outputs): SeriesState | undefined {
    const { begin, isAbout } = this.#judge;
    const met = known ?? (begin === null ? undefined : this.#add());
    if (met === undefined && begin !== null) return this.#skip(this.#limit, 1);
    const measure = this.#judge.measure(this.#sample, met?.memory);
    if (typeof measure === "string") {
      this.#skip(measure, 1);
      return met;
    }
    const verdict = measure === null ? null : this.#judge.verdict(measure);
    const isKept = verdict === "holds" || isAbout === "silence";
    const state = met ?? (isKept ? this.#add() : undefined);
    if (state === undefined && isKept) return this.#skip(this.#limit, 1);
    this.#taken++;
    if (state === undefined) return undefined;
    if (begin !== null) this.#lives.touch(state);
    if (measure === null || verdict === null) return state;
    const { value, eventTimeUs } = this.#sample;
    const cause: Cause = { offset, eventTimeUs, outputs };
    this.#lives.judged(state, verdict, { value, measure }, cause);
    if (isAbout === "silence") this.#lives.judged(state, "holds", { value: null, measure }, cause);
    return this.#lives.keepOrForget(state);
  }

  /** Undefined if it would be one series too many. */
  #add(): SeriesState | undefined {
    return this.#lives.seriesCount < this.#seriesMax ? this.#lives.add(this.#sample) : undefined;
  }

  #skip(refusal: Refusal, count: number): undefined {
    this.#skipped[refusal] = (this.#skipped[refusal] ?? 0) + count;
  }
}

/** Null: the window says no such value, is withdrawn, or its value is too large for a double. */
function valueIn({ count, aggregates }: WindowResult, aggregate: string): AggregateValue | null {
  const value = aggregate === "count" ? count : aggregates[aggregate];
  if (count === 0 || value === undefined) return null;
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}
