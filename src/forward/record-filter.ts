import type { AnyRecord } from "../codec/block-records.ts";
import type { Lane } from "../model/lane.ts";
import { seriesMatcher } from "../model/series-match.ts";

/** Which records a sink wants. */
export interface RecordFilter {
  readonly lanes: readonly Lane[];
  /** Globs: `*` stands for any run of characters. A result or an alert of no device or metric has the name "". */
  readonly device: string;
  readonly metric: string;
}

/** Null: all records of its lanes. */
export function matcherOf({ device, metric }: RecordFilter): ((record: AnyRecord) => boolean) | null {
  if (device === "*" && metric === "*") return null;
  const matches = seriesMatcher({ device, metric });
  return (record) => matches(record.device, record.metric);
}
