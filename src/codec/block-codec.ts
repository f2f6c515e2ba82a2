// Blocks: what one group commit wrote to one lane, as bytes. The log stores them, the forwarder sends them, the collector
// stores them again; nothing on that way encodes them anew.
//
// Format 1 is proto/tidegate/v1/block.proto: readings in columns per series, results and alerts row by row. The header
// (format, count, ingest time) is always first, so that `readBlockHeader` needs not decode the rest. A column ends, and its
// series goes on in a new one, where the value type or the unit changes, or where two event times lie further apart than a
// safe integer can say. The record at position i of a block has the offset `first offset + i`.
//
// - Every finite double comes back bit for bit, -0 and subnormals included; so do event times up to 2^53 us either way.
// - A text that is not well-formed UTF-16 is stored with U+FFFD for each lone surrogate: protobuf strings are UTF-8.
// - Decoding takes nothing on trust. Any bytes give either a block whose columns and count agree, or BLOCK_FORMAT_UNKNOWN (a
//   later format) or BLOCK_CORRUPT. Damage that still decodes is not seen here: there is no checksum in format 1.
// - A block of no records does not exist: the encoders assert it, the decoders refuse it.
//
// Hot path: ReadingBlockBuilder.add runs once for every reading, up to 250,000 times a second, and most blocks hold few
// readings of many series. Its series are found by two map look-ups, without building a key, and live on between blocks.

import { tidegate } from "#proto";
import type { Alert } from "../model/alert.ts";
import type { Lane } from "../model/lane.ts";
import type { Reading, Value } from "../model/reading.ts";
import type { WindowResult } from "../model/result.ts";
import { assert } from "../platform/assert.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";

const { AlertState } = tidegate.v1;

const blockFormat = 1;
const eventTimeUsMax = 2 ** 53;
/** Series that a builder remembers between blocks, so that devices which come and go do not fill the memory. */
const seriesKeptMax = 65_536;

export interface BlockHeader {
  readonly count: number;
  /** When the gateway appended the records: microseconds since the Unix epoch. */
  readonly ingestTimeUs: number;
}

/** Readings of one series, in the order of arrival. */
export interface ReadingColumn {
  readonly device: string;
  readonly metric: string;
  readonly unit: string;
  /** Microseconds since the Unix epoch. */
  readonly eventTimesUs: readonly number[];
  /** As many as event times. */
  readonly values: readonly number[] | readonly string[] | readonly boolean[];
  /** As many as event times, or none: then all are 0. */
  readonly qualities: readonly number[];
}

/** Readings in offset order: all of the first column, then all of the second, and so on. */
export interface ReadingBlock extends BlockHeader {
  readonly columns: readonly ReadingColumn[];
}

/** A column while it grows, in the shape of the protobuf message; the unused value columns stay null. */
interface OpenColumn {
  readonly device: string;
  readonly metric: string;
  readonly unit: string;
  readonly eventTimeUsDeltas: number[];
  readonly numbers: number[] | null;
  readonly texts: string[] | null;
  readonly booleans: boolean[] | null;
  /** Null while all are 0. */
  qualities: number[] | null;
}

/** What a builder knows of one series: its column in the block under construction, and the last event time in that. */
interface SeriesState {
  column: OpenColumn | null;
  eventTimeUs: number;
}

/** Collects readings into one block after the other. One instance serves a log for its whole life. */
export class ReadingBlockBuilder {
  #count = 0;
  #columns: OpenColumn[] = [];
  #openSeries: SeriesState[] = [];
  #seriesKept = 0;
  readonly #seriesByDevice = new Map<string, Map<string, SeriesState>>();

  /** Readings in the block under construction. */
  get count(): number {
    return this.#count;
  }

  add(reading: Reading): void {
    const { eventTimeUs, value } = reading;
    assert(
      Number.isInteger(eventTimeUs) && Math.abs(eventTimeUs) <= eventTimeUsMax,
      "an event time is an integer within 2^53 us",
    );
    const series = this.#seriesOf(reading);
    let column = series.column;
    let deltaUs = eventTimeUs - series.eventTimeUs;
    if (column === null || column.unit !== reading.unit || !fits(column, value) || !Number.isSafeInteger(deltaUs)) {
      column = this.#openColumn(series, reading);
      deltaUs = eventTimeUs;
    }
    series.eventTimeUs = eventTimeUs;
    column.eventTimeUsDeltas.push(deltaUs);
    if (typeof value === "number") {
      assert(Number.isFinite(value), "the value of a reading is finite");
      column.numbers?.push(value);
    } else if (typeof value === "string") column.texts?.push(wellFormed(value));
    else column.booleans?.push(value);
    if (reading.quality !== 0 || column.qualities !== null) addQuality(column, reading.quality);
    this.#count++;
  }

