import type { Lane } from "./lane.ts";
import type { LossReason } from "./loss-reason.ts";

/** Unknown: the gateway does not know (any more). */
export const gapReasons = ["unknown", "size", "age", "disk", "corrupt"] as const satisfies readonly (LossReason | "unknown")[];
export type GapReason = (typeof gapReasons)[number];

/** Records that a gateway gave up before its sink had them, as the sink is told: offsets from <= o < to. */
export interface Gap {
  readonly lane: Lane;
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly reason: GapReason;
  /** When the first and the last of them were given up: microseconds since the Unix epoch; null if that is not known. */
  readonly sinceUs: number | null;
  readonly untilUs: number | null;
}
