import type { ReadingBlock } from "../codec/block-codec.ts";
import type { InputColumn } from "./contract.ts";

/** The readings that one commit wrote, which became durable together. */
export interface Commit {
  readonly ingestTimeUs: number;
  /** Readings. */
  readonly count: number;
  readonly columns: readonly InputColumn[];
}

/** A merged block has several; columns belong to one of them. */
export function commitsOf({ commits, columns }: ReadingBlock): readonly Commit[] {
  let next = 0;
  return commits.map(({ count, ingestTimeUs }) => {
    if (commits.length === 1) return { ingestTimeUs, count, columns };
    const from = next;
    for (let left = count; left > 0; next++) left -= columns[next]?.eventTimesUs.length ?? left;
    return { ingestTimeUs, count, columns: columns.slice(from, next) };
  });
}
