// Blocks: what group commits wrote to one lane, as bytes. The log stores them, the forwarder sends them, the collector stores them
// again; nothing on that way encodes them anew but the merging of small ones (block-merge.ts).
//
// Format 2 is proto/tidegate/v1/block.proto: readings in columns per series, results and alerts row by row, a CRC32C behind all of
// it. Columns are lists over the whole block rather than messages of their own, because most columns that are committed hold one
// or two readings: a column costs about 8 bytes, its names once a block. Event times are delta-of-delta in the largest unit that
// divides them; numbers are scaled integers where a decimal scale is exact for all of a column (decimal-scale.ts). The header (format, count,
// ingest time) is first, so that `readBlockHeader` needs not decode the rest. A column ends, and its series goes on in a new one,
// where the value type, the unit or the tags change, or where two event times lie more than 2^52 us apart.
//
// - The record at position i of a block has the offset `first offset + i`. That never changes, so a merged block says where the
//   readings of its columns stand, and which commits it is made of; decoded, it has the columns that each commit had.
// - Every finite double comes back bit for bit, -0 and subnormals included; so do event times up to 2^53 us either way.
// - A text that is not well-formed UTF-16 is stored with U+FFFD for each lone surrogate: protobuf strings are UTF-8.
// - Decoding takes nothing on trust. Any bytes give either a block whose lists agree, or BLOCK_FORMAT_UNKNOWN (another format, also
//   format 1, which no release wrote) or BLOCK_CORRUPT. A flipped bit anywhere is one of the two, never another block.
// - A block of no records, or of more than 131,072, does not exist: the encoders assert it, the decoders refuse it.
//
// Hot path: ReadingBlockBuilder.add runs once for every reading, up to 250,000 times a second, and most blocks hold few
// readings of many series. Its series are found by two map look-ups, without building a key, and live on between blocks; readings
// go into flat arrays that stay. Bytes of reading blocks are written and read by hand (column-writer.ts, column-reader.ts) instead of
// by the generated code, which can read them all the same: a test does, and test/bench/codec.bench.ts has what it gains.

import { tidegate } from "#proto";
import type { Alert } from "../model/alert.ts";
import type { Lane } from "../model/lane.ts";
import { correctionUsMax, type Reading } from "../model/reading.ts";
import type { WindowResult } from "../model/result.ts";
import { assert } from "../platform/assert.ts";
import { BlockWriter, checkChecksum, checksumFault } from "./block-bytes.ts";
import { type BlockCommits, type BlockHeader, headerOf, openBlock, writeCommits, writeHeader } from "./block-envelope.ts";
import { alertRow, decodeAlert, decodeResult, decodeRows, encodeRows, resultRow } from "./block-rows.ts";
import { eventTimeUsMax, readColumns } from "./column-reader.ts";
import { ColumnWriter } from "./column-writer.ts";
import { contiguousColumns } from "./contiguous-columns.ts";
import { type Name, newName } from "./name-table.ts";
import { type OpenColumn, OpenReadings, type OpenSeries, type SortedReadings } from "./open-readings.ts";

/** Two steps of event times differ by a safe integer then. */
const timeStepUsMax = 2 ** 52;
/** Series, units, and texts of tags that a builder remembers between blocks, so that devices which come and go do not fill the memory. */
const seriesKeptMax = 65_536;

/** Readings of one series, in the order of arrival. */
export interface ReadingColumn {
  readonly device: string;
  readonly metric: string;
  readonly unit: string;
  /** As {@link Reading.tags}. */
  readonly tags: string;
  /** Microseconds since the Unix epoch. */
  readonly eventTimesUs: readonly number[];
  /** As many as event times. */
  readonly values: readonly number[] | readonly string[] | readonly boolean[];
  /** As many as event times, or none: then all are 0. */
  readonly qualities: readonly number[];
  /** As {@link Reading.correctionUs}. As many as event times, or none: then all are 0. */
  readonly correctionsUs: readonly number[];
}

/** Readings in offset order: all of the first column, then all of the second, and so on. No column reaches over two commits. */
export interface ReadingBlock extends BlockHeader {
  /** In offset order; their counts add up to the block's. More than one only in merged blocks. */
  readonly commits: BlockCommits;
  readonly columns: readonly ReadingColumn[];
}

interface DeviceSeries {
  readonly name: Name;
  readonly byMetric: Map<string, OpenSeries>;
}

