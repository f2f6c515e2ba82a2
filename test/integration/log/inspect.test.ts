import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspectLog, type LogFinding, logRecords, verifyLog } from "../../../src/log/inspect.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log, LogWrite } from "../../../src/log/log.ts";
import type { Alert } from "../../../src/model/alert.ts";
import { quality, type Reading } from "../../../src/model/reading.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

const reading = (value: number): Reading => ({
  device: "d",
  metric: "m",
  unit: "",
  tags: "",
  eventTimeUs: value,
  value,
  quality: quality.good,
  correctionUs: 0,
});
const about = { rule: "hot", device: "d", metric: "m", tag: "", severity: "info", detail: "" } as const;
const alert: Alert = { ...about, state: "firing", eventTimeUs: 1, value: 5, causeOffset: 0 };

const append = (log: Log, write: LogWrite) =>
  new Promise<void>((resolve, reject) => log.append(write, (error) => (error === null ? resolve() : reject(error))));

/** A log of 300 readings in 100 blocks and one alert, closed. */
async function filledLog(): Promise<string> {
  const directory = await tempDir();
  const log = await openLevelLog({
    directory,
    clock: new FakeClock(),
    pendingReadingsMax: 1000,
    logger: createLogger("silent"),
  });
  for (let block = 0; block < 100; block++)
    await append(log, { readings: [0, 1, 2].map((index) => reading(block * 3 + index)) });
  await append(log, { alerts: [alert] });
  await log.close();
  return directory;
}

async function findingsIn(directory: string): Promise<LogFinding[]> {
  const findings: LogFinding[] = [];
  for await (const finding of verifyLog(directory, () => undefined)) findings.push(finding);
  return findings;
}

test("a whole log has no findings, and progress ends at 1", async () => {
  const shares: number[] = [];
  for await (const finding of verifyLog(await filledLog(), (share) => shares.push(share))) throw new Error(finding.problem);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
});

test("one flipped bit anywhere in the data is found", async () => {
  const random = seededRandom(testSeed());
  const directory = await filledLog();
  const files = (await readdir(directory)).filter((name) => /\.(?:log|ldb)$|^MANIFEST/.test(name));
  for (const file of files) {
    for (let flip = 0; flip < 30; flip++) {
      const copy = await tempDir();
      await cp(directory, copy, { recursive: true });
      const damaged = await readFile(join(copy, file));
      if (damaged.length === 0) break;
      const position = Math.floor(random() * damaged.length);
      damaged[position] = (damaged[position] ?? 0) ^ (1 << Math.floor(random() * 8));
      await writeFile(join(copy, file), damaged);
      expect(await findingsIn(copy), `${file}, byte ${position}`).not.toEqual([]);
    }
  }
});

test("inspecting shows offsets, blocks, bytes and times", async () => {
  const { lanes, losses, fileBytes } = await inspectLog(await filledLog());
  expect(lanes).toMatchObject([
    { lane: "readings", startOffset: 0, endOffset: 300, blocks: 100 },
    { lane: "results", startOffset: 0, endOffset: 0, blocks: 0, firstTimeUs: null },
    { lane: "alerts", startOffset: 0, endOffset: 1, blocks: 1 },
  ]);
  expect(lanes[0]?.bytes).toBeLessThan(fileBytes);
  expect(losses).toEqual([]);
});

test("the records come out in offset order, as they went in", async () => {
  const directory = await filledLog();
  const values: unknown[] = [];
  for await (const { offset, record } of logRecords(directory, "readings")) values.push([offset, record.value]);
  expect(values).toEqual(Array.from({ length: 300 }, (_, offset) => [offset, offset]));
  const alerts: Alert[] = [];
  for await (const { record } of logRecords(directory, "alerts")) alerts.push(record);
  expect(alerts).toEqual([alert]);
});

test("a directory without a log is said to have none, and stays as it is", async () => {
  const directory = await tempDir();
  await expect(inspectLog(directory)).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
  expect(await readdir(directory)).toEqual([]);
});
