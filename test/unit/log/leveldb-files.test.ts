import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { describe, expect, test } from "vitest";
import { databaseFileFindings, type FileFinding } from "../../../src/log/leveldb-files.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

async function findingsIn(directory: string): Promise<FileFinding[]> {
  const findings: FileFinding[] = [];
  for await (const finding of databaseFileFindings(directory, () => undefined)) findings.push(finding);
  return findings;
}

/** In classic-level; the types of level leave it out. */
interface RangeCompaction {
  compactRange(start: string, end: string): Promise<void>;
}

/** A database with tables, a manifest and a write-ahead log, closed. */
async function database(): Promise<string> {
  const directory = await tempDir();
  const level = new Level<string, Buffer>(directory, {
    valueEncoding: "buffer",
    compression: false,
    writeBufferSize: 64 * 1024,
  });
  const random = seededRandom(7);
  for (let key = 0; key < 400; key++) {
    const value = Buffer.from(Array.from({ length: 500 }, () => Math.floor(random() * 256)));
    await level.batch([{ type: "put", key: `key-${String(key).padStart(6, "0")}`, value }], { sync: true });
  }
  await (level as unknown as RangeCompaction).compactRange("key-000000", "key-000200");
  for (const key of ["later-1", "later-2"])
    await level.batch([{ type: "put", key, value: Buffer.alloc(300, key) }], { sync: true });
  await level.close();
  return directory;
}

async function checkedFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => /^(?:\d+\.(?:log|ldb)|MANIFEST-\d+|CURRENT)$/.test(name));
}

describe("the files of a database", () => {
  test("that is whole have no findings", async () => {
    const directory = await database();
    const files = await checkedFiles(directory);
    expect(files.some((name) => name.endsWith(".ldb"))).toBe(true);
    expect(files.some((name) => name.endsWith(".log"))).toBe(true);
    expect(await findingsIn(directory)).toEqual([]);
  });

  test("with one flipped bit, anywhere, have a finding in that file", async () => {
    const random = seededRandom(testSeed());
    const directory = await database();
    for (const file of await checkedFiles(directory)) {
      const path = join(directory, file);
      const whole = await readFile(path);
      for (let flip = 0; flip < 60 && whole.length > 0; flip++) {
        const position = Math.floor(random() * whole.length);
        const bit = 1 << Math.floor(random() * 8);
        const damaged = Buffer.from(whole);
        damaged[position] = (damaged[position] ?? 0) ^ bit;
        await writeFile(path, damaged);
        const findings = await findingsIn(directory);
        expect(
          findings.map((finding) => finding.file),
          `${file}, byte ${position}, bit ${bit}`,
        ).toContain(file);
      }
      await writeFile(path, whole);
    }
  });

  test("whose last record was cut off by a power cut have a note and no fault", async () => {
    const directory = await database();
    const [file = ""] = (await readdir(directory)).filter((name) => name.endsWith(".log"));
    const whole = await readFile(join(directory, file));
    await writeFile(join(directory, file), whole.subarray(0, whole.length - 5));
    expect((await findingsIn(directory)).map(({ kind }) => kind)).toEqual(["note"]);
  });
});
