// Records as rows of the tables readings, results and alerts. A hot path: everything that a gateway sends passes it.

import { type RecordOf, recordsOf } from "../codec/block-records.ts";
import type { Lane } from "../model/lane.ts";
import type { Value } from "../model/reading.ts";
import type { StagedPart } from "./commit-stage.ts";
import type { Client } from "./postgres-connection.ts";
import { booleanArray, jsonText, numberArray, textArray } from "./postgres-values.ts";

/** Rows in a statement. More make it hardly faster, and its texts larger. */
const rowsMax = 10_000;

interface Row<R> {
  readonly gatewayId: string;
  readonly logId: string;
  readonly offset: number;
  readonly ingestTimeUs: number;
  readonly record: R;
}

interface Column<R> {
  readonly name: string;
  /** Of the parameter. A time is microseconds since the Unix epoch there, and a timestamptz in the table. */
  readonly type: "int8" | "float8" | "boolean" | "text" | "jsonb" | "time";
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
    { name: "value_number", type: "float8", of: only("number") },
    { name: "value_boolean", type: "boolean", of: only("boolean") },
    { name: "value_text", type: "text", of: only("string") },
  ];
}

const columns: Columns = {
  readings: [
    ...where<RecordOf["readings"]>(),
    { name: "device", type: "text", of: ({ record }) => record.device },
    { name: "metric", type: "text", of: ({ record }) => record.metric },
    { name: "event_time", type: "time", of: ({ record }) => record.eventTimeUs },
    { name: "event_time_us", type: "int8", of: ({ record }) => record.eventTimeUs },
    {
      name: "raw_event_time_us",
      type: "int8",
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

/** Stores the records of the parts, those of a lane in order. */
export async function insertParts(client: Client, parts: readonly StagedPart[]): Promise<void> {
  await insertLane(client, "readings", parts);
  await insertLane(client, "results", parts);
  await insertLane(client, "alerts", parts);
}

async function insertLane<L extends Lane>(client: Client, lane: L, parts: readonly StagedPart[]): Promise<void> {
  const laneColumns: readonly Column<RecordOf[L]>[] = columns[lane];
  const query = insertOf(lane, laneColumns);
  let rows: Row<RecordOf[L]>[] = [];
  for (const staged of parts) {
    if (staged.block.lane !== lane) continue;
    for (const row of rowsOf(lane, staged)) {
      rows.push(row);
      if (rows.length < rowsMax) continue;
      await client.query(query, parametersOf(laneColumns, rows));
      rows = [];
    }
  }
  if (rows.length > 0) await client.query(query, parametersOf(laneColumns, rows));
}

function* rowsOf<L extends Lane>(lane: L, { origin, block, part }: StagedPart): Generator<Row<RecordOf[L]>> {
  const { records, ingestTimesUs } = recordsOf(lane, block.bytes);
  for (let offset = part.start; offset < part.end; offset++) {
    const index = offset - block.firstOffset;
    const record = records[index];
    const ingestTimeUs = ingestTimesUs[index];
    if (record !== undefined && ingestTimeUs !== undefined) yield { ...origin, offset, ingestTimeUs, record };
  }
}

function insertOf<R>(table: Lane, laneColumns: readonly Column<R>[]): string {
  const names = laneColumns.map(({ name }) => name);
  const parameters = laneColumns.map(({ type }, index) => `$${index + 1}::${type === "time" ? "int8" : type}[]`);
  // Exact: the number of microseconds is below 2^53, and so a double.
  const values = laneColumns.map(({ name, type }) =>
    type === "time" ? `timestamptz 'epoch' + ${name} * interval '1 microsecond'` : name,
  );
  return `INSERT INTO tidegate.${table} (${names.join(", ")})
    SELECT ${values.join(", ")} FROM unnest(${parameters.join(", ")}) AS given (${names.join(", ")})`;
}

function parametersOf<R>(laneColumns: readonly Column<R>[], rows: readonly Row<R>[]): string[] {
  return laneColumns.map(({ type, of }) => {
    const values = rows.map(of);
    if (type === "text" || type === "jsonb") return textArray(values as (string | null)[]);
    return type === "boolean" ? booleanArray(values as (boolean | null)[]) : numberArray(values as (number | null)[]);
  });
}
