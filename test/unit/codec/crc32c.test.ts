import { expect, test } from "vitest";
import { crc32c } from "../../../src/codec/crc32c.ts";

/** RFC 3720 §B.4; it prints the checksums in the order of bytes on the wire. */
const iscsiRead = "01c00000000000000000000000000000140000000000040000000014000000182800000000000000" + "0200000000000000";

test.each([
  ["32 bytes of zeros", Buffer.alloc(32), "aa36918a"],
  ["32 bytes of ones", Buffer.alloc(32, 0xff), "43aba862"],
  ["32 bytes going up", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), "4e79dd46"],
  ["32 bytes going down", Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), "5cdb3f11"],
  ["an iSCSI SCSI Read (10) command PDU", Buffer.from(iscsiRead, "hex"), "563a96d9"],
])("RFC 3720 B.4: %s", (_name, bytes, expected) => {
  const wire = Buffer.alloc(4);
  wire.writeUInt32LE(crc32c(bytes));
  expect(wire.toString("hex")).toBe(expected);
});

test("any length is a prefix of its own", () => {
  const bytes = Buffer.from("123456789");
  expect(crc32c(bytes)).toBe(0xe3069283);
  for (let length = 0; length <= bytes.length; length++) expect(crc32c(bytes, length)).toBe(crc32c(bytes.subarray(0, length)));
});
