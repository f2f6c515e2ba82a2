// A sink may refuse all that a large block holds: what is kept of it is found in one read, not in one a record, which took so long that
// the link was given up before and the same block came again for ever.

import { expect, test } from "vitest";
import { recordsOf } from "../../../src/codec/block-records.ts";
import { Quarantine } from "../../../src/forward/quarantine.ts";
import type { Log, StoredBlock } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Lane } from "../../../src/model/lane.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { readingsFrom } from "../../support/records.ts";

const records = 8192;

/** A log whose reads are counted. */
async function countedLog(): Promise<{ log: Log; reads: () => number }> {
  const memory = createMemoryLog({ clock: new FakeClock() });
  for (const first of [0, records]) {
    await new Promise((resolve) => memory.append({ readings: readingsFrom(first, records) }, resolve));
  }
  let reads = 0;
  const read = (lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]> => {
    reads += 1;
    return memory.read(lane, fromOffset, bytesMax);
  };
  return { log: { ...interceptedLog(memory, (write, done) => memory.append(write, done)), read }, reads: () => reads };
}

function refused(offsets: readonly number[]) {
  return offsets.map((offset) => ({ offset, reason: "no" }));
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

test("all records of a block are found in one read, and the newest of them are kept", async () => {
  const { log, reads } = await countedLog();
  const quarantine = new Quarantine({ sinkName: "s", recordsMax: 1000, log });
  await quarantine.put("readings", refused(range(0, records)), 1);
  expect(reads()).toBe(1);
  expect([quarantine.size, quarantine.dropped]).toEqual([1000, records - 1000]);
  const kept = quarantine.list();
  expect(kept.map(({ offset }) => offset)).toEqual(range(records - 1000, records));
  expect(kept.map(({ record }) => ("value" in record ? record.value : null))).toEqual(range(records - 1000, records));
});

test("records of several blocks are found in a read of each", async () => {
  const { log, reads } = await countedLog();
  const quarantine = new Quarantine({ sinkName: "s", recordsMax: 10, log });
  const offsets = [5, 6, 4000, records - 1, records, 2 * records - 1];
  await quarantine.put("readings", refused(offsets), 1);
  expect(reads()).toBe(2);
  expect(quarantine.list().map(({ offset }) => offset)).toEqual(offsets);
  quarantine.retry(quarantine.ids);
  for (const { firstOffset, count, bytes } of quarantine.retries().values()) {
    const decoded = recordsOf("readings", bytes);
    expect([count, decoded.records.map(({ value }) => value)]).toEqual([1, [firstOffset]]);
  }
});

test("a quarantine that keeps nothing reads nothing", async () => {
  const { log, reads } = await countedLog();
  const quarantine = new Quarantine({ sinkName: "s", recordsMax: 0, log });
  await quarantine.put("readings", refused(range(0, 100)), 1);
  expect([reads(), quarantine.size, quarantine.dropped]).toEqual([0, 0, 100]);
});
