import type { Log } from "../log/log.ts";
import type { Logger } from "../platform/logger.ts";
import { type FedOperator, type StreamCheckpoint, statePartOf, statePrefixOf } from "./checkpoint.ts";
import type { Operator, RetiredOperator } from "./contract.ts";

export interface RestoredOperators {
  readonly fed: readonly FedOperator[];
  /** Those that go on where an earlier run left off: where their input begins, by id. */
  readonly continued: ReadonlyMap<string, number>;
  /** Those whose definition is gone, with what is left of them. */
  readonly retired: readonly Pick<RetiredOperator, "id" | "why" | "parts">[];
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
  const continued = new Map<string, number>();
  const retired: Pick<RetiredOperator, "id" | "why" | "parts">[] = [];
  const retire = async (id: string, why: RetiredOperator["why"]) => {
    const parts = await log.readCheckpoints(statePrefixOf(id));
    retired.push({ id, why, parts: parts.map((part) => statePartOf(id, part)) });
  };
  const fed: FedOperator[] = [];
  for (const operator of operators) {
    const known = stored.get(operator.id);
    stored.delete(operator.id);
    if (known?.fingerprint === operator.fingerprint) {
      const parts = await log.readCheckpoints(statePrefixOf(operator.id));
      operator.restore(parts.map((part) => statePartOf(operator.id, part)));
      continued.set(operator.id, known.fromOffset);
      fed.push({ operator, fromOffset: known.fromOffset });
      continue;
    }
    const why = known === undefined ? "is new" : "has another definition than before";
    logger.info({ operator: operator.id, fromOffset }, `${operator.id} ${why} and starts empty`);
    fed.push({ operator, fromOffset });
    if (known !== undefined) await retire(operator.id, "changed");
  }
  for (const id of stored.keys()) {
    logger.info({ operator: id }, `${id} is no longer configured; its state is dropped`);
    await retire(id, "removed");
  }
  return { fed, continued, retired, orphaned: await orphanedParts(log, continued) };
}

async function orphanedParts(log: Log, continued: ReadonlyMap<string, number>): Promise<string[]> {
  const owned = [...continued.keys()].map((id) => statePrefixOf(id));
  const parts = await log.readCheckpoints(statePrefixOf());
  return parts.map(({ name }) => name).filter((name) => !owned.some((prefix) => name.startsWith(prefix)));
}
