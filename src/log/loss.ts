// What the log gave up before every reader had it: which offsets of which lane, when, why. A loss is recorded in the same write
// that removes the records, so that it is known whatever happens then, and it is counted for each sink that had not confirmed
// them. Forwarders tell the sinks of it (forward-link.ts); the counts make up
// `stored = delivered + pending + evicted(reason)` of promise P4 (accounting.ts).
//
// Losses of a lane for the same reason that adjoin are one record: an outage that lasts for weeks leaves one, not thousands.
// Bound: `lossesMax` records, the oldest go first; the counts stay.

import { type Lane, lanes } from "../model/lane.ts";
import type { LaneBounds } from "./log.ts";

/**
 * size, age, disk: evicted because of log.retention.<lane>.sizeMax, .ageMax or log.diskFreeMin.
 * corrupt: damaged at rest; set aside, see set-aside.ts.
 */
export const lossReasons = ["size", "age", "disk", "corrupt"] as const;
export type LossReason = (typeof lossReasons)[number];

export interface Loss {
  readonly lane: Lane;
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly reason: LossReason;
  /** When the first and the last of them were given up: microseconds since the Unix epoch. */
  readonly sinceUs: number;
  readonly untilUs: number;
}

/** Records that were removed before a sink had confirmed them, since the log was made: by sink, lane and reason. */
export type EvictedCounts = Readonly<Record<string, Readonly<Record<Lane, Readonly<Record<LossReason, number>>>>>>;

/** Where a sink stands: every offset below is confirmed. */
export interface SinkPosition {
  readonly sink: string;
  readonly confirmedOffset: number;
}

export const lossesMax = 1000;

/** Stands for a sink where none is configured: nobody has confirmed anything. */
export const noSink = "none";

export interface LedgerChange {
  /** In the order of the ledger; one with a known lane and first offset takes its place. */
  readonly losses: readonly Loss[];
  readonly removed: readonly Loss[];
  readonly evicted: EvictedCounts;
}

/** The losses and the counts of one log. Pure: the log stores a change, then tells with `adopt`. */
export class LossLedger {
  #losses: readonly Loss[];
  #evicted: EvictedCounts;

  constructor(losses: readonly Loss[] = [], evicted: EvictedCounts = {}) {
    this.#losses = losses;
    this.#evicted = evicted;
  }

  /** In the order in which they were recorded. */
  get losses(): readonly Loss[] {
    return this.#losses;
  }

  get evicted(): EvictedCounts {
    return this.#evicted;
  }

  /** What to store when these records are removed; changes nothing yet. */
  after(removed: readonly Loss[], positions: Readonly<Record<Lane, readonly SinkPosition[]>>): LedgerChange {
    let evicted = this.#evicted;
    const losses: Loss[] = [];
    for (const loss of removed) {
      for (const { sink, confirmedOffset } of positions[loss.lane]) {
        const count = this.#recordsOf(loss, confirmedOffset);
        if (count > 0) evicted = withMore(evicted, sink, loss, count);
      }
      const fromOffset = Math.max(loss.fromOffset, lowestOf(positions[loss.lane]));
      if (fromOffset < loss.toOffset) losses.push(this.#joined({ ...loss, fromOffset }));
    }
    const overflow = Math.max(0, this.#losses.length + losses.length - lossesMax);
    return { losses, removed: this.#losses.slice(0, overflow), evicted };
  }

  /** The change is on disk. */
  adopt({ losses, removed, evicted }: LedgerChange): void {
    const isReplaced = (old: Loss) => losses.some((loss) => keyOfLoss(loss) === keyOfLoss(old));
    this.#losses = [...this.#losses.filter((old) => !removed.includes(old) && !isReplaced(old)), ...losses];
    this.#evicted = evicted;
  }

  /** Ranges of the lane that were lost in its middle, so that the log holds records on both sides; they do not overlap. */
  holes(lane: Lane, { startOffset }: LaneBounds): Loss[] {
    return this.#losses.filter((loss) => loss.lane === lane && loss.reason === "corrupt" && loss.toOffset > startOffset);
  }

  /** Records of the range that the sink had not confirmed and that were not counted before. */
  #recordsOf({ lane, fromOffset, toOffset, reason }: Loss, confirmedOffset: number): number {
    const from = Math.max(fromOffset, confirmedOffset);
    if (reason === "corrupt" || from >= toOffset) return Math.max(0, toOffset - from);
    return this.holes(lane, { startOffset: from, endOffset: toOffset }).reduce(
      (records, hole) => records - Math.max(0, Math.min(hole.toOffset, toOffset) - Math.max(hole.fromOffset, from)),
      toOffset - from,
    );
  }

  #joined(loss: Loss): Loss {
    const before = this.#losses.find(
      ({ lane, toOffset, reason }) => lane === loss.lane && reason === loss.reason && toOffset === loss.fromOffset,
    );
    return before === undefined ? loss : { ...loss, fromOffset: before.fromOffset, sinceUs: before.sinceUs };
  }
}

function lowestOf(positions: readonly SinkPosition[]): number {
  return Math.min(...positions.map(({ confirmedOffset }) => confirmedOffset));
}

function withMore(evicted: EvictedCounts, sink: string, { lane, reason }: Loss, count: number): EvictedCounts {
  const ofSink = evicted[sink] ?? emptyCounts();
  const ofLane = { ...ofSink[lane], [reason]: ofSink[lane][reason] + count };
  return { ...evicted, [sink]: { ...ofSink, [lane]: ofLane } };
}

function emptyCounts(): Record<Lane, Record<LossReason, number>> {
  const none = () => Object.fromEntries(lossReasons.map((reason) => [reason, 0])) as Record<LossReason, number>;
  return Object.fromEntries(lanes.map((lane) => [lane, none()])) as Record<Lane, Record<LossReason, number>>;
}

/** Key of the record: one loss begins at an offset of a lane. */
export function keyOfLoss({ lane, fromOffset }: Pick<Loss, "lane" | "fromOffset">): string {
  return `${lane}/${String(fromOffset).padStart(16, "0")}`;
}

/** A range that a reader cannot have, and the loss that says why; null if that is not known (any more). */
export interface MissingRange {
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly loss: Loss | null;
}

/** Cuts a range that the lane lacks into pieces by what is known of them; together they are the range. */
export function missingRanges(
  losses: readonly Loss[],
  { lane, fromOffset, toOffset }: Pick<Loss, "lane" | "fromOffset" | "toOffset">,
) {
  const known = losses.filter((loss) => loss.lane === lane && loss.fromOffset < toOffset && loss.toOffset > fromOffset);
  const ranges: MissingRange[] = [];
  let offset = fromOffset;
  const add = (until: number, loss: Loss | null) => {
    if (until <= offset) return;
    ranges.push({ fromOffset: offset, toOffset: until, loss });
    offset = until;
  };
  for (const loss of known.sort((a, b) => a.fromOffset - b.fromOffset)) {
    add(loss.fromOffset, null);
    add(Math.min(loss.toOffset, toOffset), loss);
  }
  add(toOffset, null);
  return ranges;
}
