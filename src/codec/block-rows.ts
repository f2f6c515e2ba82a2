import { tidegate } from "#proto";
import type { Alert } from "../model/alert.ts";
import type { WindowResult } from "../model/result.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { BlockWriter } from "./block-bytes.ts";
import { type BlockCommits, openBlock, writeCommits, writeHeader } from "./block-envelope.ts";
import { corrupt } from "./block-error.ts";

const { AlertState } = tidegate.v1;
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
    sum: result.sum ?? 0,
    mean: result.mean ?? 0,
    min: result.min ?? 0,
    max: result.max ?? 0,
    stddev: result.stddev ?? 0,
  };
}

export function alertRow(alert: Alert): tidegate.v1.Alert.$Properties {
  const state = alert.state === "firing" ? AlertState.ALERT_STATE_FIRING : AlertState.ALERT_STATE_RESOLVED;
  return { ...alert, state };
}

export function decodeAlert(alert: tidegate.v1.Alert.$Properties): Alert {
  const { rule, device, metric, state, eventTimeUs, value, causeOffset } = alert;
  if (state !== AlertState.ALERT_STATE_FIRING && state !== AlertState.ALERT_STATE_RESOLVED) {
    throw corrupt(`alert has the unknown state ${state}`);
  }
  return {
    rule: rule ?? "",
    device: device ?? "",
    metric: metric ?? "",
    state: state === AlertState.ALERT_STATE_FIRING ? "firing" : "resolved",
    eventTimeUs: eventTimeUs ?? 0,
    value: value ?? 0,
    causeOffset: causeOffset ?? 0,
  };
}
