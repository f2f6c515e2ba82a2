// From the payload of an MQTT message to readings. Pure; hot path: runs once a message, so that the plain cases do no more than
// one pass and the sink is an object that the caller reuses. A decoder never throws: what it cannot read it rejects with a reason.

import { type Buffer, isUtf8 } from "node:buffer";
import { tidegate } from "#proto";
import { textLengthMax, type Value } from "../model/reading.ts";
import { isoTimeUs } from "../model/time.ts";
import { messageOf } from "../platform/errors.ts";
import type { RejectReason } from "./reject.ts";

const { ReadingBatch } = tidegate.v1;
type SeriesReadings = tidegate.v1.SeriesReadings.$Properties;

/** Receives what a decoder finds, in the order of the payload. */
export interface DecodeSink {
  /** `eventTimeUs` is undefined where the payload has none. */
  reading(metric: string, unit: string, eventTimeUs: number | undefined, value: Value): void;
  /** `detail` says what was found where. */
  reject(reason: RejectReason, detail: string): void;
}

export interface DecodeOptions {
  /** The metric that the topic names; "" where the payload names its metrics. */
  readonly metric: string;
  /** Microseconds in one unit of a numeric `ts`. */
  readonly timeUnitUs: number;
}

export type PayloadDecoder = (payload: Buffer, options: DecodeOptions, sink: DecodeSink) => void;

export const payloadDecoders = {
  value: decodeValue,
  object: decodeObject,
  batch: decodeBatch,
} as const satisfies Record<string, PayloadDecoder>;

export const timeUnitsUs = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 } as const;

// No two parts of it can match the same digits, so that a long text costs one pass.
const plainNumber = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** A plain number, or JSON `{"v": …, "ts": …}`. */
function decodeValue(payload: Buffer, options: DecodeOptions, sink: DecodeSink): void {
  const text = textOf(payload, sink);
  if (text === undefined) return;
  if (plainNumber.test(text)) {
    emit(options.metric, undefined, Number(text), sink);
    return;
  }
  const parsed = jsonOf(text, sink);
  if (parsed === undefined) return;
  if (!isRecord(parsed)) {
    emit(options.metric, undefined, parsed, sink);
    return;
  }
  if (parsed.v === undefined) {
    sink.reject("value_missing", `keys: ${keysOf(parsed)}`);
    return;
  }
  const eventTimeUs = eventTimeOf(parsed.ts, options.timeUnitUs, sink);
  if (eventTimeUs !== null) emit(options.metric, eventTimeUs, parsed.v, sink);
}

/** A JSON object of metrics; the key `ts`, if there is one, is the event time of all of them. */
function decodeObject(payload: Buffer, options: DecodeOptions, sink: DecodeSink): void {
  const text = textOf(payload, sink);
  if (text === undefined) return;
  const parsed = jsonOf(text, sink);
  if (parsed === undefined) return;
  if (!isRecord(parsed)) {
    sink.reject("payload_not_object", `found ${kindOf(parsed)}`);
    return;
  }
  const eventTimeUs = eventTimeOf(parsed.ts, options.timeUnitUs, sink);
  if (eventTimeUs === null) return;
  let found = false;
  for (const metric of Object.keys(parsed)) {
    if (metric === "ts") continue;
    found = true;
    emit(metric, eventTimeUs, parsed[metric], sink);
  }
  if (!found) sink.reject("readings_none", "the object has no metrics");
}

/** A protobuf ReadingBatch (proto/tidegate/v1/reading.proto). */
function decodeBatch(payload: Buffer, _options: DecodeOptions, sink: DecodeSink): void {
  if (payload.length === 0) {
    sink.reject("payload_empty", "0 bytes");
    return;
  }
  let series: readonly SeriesReadings[];
  try {
    series = ReadingBatch.decode(payload).series;
  } catch (error) {
    sink.reject("payload_not_batch", messageOf(error));
    return;
  }
  if (series.length === 0) {
    sink.reject("readings_none", "the batch has no series");
    return;
  }
  for (const one of series) decodeSeries(one, sink);
}

function decodeSeries(series: SeriesReadings, sink: DecodeSink): void {
  const metric = series.metric ?? "";
  const times = series.eventTimeUsDeltas ?? [];
  const filled = [series.numbers, series.texts, series.booleans].filter((column) => column != null && column.length > 0);
  const values: readonly Value[] | null | undefined = filled[0];
  if (filled.length !== 1 || values == null || (times.length > 0 && times.length !== values.length)) {
    const lengths = `${series.numbers?.length ?? 0} numbers, ${series.texts?.length ?? 0} texts, ${series.booleans?.length ?? 0} booleans`;
    sink.reject("batch_columns", `series ${quoted(metric)} has ${times.length} event times, ${lengths}`);
    return;
  }
  let eventTimeUs = 0;
  for (let index = 0; index < values.length; index++) {
    eventTimeUs += times[index] ?? 0;
    emit(metric, times.length === 0 ? undefined : eventTimeUs, values[index], sink, series.unit ?? "");
  }
}

function emit(metric: string, eventTimeUs: number | undefined, value: unknown, sink: DecodeSink, unit = ""): void {
  if (typeof value === "number") {
    if (Number.isFinite(value)) sink.reading(metric, unit, eventTimeUs, value);
    else sink.reject("value_not_finite", `metric ${quoted(metric)} is ${value}`);
  } else if (typeof value === "boolean") {
    sink.reading(metric, unit, eventTimeUs, value);
  } else if (typeof value === "string") {
    if (value.length <= textLengthMax) sink.reading(metric, unit, eventTimeUs, value);
    else sink.reject("text_too_long", `metric ${quoted(metric)} has ${value.length} characters`);
  } else {
    sink.reject("value_type", `metric ${quoted(metric)} is ${kindOf(value)}`);
  }
}

/** Microseconds; undefined if there is no event time, null if it was rejected. */
function eventTimeOf(ts: unknown, unitUs: number, sink: DecodeSink): number | undefined | null {
  if (ts === undefined || ts === null) return undefined;
  const timeUs = typeof ts === "number" ? Math.round(ts * unitUs) : typeof ts === "string" ? isoTimeUs(ts) : undefined;
  if (timeUs !== undefined && Number.isSafeInteger(timeUs)) return timeUs;
  sink.reject("time_invalid", `ts is ${typeof ts === "string" || typeof ts === "number" ? quoted(String(ts)) : kindOf(ts)}`);
  return null;
}

function textOf(payload: Buffer, sink: DecodeSink): string | undefined {
  if (payload.length === 0) sink.reject("payload_empty", "0 bytes");
  else if (!isUtf8(payload)) sink.reject("payload_not_utf8", `${payload.length} bytes`);
  else return payload.toString("utf8");
  return undefined;
}

function jsonOf(text: string, sink: DecodeSink): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/^\s*[+-]?(?:nan|inf(?:inity)?)\s*$/i.test(text))
      sink.reject("value_not_finite", `the value is ${quoted(text.trim())}`);
    else sink.reject("payload_not_json", messageOf(error));
    return undefined;
  }
}

/** For a detail: what a device sent, cut and escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 97)}...`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keysOf(value: Record<string, unknown>): string {
  return Object.keys(value).slice(0, 10).map(quoted).join(", ").slice(0, 200) || "none";
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
