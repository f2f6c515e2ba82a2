// Records as rows of PostgreSQL, 14 or later: one table a lane (postgres-tables.ts).
//
// Delivery: exactly once. Each row has the key (gateway_id, log_id, log_offset), and a row whose key is there is left out. A record counts
// as accepted when its transaction is committed on the server's disk: synchronous_commit is turned on where the server has it off.
//
// Constraints
//   rowsMax            10,000 rows a statement; a larger batch is several
//   connectMsMax       10 s to reach the server
//   statementTimeout   for one statement, at the server
//
// Failure: postgres-answer.ts says what an error means. A statement that fails for what is in it is cut in half until the rows that are at
// fault stand alone; they are rejected with the server's words, the others go through. A disk that is full, a deadlock or a lock that is
// not released: the rest is kept for retryAfterMs.
//
// It changes no table that is there, and deletes nothing: what is done with old rows is the business of who runs the database. A number
// that is not finite, which only aggregates can be, is null in JSON there, and -0 in JSON is 0; NUL in a text is stored as U+2400.

import { Socket } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import type pg from "pg";
import type { Lane } from "../../model/lane.ts";
import { loadLibrary } from "../../platform/client-library.ts";
import { messageOf, TidegateError } from "../../platform/errors.ts";
import { readSecret } from "../../platform/secret.ts";
import { isTlsFault, readTlsFiles, type TlsOptions } from "../../platform/tls-client.ts";
import type { ConnectOptions, RecordClient, RecordSink } from "../record-sink.ts";
import { postgresVerdict } from "./postgres-answer.ts";
import { PostgresClient } from "./postgres-client.ts";
import { checkTables, createTables } from "./postgres-tables.ts";
import type { SinkContext } from "./sink-context.ts";
import { refusedError, unreachableError } from "./sink-errors.ts";

const connectMsMax = 10_000;

export interface PostgresSinkOptions {
  readonly name: string;
  readonly lanes: readonly Lane[];
  readonly address: { readonly host: string; readonly port: number };
  readonly database: string;
  readonly user: string;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly schema: string;
  readonly createTables: boolean;
  readonly statementTimeout: number;
}

type Driver = Pick<typeof pg, "Client">;

export async function createPostgresSink(options: PostgresSinkOptions, context: SinkContext): Promise<RecordSink> {
  const { default: driver } = await loadLibrary("pg", () => import("pg"));
  return new PostgresSink(driver, options, context);
}

class PostgresSink implements RecordSink {
  readonly name: string;
  readonly target: string;
  readonly #driver: Driver;
  readonly #options: PostgresSinkOptions;
  readonly #context: SinkContext;

  constructor(driver: Driver, options: PostgresSinkOptions, context: SinkContext) {
    const { name, address, database } = options;
    this.#driver = driver;
    this.#options = options;
    this.#context = context;
    this.name = name;
    this.target = `${address.host}:${address.port}/${database}`;
  }

  async connect({ signal, lost, answered }: ConnectOptions): Promise<RecordClient> {
    const socket = new Socket();
    // Only this ends a connection to a server that does not answer.
    const giveUp = (why: string) => socket.destroy(new Error(why));
    const abort = () => giveUp("it is not wanted any more");
    const cancel = this.#context.clock.after(connectMsMax, () => giveUp(`no answer within ${connectMsMax} ms`));
    signal.addEventListener("abort", abort);
    try {
      const client = new this.#driver.Client(await this.#clientConfig(socket));
      // Whoever waits for a statement is told of the same. An event without a listener would end the process.
      client.on("error", () => {});
      await client.connect();
      await this.#prepare(client);
      const { origin, clock } = this.#context;
      const { schema } = this.#options;
      return new PostgresClient({ client, socket, clock, target: this.target, origin, schema, lost, answered });
    } catch (error) {
      socket.destroy();
      throw connectionFailure(this.target, error);
    } finally {
      cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  async #clientConfig(socket: Socket): Promise<pg.ClientConfig> {
    const { address, database, user, password, passwordFile, passwordEnv, statementTimeout } = this.#options;
    const place = { text: password, file: passwordFile, variable: passwordEnv };
    const secret = await readSecret(place, this.#context.environment, "SINK_REFUSED");
    const ssl = await this.#ssl();
    return {
      ...address,
      database,
      user,
      // A password of "" asks for none; without one the driver would look into the environment.
      password: secret ?? "",
      stream: () => socket,
      ...(ssl === null ? {} : { ssl }),
      statement_timeout: statementTimeout,
      application_name: `tidegate ${this.#context.origin.gatewayId}`,
      keepAlive: true,
    };
  }

  /** The driver names the host itself, and only if it is none of numbers. */
  async #ssl(): Promise<ConnectionOptions | null> {
    const { tls, address } = this.#options;
    if (tls === undefined) return null;
    const { servername = address.host, ...files } = await readTlsFiles(tls, "SINK_REFUSED");
    return { ...files, checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate) };
  }

  async #prepare(client: pg.Client): Promise<void> {
    await client.query(
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    );
    if (this.#options.createTables) await createTables(client, this.#options);
    await checkTables(client, this.#options);
  }
}

/** SINK_REFUSED or SINK_UNREACHABLE, unless it is a TidegateError already. */
function connectionFailure(target: string, cause: unknown): TidegateError {
  if (cause instanceof TidegateError) return cause;
  const isRefusal = postgresVerdict(cause) === "refused" || isTlsFault(cause) || /\b(SSL|SASL)\b/.test(messageOf(cause));
  if (!isRefusal) return unreachableError(target, messageOf(cause), cause);
  return refusedError(target, `${messageOf(cause)}; correct the sink, or what its user may do there`, cause);
}
