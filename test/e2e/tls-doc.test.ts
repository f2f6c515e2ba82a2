import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runToEnd } from "../support/programs.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";

test.skipIf(isMissing("openssl"))("the commands of docs/tls.md make files that its configs are valid with", async () => {
  const page = await readFile("docs/tls.md", "utf8");
  const [commands = ""] = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text);
  const [collector = "", gateway = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
  const directory = await tempDir();
  await promisify(execFile)("sh", ["-ec", commands], { cwd: directory });
  // Paths are relative to the working directory, which is not this one.
  const placed = (yaml: string) => yaml.replaceAll(/[\w-]+\.(?:pem|key)/g, (name) => join(directory, name));
  for (const [name, yaml, options] of [
    ["collector.yaml", collector, ["--collector"]],
    ["gateway.yaml", gateway, []],
  ] as const) {
    const path = join(directory, name);
    await writeFile(path, placed(yaml));
    const check = await runToEnd("tidegate", ["check", ...options, "-c", path]);
    expect(check.stdout.concat(check.stderr)).toEqual([`${path} is valid`]);
  }
});
