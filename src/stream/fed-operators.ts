import type { Log } from "../log/log.ts";
import type { Logger } from "../platform/logger.ts";
import { type FedOperator, type KeptOperator, statePartOf, statePrefixOf } from "./checkpoint.ts";
import type { Operator, RetiredOperator } from "./contract.ts";

type Retired = Pick<RetiredOperator, "id" | "why" | "parts">;

export interface RestoredOperators {
  readonly fed: readonly FedOperator[];
  /** Those that are fed what the log holds from before they were configured, until they have caught up with the others. */
  readonly backfilled: readonly FedOperator[];
  /** Of those that are fed: where the input begins, by id, of each that goes on where an earlier run left off. */
  readonly continued: ReadonlyMap<string, number>;
  /** Those whose definition is gone, with what is left of them. */
  readonly retired: readonly Retired[];
  /** Names of stored parts of state that nobody owns any more. */
  readonly orphaned: readonly string[];
}

export interface RestoreOptions {
  readonly log: Log;
  readonly logger: Logger;
  /** As the checkpoints name them: those that were fed, and those in backfill. */
  readonly known: { readonly fed: readonly KeptOperator[]; readonly backfilled: readonly KeptOperator[] };
  /** Where the input of a new definition begins; of one that is to be backfilled, where the log does. */
  readonly fromOffset: number;
  readonly backfill: ReadonlySet<string>;
}

/**
 * Gives every operator its state back, and its place among those that are fed or backfilled. One whose definition is not known starts
 * empty. Errors: as Log.readCheckpoints.
 */
export async function restoreOperators(operators: readonly Operator[], options: RestoreOptions): Promise<RestoredOperators> {
  const { log, logger, known, fromOffset, backfill } = options;
  const { startOffset } = log.bounds("readings");
  const backfilling = new Map(known.backfilled.map((operator) => [operator.id, operator]));
  const stored = new Map([...known.backfilled, ...known.fed].map((operator) => [operator.id, operator]));
  for (const { id } of known.fed) backfilling.delete(id);
  const restored = { fed: [] as FedOperator[], backfilled: [] as FedOperator[] };
  const retired: Retired[] = [];
  const owned = new Set<string>();
  for (const operator of operators) {
    const { id, fingerprint } = operator;
    const kept = stored.get(id);
    stored.delete(id);
    if (kept?.fingerprint === fingerprint) {
      operator.restore(await partsOf(log, id));
      owned.add(id);
      restored[backfilling.has(id) ? "backfilled" : "fed"].push({ operator, fromOffset: kept.fromOffset });
      continue;
    }
    const place = backfill.has(id) && startOffset < fromOffset ? "backfilled" : "fed";
    const from = place === "backfilled" ? startOffset : fromOffset;
    const why = kept === undefined ? "is new" : "has another definition than before";
    logger.info({ operator: id, fromOffset: from }, `${id} ${why} and starts empty`);
    restored[place].push({ operator, fromOffset: from });
    if (kept !== undefined) retired.push({ id, why: "changed", parts: await partsOf(log, id) });
  }
  for (const id of stored.keys()) {
    logger.info({ operator: id }, `${id} is no longer configured; its state is dropped`);
    retired.push({ id, why: "removed", parts: await partsOf(log, id) });
  }
  const continued = restored.fed.filter(({ operator }) => owned.has(operator.id));
  return {
    ...restored,
    continued: new Map(continued.map(({ operator, fromOffset: from }) => [operator.id, from])),
    retired,
    orphaned: await orphanedParts(log, owned),
  };
}

async function partsOf(log: Log, id: string): Promise<RetiredOperator["parts"]> {
  const parts = await log.readCheckpoints(statePrefixOf(id));
  return parts.map((part) => statePartOf(id, part));
}

async function orphanedParts(log: Log, owners: ReadonlySet<string>): Promise<string[]> {
  const owned = [...owners].map((id) => statePrefixOf(id));
  const parts = await log.readCheckpoints(statePrefixOf());
  return parts.map(({ name }) => name).filter((name) => !owned.some((prefix) => name.startsWith(prefix)));
}
