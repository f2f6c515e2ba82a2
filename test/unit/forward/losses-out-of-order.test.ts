// New records go ahead of a backlog, so a loss among them is declared before one in the backlog: both are counted.

import { expect, test } from "vitest";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingsFrom } from "../../support/records.ts";
import { append, startedForwarder, turns } from "../../support/scripted-forwarder.ts";
import { ScriptedSink } from "../../support/scripted-sink.ts";

test("a loss that is declared behind another one is counted, and one that is declared again is not", async () => {
  const clock = new FakeClock();
  const log: Log = createMemoryLog({ clock });
  for (let block = 0; block < 10; block++) {
    await append(log, { readings: readingsFrom(block * 3000, 3000) });
  }
  const damaged = withHole(log, { start: 18_000, end: 21_000 });
  const sink = new ScriptedSink();
  const forwarder = await startedForwarder({ sink, log: damaged, clock });
  sink.link.events.opened({ settled: { readings: [{ start: 0, end: 15_000 }], results: [], alerts: [] }, anyOrder: true });
  await turns();
  expect(sink.link.lost).toEqual([["readings", 18_000, 21_000]]);
  expect(forwarder.status().lanes.readings.lostRecords).toBe(3000);
  // The upstream came back from an older copy of itself, and the log has given up what it had.
  sink.link.fail();
  await log.trim("readings", 6000);
  clock.advanceMs(1000);
  await turns();
  sink.link.events.opened({ settled: { readings: [{ start: 0, end: 3000 }], results: [], alerts: [] }, anyOrder: true });
  await turns();
  expect(sink.link.lost).toEqual([
    ["readings", 3000, 6000],
    ["readings", 18_000, 21_000],
  ]);
  expect(forwarder.status().lanes.readings.lostRecords).toBe(6000);
});

/** A log that has set aside what was damaged in the middle of its readings. */
function withHole(log: Log, hole: { readonly start: number; readonly end: number }): Log {
  return new Proxy(log, {
    get(target, name) {
      if (name !== "read") {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async (...[lane, fromOffset, bytesMax]: Parameters<Log["read"]>) => {
        const from = fromOffset >= hole.start && fromOffset < hole.end ? hole.end : fromOffset;
        const blocks = await target.read(lane, from, bytesMax);
        return blocks.filter(({ firstOffset }) => firstOffset < hole.start || firstOffset >= hole.end);
      };
    },
  });
}
