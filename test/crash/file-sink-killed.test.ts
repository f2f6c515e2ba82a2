// A gateway that is killed between writing a record to a file and syncing it: the next one finds the record in the file and accepts it
// without writing. That must not be before it is on the disk.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compileDiskShim, diskShimEnv } from "../support/power-cut/disk-shim.ts";
import { PowerCutDisk } from "../support/power-cut/power-cut-disk.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";

const program = fileURLToPath(new URL("../support/file-sink-after-kill.mjs", import.meta.url));

test.skipIf(isMissing("cc"))("what was accepted because it was in the file survives a power cut", async () => {
  const directory = await tempDir();
  const [root, trace] = [join(directory, "files"), join(directory, "trace")];
  const child = spawn(process.execPath, [program, root], {
    env: { ...process.env, ...diskShimEnv(await compileDiskShim(directory), { root, trace }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [said] = await Promise.race([once(child.stdout, "data"), exited]);
  child.kill("SIGKILL");
  await exited;
  expect(String(said)).toBe("accepted\n");
  await new PowerCutDisk(root).cut(trace, "all", () => 0);
  const texts = await Promise.all((await readdir(root)).map((name) => readFile(join(root, name), "utf8")));
  expect(texts.map((text) => text.trim().split("\n").length)).toEqual([1]);
  expect(texts[0]).toContain('"offset":0');
});
