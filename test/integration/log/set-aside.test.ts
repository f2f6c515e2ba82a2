// Damage at rest, in a real LevelDB: what is damaged is lost, and told; everything else is served.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { fillRecent } from "../../../src/ingest/fill-recent.ts";
import { RecentReadings } from "../../../src/ingest/recent-readings.ts";
import { deliveryOf } from "../../../src/log/accounting.ts";
import { LogCursor } from "../../../src/log/cursor.ts";
import { inspectLog, type LogFinding, verifyLog } from "../../../src/log/inspect.ts";
import { type LevelLogOptions, openLevelLog } from "../../../src/log/level-log.ts";
import type { Log, LogWrite, StoredBlock } from "../../../src/log/log.ts";
import { compactLane, keyOf } from "../../../src/log/log-database.ts";
import { holesMax } from "../../../src/log/loss.ts";
import { asideBlocksMax, asideBytesMax } from "../../../src/log/set-aside.ts";
import { type Lane, lanes } from "../../../src/model/lane.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { harm, harms, setAsideIn, withDatabase } from "../../support/damaged-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FaultyDisk, ioError } from "../../support/faulty-disk.ts";
import { append, reading, readingsOfValues, valuesIn } from "../../support/log-appends.ts";
import { alertFor, resultFor } from "../../support/records.ts";
import { readersOf, ScriptedReader } from "../../support/scripted-reader.ts";
import { sealed } from "../../support/sealed-block.ts";
import { tempDir } from "../../support/temp-dir.ts";

const everything = Number.MAX_SAFE_INTEGER;
const clock = new FakeClock();

/** Every read goes to the disk. */
async function open(directory: string, options: Partial<LevelLogOptions> = {}): Promise<Log> {
  const log = await openLevelLog({
    directory,
    clock,
    pendingReadingsMax: 100_000,
    logger: createLogger("silent"),
    recentBytesMax: 0,
    ...options,
  });
  onTestFinished(() => log.close());
  return log;
}

const writeOf: Record<Lane, (numbers: number[]) => LogWrite> = {
  readings: (numbers) => ({ readings: numbers.map(reading) }),
  results: (numbers) => ({ results: numbers.map(resultFor) }),
  alerts: (numbers) => ({ alerts: numbers.map(alertFor) }),
};

/** A closed log: in every lane ten blocks of three records. */
async function filledLog(options: Partial<LevelLogOptions> = {}): Promise<string> {
  const directory = await tempDir();
  const log = await open(directory, options);
  for (let first = 0; first < 30; first += 3)
    for (const lane of lanes) await append(log, writeOf[lane]([first, first + 1, first + 2]));
  await log.close();
  return directory;
}

/** What a reader gets that asks for one block after the other. */
async function readThrough(log: Log, lane: Lane, bytesMax = 0): Promise<StoredBlock[]> {
  const read: StoredBlock[] = [];
  let offset = 0;
  for (;;) {
    const blocks = await log.read(lane, offset, bytesMax);
    for (const { firstOffset, count } of blocks) {
      expect(firstOffset + count).toBeGreaterThan(offset);
      expect(firstOffset).toBeGreaterThanOrEqual(offset);
      offset = firstOffset + count;
    }
    read.push(...blocks);
    if (blocks.length === 0) return read;
  }
}

const starts = (blocks: readonly StoredBlock[]) => blocks.map(({ firstOffset }) => firstOffset);
const allStarts = [0, 3, 6, 9, 12, 15, 18, 21, 24, 27];

async function findingsIn(directory: string): Promise<LogFinding[]> {
  const findings: LogFinding[] = [];
  for await (const finding of verifyLog(directory, () => undefined)) findings.push(finding);
  return findings;
}

/** The segments of the lane say what its blocks are. */
async function expectSegmentsToFit(log: Log, lane: Lane): Promise<void> {
  const blocks = await readThrough(log, lane);
  const { list, bytes } = log.segments(lane);
  expect(list.reduce((sum, segment) => sum + segment.blocks, 0)).toBe(blocks.length);
  expect(bytes).toBe(blocks.reduce((sum, block) => sum + block.bytes.length, 0));
}

