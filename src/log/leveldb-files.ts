// Checks the files of a LevelDB database against the checksums that LevelDB keeps in them, without opening the database: an
// open one would repair, compact and delete. LevelDB itself verifies only what it happens to read, and drops a damaged piece of
// its write-ahead log without a word.
//
// Formats: https://github.com/google/leveldb/blob/main/doc/log_format.md and table_format.md.
//   *.log, MANIFEST-*   32 KiB blocks of records: checksum (4), length (2), type (1), payload; zeros where no header fits
//   *.ldb               blocks, each followed by type (1) and checksum (4); a footer of 48 bytes names the index block, which
//                       names the data blocks, and the metaindex block, which names the filter block
//   CURRENT             the name of the MANIFEST
// Checksums are CRC32C, masked by a rotation and a constant.
//
// A record that the end of a file cuts off is what a power cut leaves of a write that nobody waited for: a note, not a fault. The
// memory needed is one file (LevelDB's tables have 2 MiB, its write-ahead log little more than its write buffer).
//
// It does not repair, and it does not look into the payloads: inspect.ts does that.

import type { Buffer } from "node:buffer";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32c } from "../codec/crc32c.ts";

export interface FileFinding {
  readonly file: string;
  /** Byte in the file. */
  readonly position: number;
  /** A fault is damage; a note is what a power cut may leave. */
  readonly kind: "fault" | "note";
  readonly problem: string;
}

const logBlockBytes = 32_768;
const logHeaderBytes = 7;
const footerBytes = 48;
const blockTrailerBytes = 5;
const tableMagic = 0xdb47_7524_8b80_fb57n;
const uncompressed = 0;

/** Findings of every file, file by file. `onFile` is told how many bytes were checked. */
export async function* databaseFileFindings(directory: string, onFile: (bytes: number) => void): AsyncGenerator<FileFinding> {
  const names = (await readdir(directory)).sort();
  for (const file of names) {
    const check = checkOf(file);
    if (check === null) continue;
    const bytes = await readFile(join(directory, file));
    for (const finding of check(bytes)) yield { file, ...finding };
    onFile(bytes.length);
  }
  yield* currentFindings(directory, names);
}

type Finding = Omit<FileFinding, "file">;

function checkOf(file: string): ((bytes: Buffer) => Iterable<Finding>) | null {
  if (/^(?:\d+\.log|MANIFEST-\d+)$/.test(file)) return logFindings;
  return /^\d+\.(?:ldb|sst)$/.test(file) ? tableFindings : null;
}

async function* currentFindings(directory: string, names: readonly string[]): AsyncGenerator<FileFinding> {
  const text = names.includes("CURRENT") ? await readFile(join(directory, "CURRENT"), "latin1") : "";
  if (text.endsWith("\n") && names.includes(text.trimEnd())) return;
  yield {
    file: "CURRENT",
    position: 0,
    kind: "fault",
    problem: `names no manifest that exists: ${JSON.stringify(text.slice(0, 50))}`,
  };
}

function* logFindings(bytes: Buffer): Generator<Finding> {
  for (let at = 0; at < bytes.length; ) {
    const blockLeft = logBlockBytes - (at % logBlockBytes);
    if (blockLeft < logHeaderBytes) {
      if (bytes.subarray(at, at + blockLeft).some((byte) => byte !== 0)) yield fault(at, "the padding of a block is not zero");
      at += blockLeft;
      continue;
    }
    const end = at + logHeaderBytes + (at + logHeaderBytes <= bytes.length ? bytes.readUInt16LE(at + 4) : 0);
    if (at + logHeaderBytes > bytes.length || (end > bytes.length && end - at <= blockLeft)) {
      yield { position: at, kind: "note", problem: `the last ${bytes.length - at} bytes are a record that was cut off` };
      return;
    }
    if (end - at > blockLeft) {
      yield fault(at, "a record reaches beyond its block");
      return;
    }
    // The checksum covers the type and the payload.
    if (bytes.readUInt32LE(at) !== masked(crc32c(bytes.subarray(at + 6, end))))
      yield fault(at, "the checksum of a record is wrong");
    at = end;
  }
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

function* tableFindings(bytes: Buffer): Generator<Finding> {
  const footerAt = bytes.length - footerBytes;
  if (footerAt < 0 || bytes.readBigUInt64LE(bytes.length - 8) !== tableMagic) {
    yield fault(Math.max(0, footerAt), "the footer is damaged or missing");
    return;
  }
  const footer = new Cursor(bytes, footerAt);
  const handles = [footer.handle(), footer.handle()];
  if (bytes.subarray(footer.at, bytes.length - 8).some((byte) => byte !== 0))
    yield fault(footerAt, "the padding of the footer is not zero");
  for (const handle of handles) yield* blockFindings(bytes, handle, footerAt);
  if (!handles.every((handle) => isWhole(bytes, handle, footerAt))) return;
  const blocks = handles.flatMap((handle) => handlesIn(bytes, handle));
  for (const handle of blocks) yield* blockFindings(bytes, handle, footerAt);
  const covered = [...blocks, ...handles].reduce((sum, { size }) => sum + size + blockTrailerBytes, 0);
  if (covered !== footerAt) yield fault(0, `the index names blocks of ${covered} bytes and there are ${footerAt}`);
}

function* blockFindings(bytes: Buffer, handle: Handle, limit: number): Generator<Finding> {
  if (!isWhole(bytes, handle, limit))
    yield fault(Math.min(handle.offset, limit), "the checksum of a block is wrong, or it is not where the index says");
}

function isWhole(bytes: Buffer, { offset, size }: Handle, limit: number): boolean {
  const end = offset + size;
  if (end + blockTrailerBytes > limit) return false;
  // The checksum covers the block and its type.
  return bytes.readUInt32LE(end + 1) === masked(crc32c(bytes.subarray(offset, end + 1)));
}

/** The values of an index or metaindex block, which are handles. Its keys share prefixes; its last bytes are restart points and their number. */
function handlesIn(bytes: Buffer, { offset, size }: Handle): Handle[] {
  if (bytes[offset + size] !== uncompressed) return [];
  const restarts = bytes.readUInt32LE(offset + size - 4);
  const end = offset + size - 4 - restarts * 4;
  const handles: Handle[] = [];
  for (const cursor = new Cursor(bytes, offset); cursor.at < end; ) {
    cursor.varint();
    const keyBytes = cursor.varint();
    const valueBytes = cursor.varint();
    cursor.at += keyBytes;
    const next = cursor.at + valueBytes;
    handles.push(cursor.handle());
    cursor.at = next;
  }
  return handles;
}

/** Reads varints of up to 53 bits. */
class Cursor {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() };
  }
}

function fault(position: number, problem: string): Finding {
  return { position, kind: "fault", problem };
}

function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
