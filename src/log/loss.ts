// What the log gave up before every reader had it: which offsets of which lane, when, why. A loss is recorded in the same write
// that removes the records, so that it is known whatever happens then, and it is counted for each sink that had not confirmed
// them. Forwarders tell the sinks of it (forward-link.ts); the counts make up
// `stored = delivered + pending + evicted(reason)` of promise P4 (accounting.ts).
//
// Losses of a lane for the same reason that adjoin are one record: an outage that lasts for weeks leaves one, not thousands.
// Records of a lane do not overlap.
//
// A hole is a loss in the middle of its lane: corrupt, with records before it or behind it that the log still serves. Its record
// is what tells readers that nothing is due there, so it covers also what every sink had confirmed, and it is kept as long as
// the lane reaches down to it.
//
// Bounds: `lossesMax` records, the oldest go first, holes last; the counts stay. Of these, at most `holesMax` are holes; beyond
// it nothing more is set aside (set-aside.ts).

import { denseEnd, type IntervalSet, missingFrom, sizeOf } from "../model/interval-set.ts";
import { type Lane, lanes } from "../model/lane.ts";
import { type LossReason, lossReasons } from "../model/loss-reason.ts";

/** Offsets from <= o < to. */
export interface OffsetRange {
  readonly fromOffset: number;
  readonly toOffset: number;
}

export interface Loss extends OffsetRange {
  readonly lane: Lane;
  readonly reason: LossReason;
  /** When the first and the last of them were given up: microseconds since the Unix epoch. */
  readonly sinceUs: number;
  readonly untilUs: number;
}

/** Records that were removed before a sink had confirmed them, since the log was made: by sink, lane and reason. */
export type EvictedCounts = Readonly<Record<string, Readonly<Record<Lane, Readonly<Record<LossReason, number>>>>>>;

/** Where a sink stands with a lane. */
export interface SinkPosition {
  readonly sink: string;
  /** Offsets that are confirmed. Behind the first hole in them only while it takes new records ahead of a backlog. */
  readonly settled: IntervalSet;
}

export const lossesMax = 1000;
export const holesMax = 500;

/** Stands for a sink where none is configured: nobody has confirmed anything. */
export const noSink = "none";

/** How things stand when records are removed. */
export interface LossContext {
  readonly positions: Readonly<Record<Lane, readonly SinkPosition[]>>;
  /** Where the lanes begin after it. */
  readonly startOffsets: Readonly<Record<Lane, number>>;
}

export interface LedgerChange {
  /** To store. */
  readonly losses: readonly Loss[];
  /** To delete. */
  readonly removed: readonly Loss[];
  readonly evicted: EvictedCounts;
  /** All losses after the change. */
  readonly list: readonly Loss[];
  /** How many of them are holes. */
  readonly holes: number;
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
  after(removed: readonly Loss[], { positions, startOffsets }: LossContext): LedgerChange {
    const isHole = ({ lane, reason, toOffset }: Loss) => reason === "corrupt" && toOffset > startOffsets[lane];
    let evicted = this.#evicted;
    let list = this.#losses;
    for (const loss of removed) {
      const parts = uncovered(loss, this.holes(loss.lane));
      for (const { sink, settled } of positions[loss.lane]) {
        const count = parts.reduce((sum, part) => sum + recordsOutside(settled, part), 0);
        if (count > 0) evicted = withMore(evicted, sink, loss, count);
      }
      const knownBelow = isHole(loss) ? 0 : lowestOf(positions[loss.lane]);
      for (const { fromOffset, toOffset } of parts) {
        if (toOffset > knownBelow) list = withLoss(list, { ...loss, fromOffset: Math.max(fromOffset, knownBelow), toOffset });
      }
    }
    list = bounded(list, isHole);
    return { ...differenceOf(this.#losses, list), evicted, list, holes: list.filter(isHole).length };
  }

  /** The change is on disk. */
  adopt({ list, evicted }: LedgerChange): void {
    this.#losses = list;
    this.#evicted = evicted;
  }

  /** Ranges that were lost in the middle of the lane, or of what it then was. */
  holes(lane: Lane): Loss[] {
    return this.#losses.filter((loss) => loss.lane === lane && loss.reason === "corrupt");
  }
}

/** The parts of the range that none of the others covers, in order. */
export function uncovered({ fromOffset, toOffset }: OffsetRange, others: readonly OffsetRange[]): OffsetRange[] {
  const parts: OffsetRange[] = [];
  let offset = fromOffset;
  for (const other of [...others].sort((a, b) => a.fromOffset - b.fromOffset)) {
    if (other.toOffset <= offset || other.fromOffset >= toOffset) continue;
    if (other.fromOffset > offset) parts.push({ fromOffset: offset, toOffset: other.fromOffset });
    offset = other.toOffset;
  }
  if (offset < toOffset) parts.push({ fromOffset: offset, toOffset });
  return parts;
}

/** The offset, or where the ranges that reach over it from there on end. */
export function offsetBehind(ranges: readonly OffsetRange[], offset: number): number {
  const range = ranges.find(({ fromOffset, toOffset }) => fromOffset <= offset && offset < toOffset);
  return range === undefined ? offset : offsetBehind(ranges, range.toOffset);
}

function recordsOutside(settled: IntervalSet, { fromOffset, toOffset }: OffsetRange): number {
  return sizeOf(missingFrom(settled, { start: fromOffset, end: toOffset }));
}

function lowestOf(positions: readonly SinkPosition[]): number {
  return Math.min(...positions.map(({ settled }) => denseEnd(settled)));
}

/** The loss last, as one record with those of the same reason that adjoin. */
function withLoss(losses: readonly Loss[], loss: Loss): Loss[] {
  const adjoins = ({ lane, reason, fromOffset, toOffset }: Loss) =>
    lane === loss.lane && reason === loss.reason && (toOffset === loss.fromOffset || fromOffset === loss.toOffset);
  const all = [...losses.filter(adjoins), loss];
  return [
    ...losses.filter((other) => !adjoins(other)),
    {
      ...loss,
      fromOffset: Math.min(...all.map(({ fromOffset }) => fromOffset)),
      toOffset: Math.max(...all.map(({ toOffset }) => toOffset)),
      sinceUs: Math.min(...all.map(({ sinceUs }) => sinceUs)),
      untilUs: Math.max(...all.map(({ untilUs }) => untilUs)),
    },
  ];
}

function bounded(losses: readonly Loss[], isHole: (loss: Loss) => boolean): readonly Loss[] {
  if (losses.length <= lossesMax) return losses;
  const leaving = new Set(
    [...losses.filter((loss) => !isHole(loss)), ...losses.filter(isHole)].slice(0, losses.length - lossesMax),
  );
  return losses.filter((loss) => !leaving.has(loss));
}

/** What to store and what to delete to come from the one list to the other. A record that is stored replaces one of its key. */
function differenceOf(before: readonly Loss[], after: readonly Loss[]): Pick<LedgerChange, "losses" | "removed"> {
  const [old, kept] = [new Set(before), new Set(after)];
  const losses = after.filter((loss) => !old.has(loss));
  const keys = new Set(losses.map(keyOfLoss));
  return { losses, removed: before.filter((loss) => !kept.has(loss) && !keys.has(keyOfLoss(loss))) };
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
export interface MissingRange extends OffsetRange {
  readonly loss: Loss | null;
}

/** Cuts a range that the lane lacks into pieces by what is known of them; together they are the range. */
export function missingRanges(
  losses: readonly Loss[],
  { lane, fromOffset, toOffset }: Pick<Loss, "lane" | "fromOffset" | "toOffset">,
): MissingRange[] {
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
