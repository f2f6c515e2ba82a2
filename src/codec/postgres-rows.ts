// Records as rows of PostgreSQL: the columns of each lane, the statement that inserts rows, and what it is given. The collector's store and
// the postgres sink write the same columns. A hot path: a function a column, and one array a column on the way.

import type { Lane } from "../model/lane.ts";
import type { Value } from "../model/reading.ts";
import type { RecordOf } from "./block-records.ts";
import { booleanArray, jsonText, numberArray, textArray } from "./postgres-values.ts";

export interface Row<R> {
  readonly gatewayId: string;
  readonly logId: string;
  readonly offset: number;
  readonly ingestTimeUs: number;
  readonly record: R;
}

export interface ColumnShape {
  readonly name: string;
  /** Of the parameter. A time is microseconds since the Unix epoch there, and a timestamptz in the table. */
  readonly type: "int8" | "float8" | "boolean" | "text" | "jsonb" | "time";
  /** Default: false. */
  readonly isNullable?: true;
}

export interface Column<R> extends ColumnShape {
  readonly of: (row: Row<R>) => Value | null;
}

type Columns = { readonly [L in Lane]: readonly Column<RecordOf[L]>[] };

function where<R>(): Column<R>[] {
  return [
    { name: "gateway_id", type: "text", of: ({ gatewayId }) => gatewayId },
    { name: "log_id", type: "text", of: ({ logId }) => logId },
    { name: "log_offset", type: "int8", of: ({ offset }) => offset },
    { name: "ingest_time", type: "time", of: ({ ingestTimeUs }) => ingestTimeUs },
  ];
}

/** One column for each type that a value may have; the others are NULL. */
function valueColumns<R extends { readonly value: Value | null }>(): Column<R>[] {
  const only = (type: string) => (row: Row<R>) => (typeof row.record.value === type ? row.record.value : null);
  return [
    { name: "value_number", type: "float8", isNullable: true, of: only("number") },
    { name: "value_boolean", type: "boolean", isNullable: true, of: only("boolean") },
    { name: "value_text", type: "text", isNullable: true, of: only("string") },
  ];
}

export const rowColumns: Columns = {
  readings: [
    ...where<RecordOf["readings"]>(),
    { name: "device", type: "text", of: ({ record }) => record.device },
    { name: "metric", type: "text", of: ({ record }) => record.metric },
    { name: "event_time", type: "time", of: ({ record }) => record.eventTimeUs },
    { name: "event_time_us", type: "int8", of: ({ record }) => record.eventTimeUs },
    {
      name: "raw_event_time_us",
      type: "int8",
      isNullable: true,
      of: ({ record }) => (record.correctionUs === 0 ? null : record.eventTimeUs - record.correctionUs),
    },
    ...valueColumns<RecordOf["readings"]>(),
    { name: "unit", type: "text", of: ({ record }) => record.unit },
    { name: "quality", type: "int8", of: ({ record }) => record.quality },
    { name: "tags", type: "jsonb", of: ({ record }) => tagsJson(record.tags) },
  ],
  results: [
    ...where<RecordOf["results"]>(),
    { name: "window_name", type: "text", of: ({ record }) => record.window },
    { name: "device", type: "text", of: ({ record }) => record.device },
    { name: "metric", type: "text", of: ({ record }) => record.metric },
    { name: "tag", type: "text", of: ({ record }) => record.tag },
    { name: "unit", type: "text", of: ({ record }) => record.unit },
    { name: "start_time", type: "time", of: ({ record }) => record.startUs },
    { name: "end_time", type: "time", of: ({ record }) => record.endUs },
    { name: "revision", type: "int8", of: ({ record }) => record.revision },
    { name: "cause_offset", type: "int8", of: ({ record }) => record.causeOffset },
    { name: "reading_count", type: "int8", of: ({ record }) => record.count },
    { name: "aggregates", type: "jsonb", of: ({ record }) => jsonText(record.aggregates) },
  ],
  alerts: [
    ...where<RecordOf["alerts"]>(),
    { name: "rule", type: "text", of: ({ record }) => record.rule },
    { name: "device", type: "text", of: ({ record }) => record.device },
    { name: "metric", type: "text", of: ({ record }) => record.metric },
    { name: "tag", type: "text", of: ({ record }) => record.tag },
    { name: "state", type: "text", of: ({ record }) => record.state },
    { name: "severity", type: "text", of: ({ record }) => record.severity },
    { name: "event_time", type: "time", of: ({ record }) => record.eventTimeUs },
    ...valueColumns<RecordOf["alerts"]>(),
    { name: "cause_offset", type: "int8", of: ({ record }) => record.causeOffset },
    { name: "detail", type: "text", of: ({ record }) => record.detail },
  ],
};

/** `{"line":"3"}` of line=3. */
function tagsJson(tags: string): string {
  if (tags === "") return "{}";
  return jsonText(Object.fromEntries(tags.split(",").map((tag) => tag.split("=", 2))));
}

/** As CREATE TABLE has them. */
export function columnDefinitions(laneColumns: readonly ColumnShape[]): string[] {
  return laneColumns.map(({ name, type, isNullable }) => {
    const isNull = isNullable === true ? "" : " NOT NULL";
    return `${name} ${type === "time" ? "timestamptz" : type}${isNull}`;
  });
}

/** @param table by its whole name, quoted where that is needed. */
export function insertStatement(table: string, laneColumns: readonly ColumnShape[]): string {
  const names = laneColumns.map(({ name }) => name);
  const parameters = laneColumns.map(({ type }, index) => `$${index + 1}::${type === "time" ? "int8" : type}[]`);
  // Exact: the number of microseconds is below 2^53, and so a double.
  const values = laneColumns.map(({ name, type }) =>
    type === "time" ? `timestamptz 'epoch' + ${name} * interval '1 microsecond'` : name,
  );
  return `INSERT INTO ${table} (${names.join(", ")})
    SELECT ${values.join(", ")} FROM unnest(${parameters.join(", ")}) AS given (${names.join(", ")})`;
}

/** One a column. */
export function insertParameters<R>(laneColumns: readonly Column<R>[], rows: readonly Row<R>[]): string[] {
  return laneColumns.map(({ type, of }) => {
    const values = rows.map(of);
    if (type === "text" || type === "jsonb") return textArray(values as (string | null)[]);
    return type === "boolean" ? booleanArray(values as (boolean | null)[]) : numberArray(values as (number | null)[]);
  });
}
