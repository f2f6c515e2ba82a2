// The store in PostgreSQL, 14 or later: what gateways sent as rows that anyone can query, and, in the same transactions, what has
// arrived. Many collectors may share a database, behind one address: nothing that decides is kept between two commits.
//
// Write path
//   A commit (group-commit.ts) is one transaction: it locks the progress of the gateways that it writes for, compares, inserts the
//   missing records, updates the progress. Another collector that writes for one of these gateways waits for the locks, then
//   compares with what this one committed. All lock in the order of `origin_id`, so none waits for each other in a circle.
//   Gateways that are new are introduced before, in a transaction of its own.
//
// Failure
//   server gone, disk full    nothing of the commit is kept, STORE_WRITE_FAILED; the next one connects again
//   answer to COMMIT lost     STORE_WRITE_FAILED, although it may be stored; what the gateway sends again is then a duplicate
//   a record that no row can hold (a fault of the gateway)    STORE_REFUSED for its write alone
//   collector gone in the middle    the server rolls back, at the latest after idleMsMax (postgres-connection.ts)
//
// Constraints
//   commitRecordsMax 50,000 records a commit: about a second, well within a gateway's forward.collector.ackTimeout.
//   The limits of origins, ranges and losses are those of the embedded store.
//
// It deletes nothing, and takes what it finds in its tables for its own. NUL in a text is stored as U+2400.

import { type Origin, originKey } from "../model/origin.ts";
import type { Logger } from "../platform/logger.ts";
import { CommitStage } from "./commit-stage.ts";
import { type CommitTarget, GroupCommitStore } from "./group-commit.ts";
import { Database, loadDriver, openFailure, writeFailure } from "./postgres-connection.ts";
import { introduce, lockProgress, readAllProgress, type StoredOrigin, saveProgress, unknownOf } from "./postgres-progress.ts";
import { insertParts } from "./postgres-rows.ts";
import { checkSchema, prepareSchema } from "./postgres-schema.ts";
import type { OriginProgress, ReceivedBlock, Store } from "./store.ts";
import { WriteHealth } from "./write-health.ts";

const commitRecordsMax = 50_000;
/** A commit is for all of them that wait. */
const everyGateway = "*";

export interface PostgresStoreOptions {
  /** postgres://USER:PASSWORD@HOST:PORT/DATABASE; what it does not say comes from PGUSER, PGPASSWORD and the like. */
  readonly url: string;
  /** Most logs of gateways, of all collectors together. */
  readonly originsMax: number;
  readonly logger: Logger;
}

/** Errors: LIBRARY_MISSING, STORE_UNREACHABLE, STORE_UNUSABLE. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const driver = await loadDriver();
  const database = new Database(driver, options.url);
  await opened(database, () => database.write((client) => prepareSchema(client, database.name)));
  const limits = { costOf: ({ count }: ReceivedBlock) => count, commitCostMax: commitRecordsMax };
  return new GroupCommitStore(new PostgresTarget(database, options), limits);
}

/** What a database holds, in the order of first contact. Changes nothing. Errors: as {@link openPostgresStore}. */
export async function readPostgresProgress(url: string): Promise<OriginProgress[]> {
  const database = new Database(await loadDriver(), url);
  const progress = await opened(database, () =>
    database.read(async (client) => {
      await checkSchema(client, database.name);
      return readAllProgress(client);
    }),
  );
  await database.close();
  return progress;
}

async function opened<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await database.close();
    throw openFailure(database.name, error);
  }
}

class PostgresTarget implements CommitTarget {
  readonly #database: Database;
  readonly #originsMax: number;
  readonly #health: WriteHealth;

  constructor(database: Database, { originsMax, logger }: PostgresStoreOptions) {
    this.#database = database;
    this.#originsMax = originsMax;
    this.#health = new WriteHealth(database.name, logger);
  }

  async commit(origins: readonly Origin[], fill: (stage: CommitStage) => void): Promise<void> {
    try {
      await this.#introduce(origins);
      await this.#store(origins, fill);
      this.#health.note(everyGateway, null);
    } catch (cause) {
      const failure = writeFailure(this.#database.name, cause);
      this.#health.note(everyGateway, failure);
      throw failure;
    }
  }

  async #introduce(origins: readonly Origin[]): Promise<void> {
    const unknown = await this.#database.read((client) => unknownOf(client, origins));
    if (unknown.length > 0) await this.#database.write((client) => introduce(client, unknown, this.#originsMax));
  }

  async #store(origins: readonly Origin[], fill: (stage: CommitStage) => void): Promise<void> {
    await this.#database.write(async (client) => {
      const known = await lockProgress(client, origins);
      // Those that are not known by now are those for which there is no room.
      const stage = new CommitStage({ progress: known, count: this.#originsMax, countMax: this.#originsMax });
      fill(stage);
      if (stage.isEmpty) return;
      await insertParts(client, stage.parts);
      await saveProgress(
        client,
        stage.steps.map((step) => ({ ...step, originId: originIdOf(known, step.origin) })),
      );
    });
  }

  async progress(): Promise<OriginProgress[]> {
    try {
      return await this.#database.read(readAllProgress);
    } catch (error) {
      throw openFailure(this.#database.name, error);
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

function originIdOf(known: ReadonlyMap<string, StoredOrigin>, origin: Origin): number {
  const stored = known.get(originKey(origin));
  if (stored === undefined) throw new Error(`no row of origin ${originKey(origin)} is locked`);
  return stored.originId;
}
