import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Ballast } from "../../../src/log/ballast.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { fullError, ioError } from "../../support/faulty-disk.ts";
import { tempDir } from "../../support/temp-dir.ts";

async function ballastOf(bytes: number) {
  const path = join(await tempDir(), "ballast");
  const disk = { freeBytes: 1e9 };
  const ballast = new Ballast({ path, bytes, freeBytes: async () => disk.freeBytes, logger: createLogger("silent") });
  const held = async () => (await stat(path).catch(() => null))?.size ?? 0;
  return { ballast, disk, held };
}

test("it takes at most a quarter of what is free, and more when there is more", async () => {
  const { ballast, disk, held } = await ballastOf(8000);
  disk.freeBytes = 4000;
  await ballast.load();
  expect(await held()).toBe(1000);
  disk.freeBytes = 12_000;
  await ballast.load();
  expect(await held()).toBe(4000);
  disk.freeBytes = 1e9;
  await ballast.load();
  expect(await held()).toBe(8000);
});

test("what finds no room is given an eighth after the other until it succeeds", async () => {
  const { ballast, held } = await ballastOf(8000);
  await ballast.load();
  let attempts = 0;
  const work = async () => {
    attempts++;
    if (attempts < 4) throw fullError();
    return "done";
  };
  expect(await ballast.during(work)).toBe("done");
  expect(await held()).toBe(5000);
});

test("when nothing is left to give, or the fault is another one, that is said", async () => {
  const { ballast, held } = await ballastOf(8000);
  await ballast.load();
  await expect(ballast.during(() => Promise.reject(ioError()))).rejects.toThrow("Input/output error");
  expect(await held()).toBe(8000);
  await expect(ballast.during(() => Promise.reject(fullError()))).rejects.toThrow("No space left");
  expect(await held()).toBe(0);
  expect(await ballast.give()).toBe(false);
});
