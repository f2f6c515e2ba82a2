import { Buffer } from "node:buffer";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DeadLetter, DeadLetters } from "../../../src/ingest/dead-letters.ts";
import { tempDir } from "../../support/temp-dir.ts";

const letter = (detail: string, payload = "x"): DeadLetter => ({
  timeUs: 1,
  topic: "t",
  clientId: "c",
  reason: "payload_not_json",
  detail,
  payload: Buffer.from(payload),
});

async function lettersIn(directory: string): Promise<{ detail: string; payloadBytes: number; payloadBase64: string }[]> {
  const names = (await readdir(directory)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  return texts.flatMap((text) => text.trimEnd().split("\n")).map((line) => JSON.parse(line));
}

async function write(directory: string, lettersMax: number, details: readonly string[]): Promise<DeadLetters> {
  const letters = await DeadLetters.open({ directory, lettersMax, payloadBytesMax: 4 });
  for (const detail of details) letters.add(letter(detail, "payload"));
  await letters.close();
  return letters;
}

test("keeps the reason, the length and the beginning of a payload", async () => {
  const directory = await tempDir();
  await write(directory, 10, ["first"]);
  const [kept] = await lettersIn(directory);
  expect(kept).toMatchObject({ detail: "first", payloadBytes: 7, payloadBase64: Buffer.from("payl").toString("base64") });
});

test("never keeps more than it may, keeps the newest, and goes on where it was after a restart", async () => {
  const directory = await tempDir();
  const details = Array.from({ length: 47 }, (_, index) => `${index}`);
  for (let from = 0; from < details.length; from += 7) await write(directory, 10, details.slice(from, from + 7));
  const kept = (await lettersIn(directory)).map((one) => Number(one.detail)).sort((a, b) => a - b);
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 47 - kept.length + index));
});

test("keeps none if it may keep none", async () => {
  const directory = await tempDir();
  await write(directory, 0, ["a"]);
  expect(await readdir(directory)).toEqual([]);
});

test("counts as lost what the disk does not take, and goes on", async () => {
  const letters = await write("/proc/no-such-directory", 10, ["a", "b"]);
  expect(letters.lost).toBe(2);
});

test("counts as lost what waits beyond its bound", async () => {
  const directory = await tempDir();
  const letters = await write(
    directory,
    100_000,
    Array.from({ length: 3000 }, (_, index) => `${index}`),
  );
  expect(letters.lost + (await lettersIn(directory)).length).toBe(3000);
  expect(letters.lost).toBeGreaterThan(0);
});
