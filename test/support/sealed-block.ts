import { crc32c } from "../../src/codec/crc32c.ts";

/** The bytes of a block message, encoded without a checksum, with the one that belongs to them. */
export function sealed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(message.length + 6);
  bytes.set(message);
  bytes.set([0xfd, 0x01], message.length);
  new DataView(bytes.buffer).setUint32(message.length + 2, crc32c(message), true);
  return bytes;
}
