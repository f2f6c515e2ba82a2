import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const source = fileURLToPath(new URL("disk-shim.c", import.meta.url));

export interface DiskShimOptions {
  /** What lies below this directory is watched; absolute, as the program names it. */
  readonly root: string;
  /** File that the trace is appended to; none: no trace. */
  readonly trace?: string;
  /** Only syncs are traced, each with {@link syncRecordBytes}. */
  readonly syncsOnly?: boolean;
  /** How much longer every sync takes; default 0. */
  readonly syncDelayMs?: number;
}

/** Of one sync in a trace. */
export const syncRecordBytes = 24;

/** Compiles the shim (disk-shim.c) into the directory; resolves to its path. Needs a C compiler, `cc`. */
export async function compileDiskShim(directory: string): Promise<string> {
  const shim = join(directory, "disk-shim.so");
  await promisify(execFile)("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", shim, source, "-ldl"]);
  return shim;
}

/** The environment that a program needs to run on the shim's disk. */
export function diskShimEnv(
  shim: string,
  { root, trace, syncsOnly = false, syncDelayMs = 0 }: DiskShimOptions,
): Record<string, string> {
  return {
    LD_PRELOAD: shim,
    // io_uring writes without a call that could be watched.
    UV_USE_IO_URING: "0",
    TIDEGATE_DISK_ROOT: root,
    TIDEGATE_SYNC_DELAY_US: String(Math.round(syncDelayMs * 1000)),
    ...(trace === undefined ? {} : { TIDEGATE_DISK_TRACE: trace }),
    ...(syncsOnly ? { TIDEGATE_TRACE_SYNCS: "1" } : {}),
  };
}