describe("whatever is harmed, the rest is served, and the loss is exact", () => {
  const places: [string, number[], [number, number][]][] = [
    ["the first block", [0], [[0, 3]]],
    ["one in the middle", [12], [[12, 15]]],
    ["the last block", [27], [[27, 30]]],
    ["two in a row", [6, 9], [[6, 12]]],
    [
      "two apart",
      [3, 18],
      [
        [3, 6],
        [18, 21],
      ],
    ],
    ["the last two", [24, 27], [[24, 30]]],
    ["all", allStarts, [[0, 30]]],
  ];
  const cases = lanes.flatMap((lane) => places.map((place) => [lane, ...place] as const));

  test.each(cases)("%s, %s", async (lane, _place, harmed, lost) => {
    const few = { "a bit in the middle": harms["a bit in the middle"], "not there": harms["not there"] };
    for (const [name, how] of Object.entries(lane === "readings" ? harms : few)) {
      const directory = await filledLog({ segmentLimits: { bytesMax: 300, spanMs: 1e9 } });
      await harm(directory, lane, harmed, how);
      const log = await open(directory);
      expect(starts(await readThrough(log, lane)), name).toEqual(allStarts.filter((start) => !harmed.includes(start)));
      expect(
        log.losses.map(({ fromOffset, toOffset }) => [fromOffset, toOffset]),
        name,
      ).toEqual(lost);
      expect(log.losses.every((loss) => loss.lane === lane && loss.reason === "corrupt")).toBe(true);
      expect(log.bounds(lane)).toEqual({ startOffset: 0, endOffset: 30 });
      await expectSegmentsToFit(log, lane);
      for (const other of lanes) if (other !== lane) expect(starts(await readThrough(log, other))).toEqual(allStarts);
      const { losses, evicted } = log;
      const segments = [...log.segments(lane).list];
      await log.close();

      expect(
        (await findingsIn(directory)).filter(({ kind }) => kind === "fault"),
        name,
      ).toEqual([]);
      const again = await open(directory);
      expect(starts(await readThrough(again, lane, everything))).toEqual(allStarts.filter((start) => !harmed.includes(start)));
      expect([again.losses, again.evicted, again.segments(lane).list]).toEqual([losses, evicted, segments]);
      await again.close();
    }
  });
});

/** A closed log of ten blocks of three readings, of which these are harmed. */
async function harmedLog(firstOffsets: readonly number[]): Promise<string> {
  const directory = await filledLog();
  await harm(directory, "readings", firstOffsets, harms["a bit in the middle"]);
  return directory;
}

