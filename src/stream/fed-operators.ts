import type { Log } from "../log/log.ts";
import type { Logger } from "../platform/logger.ts";
import { type FedOperator, type StreamCheckpoint, statePartOf, statePrefixOf } from "./checkpoint.ts";
import type { Operator } from "./contract.ts";

export interface RestoredOperators {
  readonly fed: readonly FedOperator[];
  /** Ids of those that go on where an earlier run left off. */
  readonly continued: ReadonlySet<string>;
  /** Names of stored parts of state that nobody owns any more. */
  readonly orphaned: readonly string[];
}

/**
 * Gives every operator its state back. One whose definition is not in the checkpoint starts empty, at `fromOffset`: it speaks of what
 * comes from now on. Errors: as Log.readCheckpoints.
 */
export async function restoreOperators(
  operators: readonly Operator[],
  checkpoint: StreamCheckpoint | null,
  { log, logger, fromOffset }: { readonly log: Log; readonly logger: Logger; readonly fromOffset: number },
): Promise<RestoredOperators> {
  const stored = new Map((checkpoint?.operators ?? []).map((operator) => [operator.id, operator]));
  const continued = new Set<string>();
  const fed: FedOperator[] = [];
  for (const operator of operators) {
    const known = stored.get(operator.id);
    stored.delete(operator.id);
    if (known?.fingerprint === operator.fingerprint) {
      const parts = await log.readCheckpoints(statePrefixOf(operator.id));
      operator.restore(parts.map((part) => statePartOf(operator.id, part)));
      continued.add(operator.id);
      fed.push({ operator, fromOffset: known.fromOffset });
      continue;
    }
    const why = known === undefined ? "is new" : "has another definition than before";
    logger.info({ operator: operator.id, fromOffset }, `${operator.id} ${why} and starts empty`);
    fed.push({ operator, fromOffset });
  }
  for (const id of stored.keys()) logger.info({ operator: id }, `${id} is no longer configured; its state is dropped`);
  return { fed, continued, orphaned: await orphanedParts(log, continued) };
}

async function orphanedParts(log: Log, continued: ReadonlySet<string>): Promise<string[]> {
  const owned = [...continued].map(statePrefixOf);
  const parts = await log.readCheckpoints(statePrefixOf());
  return parts.map(({ name }) => name).filter((name) => !owned.some((prefix) => name.startsWith(prefix)));
}
