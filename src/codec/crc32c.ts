// CRC32C (Castagnoli): the polynomial 0x1EDC6F41, reflected, as RFC 3720 §12.1 and §B.4 have it. It finds every error of up to 32
// bits in a row, and every flipped bit. Node's zlib has only the other CRC-32.
//
// Hot path: every byte that is written or read passes here. Four tables take four bytes a step ("slicing by 4", Kounavis and Berry
// 2005); the benchmark in test/bench/codec.bench.ts has the rate.

const polynomialReflected = 0x82f63b78;

const [byByte, byByte2, byByte3, byByte4] = tables();

function tables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const made: [Int32Array, Int32Array, Int32Array, Int32Array] = [
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
  ];
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) * polynomialReflected);
    made[0][byte] = crc;
  }
  for (let table = 1; table < 4; table++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = made[table - 1]?.[byte] ?? 0;
      (made[table] as Int32Array)[byte] = (before >>> 8) ^ (made[0][before & 0xff] ?? 0);
    }
  }
  return made;
}

/** CRC32C of the first `length` bytes, from 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array, length: number = bytes.length): number {
  let crc = -1;
  let at = 0;
  for (const end = length - 3; at < end; at += 4) {
    const word =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24));
    crc =
      (byByte4[word & 0xff] as number) ^
      (byByte3[(word >>> 8) & 0xff] as number) ^
      (byByte2[(word >>> 16) & 0xff] as number) ^
      (byByte[word >>> 24] as number);
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ (byByte[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
