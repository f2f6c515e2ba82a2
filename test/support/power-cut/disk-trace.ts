import { readFile } from "node:fs/promises";
import { endianness } from "node:os";

/** What a program did to its disk, as disk-shim.c recorded it. */
export type DiskOperation =
  | { readonly kind: "open"; readonly fd: number; readonly flags: number; readonly path: string }
  /** `offset` is null where the file's own position counts. */
  | { readonly kind: "write"; readonly fd: number; readonly offset: number | null; readonly bytes: Buffer }
  | { readonly kind: "sync-begin" | "sync-end" | "close"; readonly fd: number }
  | { readonly kind: "truncate"; readonly fd: number; readonly length: number }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink" | "mkdir" | "rmdir"; readonly path: string };

const headerBytes = 24;
const kinds = [
  "open",
  "write",
  "sync-begin",
  "sync-end",
  "truncate",
  "rename",
  "unlink",
  "mkdir",
  "rmdir",
  "close",
] as const satisfies readonly DiskOperation["kind"][];

/** The operations in the order in which they took effect. A record that the kill cut short ends the trace. */
export async function readDiskTrace(path: string): Promise<DiskOperation[]> {
  if (endianness() !== "LE") throw new Error("the trace is read in little endian");
  const trace = await readFile(path);
  const operations: DiskOperation[] = [];
  for (let at = 0; at + headerBytes <= trace.length; ) {
    const end = at + headerBytes + Number(trace.readBigUInt64LE(at + 16));
    if (end > trace.length) break;
    operations.push(operationOf(trace.subarray(at, at + headerBytes), trace.subarray(at + headerBytes, end)));
    at = end;
  }
  return operations;
}

function operationOf(header: Buffer, payload: Buffer): DiskOperation {
  const kind = kinds[header.readUInt32LE(0) - 1];
  if (kind === undefined) throw new Error(`a trace with the unknown operation ${header.readUInt32LE(0)}`);
  const fd = header.readInt32LE(4);
  const value = Number(header.readBigInt64LE(8));
  switch (kind) {
    case "open":
      return { kind, fd, flags: value, path: payload.toString() };
    case "write":
      return { kind, fd, offset: value === -1 ? null : value, bytes: payload };
    case "sync-begin":
    case "sync-end":
    case "close":
      return { kind, fd };
    case "truncate":
      return { kind, fd, length: value };
    case "rename": {
      const [from = "", to = ""] = payload.toString().split("\0");
      return { kind, from, to };
    }
    case "unlink":
    case "mkdir":
    case "rmdir":
      return { kind, path: payload.toString() };
  }
}
