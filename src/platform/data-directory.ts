// What the owners of a data directory (the log, the collector's store) have in common: making it, and saying why it is of no use.

import { mkdir, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf, systemCodeOf, TidegateError } from "./errors.ts";

/** As mkdir -p. Not `mkdir` with `recursive`: Node 20 loops for ever in it where a parent cannot be made, as below /proc. */
export async function makeDirectory(path: string): Promise<void> {
  const parent = dirname(path);
  try {
    await mkdir(path);
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || parent === path) throw thrown;
    await makeDirectory(parent);
    await mkdir(path);
  }
}

/** Bytes that the file system of the directory has left for us. */
export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Bytes of the whole file system of the directory. */
export async function diskBytesOf(directory: string): Promise<number> {
  const { blocks, bsize } = await statfs(directory);
  return blocks * bsize;
}

/** Whether a write failed because the disk has no room. LevelDB gives the system's words, not its codes. */
export function saysFull(error: unknown): boolean {
  return error instanceof Error && /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i.test(error.message);
}

/**
 * Why a database in a directory cannot be opened: DATA_DIR_LOCKED or DATA_DIR_UNUSABLE.
 *
 * @param attempt names it in the message: "open log in /var/lib/tidegate".
 */
export function openFailure(attempt: string, thrown: unknown): TidegateError {
  // Level wraps the reason: LEVEL_DATABASE_NOT_OPEN with the file system's or LevelDB's error as its cause.
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  if (systemCodeOf(cause) === "LEVEL_LOCKED") {
    const message = `${attempt}: another process has it open; stop that one, or use another directory`;
    return new TidegateError("DATA_DIR_LOCKED", message, { cause });
  }
  if (saysFull(cause)) {
    const message = `${attempt}: ${messageOf(cause)}; the disk is full: free space on it, then start again`;
    return new TidegateError("DATA_DIR_UNUSABLE", message, { cause });
  }
  return unusable(attempt, messageOf(cause), cause);
}

export function unusable(attempt: string, why: string, cause?: unknown): TidegateError {
  const message = `${attempt}: ${why}; check the path, its owner, and that the disk is mounted read-write`;
  return new TidegateError("DATA_DIR_UNUSABLE", message, { cause });
}
