// What the blocks of all lanes have in common: format version, header, how bytes are refused.

import { messageOf, TidegateError } from "../platform/errors.ts";

export const blockFormat = 1;

export interface BlockHeader {
  readonly count: number;
  /** When the gateway appended the records: microseconds since the Unix epoch. */
  readonly ingestTimeUs: number;
}

/** The varint behind the tag and where it ends; 0 if another field stands there, because proto3 leaves out zeros. */
function varintField(bytes: Uint8Array, start: number, tag: number): { value: number; end: number } {
  if (bytes[start] !== tag) return { value: 0, end: start };
  let value = 0;
  let end = start + 1;
  // A varint has 10 groups of 7 bits at most. What passes a safe integer loses digits here, and is refused for its size.
  for (let scale = 1; scale < 2 ** 70; scale *= 128) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  return { value, end };
}

/** A copy in memory of its own: `finish` cuts from Node's 8 KiB pool, and a small block that is kept would hold all of that. */
export function ownBytes(writer: { finish(shared: boolean): Uint8Array }): Uint8Array {
  return new Uint8Array(writer.finish(true));
}

const loneSurrogate = /\p{Surrogate}/gu;

/** Each lone surrogate becomes U+FFFD: protobuf strings are UTF-8, and a block with another text could not be read again. */
export function wellFormed(text: string): string {
  return text.replace(loneSurrogate, "\ufffd");
}

/** The header of a block of any lane, without decoding the rest. Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
export function headerOf(bytes: Uint8Array): BlockHeader {
  const format = varintField(bytes, 0, 0x08);
  if (format.value > blockFormat) throw unknownFormat(format.value);
  const count = varintField(bytes, format.end, 0x10);
  const ingestTimeUs = varintField(bytes, count.end, 0x18);
  if (format.value !== blockFormat || count.value === 0 || !Number.isSafeInteger(ingestTimeUs.value)) {
    throw corrupt(`the ${bytes.length} bytes have no valid header`);
  }
  return { count: count.value, ingestTimeUs: ingestTimeUs.value };
}

interface Decoded<Message> {
  readonly header: BlockHeader;
  readonly message: Message;
}

/** The header first: what a later format holds behind it need not be readable here. */
export function decodeBlock<Message>(type: { decode(bytes: Uint8Array): Message }, bytes: Uint8Array): Decoded<Message> {
  const header = headerOf(bytes);
  try {
    return { header, message: type.decode(bytes) };
  } catch (cause) {
    throw corrupt(`the ${bytes.length} bytes are not readable: ${messageOf(cause)}`, cause);
  }
}

function unknownFormat(format: number): TidegateError {
  return new TidegateError(
    "BLOCK_FORMAT_UNKNOWN",
    `decode block: format ${format} is newer than ${blockFormat}; read it with a later version`,
  );
}

export function corrupt(what: string, cause?: unknown): TidegateError {
  return new TidegateError("BLOCK_CORRUPT", `decode block: ${what}; the data was damaged at rest or on the way`, { cause });
}
