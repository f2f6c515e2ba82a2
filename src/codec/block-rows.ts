import { tidegate } from "#proto";
import { type Alert, type Severity, severities } from "../model/alert.ts";
import type { Value } from "../model/reading.ts";
import type { AggregateValue, WindowResult } from "../model/result.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { BlockWriter } from "./block-bytes.ts";
import { type BlockCommits, openBlock, writeCommits, writeHeader } from "./block-envelope.ts";
import { corrupt } from "./block-error.ts";

const { AlertSeverity, AlertState } = tidegate.v1;
const rowsField = 4;

/** A block of rows in the order of offsets. Results and alerts are few; their names stand in every row. */
export function encodeRows(rows: readonly Uint8Array[], commits: BlockCommits): Uint8Array {
  const writer = new BlockWriter();
  writeHeader(writer, rows.length, commits);
  for (const row of rows) writer.bytes(rowsField, row);
  writeCommits(writer, commits);
  return writer.finish();
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeRows<Row>(bytes: Uint8Array, decode: (row: Uint8Array) => Row): { commits: BlockCommits; rows: Row[] } {
  const { header, commits, fields } = openBlock(bytes);
  const encoded = fields.all(rowsField);
  if (encoded.length !== header.count) throw corrupt(`the block says ${header.count} records and holds ${encoded.length}`);
  return { commits, rows: encoded.map((row) => decodeRow(row, decode)) };
}

function decodeRow<Row>(row: Uint8Array, decode: (row: Uint8Array) => Row): Row {
  try {
    return decode(row);
  } catch (cause) {
    if (cause instanceof TidegateError) throw cause;
    throw corrupt(`a record is not readable: ${messageOf(cause)}`, cause);
  }
}

export function decodeResult(result: tidegate.v1.WindowResult.$Properties): WindowResult {
  return {
    window: result.window ?? "",
    device: result.device ?? "",
    metric: result.metric ?? "",
    unit: result.unit ?? "",
    startUs: result.startUs ?? 0,
    endUs: result.endUs ?? 0,
    revision: result.revision ?? 0,
    causeOffset: result.causeOffset ?? 0,
    count: result.count ?? 0,
    tag: result.tag ?? "",
    aggregates: decodeAggregates(result),
  };
}

/** Aggregates with fields of their own in a row. */
const rowAggregates = ["sum", "mean", "min", "max", "stddev"] as const;

export function resultRow({ aggregates, ...rest }: WindowResult): tidegate.v1.WindowResult.$Properties {
  const row: Record<string, unknown> = rest;
  const others: tidegate.v1.AggregateValue.$Properties[] = [];
  const isWhole = rowAggregates.every((name) => typeof aggregates[name] === "number");
  if (!isWhole) row.partial = true;
  for (const [name, value] of Object.entries(aggregates)) {
    if (typeof value !== "number" || !(rowAggregates as readonly string[]).includes(name)) {
      others.push({ name, ...valueField(value) });
    } else if (!isWhole || !Object.is(value, 0)) row[name] = value;
  }
  return others.length === 0 ? row : { ...row, aggregates: others };
}

function valueField(value: AggregateValue): tidegate.v1.AggregateValue.$Properties {
  if (typeof value === "number") return { number: value };
  return typeof value === "string" ? { text: value } : { boolean: value };
}

function decodeAggregates(result: tidegate.v1.WindowResult.$Properties): Record<string, AggregateValue> {
  const aggregates: Record<string, AggregateValue> = {};
  for (const name of rowAggregates) {
    const value = result[name] ?? (result.partial ? null : 0);
    if (value !== null) aggregates[name] = value;
  }
  for (const { name, number, text, boolean } of result.aggregates ?? []) {
    const value = number ?? text ?? boolean;
    if (name && value !== undefined && value !== null) aggregates[name] = value;
  }
  return aggregates;
}

/** Fields that say what an alert says by default are left out, so that rows are as they were before there were these fields. */
export function alertRow({ value, severity, detail, tag, ...rest }: Alert): tidegate.v1.Alert.$Properties {
  const state = rest.state === "firing" ? AlertState.ALERT_STATE_FIRING : AlertState.ALERT_STATE_RESOLVED;
  const row: tidegate.v1.Alert.$Properties = { ...rest, state, ...alertValueField(value) };
  if (severity !== "warning") row.severity = severityNumbers[severity];
  if (detail !== "") row.detail = detail;
  if (tag !== "") row.tag = tag;
  return row;
}

const severityNumbers = {
  info: AlertSeverity.ALERT_SEVERITY_INFO,
  warning: AlertSeverity.ALERT_SEVERITY_WARNING,
  critical: AlertSeverity.ALERT_SEVERITY_CRITICAL,
};

function alertValueField(value: Value | null): tidegate.v1.Alert.$Properties {
  if (typeof value === "number") return { value };
  if (value === null) return { withoutValue: true };
  return typeof value === "string" ? { text: value } : { boolean: value };
}

export function decodeAlert(alert: tidegate.v1.Alert.$Properties): Alert {
  const { rule, device, metric, tag, state, eventTimeUs, causeOffset, detail } = alert;
  if (state !== AlertState.ALERT_STATE_FIRING && state !== AlertState.ALERT_STATE_RESOLVED) {
    throw corrupt(`alert has the unknown state ${state}`);
  }
  return {
    rule: rule ?? "",
    device: device ?? "",
    metric: metric ?? "",
    tag: tag ?? "",
    state: state === AlertState.ALERT_STATE_FIRING ? "firing" : "resolved",
    severity: severityOf(alert),
    eventTimeUs: eventTimeUs ?? 0,
    value: alert.withoutValue ? null : (alert.text ?? alert.boolean ?? alert.value ?? 0),
    causeOffset: causeOffset ?? 0,
    detail: detail ?? "",
  };
}

function severityOf({ severity }: tidegate.v1.Alert.$Properties): Severity {
  const known = severities.find((name) => severityNumbers[name] === (severity ?? 0));
  if (known === undefined) throw corrupt(`alert has the unknown severity ${severity}`);
  return known;
}
