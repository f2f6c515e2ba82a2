// One file of records: how they stand in it, and what is found in one that was written before.
//
// A record ends with a newline; in CSV only outside of quotes. What follows the last end is a record that a crash has cut. A record that
// is whole and yet not ours, because a power cut left zeros in it or somebody has edited the file, stays where it is and is counted.

import { type FileHandle, open } from "node:fs/promises";
import { csvHeader, csvLine, ndjsonLine } from "../../codec/record-text.ts";
import type { Lane } from "../../model/lane.ts";
import type { RecordBatch } from "../record-sink.ts";

export type FileFormat = "ndjson" | "csv";

const newline = 0x0a;
const quote = 0x22;
const chunkBytes = 1024 * 1024;
/** The gateway and the offset stand within so many bytes. */
const headBytes = 128;

/** What stands before the first record. */
export function fileHead(format: FileFormat, lane: Lane): string {
  return format === "csv" ? `${csvHeader(lane)}\n` : "";
}

/** Those records of a batch that `isWanted` says, each with its newline. */
export function fileLines(format: FileFormat, { lane, records }: RecordBatch, isWanted: (offset: number) => boolean): string {
  const line = format === "csv" ? csvLine : ndjsonLine;
  return records.flatMap((placed) => (isWanted(placed.offset) ? [`${line(lane, placed)}\n`] : [])).join("");
}

export interface FileContents {
  readonly offsets: readonly number[];
  /** Up to the end of the last record that is whole. */
  readonly wholeBytes: number;
  readonly bytes: number;
  /** Records that are not ours. */
  readonly strangers: number;
}

export async function readContents(path: string, format: FileFormat): Promise<FileContents> {
  const file = await open(path, "r");
  try {
    const scan = new RecordScan(format);
    for await (const chunk of chunksOf(file)) scan.take(chunk);
    return scan.contents;
  } finally {
    await file.close();
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Takes a file in pieces, and sees its records. */
class RecordScan {
  readonly #format: FileFormat;
  readonly #offsets: number[] = [];
  /** Of the record that has not ended yet. */
  #begun: Buffer[] = [];
  #isQuoted = false;
  #bytes = 0;
  #wholeBytes = 0;
  #strangers = 0;

  constructor(format: FileFormat) {
    this.#format = format;
  }

  get contents(): FileContents {
    const [bytes, wholeBytes, strangers] = [this.#bytes, this.#wholeBytes, this.#strangers];
    return { offsets: this.#offsets, bytes, wholeBytes, strangers };
  }

  take(chunk: Buffer): void {
    let start = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      this.#extend(chunk.subarray(start, at + 1));
      if (!this.#isQuoted) this.#end();
      start = at + 1;
    }
    this.#extend(chunk.subarray(start));
  }

  #extend(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#begun.push(piece);
    this.#bytes += piece.length;
    if (this.#format === "csv" && quotesIn(piece) % 2 === 1) this.#isQuoted = !this.#isQuoted;
  }

  #end(): void {
    const record = this.#begun.length === 1 ? (this.#begun[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#begun);
    this.#begun = [];
    const isHead = this.#format === "csv" && this.#wholeBytes === 0;
    this.#wholeBytes = this.#bytes;
    const offset = isHead ? null : offsetIn(record, this.#format);
    if (offset !== null) this.#offsets.push(offset);
    else if (!isHead) this.#strangers += 1;
  }
}

function quotesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(quote); at >= 0; at = bytes.indexOf(quote, at + 1)) count += 1;
  return count;
}

const heads = { ndjson: /^\{"gateway":"[^"]*","offset":(\d+),/, csv: /^[^,]*,(\d+),/ } as const;

/** Null: the record is not ours. A file system that lost the rest of a page has zeros in its place. */
function offsetIn(record: Buffer, format: FileFormat): number | null {
  const digits = heads[format].exec(record.toString("latin1", 0, headBytes))?.[1];
  const isCut = record.includes(0) || (format === "ndjson" && record.at(-2) !== 0x7d);
  return digits === undefined || isCut ? null : Number(digits);
}