describe("reading", () => {
  test("begins behind the damage, wherever in it it is asked to begin", async () => {
    const directory = await harmedLog([12, 15]);
    for (const offset of [12, 13, 14, 15, 16, 17]) {
      const log = await open(directory);
      expect(starts(await log.read("readings", offset, everything))).toEqual([18, 21, 24, 27]);
      expect(log.losses.at(-1)).toMatchObject({ toOffset: 18, reason: "corrupt" });
      await log.close();
    }
  });

  test("ends before damage that it need not pass, and lets that be", async () => {
    const log = await open(await harmedLog([12]));
    expect(starts(await log.read("readings", 0, everything))).toEqual([0, 3, 6, 9]);
    expect(log.losses).toEqual([]);
  });

  test("of several readers at once sets aside once, and all get the same", async () => {
    const log = await open(await harmedLog([0, 12]), { readers: readersOf(new ScriptedReader()) });
    const reads = await Promise.all(Array.from({ length: 20 }, () => readThrough(log, "readings", everything)));
    for (const blocks of reads) expect(starts(blocks)).toEqual([3, 6, 9, 15, 18, 21, 24, 27]);
    expect(log.losses.map(({ fromOffset }) => fromOffset)).toEqual([0, 12]);
    expect(log.evicted.collector?.readings.corrupt).toBe(6);
  });

  test("goes on while records are appended behind damage at the end of the lane", async () => {
    const log = await open(await harmedLog([27]));
    const [blocks] = await Promise.all([readThrough(log, "readings"), append(log, writeOf.readings([30, 31]))]);
    expect(starts(blocks)).not.toContain(27);
    expect(starts(await readThrough(log, "readings"))).toEqual([...allStarts.slice(0, -1), 30]);
    expect(log.bounds("readings")).toEqual({ startOffset: 0, endOffset: 32 });
  });

  test("with a cursor passes damage at the end of the lane, says what it passed, and waits for what follows", async () => {
    const log = await open(await harmedLog([24, 27]));
    const cursor = new LogCursor(log, "readings", 24);
    const { signal } = new AbortController();
    const next = cursor.next({ bytesMax: everything, signal });
    await vi.waitFor(() => expect(cursor.position).toBe(30));
    await append(log, writeOf.readings([30]));
    expect(starts(await next)).toEqual([30]);
    expect(cursor.skipped).toEqual({ startOffset: 24, endOffset: 30 });
  });

  test("of the newest readings at a start ends where the rest of the lane is damaged", async () => {
    const recent = new RecentReadings(100);
    await fillRecent(recent, await open(await harmedLog([3, 24, 27])), 100);
    expect(allStarts.map((start) => recent.has(reading(start)))).toEqual(
      allStarts.map((start) => ![3, 24, 27].includes(start)),
    );
  });

  test("takes from memory what is damaged on the disk alone, and calls nothing lost", async () => {
    const directory = await tempDir();
    const log = await open(directory, { recentBytesMax: 1_000_000 });
    for (let first = 0; first < 9; first += 3) await append(log, writeOf.readings([first, first + 1, first + 2]));
    // The seam of disk and memory: the first block is on the disk only, in a log that was opened again.
    await log.close();
    await harm(directory, "readings", [0], harms["all zeros"]);
    const again = await open(directory, { recentBytesMax: 1_000_000 });
    await append(again, writeOf.readings([9, 10, 11]));
    expect(starts(await readThrough(again, "readings", everything))).toEqual([3, 6, 9]);
  });

  test("does not touch a whole block of a later format", async () => {
    const directory = await filledLog();
    await harm(directory, "readings", [12], (bytes) => sealed(Uint8Array.from(bytes.slice(0, -6)).fill(3, 1, 2)));
    const log = await open(directory);
    await expect(log.read("readings", 12, everything)).rejects.toMatchObject({ code: "BLOCK_FORMAT_UNKNOWN" });
    expect(log.losses).toEqual([]);
    await log.close();
    expect(await setAsideIn(directory, "readings")).toEqual([]);
  });

  test("believes a block in its place more than the key of the next one, and a key more than a block behind a hole", async () => {
    const directory = await filledLog();
    await withDatabase(directory, async ({ lanes: { readings } }) => {
      for (const [from, to] of [
        [6, 4],
        [18, 20],
      ] as const) {
        await readings.put(keyOf(to), (await readings.get(keyOf(from))) ?? new Uint8Array());
        await readings.del(keyOf(from));
      }
    });
    const log = await open(directory);
    expect(await storedValuesOf(log)).toEqual([
      0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    ]);
    expect(log.losses.map(({ fromOffset, toOffset }) => [fromOffset, toOffset])).toEqual([
      [6, 9],
      [18, 21],
    ]);
  });
});

const storedValuesOf = async (log: Log) => valuesIn(await readThrough(log, "readings", everything));

/** Where the sink stands with the readings; the books must balance. */
function deliveryTo(log: Log, { sink, settled }: ScriptedReader) {
  const holes = log.losses.filter(({ lane, reason }) => lane === "readings" && reason === "corrupt");
  const inputs = { bounds: log.bounds("readings"), settled: settled.readings, holes };
  const delivery = deliveryOf({ ...inputs, evicted: log.evicted[sink]?.readings });
  expect(delivery.delivered + delivery.pending + delivery.evicted).toBe(delivery.stored);
  expect(Math.min(delivery.delivered, delivery.pending)).toBeGreaterThanOrEqual(0);
  return delivery;
}

test("a table that LevelDB cannot parse costs the blocks in the damaged part of it, and nothing behind", async () => {
  const directory = await tempDir();
  const log = await open(directory);
  for (let first = 0; first < 600; first += 3) await append(log, writeOf.readings([first, first + 1, first + 2]));
  await log.close();
  await withDatabase(directory, async (database) => compactLane(database, "readings", 600));
  const bytesOf = await withDatabase(directory, async ({ lanes: { readings } }) => readings.get(keyOf(240)));
  await breakTableAt(directory, Buffer.from(bytesOf ?? []));

  const damaged = await open(directory);
  const served = starts(await readThrough(damaged, "readings", 500));
  const lost = damaged.losses.flatMap(({ fromOffset, toOffset }) => rangeOf(fromOffset, toOffset));
  expect(lost).toContain(240);
  // LevelDB passes over the rest of a part of 4 KiB.
  expect(lost.length).toBeLessThan(240);
  expect([...served.flatMap((start) => rangeOf(start, start + 3)), ...lost].sort((a, b) => a - b)).toEqual(rangeOf(0, 600));
  expect(served).toContain(597);
  await append(damaged, writeOf.readings([600]));
  expect(starts(await damaged.read("readings", 600, everything))).toEqual([600]);
});

