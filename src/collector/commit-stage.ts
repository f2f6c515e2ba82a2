// One commit of a store while it is put together: what it will write, and the progress as it will be. Later writes of the same
// commit see the earlier ones, and nothing outside sees any of it before it is durable. It does not know how the store keeps it.

import type { Gap } from "../model/gap.ts";
import { denseEnd, type Interval, type IntervalSet, missingFrom } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import { type Origin, originKey } from "../model/origin.ts";
import { TidegateError } from "../platform/errors.ts";
import { type LaneLoss, type LaneProgress, noLaneProgress, settledOf, withGap, withReceived } from "./lane-progress.ts";
import type { OriginProgress, ReceivedBlock } from "./store.ts";

/** Most separate ranges of offsets in a lane. Gateways send in order; only a broken or hostile one makes many. */
export const rangesMax = 1000;

export interface KnownOrigins {
  /** At least the origins that the commit writes for, as far as the store knows them, by {@link originKey}. */
  readonly progress: ReadonlyMap<string, OriginProgress>;
  /** All that the store knows. */
  readonly count: number;
  readonly countMax: number;
}

/** The part of a block that has not arrived before. */
export interface StagedPart {
  readonly origin: Origin;
  readonly block: ReceivedBlock;
  readonly part: Interval;
}

export interface ProgressStep {
  readonly origin: Origin;
  readonly lane: Lane;
  /** What the store holds. */
  readonly before: LaneProgress;
  readonly after: LaneProgress;
}

export class CommitStage {
  storedRecords = 0;
  duplicateRecords = 0;
  readonly #known: KnownOrigins;
  readonly #parts: StagedPart[] = [];
  readonly #contacts = new Map<string, Origin>();
  readonly #steps = new Map<string, ProgressStep>();

  constructor(known: KnownOrigins) {
    this.#known = known;
  }

  /** Yields what is stored or lost of each lane. */
  addContact(origin: Origin): Readonly<Record<Lane, IntervalSet>> {
    this.#introduce(origin);
    const settled = (lane: Lane) => settledOf(this.#progressOf(origin, lane));
    return { readings: settled("readings"), results: settled("results"), alerts: settled("alerts") };
  }

  #introduce(origin: Origin): void {
    const key = originKey(origin);
    if (this.#known.progress.has(key) || this.#contacts.has(key)) return;
    const { count, countMax } = this.#known;
    if (count + this.#contacts.size >= countMax) {
      throw new TidegateError(
        "COLLECTOR_FULL",
        `accept gateway ${origin.gatewayId}: the collector knows ${countMax} logs of gateways, which is its limit; use another collector`,
        { details: { originsMax: countMax } },
      );
    }
    this.#contacts.set(key, origin);
  }

  /** Stages the records of the block that have not arrived before; yields the lane's next offset. */
  addBlock(origin: Origin, block: ReceivedBlock): number {
    this.#introduce(origin);
    const { lane, firstOffset, count } = block;
    const whole = { start: firstOffset, end: firstOffset + count };
    const before = this.#progressOf(origin, lane);
    const missing = missingFrom(before.received, whole);
    const after = withReceived(before, whole);
    this.#setProgress(origin, lane, after);
    this.#parts.push(...missing.map((part) => ({ origin, block, part })));
    const duplicates = after.duplicates - before.duplicates;
    this.storedRecords += count - duplicates;
    this.duplicateRecords += duplicates;
    return this.nextOffset(origin, lane);
  }

  /** Stages what of the gap is neither stored nor known to be lost; yields the lane's next offset. */
  addGap(origin: Origin, gap: Gap): number {
    this.#introduce(origin);
    const progress = this.#progressOf(origin, gap.lane);
    const after = withGap(progress, gap);
    if (after !== progress) this.#setProgress(origin, gap.lane, after);
    return this.nextOffset(origin, gap.lane);
  }

  nextOffset(origin: Origin, lane: Lane): number {
    return denseEnd(settledOf(this.#progressOf(origin, lane)));
  }

  /** Origins of which the store does not know yet, in the order of first contact. */
  get contacts(): Origin[] {
    return [...this.#contacts.values()];
  }

  /** What to store, in the order in which it came. */
  get parts(): readonly StagedPart[] {
    return this.#parts;
  }

  /** Lanes whose progress changes. */
  get steps(): ProgressStep[] {
    return [...this.#steps.values()];
  }

  get isEmpty(): boolean {
    return this.#contacts.size === 0 && this.#steps.size === 0;
  }

  /** Makes the table say what is now durable. */
  publishTo(table: Map<string, OriginProgress>): void {
    for (const [key, origin] of this.#contacts) table.set(key, { origin, lanes: noProgress });
    for (const { origin, lane, after } of this.#steps.values()) {
      const key = originKey(origin);
      table.set(key, { origin, lanes: { ...(table.get(key)?.lanes ?? noProgress), [lane]: after } });
    }
  }

  #progressOf(origin: Origin, lane: Lane): LaneProgress {
    return this.#steps.get(laneKey(origin, lane))?.after ?? this.#knownProgress(origin, lane);
  }

  #knownProgress(origin: Origin, lane: Lane): LaneProgress {
    return this.#known.progress.get(originKey(origin))?.lanes[lane] ?? noLaneProgress;
  }

  #setProgress(origin: Origin, lane: Lane, after: LaneProgress): void {
    if (after.received.length > rangesMax) {
      throw new TidegateError(
        "COLLECTOR_FULL",
        `store ${lane} of gateway ${origin.gatewayId}: they arrive in more than ${rangesMax} separate ranges of offsets; send them in order`,
        { details: { rangesMax } },
      );
    }
    this.#steps.set(laneKey(origin, lane), { origin, lane, before: this.#knownProgress(origin, lane), after });
  }
}

/** Which losses the store must forget, and which it must remember. */
export function lossChanges({ before, after }: ProgressStep): { gone: LaneLoss[]; added: LaneLoss[] } {
  const [old, kept] = [new Set(before.losses), new Set(after.losses)];
  return {
    gone: before.losses.filter((loss) => !kept.has(loss)),
    added: after.losses.filter((loss) => !old.has(loss)),
  };
}

function laneKey(origin: Origin, lane: Lane): string {
  return `${originKey(origin)}/${lane}`;
}

export const noProgress: Readonly<Record<Lane, LaneProgress>> = {
  readings: noLaneProgress,
  results: noLaneProgress,
  alerts: noLaneProgress,
};
