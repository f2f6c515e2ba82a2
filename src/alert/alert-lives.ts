// The alerts of one rule: of every series its life, who waits for what, and what is said when one changes.
//
// Time is processing time as the operator is told it. Durations do not count the time that the gateway was away, so they are
// measured in "awake" time: processing time less all of that. All series of a rule wait for the same duration, hence in the order in
// which they began (wait-list.ts), and a deadline costs the same however many there are. Those of one deadline speak in the order
// of their names.

import type { AlertState } from "../model/alert.ts";
import type { AlertRule } from "../model/definitions.ts";
import { assert } from "../platform/assert.ts";
import type { Outputs, StateChange } from "../stream/contract.ts";
import { type Judge, seconds, type Verdict } from "./judge.ts";
import { type Evidence, inactive, type Life, type LifeEvent, nextLife } from "./lifecycle.ts";
import { type SeriesNames, type SeriesState, SeriesStates, seriesKey } from "./series-states.ts";
import { WaitList } from "./wait-list.ts";

/** A sample, or time that passed: then `eventTimeUs` is processing time, and nothing is judged. */
export interface Cause {
  readonly offset: number;
  readonly eventTimeUs: number;
  readonly outputs: Outputs;
}

/** Processing time that was told last, and how much of it the gateway was away: microseconds. */
export interface Times {
  readonly nowUs: number;
  readonly awayUs: number;
}

export class AlertLives {
  readonly #rule: AlertRule;
  readonly #judge: Judge;
  readonly #holdUs: number;
  readonly #states = new SeriesStates();
  readonly #waiting = new WaitList<SeriesState>();
  #nowUs = 0;
  #awayUs = 0;
  #emitted = 0;

  constructor(rule: AlertRule, judge: Judge) {
    this.#rule = rule;
    this.#judge = judge;
    this.#holdUs = rule.when.kind === "absent" ? rule.when.forUs : (rule.forUs ?? 0);
    assert(Number.isSafeInteger(this.#holdUs) && this.#holdUs >= 0, "a condition holds for 0 or more microseconds");
  }

  get emitted(): number {
    return this.#emitted;
  }

  get seriesCount(): number {
    return this.#states.size;
  }

  get times(): Times {
    return { nowUs: this.#nowUs, awayUs: this.#awayUs };
  }

  find(device: string, metric: string, tag: string): SeriesState | undefined {
    return this.#states.get(device, metric, tag);
  }

  add({ device, metric, tag }: SeriesNames): SeriesState {
    const memory = this.#judge.begin?.() ?? null;
    const state: SeriesState = { device, metric, tag, life: inactive, memory, newestEndUs: null, waiting: null };
    this.#states.add(state);
    return state;
  }

  /** What is remembered of it has changed. */
  touch(state: SeriesState): void {
    this.#states.touch(state);
  }

  judged(state: SeriesState, verdict: Verdict, evidence: Evidence, cause: Cause): void {
    this.#change(state, { kind: verdict, nowUs: this.#awakeUs, ...evidence }, cause);
  }

  /** @returns the state, unless it says no more than that of a series that nobody knows. */
  keepOrForget(state: SeriesState): SeriesState | undefined {
    if (state.memory !== null || state.newestEndUs !== null || state.life.kind === "pending" || state.life.kind === "firing")
      return state;
    this.#states.delete(state);
    return undefined;
  }

  /** Time has reached `timeUs`. */
  advance(timeUs: number, offset: number, outputs: Outputs): void {
    this.#nowUs = timeUs;
    const nowUs = this.#awakeUs;
    if (this.#waiting.firstSinceUs + this.#holdUs > nowUs) return;
    const due = this.#waiting.until(nowUs - this.#holdUs);
    const keyed = due.map(({ item, sinceUs }) => ({ item, sinceUs, key: seriesKey(item) }));
    keyed.sort((one, other) => one.sinceUs - other.sinceUs || (one.key < other.key ? -1 : 1));
    for (const { item, sinceUs } of keyed) {
      const eventTimeUs = sinceUs + this.#holdUs + this.#awayUs;
      this.#change(item, { kind: "elapsed", nowUs }, { offset, eventTimeUs, outputs });
    }
  }

  /** When the next one has waited for long enough, in processing time; Infinity: nobody waits. */
  nextDeadlineUs(): number {
    return this.#waiting.firstSinceUs + this.#holdUs + this.#awayUs;
  }

  resume(timeUs: number): void {
    this.#awayUs += timeUs - this.#nowUs;
    this.#nowUs = timeUs;
  }

  changes(): StateChange[] {
    return this.#states.changes();
  }

  restore(states: readonly SeriesState[], { nowUs, awayUs }: Times, emitted: number): void {
    this.#nowUs = nowUs;
    this.#awayUs = awayUs;
    this.#emitted = emitted;
    const waiting: { state: SeriesState; sinceUs: number }[] = [];
    for (const state of states) {
      this.#states.add(state);
      if (state.life.kind === "pending") waiting.push({ state, sinceUs: state.life.sinceUs });
    }
    waiting.sort((one, other) => one.sinceUs - other.sinceUs);
    for (const { state, sinceUs } of waiting) state.waiting = this.#waiting.add(state, sinceUs);
  }

  get #awakeUs(): number {
    return this.#nowUs - this.#awayUs;
  }

  #change(state: SeriesState, event: LifeEvent, cause: Cause): void {
    const before = state.life;
    const life = nextLife(before, event, this.#holdUs);
    if (life === before) return;
    state.life = life;
    this.#states.touch(state);
    this.#queue(state, before);
    if (life.kind !== "firing" && life.kind !== "resolved") return;
    const evidence = event.kind !== "elapsed" ? event : before.kind === "pending" ? before : null;
    assert(evidence !== null, "only what is pending changes as time passes");
    this.#say(state, life.kind, evidence, cause);
  }

  /** Who is pending waits. */
  #queue(state: SeriesState, before: Life): void {
    const { life } = state;
    if (life.kind === "pending") {
      if (before.kind !== "pending") state.waiting = this.#waiting.add(state, life.sinceUs);
    } else if (state.waiting !== null) {
      this.#waiting.remove(state.waiting);
      state.waiting = null;
    }
  }

  #say({ device, metric, tag }: SeriesState, state: AlertState, { value, measure }: Evidence, cause: Cause): void {
    const { name, severity = "warning", forUs = 0 } = this.#rule;
    const why = this.#judge.describe(measure, state === "firing" ? "holds" : "clears");
    const detail = state === "firing" && forUs > 0 ? `${why}, for ${seconds(forUs)}` : why;
    const { eventTimeUs, offset: causeOffset } = cause;
    cause.outputs.alerts.push({ rule: name, device, metric, tag, state, severity, eventTimeUs, value, causeOffset, detail });
    this.#emitted++;
  }
}
