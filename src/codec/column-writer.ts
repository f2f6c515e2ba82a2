// Columns of readings as the names and lists of a ReadingBlock (proto/tidegate/v1/block.proto, fields 4 to 23).
//
// Hot path: `add` runs once for every column, and most columns of a busy gateway hold one or two readings; so all lists are written
// as they grow, in memory that stays, and nothing is allocated for a column.

import type { BlockWriter } from "./block-bytes.ts";
import { noDecimals, scaleDecimals } from "./decimal-scale.ts";
import { NameTable } from "./name-table.ts";
import type { OpenColumn, SortedReadings } from "./open-readings.ts";
import { SignedListWriter } from "./signed-list.ts";
import { timeUnitOf, timeUnitsUs } from "./time-units.ts";

/** What `column_kinds` says of columns that are no scaled numbers. */
export const kindOf = { doubles: noDecimals, booleans: 11, texts: 12 } as const;
/** What `column_time_units` says of a first event time that a difference cannot reach. */
export const farTimes = 3;

export class ColumnWriter {
  readonly #deviceNames = new NameTable();
  readonly #metricNames = new NameTable();
  readonly #unitNames = new NameTable();
  readonly #tagTexts = new NameTable();
  readonly #devices = new SignedListWriter();
  readonly #metrics = new SignedListWriter();
  readonly #units = new SignedListWriter();
  readonly #tags = new SignedListWriter();
  readonly #counts = new SignedListWriter();
  readonly #timeUnits = new SignedListWriter();
  readonly #kinds = new SignedListWriter();
  readonly #firstTimes = new SignedListWriter();
  readonly #timeSteps = new SignedListWriter();
  readonly #values = new SignedListWriter();
  readonly #qualities = new SignedListWriter();
  readonly #corrections = new SignedListWriter();
  readonly #firstPositions = new SignedListWriter();
  readonly #positionSteps = new SignedListWriter();
  #doubles: number[] = [];
  #scaled = new Float64Array(256);
  #firstTimeBeforeUs = 0;

  begin(ingestTimeUs: number): void {
    this.#firstTimeBeforeUs = ingestTimeUs;
  }

  /** The column's readings begin at `from`. */
  add(column: OpenColumn, { timesUs, values }: SortedReadings, from: number): void {
    const { series, unit, tags, type, count } = column;
    this.#devices.pushDifference(this.#deviceNames.positionOf(series.device));
    this.#metrics.pushDifference(this.#metricNames.positionOf(series.metric));
    this.#units.pushDifference(this.#unitNames.positionOf(unit));
    this.#tags.pushDifference(tags === null ? 0 : this.#tagTexts.positionOf(tags) + 1);
    this.#counts.pushDifference(count - 1);
    this.#addTimes(timesUs, from, from + count);
    if (type === "number") {
      series.decimals = this.#addNumbers(values, { from, to: from + count, guess: series.decimals });
      return;
    }
    this.#kinds.pushDifference(type === "boolean" ? kindOf.booleans : kindOf.texts);
    this.#values.restart();
    for (let i = from; i < from + count; i++) this.#values.pushDifference(values[i] as number);
  }

  /** The first `count`, over all columns. */
  addQualities({ qualities }: SortedReadings, count: number): void {
    for (let i = 0; i < count; i++) this.#qualities.pushDifference(qualities[i] as number);
  }

  /** The first `count`, over all columns. */
  addCorrections({ correctionsUs }: SortedReadings, count: number): void {
    for (let i = 0; i < count; i++) this.#corrections.pushDifference(correctionsUs[i] as number);
  }

  /** The column's readings begin at `from`. */
  addPositions({ count }: OpenColumn, { positions }: SortedReadings, from: number): void {
    this.#firstPositions.pushDifference(positions[from] as number);
    for (let i = from + 1; i < from + count; i++) {
      this.#positionSteps.pushDifference((positions[i] as number) - (positions[i - 1] as number));
    }
  }

  /** Writes all fields; empty again. */
  writeTo(writer: BlockWriter, texts: Iterable<string>): void {
    this.#deviceNames.writeTo(writer, 4);
    this.#metricNames.writeTo(writer, 5);
    this.#unitNames.writeTo(writer, 6);
    for (const text of texts) writer.bytes(7, Buffer.from(text, "utf8"));
    writer.list(8, this.#devices);
    writer.list(9, this.#metrics);
    writer.list(10, this.#units);
    writer.list(11, this.#counts);
    writer.list(12, this.#timeUnits);
    writer.list(13, this.#kinds);
    writer.list(14, this.#firstTimes);
    writer.list(15, this.#timeSteps);
    writer.list(16, this.#values);
    writer.doubles(17, this.#doubles);
    writer.list(18, this.#qualities);
    writer.list(19, this.#firstPositions);
    writer.list(20, this.#positionSteps);
    this.#tagTexts.writeTo(writer, 21);
    writer.list(22, this.#tags);
    writer.list(23, this.#corrections);
    this.#doubles = [];
  }

  #addTimes(timesUs: Float64Array, from: number, to: number): void {
    const unit = timeUnitOf(timesUs, from, to);
    const unitUs = timeUnitsUs[unit] as number;
    const firstUs = timesUs[from] as number;
    let time = firstUs / unitUs;
    const sinceBefore = time - Math.floor(this.#firstTimeBeforeUs / unitUs);
    const isFar = !Number.isSafeInteger(sinceBefore);
    this.#timeUnits.pushDifference(isFar ? farTimes : unit);
    this.#firstTimes.push(isFar ? firstUs : sinceBefore);
    this.#firstTimeBeforeUs = firstUs;
    for (let i = from + 1; i < to; i++) {
      const next = (timesUs[i] as number) / unitUs;
      this.#timeSteps.pushDifference(next - time);
      time = next;
    }
  }

  /** @returns the decimals. */
  #addNumbers(values: Float64Array, { from, to, guess }: { from: number; to: number; guess: number }): number {
    if (this.#scaled.length < to - from) this.#scaled = new Float64Array(2 * (to - from));
    const scaled = this.#scaled;
    const decimals = scaleDecimals({ values, from, to, guess }, scaled);
    this.#kinds.pushDifference(decimals);
    if (decimals === noDecimals) {
      for (let i = from; i < to; i++) this.#doubles.push(values[i] as number);
      return decimals;
    }
    this.#values.restart();
    for (let i = 0; i < to - from; i++) this.#values.pushDifference(scaled[i] as number);
    return decimals;
  }
}
