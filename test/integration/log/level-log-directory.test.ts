import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLevelLog } from "../../../src/log/level-log.ts";
import { openDatabase } from "../../../src/log/log-database.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { append, readingsOfValues } from "../../support/log-appends.ts";
import { tempDir } from "../../support/temp-dir.ts";

const open = (directory: string) =>
  openLevelLog({ directory, clock: new FakeClock(), pendingReadingsMax: 1000, logger: createLogger("silent") });

async function refusal(directory: string): Promise<{ code: string; message: string; exitCode: number }> {
  return open(directory).then(
    () => expect.unreachable("the log opened"),
    (error) => error,
  );
}

test("a directory that another log has open is refused as locked, with directory and remedy", async () => {
  const directory = await tempDir();
  const log = await open(directory);
  const { code, message, exitCode } = await refusal(directory);
  expect([code, exitCode]).toEqual(["DATA_DIR_LOCKED", 73]);
  expect(message).toContain(directory);
  expect(message).toContain("stop that one, or use another directory");
  expect(await append(log, readingsOfValues(1))).toBeNull();
  await log.close();
  await (await open(directory)).close();
});

test.each([
  ["a path that is a file", async (base: string) => writeFile(join(base, "data"), ""), "data"],
  ["a path below a file", async (base: string) => writeFile(join(base, "data"), ""), "data/log"],
  ["a directory whose database is damaged", damageCurrent, "data"],
])("%s is refused as unusable, with directory and remedy", async (_name, prepare, path) => {
  const base = await tempDir();
  await prepare(base);
  const { code, message, exitCode } = await refusal(join(base, path));
  expect([code, exitCode]).toEqual(["DATA_DIR_UNUSABLE", 73]);
  expect(message).toContain(join(base, path));
  expect(message).toContain("check the path");
});

async function damageCurrent(base: string): Promise<void> {
  await mkdir(join(base, "data"));
  await writeFile(join(base, "data", "CURRENT"), "nonsense\n");
}

// The superuser ignores permission bits, but not a file system that takes no files at all.
test.runIf(process.platform === "linux")(
  "a read-only file system is refused as unusable, and the gateway does not hang",
  async () => {
    for (const directory of ["/proc/self", "/proc/tidegate/data"]) {
      const { code, message } = await refusal(directory);
      expect(code).toBe("DATA_DIR_UNUSABLE");
      expect(message).toContain(directory);
    }
  },
);

test("a log of a later layout is refused and left as it is", async () => {
  const directory = await tempDir();
  await (await open(directory)).close();
  const database = await openDatabase(directory);
  await database.meta.put("version", "3");
  await database.root.close();
  const { code, message } = await refusal(directory);
  expect(code).toBe("DATA_DIR_UNUSABLE");
  expect(message).toContain("layout has version 3, known is 2");
  // The refusal let go of the lock.
  const again = await openDatabase(directory);
  expect(await again.meta.get("version")).toBe("3");
  await again.root.close();
});
