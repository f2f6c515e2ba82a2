import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { onTestFinished } from "vitest";
import { tempDir } from "./temp-dir.ts";

/**
 * A directory that nobody can write to. Permissions do not stop root, so for root it is a read-only file system mounted on it.
 */
export async function readOnlyDir(): Promise<string> {
  const path = await tempDir();
  if (process.getuid?.() === 0) {
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", path]);
    onTestFinished(() => {
      execFileSync("umount", [path]);
    });
  } else {
    chmodSync(path, 0o555);
  }
  return path;
}
