import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new directory under the system's temporary one, removed when the test ends. */
export async function tempDir(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "tidegate-test-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
