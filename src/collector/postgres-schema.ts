// The tables of the PostgreSQL store, in the schema `tidegate`. They are made by the first collector that opens the database, and
// docs/postgres.md explains them to those who query them.
//
// The readings become a hypertable if the extension timescaledb is in the database at that time.

import { TidegateError } from "../platform/errors.ts";
import type { Client } from "./postgres-connection.ts";

const format = "tidegate-collector-postgres 1";
/** Multiranges came with 14. */
const serverVersionMin = 140_000;

/** What collectors take, for the length of a transaction, before they create tables or introduce origins. */
export const schemaLock = "SELECT pg_advisory_xact_lock(x'7469646567617465'::int8)";

const tables = `
  CREATE SCHEMA IF NOT EXISTS tidegate;
  CREATE TABLE tidegate.format (format text NOT NULL);
  INSERT INTO tidegate.format VALUES ('${format}');

  CREATE TABLE tidegate.origins (
    origin_id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    gateway_id text NOT NULL,
    log_id text NOT NULL,
    first_contact timestamptz NOT NULL DEFAULT now(),
    UNIQUE (gateway_id, log_id)
  );
  CREATE TABLE tidegate.progress (
    origin_id int NOT NULL REFERENCES tidegate.origins,
    lane text NOT NULL,
    received int8multirange NOT NULL DEFAULT '{}',
    closed jsonb NOT NULL DEFAULT '{}',
    duplicates int8 NOT NULL DEFAULT 0,
    PRIMARY KEY (origin_id, lane)
  ) WITH (fillfactor = 50);
  CREATE TABLE tidegate.losses (
    origin_id int NOT NULL,
    lane text NOT NULL,
    from_offset int8 NOT NULL,
    to_offset int8 NOT NULL,
    reason text NOT NULL,
    since_us int8,
    until_us int8,
    PRIMARY KEY (origin_id, lane, from_offset),
    FOREIGN KEY (origin_id, lane) REFERENCES tidegate.progress
  );

  CREATE TABLE tidegate.readings (
    gateway_id text NOT NULL,
    log_id text NOT NULL,
    log_offset int8 NOT NULL,
    device text NOT NULL,
    metric text NOT NULL,
    event_time timestamptz NOT NULL,
    event_time_us int8 NOT NULL,
    raw_event_time_us int8,
    ingest_time timestamptz NOT NULL,
    value_number float8,
    value_boolean boolean,
    value_text text,
    unit text NOT NULL,
    quality int4 NOT NULL,
    tags jsonb NOT NULL
  );
  CREATE INDEX readings_series ON tidegate.readings (device, metric, event_time);
  CREATE TABLE tidegate.results (
    gateway_id text NOT NULL,
    log_id text NOT NULL,
    log_offset int8 NOT NULL,
    window_name text NOT NULL,
    device text NOT NULL,
    metric text NOT NULL,
    tag text NOT NULL,
    unit text NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL,
    revision int4 NOT NULL,
    cause_offset int8 NOT NULL,
    reading_count int8 NOT NULL,
    aggregates jsonb NOT NULL,
    ingest_time timestamptz NOT NULL
  );
  CREATE INDEX results_window ON tidegate.results (window_name, device, metric, start_time);
  CREATE TABLE tidegate.alerts (
    gateway_id text NOT NULL,
    log_id text NOT NULL,
    log_offset int8 NOT NULL,
    rule text NOT NULL,
    device text NOT NULL,
    metric text NOT NULL,
    tag text NOT NULL,
    state text NOT NULL,
    severity text NOT NULL,
    event_time timestamptz NOT NULL,
    value_number float8,
    value_boolean boolean,
    value_text text,
    cause_offset int8 NOT NULL,
    detail text NOT NULL,
    ingest_time timestamptz NOT NULL
  );
  CREATE INDEX alerts_time ON tidegate.alerts (event_time)`;

/** Makes the tables where they are not. In a transaction of its own. Errors: STORE_UNUSABLE. */
export async function prepareSchema(client: Client, database: string): Promise<void> {
  await client.query(schemaLock);
  const found = await foundFormat(client, database);
  if (found === format) return;
  if (found !== null) throw unusable(database, `its tables have the format "${found}" and this version reads "${format}"`);
  await client.query(tables);
  const { rowCount } = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'");
  if (rowCount !== 0) {
    await client.query("SELECT create_hypertable('tidegate.readings', 'event_time', create_default_indexes => false)");
  }
}

/** Errors: STORE_UNUSABLE if no collector has made the tables, or one of another version. */
export async function checkSchema(client: Client, database: string): Promise<void> {
  const found = await foundFormat(client, database);
  if (found === format) return;
  throw unusable(database, found === null ? "no collector has stored anything in it" : `its tables have the format "${found}"`);
}

async function foundFormat(client: Client, database: string): Promise<string | null> {
  const about = await client.query<{ version: number; isThere: boolean }>(
    `SELECT current_setting('server_version_num')::int AS version, to_regclass('tidegate.format') IS NOT NULL AS "isThere"`,
  );
  const { version = 0, isThere = false } = about.rows[0] ?? {};
  if (version < serverVersionMin) throw unusable(database, `its server has version ${version}; use PostgreSQL 14 or later`);
  if (!isThere) return null;
  const { rows } = await client.query<{ format: string }>("SELECT format FROM tidegate.format");
  return rows[0]?.format ?? "";
}

function unusable(database: string, why: string): TidegateError {
  return new TidegateError("STORE_UNUSABLE", `open database ${database}: ${why}`, { details: { database } });
}
