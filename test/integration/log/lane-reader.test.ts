// Where memory and disk meet: what memory holds is served, whatever became of it on disk.

import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Ballast } from "../../../src/log/ballast.ts";
import { eachLane } from "../../../src/log/group-commit.ts";
import { LaneReader } from "../../../src/log/lane-reader.ts";
import { LaneTail } from "../../../src/log/lane-tail.ts";
import type { StoredBlock } from "../../../src/log/log.ts";
import { keyOf, openDatabase } from "../../../src/log/log-database.ts";
import { LogDisk } from "../../../src/log/log-disk.ts";
import { LogReaders } from "../../../src/log/log-readers.ts";
import { LossLedger } from "../../../src/log/loss.ts";
import { LaneSegments } from "../../../src/log/segments.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { type Harm, harms } from "../../support/damaged-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingBlock, readingsFrom } from "../../support/records.ts";
import { tempDir } from "../../support/temp-dir.ts";

const clock = new FakeClock();
const logger = createLogger("silent");
const blockAt = (firstOffset: number): StoredBlock => {
  return { firstOffset, count: 3, bytes: readingBlock(readingsFrom(firstOffset, 3)) };
};

/** Six blocks of three readings, of which memory holds those from `heldFrom` on; on the disk they are harmed. */
async function readerOf(heldFrom: number, harmed: Readonly<Record<number, Harm>>) {
  const directory = await tempDir();
  const database = await openDatabase(directory);
  const ballast = new Ballast({ path: join(directory, "ballast"), bytes: 0, freeBytes: async () => 1e9, logger });
  const open = () => openDatabase(directory);
  const disk = new LogDisk(database, {
    open,
    verify: async () => {},
    sync: true,
    syncWrite: (write) => write(),
    ballast,
    clock,
    logger,
  });
  onTestFinished(() => disk.close());
  const blocks = [0, 3, 6, 9, 12, 15].map(blockAt);
  const tails = eachLane(() => new LaneTail({ startOffset: 0, endOffset: heldFrom }, 1e6));
  const segments = eachLane(() => new LaneSegments([]));
  segments.readings.adopt(segments.readings.after({ blocks, ingestTimeUs: 1 }));
  for (const block of blocks) {
    const bytes = (harmed[block.firstOffset] ?? ((whole) => whole))(block.bytes);
    if (bytes !== null) await database.lanes.readings.put(keyOf(block.firstOffset), bytes);
    if (block.firstOffset >= heldFrom) tails.readings.append(block);
  }
  const ledger = new LossLedger();
  const inTurn = <Result>(work: () => Promise<Result>) => work();
  return {
    reader: new LaneReader({ disk, inTurn, tails, segments, ledger, readers: new LogReaders(), clock, logger }),
    ledger,
  };
}

async function readThrough(reader: LaneReader): Promise<number[]> {
  const read: number[] = [];
  for (let offset = 0; ; ) {
    const blocks = await reader.read("readings", offset, 1e6);
    const last = blocks.at(-1);
    if (last === undefined) return read;
    read.push(...blocks.map(({ firstOffset }) => firstOffset));
    offset = last.firstOffset + last.count;
  }
}

test("a read goes from the disk on into memory", async () => {
  const { reader } = await readerOf(9, {});
  expect((await reader.read("readings", 0, 1e6)).map(({ firstOffset }) => firstOffset)).toEqual([0, 3, 6, 9, 12, 15]);
});

test.each(Object.entries(harms))("what memory holds is not lost with the disk's copy of it: %s", async (_name, how) => {
  const { reader, ledger } = await readerOf(9, { 9: how, 12: how, 15: how });
  expect(await readThrough(reader)).toEqual([0, 3, 6, 9, 12, 15]);
  expect(ledger.losses).toEqual([]);
});

test.each(Object.entries(harms))("damage up to what memory holds is lost up to there: %s", async (_name, how) => {
  const { reader, ledger } = await readerOf(9, { 3: how, 6: how, 9: how });
  expect(await readThrough(reader)).toEqual([0, 9, 12, 15]);
  expect(ledger.losses).toMatchObject([{ fromOffset: 3, toOffset: 9 }]);
});
