// Signed lists, the integers of a block (proto/tidegate/v1/block.proto has the format): packed varints with the sign in the lowest
// bit, runs of zeros counted, zeros at the end left out. Every integer up to 2^53 either way is exact: the varint is put together
// from sign and magnitude, so that nothing is doubled beyond what a double can hold.
//
// Hot path: one push per event time and value written, one next per event time and value read. Small integers, almost all of
// them, are one byte and one branch. The longest varint has 8 bytes.

import { assert } from "../platform/assert.ts";
import { corrupt } from "./block-error.ts";

const magnitudeMax = 2 ** 53;
const varintBytesMax = 8;

/** Writes one list after the other; the memory stays. */
export class SignedListWriter {
  #bytes = new Uint8Array(64);
  #length = 0;
  #zeros = 0;
  #previous = 0;

  push(value: number): void {
    if (value === 0) {
      this.#zeros++;
      return;
    }
    if (this.#zeros > 0) this.#writeZeros();
    if (this.#length + varintBytesMax > this.#bytes.length) this.#grow();
    const sign = value > 0 ? 1 : 0;
    const magnitude = value > 0 ? value : -value;
    if (magnitude < 64) {
      this.#bytes[this.#length++] = (magnitude << 1) | sign;
      return;
    }
    assert(magnitude <= magnitudeMax, "an integer of a block lies within 2^53");
    const high = Math.floor(magnitude / 64);
    this.#bytes[this.#length++] = 0x80 | ((magnitude - high * 64) << 1) | sign;
    this.#writeVarint(high);
  }

  /** The difference to the value of the last call; to 0 after `restart` and in a new list. */
  pushDifference(value: number): void {
    this.push(value - this.#previous);
    this.#previous = value;
  }

  restart(): void {
    this.#previous = 0;
  }

  /** True if the list has no bytes: then it is all zeros. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The list's bytes, valid until the next push; the writer is empty again. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.#length = 0;
    this.#zeros = 0;
    this.#previous = 0;
  }

  #writeZeros(): void {
    const zeros = this.#zeros;
    this.#zeros = 0;
    if (this.#length + 2 * varintBytesMax > this.#bytes.length) this.#grow();
    if (zeros >= 3) {
      this.#bytes[this.#length++] = 1;
      this.#writeVarint(zeros);
      return;
    }
    for (let zero = 0; zero < zeros; zero++) this.#bytes[this.#length++] = 0;
  }

  #writeVarint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      const high = Math.floor(rest / 128);
      this.#bytes[this.#length++] = 0x80 | (rest - high * 128);
      rest = high;
    }
    this.#bytes[this.#length++] = rest;
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Reads a list in place. Whoever reads it knows how many integers to ask for, and then asks `end` whether there are more. */
export class SignedListReader {
  readonly #bytes: Uint8Array;
  readonly #to: number;
  #at: number;
  #zeros = 0;
  #previous = 0;

  /** The list stands in the bytes from <= b < to. */
  constructor(bytes: Uint8Array, from: number, to: number) {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
  }

  get isEmpty(): boolean {
    return this.#at === this.#to && this.#zeros === 0;
  }

  /** 0 beyond the end. Errors: BLOCK_CORRUPT. */
  next(): number {
    if (this.#zeros > 0) {
      this.#zeros--;
      return 0;
    }
    if (this.#at >= this.#to) return 0;
    const first = this.#bytes[this.#at++] as number;
    if (first < 0x80) {
      if (first > 1) return (first & 1) === 1 ? first >> 1 : -(first >> 1);
      return first === 0 ? 0 : this.#beginRun();
    }
    const magnitude = ((first >> 1) & 63) + this.#readVarint() * 64;
    if (magnitude > magnitudeMax) throw corrupt(`an integer lies beyond 2^53`);
    return (first & 1) === 1 ? magnitude : 0 - magnitude;
  }

  /** Counterpart of {@link SignedListWriter.pushDifference}. */
  nextSum(): number {
    this.#previous += this.next();
    return this.#previous;
  }

  restart(): void {
    this.#previous = 0;
  }

  /** Errors: BLOCK_CORRUPT, if there are integers left. */
  end(): void {
    if (!this.isEmpty) throw corrupt("a list holds more than its block has records or columns");
  }

  #beginRun(): number {
    const zeros = this.#readVarint();
    if (zeros === 0) throw corrupt("a run of zeros has none");
    this.#zeros = zeros - 1;
    return 0;
  }

  #readVarint(): number {
    let value = 0;
    for (let scale = 1; this.#at < this.#to && scale <= magnitudeMax; scale *= 128) {
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw corrupt("a list ends within an integer, or an integer is too long");
  }
}