/** Collects readings into one block after the other. One instance serves a log for its whole life. */
export class ReadingBlockBuilder {
  readonly #readings = new OpenReadings();
  readonly #columnWriter = new ColumnWriter();
  readonly #blockWriter = new BlockWriter();
  readonly #devices = new Map<string, DeviceSeries>();
  readonly #metrics = new Map<string, Name>();
  readonly #units = new Map<string, Name>();
  readonly #tags = new Map<string, Name>();
  readonly #texts = new Map<string, number>();
  #columns: OpenColumn[] = [];
  #seriesKept = 0;

  /** Readings in the block under construction. */
  get count(): number {
    return this.#readings.count;
  }

  add(reading: Reading): void {
    const { eventTimeUs, value } = reading;
    assert(
      Number.isInteger(eventTimeUs) && Math.abs(eventTimeUs) <= eventTimeUsMax,
      "an event time is an integer within 2^53 us",
    );
    assert(typeof value !== "number" || Number.isFinite(value), "the value of a reading is finite");
    assert(Math.abs(reading.correctionUs) <= correctionUsMax, "a correction lies within 2^52 us");
    const series = this.#seriesOf(reading);
    const stepUs = eventTimeUs - series.eventTimeUs;
    let column = series.column;
    if (column === null || !continues(column, reading) || Math.abs(stepUs) > timeStepUsMax) {
      column = this.#openColumn(series, reading);
    }
    series.eventTimeUs = eventTimeUs;
    this.#readings.add(column, reading, typeof value === "string" ? this.#positionOfText(value) : Number(value));
  }

  /** The block of one commit, column by column: that becomes the order of offsets. The builder is empty again. */
  finish(ingestTimeUs: number): Uint8Array {
    return this.#finish([{ count: this.count, ingestTimeUs }], false);
  }

  /** The block of all these commits, whose counts add up to the builder's; the readings keep the order in which they were added. */
  finishMerged(commits: BlockCommits): Uint8Array {
    return this.#finish(commits, true);
  }

  #finish(commits: BlockCommits, keepsOrder: boolean): Uint8Array {
    const writer = this.#blockWriter;
    const sorted = this.#readings.byColumn(this.#columns);
    writeHeader(writer, this.count, commits);
    this.#columnWriter.begin(commits[0].ingestTimeUs);
    this.#eachColumn((column, from) => this.#columnWriter.add(column, sorted, from));
    if (this.#readings.hasQualities) this.#columnWriter.addQualities(sorted, this.count);
    if (this.#readings.hasCorrections) this.#columnWriter.addCorrections(sorted, this.count);
    if (keepsOrder && !this.#isInOrder(sorted)) {
      this.#eachColumn((column, from) => this.#columnWriter.addPositions(column, sorted, from));
    }
    this.#columnWriter.writeTo(writer, this.#texts.keys());
    writeCommits(writer, commits);
    this.#clear();
    return writer.finish();
  }

  #eachColumn(visit: (column: OpenColumn, from: number) => void): void {
    let from = 0;
    for (const column of this.#columns) {
      visit(column, from);
      from += column.count;
    }
  }

