// Connections to PostgreSQL, for the store that writes and the report that reads. The package pg is optional: it is loaded here, when
// a database is configured.
//
// Constraints
//   connectMsMax       10 s   to reach the server
//   lockMsMax          30 s   to wait for another collector that writes for the same gateways
//   statementMsMax     60 s   for one statement, at the server; clientMsMax (90 s) finds a server that has gone without a word
//   idleMsMax          60 s   after which the server gives up a transaction whose collector has gone without a word, and its locks

import type pg from "pg";
import { loadLibrary } from "../platform/client-library.ts";
import { messageOf, systemCodeOf, TidegateError } from "../platform/errors.ts";

const connectMsMax = 10_000;
const lockMsMax = 30_000;
const statementMsMax = 60_000;
const clientMsMax = 90_000;
const idleMsMax = 60_000;

export type Driver = Pick<typeof pg, "Pool">;
export type Client = pg.ClientBase;

/** Errors: LIBRARY_MISSING. */
export async function loadDriver(): Promise<Driver> {
  return (await loadLibrary("pg", () => import("pg"))).default;
}

/** A write: sees what others have committed at every statement, and is on the server's disk when it has been committed. */
const beginWrite = `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL lock_timeout = ${lockMsMax};
  SET LOCAL statement_timeout = ${statementMsMax};
  SET LOCAL idle_in_transaction_session_timeout = ${idleMsMax};
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`;

/** A read: sees one moment in all its statements. */
const beginRead = `
  BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL statement_timeout = ${statementMsMax}`;

export class Database {
  readonly #pool: pg.Pool;
  /** As of {@link databaseName}. */
  readonly name: string;

  constructor(driver: Driver, url: string) {
    this.name = databaseName(url);
    this.#pool = new driver.Pool({
      connectionString: url,
      // One writes; a report reads beside it.
      max: 2,
      connectionTimeoutMillis: connectMsMax,
      query_timeout: clientMsMax,
      keepAlive: true,
      application_name: "tidegate collector",
    });
    // An idle connection that breaks. The next use opens another one, and says what is wrong if it cannot.
    this.#pool.on("error", () => {});
  }

  /** Rejects with what the server or the driver says; then nothing is kept, or, if the answer to COMMIT was lost, all of it may be. */
  write<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#transaction(beginWrite, work);
  }

  read<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#transaction(beginRead, work);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #transaction<T>(begin: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // A connection that breaks between two queries.
    const ignore = () => {};
    client.on("error", ignore);
    try {
      await client.query(begin);
      const value = await work(client);
      const { command } = await client.query("COMMIT");
      if (command !== "COMMIT") throw new Error(`the server answered ${command} to COMMIT`);
      client.release();
      return value;
    } catch (error) {
      // Ends the connection, and with it the transaction.
      client.release(true);
      throw error;
    } finally {
      client.off("error", ignore);
    }
  }
}

/** Server and database of a URL, without user and password. */
export function databaseName(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
  return `${host}${port === "" ? "" : `:${port}`}${pathname}`;
}

/** SQLSTATE classes that speak of the data: data exception, integrity constraint violation, program limit exceeded. */
const dataClasses: ReadonlySet<string> = new Set(["22", "23", "54"]);

/** STORE_REFUSED or STORE_WRITE_FAILED, unless it is a TidegateError already. */
export function writeFailure(database: string, cause: unknown): TidegateError {
  if (cause instanceof TidegateError) return cause;
  const options = { details: { database, sqlState: systemCodeOf(cause) }, cause };
  if (dataClasses.has(systemCodeOf(cause)?.slice(0, 2) ?? "")) {
    const message = `write to database ${database}: it cannot hold a record: ${messageOf(cause)}`;
    return new TidegateError("STORE_REFUSED", message, options);
  }
  const remedy = "nothing was acknowledged; check the server and the way to it";
  return new TidegateError("STORE_WRITE_FAILED", `write to database ${database}: ${messageOf(cause)}; ${remedy}`, options);
}

/** STORE_UNUSABLE if the server answered, STORE_UNREACHABLE if not; unless it is a TidegateError already. */
export function openFailure(database: string, cause: unknown): TidegateError {
  if (cause instanceof TidegateError) return cause;
  const isAnswer = /^[0-9A-Z]{5}$/.test(systemCodeOf(cause) ?? "") && !isShutdown(cause);
  return new TidegateError(
    isAnswer ? "STORE_UNUSABLE" : "STORE_UNREACHABLE",
    `open database ${database}: ${messageOf(cause)}; check store.url, the server, and what its user may do`,
    { details: { database }, cause },
  );
}

/** 57P01 to 57P03: the server is being stopped or started. */
function isShutdown(cause: unknown): boolean {
  return systemCodeOf(cause)?.startsWith("57P") === true;
}
