// The counterpart of column-writer.ts. It takes nothing on trust: behind a right checksum may stand what a broken or hostile writer
// made, and then every list must still agree with every other.
//
// Hot path: the window processor, a collector and every start after a crash read all readings through here.

import { correctionUsMax } from "../model/reading.ts";
import type { BlockFields } from "./block-bytes.ts";
import type { BlockHeader } from "./block-envelope.ts";
import { corrupt } from "./block-error.ts";
import { farTimes, kindOf } from "./column-writer.ts";
import { powerOfTen } from "./decimal-scale.ts";
import type { SignedListReader } from "./signed-list.ts";
import { timeUnitsUs } from "./time-units.ts";

export const eventTimeUsMax = 2 ** 53;
const qualityMax = 2 ** 32 - 1;

/** A column as the block has it. */
export interface StoredColumn {
  readonly device: string;
  readonly metric: string;
  readonly unit: string;
  readonly tags: string;
  readonly eventTimesUs: readonly number[];
  readonly values: readonly number[] | readonly string[] | readonly boolean[];
  /** None if all are 0. */
  readonly qualities: readonly number[];
  /** None if all are 0. */
  readonly correctionsUs: readonly number[];
}

export interface ReadColumns {
  readonly columns: StoredColumn[];
  /** Where the readings of each column stand in the block, ascending; null: they follow those of the column before. */
  readonly positions: readonly (readonly number[])[] | null;
}

/** Errors: BLOCK_CORRUPT. */
export function readColumns({ count, ingestTimeUs }: BlockHeader, fields: BlockFields): ReadColumns {
  const reader = new ColumnReader(fields, ingestTimeUs);
  const columns: StoredColumn[] = [];
  for (let left = count; left > 0; ) {
    const column = reader.next(left);
    columns.push(column);
    left -= column.eventTimesUs.length;
  }
  reader.end();
  return { columns, positions: readPositions(columns, count, fields) };
}

class ColumnReader {
  readonly #devices: readonly string[];
  readonly #metrics: readonly string[];
  readonly #units: readonly string[];
  readonly #tags: readonly string[];
  readonly #texts: readonly string[];
  readonly #columnDevices: SignedListReader;
  readonly #columnMetrics: SignedListReader;
  readonly #columnUnits: SignedListReader;
  readonly #columnTags: SignedListReader;
  readonly #counts: SignedListReader;
  readonly #timeUnits: SignedListReader;
  readonly #kinds: SignedListReader;
  readonly #firstTimes: SignedListReader;
  readonly #timeSteps: SignedListReader;
  readonly #values: SignedListReader;
  readonly #doubles: DataView | null;
  readonly #qualities: SignedListReader | null;
  readonly #corrections: SignedListReader | null;
  #doublesAt = 0;
  #firstTimeBeforeUs: number;

  constructor(fields: BlockFields, ingestTimeUs: number) {
    this.#devices = fields.texts(4);
    this.#metrics = fields.texts(5);
    this.#units = fields.texts(6);
    this.#texts = fields.texts(7);
    this.#columnDevices = fields.list(8);
    this.#columnMetrics = fields.list(9);
    this.#columnUnits = fields.list(10);
    this.#counts = fields.list(11);
    this.#timeUnits = fields.list(12);
    this.#kinds = fields.list(13);
    this.#firstTimes = fields.list(14);
    this.#timeSteps = fields.list(15);
    this.#values = fields.list(16);
    this.#doubles = fields.doubles(17);
    this.#tags = ["", ...fields.texts(21)];
    this.#columnTags = fields.list(22);
    const qualities = fields.list(18);
    this.#qualities = qualities.isEmpty ? null : qualities;
    const corrections = fields.list(23);
    this.#corrections = corrections.isEmpty ? null : corrections;
    this.#firstTimeBeforeUs = ingestTimeUs;
  }

