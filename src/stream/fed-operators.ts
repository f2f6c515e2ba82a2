import type { ReadingBlock } from "../codec/block-codec.ts";
import type { Logger } from "../platform/logger.ts";
import type { FedOperator, StreamCheckpoint } from "./checkpoint.ts";
import type { InputColumn, Operator, Outputs } from "./contract.ts";

/**
 * Gives every operator its state back. One whose definition is not in the checkpoint starts empty, behind the last recorded
 * output: were it fed the replayed readings as well, it would say things about a time for which its lane is complete.
 *
 * @returns `changed` if the operators are not exactly those of the checkpoint.
 */
export function restoreOperators(
  operators: readonly Operator[],
  checkpoint: StreamCheckpoint,
  recordedUntil: number,
  logger: Logger,
): { fed: FedOperator[]; changed: boolean } {
  const stored = new Map(checkpoint.operators.map((state) => [state.id, state]));
  let changed = false;
  const fed = operators.map((operator): FedOperator => {
    const state = stored.get(operator.id);
    stored.delete(operator.id);
    if (state !== undefined && state.fingerprint === operator.fingerprint) {
      operator.restore(state.state);
      return { operator, fromOffset: Math.max(checkpoint.position, state.fromOffset) };
    }
    changed = true;
    const reason = state === undefined ? "is new" : "has another definition than before";
    logger.info({ operator: operator.id, fromOffset: recordedUntil }, `${operator.id} ${reason} and starts empty`);
    return { operator, fromOffset: recordedUntil };
  });
  for (const id of stored.keys()) logger.info({ operator: id }, `${id} is no longer configured; its state is dropped`);
  return { fed, changed: changed || stored.size > 0 };
}

/**
 * Feeds a whole block to the operators whose input begins at or before it. A merged block is fed commit by commit, so that they see
 * what they saw, or would have seen, of the blocks that it was merged from.
 */
export function feedBlock(
  fed: readonly FedOperator[],
  { commits, columns }: ReadingBlock,
  firstOffset: number,
  outputs: Outputs,
): void {
  let offset = firstOffset;
  let next = 0;
  for (const { count } of commits) {
    const from = next;
    for (let left = count; left > 0; next++) left -= columns[next]?.eventTimesUs.length ?? left;
    feedCommit(fed, columns.slice(from, next), offset, outputs);
    offset += count;
  }
}

function feedCommit(fed: readonly FedOperator[], columns: readonly InputColumn[], firstOffset: number, outputs: Outputs): void {
  for (const { operator, fromOffset } of fed) {
    if (fromOffset > firstOffset) continue;
    let offset = firstOffset;
    for (const column of columns) {
      operator.consume(column, offset, outputs);
      offset += column.eventTimesUs.length;
    }
    operator.endBlock(outputs);
  }
}