const rangeOf = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Makes the length of this value, in the one table that holds it, one that leads beyond its part of the table. */
async function breakTableAt(directory: string, value: Buffer): Promise<void> {
  for (const name of (await readdir(directory)).filter((file) => file.endsWith(".ldb"))) {
    const table = await readFile(join(directory, name));
    const at = table.indexOf(value);
    if (at === -1) continue;
    // shared key bytes (1), other key bytes (1), value bytes (1), the other key bytes, the value: table_format.md
    const keyBytes = rangeOf(1, 40).find((size) => table[at - size - 2] === size && table[at - size - 1] === value.length);
    if (keyBytes === undefined) throw new Error("the table is not as expected");
    table[at - keyBytes - 1] = 0xff;
    await writeFile(join(directory, name), table);
    return;
  }
  throw new Error("no table holds the value");
}

describe("the books", () => {
  test("a sink that had confirmed the records is counted nothing, one that had them in part that part, one that had none all", async () => {
    const sinks = [30, 14, 0].map((offset, index) => {
      const sink = new ScriptedReader(`sink-${index}`);
      sink.confirm("readings", offset);
      return sink;
    }) as [ScriptedReader, ScriptedReader, ScriptedReader];
    const directory = await harmedLog([12, 21]);
    const log = await open(directory, { readers: readersOf(...sinks) });
    expect(sinks.map((sink) => deliveryTo(log, sink))).toMatchObject([{ pending: 0 }, { pending: 16 }, { pending: 30 }]);
    await readThrough(log, "readings");
    expect(sinks.map(({ sink }) => log.evicted[sink]?.readings.corrupt ?? 0)).toEqual([0, 4, 6]);
    expect(sinks.map((sink) => deliveryTo(log, sink))).toMatchObject([
      { delivered: 30, pending: 0 },
      { delivered: 14, pending: 12 },
      { delivered: 0, pending: 24 },
    ]);
    for (const offset of [12, 13, 15, 21, 24, 30]) {
      sinks[2].confirm("readings", offset);
      deliveryTo(log, sinks[2]);
    }
    expect(deliveryTo(log, sinks[2])).toMatchObject({ delivered: 24, pending: 0, evicted: 6 });
    await log.close();
    // What the counts were decided on is stored with them.
    const again = await open(directory, { readers: readersOf(...sinks) });
    expect(Buffer.from((await again.readCheckpoint("forward:sink-1")) ?? []).toString()).toContain('"readings":14');
    expect(sinks.map(({ sink }) => again.evicted[sink]?.readings.corrupt ?? 0)).toEqual([0, 4, 6]);
  });

  test("damage to what every sink had confirmed is a hole for readers, and counts for nobody", async () => {
    const sink = new ScriptedReader();
    sink.confirm("readings", 30);
    const log = await open(await harmedLog([12]), { readers: readersOf(sink) });
    expect(starts(await readThrough(log, "readings"))).not.toContain(12);
    expect(log.losses).toMatchObject([{ fromOffset: 12, toOffset: 15, reason: "corrupt" }]);
    expect([log.evicted, deliveryTo(log, sink)]).toEqual([{}, { stored: 30, delivered: 30, pending: 0, evicted: 0 }]);
  });

  test("an eviction over a hole counts and records the rest, once", async () => {
    const sink = new ScriptedReader();
    sink.confirm("readings", 5);
    const log = await open(await harmedLog([6, 12]), { readers: readersOf(sink) });
    await readThrough(log, "readings");
    await log.evict({ cuts: [{ lane: "readings", fromOffset: 0, toOffset: 30, reason: "size" }], atUs: 7 });
    expect(log.evicted.collector?.readings).toEqual({ corrupt: 6, size: 19, age: 0, disk: 0 });
    expect(log.missing("readings", 0, 30).map(({ toOffset, loss }) => [toOffset, loss?.reason ?? null])).toEqual([
      [5, null],
      [6, "size"],
      [9, "corrupt"],
      [12, "size"],
      [15, "corrupt"],
      [30, "size"],
    ]);
    expect(deliveryTo(log, sink)).toMatchObject({ delivered: 5, pending: 0, evicted: 25 });
    sink.confirm("readings", 30);
    expect(deliveryTo(log, sink)).toMatchObject({ delivered: 5, pending: 0, evicted: 25 });
  });

  test("a trim into a hole removes what lies before it, and the lane begins with the hole", async () => {
    const directory = await harmedLog([12]);
    const log = await open(directory);
    await readThrough(log, "readings");
    await log.trim("readings", 14);
    expect(log.bounds("readings").startOffset).toBe(12);
    expect(starts(await readThrough(log, "readings"))).toEqual([15, 18, 21, 24, 27]);
    await expectSegmentsToFit(log, "readings");
    await log.close();
    const again = await open(directory);
    expect(starts(await readThrough(again, "readings"))).toEqual([15, 18, 21, 24, 27]);
  });
});

