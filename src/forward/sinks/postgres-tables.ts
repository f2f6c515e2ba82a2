// The tables of a postgres sink: one a lane, with the columns of codec/postgres-rows.ts.
//
// What makes a record one and the same is the key (gateway_id, log_id, log_offset). In readings event_time is in it too, which changes
// nothing: a record has one event time. A hypertable asks for it.

import type { ClientBase } from "pg";
import type { RecordOf } from "../../codec/block-records.ts";
import { columnDefinitions, insertParameters, insertStatement, rowColumns } from "../../codec/postgres-rows.ts";
import type { Lane } from "../../model/lane.ts";

const keys = {
  readings: "gateway_id, log_id, log_offset, event_time",
  results: "gateway_id, log_id, log_offset",
  alerts: "gateway_id, log_id, log_offset",
} as const;

const indexes = {
  readings: "device, metric, event_time",
  results: "window_name, device, metric, start_time",
  alerts: "event_time",
} as const;

export interface Tables {
  readonly schema: string;
  readonly lanes: readonly Lane[];
}

function tableOf(schema: string, lane: Lane): string {
  return `"${schema}".${lane}`;
}

/** Stores each row once: a row whose key is there is left out; one that breaks another constraint is an error. */
export function insertOnce(schema: string, lane: Lane): string {
  return `${insertStatement(tableOf(schema, lane), rowColumns[lane])} ON CONFLICT (${keys[lane]}) DO NOTHING`;
}

/** Makes what is not there. In a transaction of its own, one sink at a time. Rejects with what the server says. */
export async function createTables(client: ClientBase, { schema, lanes }: Tables): Promise<void> {
  await client.query("BEGIN");
  await client.query("SELECT pg_advisory_xact_lock(hashtext('tidegate sink'))");
  // Only what is missing: CREATE … IF NOT EXISTS asks for permissions also where everything is there.
  if (!(await isThere(client, "to_regnamespace", `"${schema}"`))) await client.query(`CREATE SCHEMA "${schema}"`);
  for (const lane of lanes) {
    const table = tableOf(schema, lane);
    if (await isThere(client, "to_regclass", table)) continue;
    await client.query(`CREATE TABLE ${table} (${columnDefinitions(rowColumns[lane]).join(", ")}, UNIQUE (${keys[lane]}))`);
    await client.query(`CREATE INDEX ON ${table} (${indexes[lane]})`);
    if (lane === "readings") await makeHypertable(client, table);
  }
  await client.query("COMMIT");
}

/** Inserts no row: the server checks the table, its columns, its key, and what the user may. */
export async function checkTables(client: ClientBase, { schema, lanes }: Tables): Promise<void> {
  for (const lane of lanes) await client.query(insertOnce(schema, lane), noRows(lane));
}

function noRows<L extends Lane>(lane: L): string[] {
  return insertParameters<RecordOf[L]>(rowColumns[lane], []);
}

async function isThere(client: ClientBase, lookUp: "to_regnamespace" | "to_regclass", name: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(`SELECT ${lookUp}($1) IS NOT NULL AS found`, [name]);
  return rows[0]?.found === true;
}

async function makeHypertable(client: ClientBase, table: string): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'");
  if (rowCount !== 0) await client.query(`SELECT create_hypertable('${table}', 'event_time', create_default_indexes => false)`);
}
