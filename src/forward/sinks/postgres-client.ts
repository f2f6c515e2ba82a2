// What a postgres sink does with a batch: postgres-sink.ts says why.

import { once } from "node:events";
import type { Socket } from "node:net";
import type { Client } from "pg";
import type { AnyRecord } from "../../codec/block-records.ts";
import { type Column, insertParameters, type Row, rowColumns } from "../../codec/postgres-rows.ts";
import type { Lane } from "../../model/lane.ts";
import type { Origin } from "../../model/origin.ts";
import type { Clock } from "../../platform/clock.ts";
import { messageOf, type TidegateError } from "../../platform/errors.ts";
import type { BatchOutcome, ConnectOptions, RecordBatch, RecordClient } from "../record-sink.ts";
import type { Rejection } from "../sink.ts";
import { postgresVerdict } from "./postgres-answer.ts";
import { insertOnce } from "./postgres-tables.ts";
import { closedError, refusedError, unreachableError } from "./sink-errors.ts";

const rowsMax = 10_000;
const retryAfterMs = 5_000;
/** How long the server has to take a goodbye. */
const goodbyeMs = 1000;

export interface PostgresClientOptions {
  readonly client: Client;
  /** Of the client. */
  readonly socket: Socket;
  readonly clock: Clock;
  readonly target: string;
  readonly origin: Origin;
  readonly schema: string;
  /** Called if the connection ends by itself. */
  readonly lost: (error: TidegateError) => void;
  readonly answered: ConnectOptions["answered"];
}

/** Null: the rows are there. */
type Refusal = { readonly kind: "wait" | "rejected"; readonly reason: string } | null;

export class PostgresClient implements RecordClient {
  readonly writesMax = 2;
  wireBytes = 0;
  readonly #options: PostgresClientOptions;
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(options: PostgresClientOptions) {
    this.#options = options;
    const { client, target, lost } = options;
    client.once("error", (error) => {
      if (this.#closing === null) lost(unreachableError(target, error.message, error));
    });
  }

  write(batch: RecordBatch): Promise<BatchOutcome> {
    const outcome = this.#queue.then(() => this.#write(batch));
    this.#queue = outcome.catch(() => undefined);
    return outcome;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Says good-bye, and waits for no answer; nor for long until it is taken: a link that has stalled takes nothing. */
  async #close(): Promise<void> {
    const { client, socket, clock } = this.#options;
    const closed = socket.closed ? Promise.resolve() : once(socket, "close");
    const cancel = clock.after(goodbyeMs, () => socket.destroy());
    client.end().catch(() => undefined);
    socket.destroySoon();
    await closed;
    cancel();
    await this.#queue;
  }

  /** One statement after the other; what is refused goes again in halves, before what comes behind it. */
  async #write({ lane, records }: RecordBatch): Promise<BatchOutcome> {
    const rejected: Rejection[] = [];
    const statements = inPieces(this.#rowsOf(records), rowsMax);
    for (let rows = statements.shift(); rows !== undefined; rows = statements.shift()) {
      const refusal = await this.#insert(lane, rows);
      this.#options.answered?.();
      const [first] = rows;
      if (refusal === null || first === undefined) continue;
      if (refusal.kind === "wait") {
        const end = (records.at(-1)?.offset ?? first.offset) + 1;
        return { rejected, kept: [{ start: first.offset, end }], retryAfterMs };
      }
      if (rows.length === 1) rejected.push({ offset: first.offset, reason: refusal.reason });
      else statements.unshift(...inPieces(rows, Math.ceil(rows.length / 2)));
    }
    return { rejected, kept: [], retryAfterMs: 0 };
  }

  #rowsOf(records: RecordBatch["records"]): Row<AnyRecord>[] {
    const { logId } = this.#options.origin;
    return records.map((placed) => ({ ...placed, logId }));
  }

  /** Errors: SINK_UNREACHABLE, SINK_REFUSED. */
  async #insert(lane: Lane, rows: readonly Row<AnyRecord>[]): Promise<Refusal> {
    const { client, schema, target } = this.#options;
    if (this.#closing !== null) throw closedError(target);
    const columns = rowColumns[lane] as readonly Column<AnyRecord>[];
    const parameters = insertParameters(columns, rows);
    try {
      await client.query(insertOnce(schema, lane), parameters);
      this.wireBytes += parameters.reduce((sum, text) => sum + text.length, 0);
      return null;
    } catch (error) {
      const kind = postgresVerdict(error);
      if (kind === "wait" || kind === "rejected") return { kind, reason: messageOf(error) };
      throw this.#failure(kind, error);
    }
  }

  #failure(kind: "refused" | "unreachable", cause: unknown): TidegateError {
    const { target } = this.#options;
    if (this.#closing !== null) return closedError(target);
    const fail = kind === "refused" ? refusedError : unreachableError;
    return fail(target, kind === "refused" ? `${messageOf(cause)}; correct the table or its rights` : messageOf(cause), cause);
  }
}

function inPieces<T>(items: readonly T[], itemsMax: number): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < items.length; at += itemsMax) pieces.push(items.slice(at, at + itemsMax));
  return pieces;
}