describe("bounds and failures", () => {
  test("a disk that refuses to set aside changes nothing; the read fails, and the next one succeeds", async () => {
    const disk = new FaultyDisk();
    const directory = await harmedLog([12]);
    const log = await open(directory, { syncWrite: disk.syncWrite, readers: readersOf(new ScriptedReader()) });
    const seen = () => [log.losses, log.evicted, [...log.segments("readings").list], log.bounds("readings")];
    const before = seen();
    disk.fail(ioError, 1);
    expect(starts(await log.read("readings", 0, everything))).toEqual([0, 3, 6, 9]);
    await expect(log.read("readings", 12, everything)).rejects.toMatchObject({ code: "LOG_WRITE_FAILED", retryable: true });
    expect(seen()).toEqual(before);
    expect(starts(await log.read("readings", 12, everything))).toEqual([15, 18, 21, 24, 27]);
    expect(log.evicted.collector?.readings.corrupt).toBe(3);
    await log.close();
    expect(await setAsideIn(directory, "readings")).toEqual([12]);
  });

  test("blocks that are set aside are shown, and are notes, no faults; what is kept is bounded", async () => {
    const directory = await tempDir();
    const log = await open(directory);
    const count = asideBlocksMax + 5;
    for (let value = 0; value < count; value++) await append(log, readingsOfValues(value));
    await log.close();
    const harmed = Array.from({ length: count }, (_, offset) => offset);
    await harm(directory, "readings", harmed, harms["all zeros"]);
    await harm(directory, "readings", [count - 1], () => new Uint8Array(asideBytesMax));
    const again = await open(directory);
    expect(await readThrough(again, "readings")).toEqual([]);
    await again.close();
    const { setAside, losses } = await inspectLog(directory);
    expect(setAside).toEqual([{ lane: "readings", firstOffset: count - 1, bytes: asideBytesMax }]);
    expect(losses).toMatchObject([{ fromOffset: 0, toOffset: count, reason: "corrupt" }]);
    expect(await findingsIn(directory)).toMatchObject([{ kind: "note", place: `lane readings, offset ${count - 1}` }]);
  });

  test("as many blocks are kept as asideBlocksMax, the highest offsets", async () => {
    const directory = await tempDir();
    const log = await open(directory);
    for (let value = 0; value < asideBlocksMax + 5; value++) await append(log, readingsOfValues(value));
    await log.close();
    const offsets = Array.from({ length: asideBlocksMax + 5 }, (_, offset) => offset);
    await harm(directory, "readings", offsets, harms["all zeros"]);
    const again = await open(directory);
    await readThrough(again, "readings");
    await again.close();
    expect(await setAsideIn(directory, "readings")).toEqual(offsets.slice(5));
  });

  test("damage in more than holesMax places is not set aside any more, until eviction has passed some of them", async () => {
    const directory = await tempDir();
    const log = await open(directory, { segmentLimits: { bytesMax: 1, spanMs: 1e9 } });
    for (let value = 0; value < 2 * holesMax + 4; value++) await append(log, readingsOfValues(value));
    await log.close();
    await harm(
      directory,
      "readings",
      Array.from({ length: holesMax + 2 }, (_, index) => 2 * index),
      harms["no bytes"],
    );
    const again = await open(directory);
    await expect(readThrough(again, "readings")).rejects.toMatchObject({ code: "LOG_READ_FAILED" });
    expect(again.losses).toHaveLength(holesMax);
    await again.evict({ cuts: [{ lane: "readings", fromOffset: 0, toOffset: 4, reason: "size" }], atUs: 7 });
    const blocks = await readThrough(again, "readings");
    expect(starts(blocks)).toEqual(Array.from({ length: holesMax }, (_, index) => 2 * index + 5));
  });
});
