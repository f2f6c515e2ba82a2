// A file sink on a disk whose power is cut: what it has accepted is there, and goes on as if nothing had happened.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createSink } from "../../src/forward/sinks/sink-table.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { csvRecords } from "../support/csv-records.ts";
import { compileDiskShim, diskShimEnv } from "../support/power-cut/disk-shim.ts";
import { PowerCutDisk } from "../support/power-cut/power-cut-disk.ts";
import { readingsFrom } from "../support/records.ts";
import { seededRandom, testSeed } from "../support/seeded-random.ts";
import { isMissing } from "../support/servers.ts";
import { batchOf, origin } from "../support/sink-batches.ts";
import { tempDir } from "../support/temp-dir.ts";

const program = fileURLToPath(new URL("../support/file-sink-writer.mjs", import.meta.url));

/** Runs the program until it has accepted so many records and kills it. How many it has accepted then. */
async function acceptedUntilKill(args: readonly string[], env: Record<string, string>, records: number): Promise<number> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let accepted = 0;
  for await (const line of createInterface(child.stdout)) {
    accepted = Number(line);
    if (accepted >= records) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return accepted;
}

async function offsetsIn(directory: string, format: "ndjson" | "csv"): Promise<number[]> {
  const texts = (await readdir(directory)).sort().map((name) => readFile(join(directory, name), "utf8"));
  return (await Promise.all(texts)).flatMap((text) => {
    if (format === "csv") return csvRecords("readings", text).map(({ offset }) => Number(offset));
    return text.split("\n").flatMap((line) => (line === "" || line.includes("\0") ? [] : [Number(JSON.parse(line).offset)]));
  });
}

for (const format of ["ndjson", "csv"] as const)
  for (const loss of ["all", "torn"] as const)
    test.skipIf(isMissing("cc"))(`what was accepted survives a power cut (${format}, loss ${loss})`, async () => {
      const random = seededRandom(testSeed());
      const directory = await tempDir();
      const [root, trace] = [join(directory, "files"), join(directory, "trace")];
      const env = diskShimEnv(await compileDiskShim(directory), { root, trace });
      const path = join(root, "{lane}");
      const accepted = await acceptedUntilKill([path, format], env, 500 + Math.floor(random() * 1000));
      await new PowerCutDisk(root).cut(trace, loss, random);

      const options = {
        name: "files",
        lanes: ["readings"],
        path,
        format,
        fileSizeMax: 16 * 1024,
        fileTimeMax: 86_400_000,
      } as const;
      const context = {
        origin: { ...origin, logId: "log-1" },
        environment: {},
        clock: systemClock,
        logger: createLogger("silent"),
      };
      const sink = await createSink({ kind: "file", ...options }, context);
      const client = await sink.connect({ signal: new AbortController().signal, lost: () => {} });
      const survived = new Set(await offsetsIn(root, format));
      for (let offset = 0; offset < accepted; offset++) expect(survived.has(offset)).toBe(true);
      await client.write(batchOf("readings", 0, readingsFrom(0, accepted + 30)));
      await client.close();
      const offsets = (await offsetsIn(root, format)).sort((one, other) => one - other);
      expect(offsets).toEqual(Array.from({ length: accepted + 30 }, (_, offset) => offset));
    });
