import type { AggregateLimits, NamedValues, PartKind, WindowInterval } from "./contract.ts";
import { OrderedPoints } from "./ordered-points.ts";
import type { LinkSums, Path } from "./path.ts";

export type State = boolean | string;

type Snapshot = [changes: number, durations: [state: string, durationUs: number][], otherUs: number];

/**
 * Sums over the links between states: changes, and the time in each. A state is named by its text, so true and "true" are one here.
 *
 * Of more than `statesMax` states those that come first in the order of their UTF-16 units keep their time; that of the others is in
 * `otherUs`. Which these are depends on the states alone: a state that gave way never comes back, because those before it never
 * leave. Exact in any order.
 */
export class StateLinks implements LinkSums<State> {
  readonly #statesMax: number;
  readonly #durationsUs = new Map<string, number>();
  #changes = 0;
  #otherUs = 0;

  constructor(statesMax: number) {
    this.#statesMax = statesMax;
  }

  add(from: State, to: State, durationUs: number): void {
    if (from !== to) this.#changes++;
    if (durationUs > 0) this.addTime(String(from), durationUs);
  }

  /** Looks a state up once as long as it holds. */
  addRun(timesUs: readonly number[], values: readonly State[], count: number): void {
    let since = 0;
    for (let i = 1; i < count; i++) {
      if (values[i] === values[since] && i < count - 1) continue;
      this.add(values[since] as State, values[i] as State, (timesUs[i] as number) - (timesUs[since] as number));
      since = i;
    }
  }

  addTime(state: string, durationUs: number): void {
    const durationsUs = this.#durationsUs;
    durationsUs.set(state, (durationsUs.get(state) ?? 0) + durationUs);
    if (durationsUs.size > this.#statesMax) this.#foldLast();
  }

  merge(other: StateLinks): void {
    this.#changes += other.#changes;
    this.#otherUs += other.#otherUs;
    for (const [state, durationUs] of other.#durationsUs) this.addTime(state, durationUs);
  }

  copy(): StateLinks {
    const copy = new StateLinks(this.#statesMax);
    copy.merge(this);
    return copy;
  }

  get changes(): number {
    return this.#changes;
  }

  get otherUs(): number {
    return this.#otherUs;
  }

  /** In the order of the states. */
  durationsUs(): [state: string, durationUs: number][] {
    return [...this.#durationsUs].sort(([one], [next]) => (one < next ? -1 : 1));
  }

  snapshot(): unknown {
    return [this.#changes, [...this.#durationsUs], this.#otherUs] satisfies Snapshot;
  }

  static restore(snapshot: unknown, statesMax: number): StateLinks {
    const links = new StateLinks(statesMax);
    const [changes, durationsUs, otherUs] = snapshot as Snapshot;
    links.#changes = changes;
    links.#otherUs = otherUs;
    for (const [state, durationUs] of durationsUs) links.#durationsUs.set(state, durationUs);
    return links;
  }

  #foldLast(): void {
    let last = "";
    for (const state of this.#durationsUs.keys()) if (state > last) last = state;
    this.#otherUs += this.#durationsUs.get(last) ?? 0;
    this.#durationsUs.delete(last);
  }
}

export type StatePath = Path<State, StateLinks>;

/** How often a reading differs from the one before it. */
export function changesOf(path: StatePath): number | undefined {
  return path.readings === 0 ? undefined : path.links.changes;
}

/**
 * Per state `in_state(run)`, the share of the time from the first reading to the end of the window, and `in_state_us(run)`, the
 * time itself; `in_state_other` and `in_state_other_us` for those beyond the limit. A state holds until the next reading, the last one to the
 * end of the window. A state that held for no time is not named.
 */
export function writeTimeInStates(path: StatePath, values: NamedValues, window: WindowInterval): void {
  if (path.readings === 0) return;
  const lastForUs = Math.max(0, window.endUs - path.lastUs);
  const wholeUs = path.lastUs - path.firstUs + lastForUs;
  const sums = path.links.copy();
  if (lastForUs > 0 || wholeUs === 0) sums.addTime(String(path.last), lastForUs);
  const shareOf = (durationUs: number) => (wholeUs === 0 ? 1 : durationUs / wholeUs);
  for (const [state, durationUs] of sums.durationsUs()) {
    values[`in_state(${state})`] = shareOf(durationUs);
    values[`in_state_us(${state})`] = durationUs;
  }
  if (sums.otherUs === 0) return;
  values.in_state_other = shareOf(sums.otherUs);
  values.in_state_other_us = sums.otherUs;
}

function optionsOf({ pointsMax, statesMax }: AggregateLimits) {
  return { pointsMax, createLinks: () => new StateLinks(statesMax) };
}

export const statePathKind: PartKind<OrderedPoints<State, StateLinks>> = {
  key: "state path",
  create: (limits) => new OrderedPoints(optionsOf(limits)),
  restore: (snapshot, limits) =>
    OrderedPoints.restore(snapshot, optionsOf(limits), (links) => StateLinks.restore(links, limits.statesMax)),
};
