import type { Lane } from "../../src/model/lane.ts";

type Row = Record<string, unknown>;
type Query = (text: string) => Promise<Row[]>;

/** Of a timestamptz, exactly. */
const microseconds = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::int8 AS ${column}`;

/** The rows of a postgres sink, with the fields that NDJSON has. */
export async function sinkRows(query: Query): Promise<{ lane: Lane; fields: Row }[]> {
  const readings = await query(
    `SELECT *, ${microseconds("event_time")}, ${microseconds("ingest_time")} FROM tidegate_sink.readings ORDER BY log_offset`,
  );
  const results = await query(
    `SELECT *, ${microseconds("start_time")}, ${microseconds("end_time")} FROM tidegate_sink.results ORDER BY log_offset`,
  );
  const alerts = await query(`SELECT *, ${microseconds("event_time")} FROM tidegate_sink.alerts ORDER BY log_offset`);
  return [
    ...readings.map((row) => ({ lane: "readings" as const, fields: readingOf(row) })),
    ...results.map((row) => ({ lane: "results" as const, fields: resultOf(row) })),
    ...alerts.map((row) => ({ lane: "alerts" as const, fields: alertOf(row) })),
  ];
}

function readingOf(row: Row): Row {
  if (row.event_time !== row.event_time_us) throw new Error(`${row.event_time} is not ${row.event_time_us}`);
  const { unit, tags, raw_event_time_us: rawEventTimeUs } = row;
  return {
    ...placeOf(row),
    eventTimeUs: Number(row.event_time_us),
    ingestTimeUs: Number(row.ingest_time),
    value: valueIn(row),
    quality: Number(row.quality),
    ...(unit === "" ? {} : { unit }),
    ...(rawEventTimeUs === null ? {} : { rawEventTimeUs: Number(rawEventTimeUs) }),
    ...(JSON.stringify(tags) === "{}" ? {} : { tags }),
  };
}

function resultOf(row: Row): Row {
  return {
    ...placeOf(row),
    window: row.window_name,
    unit: row.unit,
    startUs: Number(row.start_time),
    endUs: Number(row.end_time),
    revision: Number(row.revision),
    causeOffset: Number(row.cause_offset),
    count: Number(row.reading_count),
    ...(row.tag === "" ? {} : { tag: row.tag }),
    ...(row.aggregates as Row),
  };
}

function alertOf(row: Row): Row {
  const { rule, state, severity, detail, tag } = row;
  const times = { eventTimeUs: Number(row.event_time), causeOffset: Number(row.cause_offset) };
  return { ...placeOf(row), rule, state, severity, detail, tag, value: valueIn(row), ...times };
}

function placeOf({ gateway_id: gateway, log_offset: offset, device, metric }: Row): Row {
  return { gateway, offset: Number(offset), device, metric };
}

function valueIn({ value_number, value_boolean, value_text }: Row): unknown {
  return value_number ?? value_boolean ?? value_text;
}