  next(left: number): StoredColumn {
    const count = this.#counts.nextSum() + 1;
    if (count < 1 || count > left) throw corrupt(`a column holds ${count} readings of ${left}`);
    return {
      device: entryOf(this.#devices, this.#columnDevices.nextSum()),
      metric: entryOf(this.#metrics, this.#columnMetrics.nextSum()),
      unit: entryOf(this.#units, this.#columnUnits.nextSum()),
      tags: entryOf(this.#tags, this.#columnTags.nextSum()),
      eventTimesUs: this.#readTimes(count),
      values: this.#readValues(count),
      qualities: this.#qualities === null ? [] : readQualities(this.#qualities, count),
      correctionsUs: this.#corrections === null ? [] : readCorrections(this.#corrections, count),
    };
  }

  end(): void {
    for (const list of [this.#columnDevices, this.#columnMetrics, this.#columnUnits, this.#columnTags]) list.end();
    for (const list of [this.#counts, this.#timeUnits, this.#kinds, this.#firstTimes, this.#timeSteps]) list.end();
    for (const list of [this.#values, this.#qualities, this.#corrections]) list?.end();
    if (this.#doublesAt !== (this.#doubles?.byteLength ?? 0)) throw corrupt("it holds more doubles than its columns");
  }

  #readTimes(count: number): number[] {
    const code = this.#timeUnits.nextSum();
    const unitUs = code === farTimes ? 1 : timeUnitsUs[code];
    if (unitUs === undefined) throw corrupt(`a column has the unknown unit of time ${code}`);
    let time = this.#firstTimes.next() + (code === farTimes ? 0 : Math.floor(this.#firstTimeBeforeUs / unitUs));
    const timesUs = new Array<number>(count);
    const steps = this.#timeSteps;
    for (let i = 0; ; ) {
      const timeUs = time * unitUs;
      if (timeUs > eventTimeUsMax || timeUs < -eventTimeUsMax) throw corrupt(`event time ${timeUs} us lies beyond 2^53 us`);
      timesUs[i] = timeUs;
      if (++i === count) break;
      time += steps.nextSum();
    }
    this.#firstTimeBeforeUs = timesUs[0] as number;
    return timesUs;
  }

  #readValues(count: number): number[] | string[] | boolean[] {
    const kind = this.#kinds.nextSum();
    if (kind === kindOf.doubles) return this.#readDoubles(count);
    const list = this.#values;
    list.restart();
    if (kind === kindOf.booleans) return readEntries(list, booleans, count);
    if (kind === kindOf.texts) return readEntries(list, this.#texts, count);
    if (kind < 0 || kind > kindOf.texts) throw corrupt(`a column has values of the unknown kind ${kind}`);
    const power = powerOfTen(kind);
    const values = new Array<number>(count);
    for (let i = 0; i < count; i++) values[i] = list.nextSum() / power;
    return values;
  }

  #readDoubles(count: number): number[] {
    if (this.#doublesAt + count * 8 > (this.#doubles?.byteLength ?? 0))
      throw corrupt("it holds fewer doubles than its columns");
    const values = new Array<number>(count);
    for (let i = 0; i < count; i++) {
      const value = this.#doubles?.getFloat64(this.#doublesAt, true) as number;
      if (!Number.isFinite(value)) throw corrupt("a column holds a number that is not finite");
      values[i] = value;
      this.#doublesAt += 8;
    }
    return values;
  }
}

const booleans = [false, true] as const;

function entryOf<Entry>(table: readonly Entry[], position: number): Entry {
  const entry = table[position];
  if (entry === undefined) throw corrupt(`a column names entry ${position} of a table of ${table.length}`);
  return entry;
}

function readEntries<Entry>(list: SignedListReader, table: readonly Entry[], count: number): Entry[] {
  const entries = new Array<Entry>(count);
  for (let i = 0; i < count; i++) entries[i] = entryOf(table, list.nextSum());
  return entries;
}

function readQualities(list: SignedListReader, count: number): number[] {
  const qualities = new Array<number>(count);
  let allFlags = 0;
  for (let i = 0; i < count; i++) {
    const flags = list.nextSum();
    if (flags < 0 || flags > qualityMax) throw corrupt(`quality flags ${flags} have more than 32 bits`);
    qualities[i] = flags;
    allFlags |= flags;
  }
  return allFlags === 0 ? [] : qualities;
}

function readCorrections(list: SignedListReader, count: number): number[] {
  const correctionsUs = new Array<number>(count);
  let isAny = false;
  for (let i = 0; i < count; i++) {
    const correctionUs = list.nextSum();
    if (Math.abs(correctionUs) > correctionUsMax) throw corrupt(`a correction of ${correctionUs} us lies beyond 2^52 us`);
    correctionsUs[i] = correctionUs;
    isAny ||= correctionUs !== 0;
  }
  return isAny ? correctionsUs : [];
}

function readPositions(columns: readonly StoredColumn[], count: number, fields: BlockFields): number[][] | null {
  const first = fields.list(19);
  if (first.isEmpty) return null;
  const steps = fields.list(20);
  const seen = new Uint8Array(count);
  const positions = columns.map(({ eventTimesUs }) => {
    let position = first.nextSum();
    return eventTimesUs.map((_, i) => {
      const step = i === 0 ? 1 : steps.nextSum();
      if (i > 0) position += step;
      // As many positions as readings, none twice, all within the block: then each has one reading.
      if (step < 1 || seen[position] !== 0)
        throw corrupt(`position ${position} is not in order, or not in a block of ${count}`);
      seen[position] = 1;
      return position;
    });
  });
  first.end();
  steps.end();
  return positions;
}
