// The protobuf frame of a block: fields in ascending order, the checksum last. Nothing here knows what the fields mean.

import { corrupt } from "./block-error.ts";
import { crc32c } from "./crc32c.ts";
import { SignedListReader, type SignedListWriter } from "./signed-list.ts";

const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;
const checksumField = 31;
const checksumTag = [((checksumField << 3) | wireFixed32 | 0x80) & 0xff, checksumField >> 4] as const;
/** Its tag has two bytes. */
const checksumBytes = 6;

/** Puts one block after the other together; the memory stays. Fields are written in ascending order. */
export class BlockWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Nothing for 0, as proto3 has it. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.#reserve(16);
    this.#varint((field << 3) | wireVarint);
    this.#varint(value);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.#reserve(16 + bytes.length);
    this.#varint((field << 3) | wireBytes);
    this.#varint(bytes.length);
    // Most fields are short, and the call of `set` costs more than their bytes.
    if (bytes.length > 32) this.#bytes.set(bytes, this.#length);
    else for (let i = 0; i < bytes.length; i++) this.#bytes[this.#length + i] = bytes[i] as number;
    this.#length += bytes.length;
  }

  /** Takes the list; nothing for one that is empty. */
  list(field: number, list: SignedListWriter): void {
    if (list.isEmpty) list.clear();
    else this.bytes(field, list.take());
  }

  doubles(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    this.#reserve(16 + values.length * 8);
    this.#varint((field << 3) | wireBytes);
    this.#varint(values.length * 8);
    for (const value of values) {
      this.#view.setFloat64(this.#length, value, true);
      this.#length += 8;
    }
  }

  /** Adds the checksum. The bytes are a copy of their own, not part of a larger buffer; the writer is empty again. */
  finish(): Uint8Array {
    this.#reserve(checksumBytes);
    const checksum = crc32c(this.#bytes, this.#length);
    this.#bytes[this.#length] = checksumTag[0];
    this.#bytes[this.#length + 1] = checksumTag[1];
    this.#view.setUint32(this.#length + 2, checksum, true);
    const block = this.#bytes.slice(0, this.#length + checksumBytes);
    this.#length = 0;
    return block;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      const high = Math.floor(rest / 128);
      this.#bytes[this.#length++] = 0x80 | (rest - high * 128);
      rest = high;
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#length + bytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Where the fields of a block stand. */
export class BlockFields {
  readonly #bytes: Uint8Array;
  readonly #numbers: number[] = [];
  /** By field: start and end of each occurrence. */
  readonly #ranges: number[][] = [];

  /** Errors: BLOCK_CORRUPT. The checksum must have been checked. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const to = bytes.length - checksumBytes;
    let at = 0;
    let fieldBefore = 0;
    while (at < to) {
      const tag = readVarint(bytes, at, to);
      const field = tag.value >>> 3;
      const value = readVarint(bytes, tag.end, to);
      if (field < fieldBefore || field === 0 || field >= checksumField) throw corrupt(`field ${field} behind ${fieldBefore}`);
      fieldBefore = field;
      at = value.end;
      if ((tag.value & 7) === wireVarint) this.#numbers[field] = value.value;
      else if ((tag.value & 7) === wireBytes && at + value.value <= to) {
        this.#ranges[field] ??= [];
        this.#ranges[field].push(at, at + value.value);
        at += value.value;
      } else throw corrupt(`field ${field} does not end within the block, or has an unknown type`);
    }
  }

  /** 0 if the field is absent. */
  number(field: number): number {
    return this.#numbers[field] ?? 0;
  }

  list(field: number): SignedListReader {
    const { from, to } = this.#single(field);
    return new SignedListReader(this.#bytes, from, to);
  }

  /** A view of packed doubles; null if there are none. */
  doubles(field: number): DataView | null {
    const { from, to } = this.#single(field);
    return from === to ? null : new DataView(this.#bytes.buffer, this.#bytes.byteOffset + from, to - from);
  }

  all(field: number): Uint8Array[] {
    const ranges = this.#ranges[field] ?? [];
    return Array.from({ length: ranges.length / 2 }, (_, index) => {
      return this.#bytes.subarray(ranges[2 * index], ranges[2 * index + 1]);
    });
  }

  texts(field: number): string[] {
    const buffer = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    const ranges = this.#ranges[field] ?? [];
    const texts: string[] = [];
    for (let index = 0; index < ranges.length; index += 2)
      texts.push(buffer.toString("utf8", ranges[index], ranges[index + 1]));
    return texts;
  }

  #single(field: number): { from: number; to: number } {
    const [from = 0, to = 0, more] = this.#ranges[field] ?? [];
    if (more !== undefined) throw corrupt(`field ${field} stands in more than one piece`);
    return { from, to };
  }
}

interface Varint {
  readonly value: number;
  readonly end: number;
}

/** Errors: BLOCK_CORRUPT, if it does not end before `to`. What passes a safe integer loses digits. */
export function readVarint(bytes: Uint8Array, from: number, to: number): Varint {
  let value = 0;
  let at = from;
  for (let scale = 1; at < to && scale < 2 ** 70; scale *= 128) {
    const byte = bytes[at++] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at };
  }
  throw corrupt(`the ${bytes.length} bytes end within a number`);
}

/** Errors: BLOCK_CORRUPT. */
export function checkChecksum(bytes: Uint8Array): void {
  const fault = checksumFault(bytes);
  if (fault !== null) throw corrupt(fault);
}

/** What is wrong with the checksum at the end of a block, in words; null if it fits. */
export function checksumFault(bytes: Uint8Array): string | null {
  const at = bytes.length - checksumBytes;
  if (at < 0 || bytes[at] !== checksumTag[0] || bytes[at + 1] !== checksumTag[1]) {
    return `the ${bytes.length} bytes do not end with a checksum`;
  }
  const said = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 2, true);
  const found = crc32c(bytes, at);
  return said === found ? null : `its checksum (CRC32C) is ${hex(found)} and should be ${hex(said)}`;
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}
