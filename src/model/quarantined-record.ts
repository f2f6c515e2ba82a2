import type { Alert } from "./alert.ts";
import type { Lane } from "./lane.ts";
import type { Reading } from "./reading.ts";
import type { WindowResult } from "./result.ts";

/** A record that a sink refused for good. */
export interface QuarantinedRecord {
  readonly sink: string;
  /** `lane/offset`, unique within a sink. */
  readonly id: string;
  readonly lane: Lane;
  readonly offset: number;
  /** What the sink said last. */
  readonly reason: string;
  /** When it was refused first: microseconds since the Unix epoch. */
  readonly sinceUs: number;
  readonly refusals: number;
  readonly record: Reading | WindowResult | Alert;
}
