// Retention: what the log removes, when, and what it does when there is nothing left that may go. Promise P4: bounded.
//
// Bounds (config log.retention.<lane>.sizeMax and .ageMax, log.diskFreeMin)
//   size   bytes of a lane's blocks
//   age    since the ingest of a segment's last block; blocks go as whole segments (segments.ts), so a bound is kept to about a
//          mebibyte or a quarter of an hour
//   disk   free bytes of the file system: the reserve that LevelDB needs to write and to compact, and that others may need
//
// Two kinds of records
//   released    every sink has confirmed them, and no window needs them again after a crash (the stream's checkpoint). They are
//               history: they stay until space is needed or they are old, and they go first.
//   unreleased  somebody still needs them. They go last, oldest first, by log.whenFull:
//     evict-oldest  from whichever lane holds the oldest
//     degrade       readings first; results and alerts only when no readings are left to give, and never for their age
//     refuse        none: readings are refused (LOG_FULL, so PUBACKs are withheld) until there is room again
//   A lane's own bounds concern that lane alone in every policy. Without any sink nothing is ever confirmed: then the log is the
//   local history, a ring that loses its oldest readings and counts them under the sink "none"; `refuse` does not apply, since
//   nobody would ever make room.
//
// The disk gives space back only when LevelDB has compacted (reclaimer.ts). What is on its way counts as free, or the same
// need would evict again and again; but below half of the reserve readings are refused under every policy until it is there,
// because compaction itself needs room. So a disk that others fill ends in refusal, never in a crash.
//
// The newest segment of a lane goes for its age only.
//
// Pure: a view in, a plan out. retention-keeper.ts looks, decides with this, and acts; both logs share it.

import { type Lane, lanes } from "../model/lane.ts";
import type { LossReason } from "../model/loss-reason.ts";
import type { Segment } from "./segments.ts";

export const whenFullPolicies = ["evict-oldest", "degrade", "refuse"] as const;
export type WhenFull = (typeof whenFullPolicies)[number];

export interface LaneRetention {
  readonly bytesMax: number;
  /** Null: no limit. */
  readonly ageMsMax: number | null;
}

export interface RetentionPolicy {
  readonly lanes: Readonly<Record<Lane, LaneRetention>>;
  readonly diskFreeBytesMin: number;
  readonly whenFull: WhenFull;
}

export interface RetentionView {
  readonly nowUs: number;
  /** In offset order. */
  readonly segments: Readonly<Record<Lane, readonly Segment[]>>;
  /** Records below these offsets are released. */
  readonly released: Readonly<Record<Lane, number>>;
  readonly hasSinks: boolean;
  readonly diskFreeBytes: number;
  /** Removed, and not yet given back to the file system. */
  readonly reclaimingBytes: number;
}

/** The lane is to begin at this offset, the end of a segment. */
export interface Cut {
  readonly lane: Lane;
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly reason: Exclude<LossReason, "corrupt">;
}

export interface RetentionPlan {
  /** In order; several cuts of one lane adjoin. */
  readonly cuts: readonly Cut[];
  /** Which bound keeps readings out; null if they are taken. */
  readonly refusal: "size" | "disk" | null;
}

export function planRetention(policy: RetentionPolicy, view: RetentionView): RetentionPlan {
  const pruning = new Pruning(policy, view);
  for (const lane of lanes) pruning.byAge(lane);
  const isLaneFull = lanes.map((lane) => pruning.bySize(lane)).includes(true);
  const isDiskFull = pruning.byDisk();
  return { cuts: pruning.cuts, refusal: isDiskFull ? "disk" : isLaneFull ? "size" : null };
}

class Pruning {
  readonly cuts: Cut[] = [];
  readonly #policy: RetentionPolicy;
  readonly #view: RetentionView;
  readonly #mayEvict: boolean;
  /** How many segments of each lane are gone. */
  readonly #gone: Record<Lane, number> = { readings: 0, results: 0, alerts: 0 };
  #freedBytes = 0;