  /** The block's bytes; the builder is empty again. */
  finish(ingestTimeUs: number): Uint8Array {
    assert(this.#count > 0, "a block holds at least one reading");
    const block = { format: blockFormat, count: this.#count, ingestTimeUs, columns: this.#columns };
    const bytes = ownBytes(tidegate.v1.ReadingBlock.encode(block));
    for (const series of this.#openSeries) series.column = null;
    this.#openSeries.length = 0;
    this.#columns = [];
    this.#count = 0;
    if (this.#seriesKept > seriesKeptMax) this.#forgetSeries();
    return bytes;
  }

  #seriesOf(reading: Reading): SeriesState {
    let byMetric = this.#seriesByDevice.get(reading.device);
    if (byMetric === undefined) {
      byMetric = new Map();
      this.#seriesByDevice.set(reading.device, byMetric);
    }
    let series = byMetric.get(reading.metric);
    if (series === undefined) {
      series = { column: null, eventTimeUs: 0 };
      byMetric.set(reading.metric, series);
      this.#seriesKept++;
    }
    return series;
  }

  #openColumn(series: SeriesState, reading: Reading): OpenColumn {
    const column = newColumn(reading);
    if (series.column === null) this.#openSeries.push(series);
    series.column = column;
    this.#columns.push(column);
    return column;
  }

  #forgetSeries(): void {
    this.#seriesByDevice.clear();
    this.#seriesKept = 0;
  }
}

function newColumn(reading: Reading): OpenColumn {
  const kind = typeof reading.value;
  return {
    device: wellFormed(reading.device),
    metric: wellFormed(reading.metric),
    unit: wellFormed(reading.unit),
    eventTimeUsDeltas: [],
    numbers: kind === "number" ? [] : null,
    texts: kind === "string" ? [] : null,
    booleans: kind === "boolean" ? [] : null,
    qualities: null,
  };
}

function fits(column: OpenColumn, value: Value): boolean {
  if (typeof value === "number") return column.numbers !== null;
  return typeof value === "string" ? column.texts !== null : column.booleans !== null;
}

function addQuality(column: OpenColumn, quality: number): void {
  column.qualities ??= new Array<number>(column.eventTimeUsDeltas.length - 1).fill(0);
  column.qualities.push(quality);
}

/** A copy in memory of its own: `finish` cuts from Node's 8 KiB pool, and a small block that is kept would hold all of that. */
function ownBytes(writer: { finish(shared: boolean): Uint8Array }): Uint8Array {
  return new Uint8Array(writer.finish(true));
}

const loneSurrogate = /\p{Surrogate}/gu;

function wellFormed(text: string): string {
  return text.replace(loneSurrogate, "\ufffd");
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeReadingBlock(bytes: Uint8Array): ReadingBlock {
  const { message, header } = decodeBlock("readings", tidegate.v1.ReadingBlock, bytes);
  const columns = message.columns.map(decodeColumn);
  const count = columns.reduce((sum, column) => sum + column.eventTimesUs.length, 0);
  if (count !== header.count) throw corrupt(`readings block says ${header.count} readings and holds ${count}`);
  return { ...header, columns };
}

function decodeColumn(column: tidegate.v1.SeriesColumn.$Properties): ReadingColumn {
  const { device, metric, unit } = column;
  const eventTimesUs = absoluteTimesUs(column.eventTimeUsDeltas ?? []);
  const valueColumns = [column.numbers ?? [], column.texts ?? [], column.booleans ?? []].filter(({ length }) => length > 0);
  const [values] = valueColumns;
  const qualities = column.qualities ?? [];
  if (values === undefined || valueColumns.length > 1 || values.length !== eventTimesUs.length) {
    throw corrupt(
      `column of ${eventTimesUs.length} event times holds ${valueColumns.map(({ length }) => length).join("+") || 0} values`,
    );
  }
  if (qualities.length !== 0 && qualities.length !== values.length) {
    throw corrupt(`column of ${values.length} values holds ${qualities.length} qualities`);
  }
  if (column.numbers?.some((value) => !Number.isFinite(value))) throw corrupt("column holds a number that is not finite");
  return { device: device ?? "", metric: metric ?? "", unit: unit ?? "", eventTimesUs, values, qualities };
}

function absoluteTimesUs(deltasUs: readonly number[]): number[] {
  let timeUs = 0;
  return deltasUs.map((deltaUs) => {
    timeUs += deltaUs;
    if (Math.abs(timeUs) > eventTimeUsMax) throw corrupt(`event time ${timeUs} us lies beyond 2^53 us`);
    return timeUs;
  });
}

/** The readings in offset order. */
export function readingsOf(block: ReadingBlock): Reading[] {
  return block.columns.flatMap(({ device, metric, unit, eventTimesUs, values, qualities }) =>
    eventTimesUs.map((eventTimeUs, index) => {
      const value = values[index];
      assert(value !== undefined, "a column has a value for every event time");
      return { device, metric, unit, eventTimeUs, value, quality: qualities[index] ?? 0 };
    }),
  );
}

export function encodeResultBlock(results: readonly WindowResult[], ingestTimeUs: number): Uint8Array {
  assert(results.length > 0, "a block holds at least one result");
  const block = { format: blockFormat, count: results.length, ingestTimeUs, results: [...results] };
  return ownBytes(tidegate.v1.ResultBlock.encode(block));
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeResultBlock(bytes: Uint8Array): { ingestTimeUs: number; results: WindowResult[] } {
  const { message, header } = decodeBlock("results", tidegate.v1.ResultBlock, bytes);
  const results = message.results.map(decodeResult);
  if (results.length !== header.count) throw corrupt(`results block says ${header.count} results and holds ${results.length}`);
  return { ingestTimeUs: header.ingestTimeUs, results };
}

function decodeResult(result: tidegate.v1.WindowResult.$Properties): WindowResult {
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

export function encodeAlertBlock(alerts: readonly Alert[], ingestTimeUs: number): Uint8Array {
  assert(alerts.length > 0, "a block holds at least one alert");
  const rows = alerts.map((alert) => ({
    ...alert,
    state: alert.state === "firing" ? AlertState.ALERT_STATE_FIRING : AlertState.ALERT_STATE_RESOLVED,
  }));
  return ownBytes(tidegate.v1.AlertBlock.encode({ format: blockFormat, count: rows.length, ingestTimeUs, alerts: rows }));
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeAlertBlock(bytes: Uint8Array): { ingestTimeUs: number; alerts: Alert[] } {
  const { message, header } = decodeBlock("alerts", tidegate.v1.AlertBlock, bytes);
  const alerts = message.alerts.map(decodeAlert);
  if (alerts.length !== header.count) throw corrupt(`alerts block says ${header.count} alerts and holds ${alerts.length}`);
  return { ingestTimeUs: header.ingestTimeUs, alerts };
}

function decodeAlert(alert: tidegate.v1.Alert.$Properties): Alert {
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

/** Number of records of a block of that lane, after validating all of it. Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodedCount(lane: Lane, bytes: Uint8Array): number {
  switch (lane) {
    case "readings":
      return decodeReadingBlock(bytes).count;
    case "results":
      return decodeResultBlock(bytes).results.length;
    case "alerts":
      return decodeAlertBlock(bytes).alerts.length;
  }
}

/**
 * The header of a block of any lane, without decoding the rest; format and count are its first two fields.
 * Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT.
 */
export function readBlockHeader(bytes: Uint8Array): BlockHeader {
  const fields = [0, 0, 0];
  let position = 0;
  for (const [index, tag] of [0x08, 0x10, 0x18].entries()) {
    if (bytes[position] !== tag) continue;
    let scale = 1;
    let byte = 0x80;
    while (byte >= 0x80 && scale <= 2 ** 49) {
      byte = bytes[++position] ?? 0;
      fields[index] = (fields[index] ?? 0) + (byte & 0x7f) * scale;
      scale *= 128;
    }
    position++;
  }
  const [format = 0, count = 0, ingestTimeUs = 0] = fields;
  return checkedHeader("any", bytes, { format, count, ingestTimeUs });
}

interface BlockMessage {
  readonly format: number;
  readonly count: number;
  readonly ingestTimeUs: number;
}

interface Decoded<Message> {
  readonly message: Message;
  readonly header: BlockHeader;
}

function decodeBlock<Message extends BlockMessage>(
  lane: Lane,
  type: { decode(bytes: Uint8Array): Message },
  bytes: Uint8Array,
): Decoded<Message> {
  let message: Message;
  try {
    message = type.decode(bytes);
  } catch (cause) {
    throw corrupt(`${lane} block of ${bytes.length} bytes is not readable: ${messageOf(cause)}`, cause);
  }
  return { message, header: checkedHeader(lane, bytes, message) };
}

function checkedHeader(lane: Lane | "any", bytes: Uint8Array, { format, count, ingestTimeUs }: BlockMessage): BlockHeader {
  if (format > blockFormat) throw unknownFormat(format);
  if (format !== blockFormat || count === 0 || !Number.isSafeInteger(ingestTimeUs)) {
    throw corrupt(`${lane} block of ${bytes.length} bytes has no valid header`);
  }
  return { count, ingestTimeUs };
}

function unknownFormat(format: number): TidegateError {
  return new TidegateError(
    "BLOCK_FORMAT_UNKNOWN",
    `decode block: format ${format} is newer than ${blockFormat}; read it with a later version`,
  );
}

function corrupt(what: string, cause?: unknown): TidegateError {
  return new TidegateError("BLOCK_CORRUPT", `decode block: ${what}; the data was damaged at rest or on the way`, { cause });
}