  #isInOrder({ positions }: SortedReadings): boolean {
    for (let i = 0; i < this.count; i++) if (positions[i] !== i) return false;
    return true;
  }

  #clear(): void {
    for (const { series } of this.#columns) series.column = null;
    this.#columns = [];
    this.#texts.clear();
    this.#readings.clear();
    if (Math.max(this.#seriesKept, this.#units.size, this.#tags.size) > seriesKeptMax) this.#forgetSeries();
  }

  #seriesOf({ device, metric }: Reading): OpenSeries {
    let deviceSeries = this.#devices.get(device);
    if (deviceSeries === undefined) {
      deviceSeries = { name: newName(device), byMetric: new Map() };
      this.#devices.set(device, deviceSeries);
    }
    let series = deviceSeries.byMetric.get(metric);
    if (series === undefined) {
      series = { device: deviceSeries.name, metric: nameOf(this.#metrics, metric), column: null, eventTimeUs: 0, decimals: 0 };
      deviceSeries.byMetric.set(metric, series);
      this.#seriesKept++;
    }
    return series;
  }

  #openColumn(series: OpenSeries, { unit, tags, value }: Reading): OpenColumn {
    const type = typeof value as OpenColumn["type"];
    const tagsName = tags === "" ? null : nameOf(this.#tags, tags);
    const column = { index: this.#columns.length, series, unit: nameOf(this.#units, unit), tags: tagsName, type, count: 0 };
    series.column = column;
    this.#columns.push(column);
    return column;
  }

  #positionOfText(text: string): number {
    const position = this.#texts.get(text) ?? this.#texts.size;
    if (position === this.#texts.size) this.#texts.set(text, position);
    return position;
  }

  #forgetSeries(): void {
    this.#devices.clear();
    this.#metrics.clear();
    this.#units.clear();
    this.#tags.clear();
    this.#seriesKept = 0;
  }
}

function continues({ unit, tags, type }: OpenColumn, reading: Reading): boolean {
  return unit.text === reading.unit && type === typeof reading.value && (tags === null ? "" : tags.text) === reading.tags;
}

function nameOf(names: Map<string, Name>, text: string): Name {
  let name = names.get(text);
  if (name === undefined) {
    name = newName(text);
    names.set(text, name);
  }
  return name;
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeReadingBlock(bytes: Uint8Array): ReadingBlock {
  const { header, commits, fields } = openBlock(bytes);
  return { ...header, commits, columns: contiguousColumns(readColumns(header, fields), commits) };
}

/** The readings in offset order. */
export function readingsOf(block: ReadingBlock): Reading[] {
  const readings: Reading[] = [];
  for (const { device, metric, unit, tags, eventTimesUs, values, qualities, correctionsUs } of block.columns) {
    for (const [index, eventTimeUs] of eventTimesUs.entries()) {
      const value = values[index];
      assert(value !== undefined, "a column has a value for every event time");
      const quality = qualities[index] ?? 0;
      readings.push({ device, metric, unit, tags, eventTimeUs, value, quality, correctionUs: correctionsUs[index] ?? 0 });
    }
  }
  return readings;
}

/** The ingest time of each record of a block, in offset order: microseconds since the Unix epoch. */
export function ingestTimesOf({ commits }: { readonly commits: BlockCommits }): number[] {
  return commits.flatMap(({ count, ingestTimeUs }) => new Array<number>(count).fill(ingestTimeUs));
}

/** Rows in offset order, and the commits that appended them; more than one only in merged blocks. */
export interface ResultBlock {
  /** Of the first commit. */
  readonly ingestTimeUs: number;
  readonly commits: BlockCommits;
  readonly results: WindowResult[];
}

export interface AlertBlock {
  readonly ingestTimeUs: number;
  readonly commits: BlockCommits;
  readonly alerts: Alert[];
}

/** @param ingestTimeUs or, of a merged block, its commits. */
export function encodeResultBlock(results: readonly WindowResult[], ingestTimeUs: number | BlockCommits): Uint8Array {
  const rows = results.map((result) => tidegate.v1.WindowResult.encode(resultRow(result)).finish());
  return encodeRows(rows, commitsOf(results.length, ingestTimeUs));
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeResultBlock(bytes: Uint8Array): ResultBlock {
  const { commits, rows } = decodeRows(bytes, (row) => decodeResult(tidegate.v1.WindowResult.decode(row)));
  return { ingestTimeUs: commits[0].ingestTimeUs, commits, results: rows };
}

/** @param ingestTimeUs or, of a merged block, its commits. */
export function encodeAlertBlock(alerts: readonly Alert[], ingestTimeUs: number | BlockCommits): Uint8Array {
  const rows = alerts.map((alert) => tidegate.v1.Alert.encode(alertRow(alert)).finish());
  return encodeRows(rows, commitsOf(alerts.length, ingestTimeUs));
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodeAlertBlock(bytes: Uint8Array): AlertBlock {
  const { commits, rows } = decodeRows(bytes, (row) => decodeAlert(tidegate.v1.Alert.decode(row)));
  return { ingestTimeUs: commits[0].ingestTimeUs, commits, alerts: rows };
}

function commitsOf(count: number, ingestTimeUs: number | BlockCommits): BlockCommits {
  return typeof ingestTimeUs === "number" ? [{ count, ingestTimeUs }] : ingestTimeUs;
}

/** Number of records of a block of that lane, after validating all of it. Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function decodedCount(lane: Lane, bytes: Uint8Array): number {
  switch (lane) {
    case "readings": {
      const { header, fields } = openBlock(bytes);
      readColumns(header, fields);
      return header.count;
    }
    case "results":
      return decodeResultBlock(bytes).results.length;
    case "alerts":
      return decodeAlertBlock(bytes).alerts.length;
  }
}

/**
 * The header of a block of any lane, which stands first; the rest, and the checksum, are not looked at. Errors:
 * BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT.
 */
export function readBlockHeader(bytes: Uint8Array): BlockHeader {
  return headerOf(bytes);
}

/** The header, after the checksum over all of the block; its records are not decoded. Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function verifyBlock(bytes: Uint8Array): BlockHeader {
  const header = headerOf(bytes);
  checkChecksum(bytes);
  return header;
}

/** Whether the block ends with its checksum: then it is whole, of whatever format. Later formats keep the checksum at their end. */
export function blockHasChecksum(bytes: Uint8Array): boolean {
  return checksumFault(bytes) === null;
}