  constructor(policy: RetentionPolicy, view: RetentionView) {
    this.#policy = policy;
    this.#view = view;
    this.#mayEvict = policy.whenFull !== "refuse" || !view.hasSinks;
  }

  byAge(lane: Lane): void {
    const { ageMsMax } = this.#policy.lanes[lane];
    if (ageMsMax === null) return;
    const before = this.#view.nowUs - ageMsMax * 1000;
    const isKept = this.#view.hasSinks && this.#policy.whenFull === "degrade" && lane !== "readings";
    const mayEvict = this.#mayEvict && !isKept;
    for (let oldest = this.#oldest(lane, 0); oldest !== null; oldest = this.#oldest(lane, 0)) {
      if (oldest.lastTimeUs >= before || !(mayEvict || this.#isReleased(lane, oldest))) return;
      this.#take(lane, oldest, "age");
    }
  }

  /** True if the lane stays larger than it may be. */
  bySize(lane: Lane): boolean {
    let bytes = this.#view.segments[lane].slice(this.#gone[lane]).reduce((sum, segment) => sum + segment.bytes, 0);
    while (bytes > this.#policy.lanes[lane].bytesMax) {
      const oldest = this.#oldest(lane, 1);
      if (oldest === null || !(this.#mayEvict || this.#isReleased(lane, oldest))) return true;
      this.#take(lane, oldest, "size");
      bytes -= oldest.bytes;
    }
    return false;
  }

  /** True if there is too little room left. */
  byDisk(): boolean {
    const { diskFreeBytes, reclaimingBytes } = this.#view;
    const { diskFreeBytesMin } = this.#policy;
    const isShort = () => diskFreeBytes + reclaimingBytes + this.#freedBytes < diskFreeBytesMin;
    while (isShort()) {
      const lane = this.#oldestLane((segment, of) => this.#isReleased(of, segment)) ?? this.#laneToEvict();
      const oldest = lane === null ? null : this.#oldest(lane, 1);
      if (lane === null || oldest === null) break;
      this.#take(lane, oldest, "disk");
    }
    return isShort() || diskFreeBytes < diskFreeBytesMin / 2;
  }

  #laneToEvict(): Lane | null {
    if (!this.#mayEvict) return null;
    if (this.#policy.whenFull === "degrade") return lanes.find((lane) => this.#oldest(lane, 1) !== null) ?? null;
    return this.#oldestLane(() => true);
  }

  /** The lane whose oldest segment is the oldest of all that the condition lets go. */
  #oldestLane(mayGo: (segment: Segment, lane: Lane) => boolean): Lane | null {
    let found: { lane: Lane; timeUs: number } | null = null;
    for (const lane of lanes) {
      const oldest = this.#oldest(lane, 1);
      if (oldest === null || !mayGo(oldest, lane)) continue;
      if (found === null || oldest.lastTimeUs < found.timeUs) found = { lane, timeUs: oldest.lastTimeUs };
    }
    return found?.lane ?? null;
  }

  /** Null if only `kept` segments are left. */
  #oldest(lane: Lane, kept: number): Segment | null {
    const index = this.#gone[lane];
    const segments = this.#view.segments[lane];
    return index < segments.length - kept ? (segments[index] ?? null) : null;
  }

  #isReleased(lane: Lane, { endOffset }: Segment): boolean {
    return endOffset <= this.#view.released[lane];
  }

  #take(lane: Lane, { firstOffset, endOffset, bytes }: Segment, reason: Cut["reason"]): void {
    this.#gone[lane]++;
    this.#freedBytes += bytes;
    const last = this.cuts.at(-1);
    if (last?.lane === lane && last.reason === reason) this.cuts[this.cuts.length - 1] = { ...last, toOffset: endOffset };
    else this.cuts.push({ lane, fromOffset: firstOffset, toOffset: endOffset, reason });
  }
}
