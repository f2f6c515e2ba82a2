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
import type { Reading } from "../model/reading.ts";
import type { WindowResult } from "../model/result.ts";
import { assert } from "../platform/assert.ts";
import { type BlockHeader, blockFormat, corrupt, decodeBlock, headerOf, ownBytes, wellFormed } from "./block-envelope.ts";
import { alertRow, decodeAlert, decodeResult } from "./block-rows.ts";
import { addQuality, fits, newColumn, type OpenColumn } from "./open-column.ts";

const eventTimeUsMax = 2 ** 53;
/** Series that a builder remembers between blocks, so that devices which come and go do not fill the memory. */
const seriesKeptMax = 65_536;

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

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeReadingBlock(bytes: Uint8Array): ReadingBlock {
  const { message, header } = decodeBlock(tidegate.v1.ReadingBlock, bytes);
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
  const { message, header } = decodeBlock(tidegate.v1.ResultBlock, bytes);
  const results = message.results.map(decodeResult);
  if (results.length !== header.count) throw corrupt(`results block says ${header.count} results and holds ${results.length}`);
  return { ingestTimeUs: header.ingestTimeUs, results };
}

export function encodeAlertBlock(alerts: readonly Alert[], ingestTimeUs: number): Uint8Array {
  assert(alerts.length > 0, "a block holds at least one alert");
  const block = { format: blockFormat, count: alerts.length, ingestTimeUs, alerts: alerts.map(alertRow) };
  return ownBytes(tidegate.v1.AlertBlock.encode(block));
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeAlertBlock(bytes: Uint8Array): { ingestTimeUs: number; alerts: Alert[] } {
  const { message, header } = decodeBlock(tidegate.v1.AlertBlock, bytes);
  const alerts = message.alerts.map(decodeAlert);
  if (alerts.length !== header.count) throw corrupt(`alerts block says ${header.count} alerts and holds ${alerts.length}`);
  return { ingestTimeUs: header.ingestTimeUs, alerts };
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
 * The header of a block of any lane, without decoding the rest; it stands first. Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT.
 */
export function readBlockHeader(bytes: Uint8Array): BlockHeader {
  return headerOf(bytes);
}
