// A sink whose config left a lane out for a while: what was recorded for that lane then must not count as delivered later.

import { expect, test } from "vitest";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Lane } from "../../../src/model/lane.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingsFrom, resultFor } from "../../support/records.ts";
import { append, startedForwarder, turns } from "../../support/scripted-forwarder.ts";
import { ScriptedSink } from "../../support/scripted-sink.ts";

const clock = new FakeClock();

/** A run of the gateway: connects, sends, has everything accepted, ends. */
async function run(log: Log, lanes: readonly Lane[]): Promise<string[]> {
  const sink = new ScriptedSink();
  const forwarder = await startedForwarder({ sink, log, clock, lanes });
  sink.link.open(null);
  await turns();
  for (const { lane, firstOffset, count } of sink.link.batches) sink.link.confirm(lane, firstOffset + count);
  await turns();
  await forwarder.close();
  return sink.link.sent;
}

test("a lane that a sink is given again is sent from where it stood", async () => {
  const log = createMemoryLog({ clock });
  await append(log, { readings: readingsFrom(0, 2), results: [resultFor(0)] });
  expect(await run(log, ["readings", "results", "alerts"])).toEqual(["results:0-1", "readings:0-2"]);
  await append(log, { readings: readingsFrom(2, 2), results: [resultFor(1), resultFor(2)] });
  expect(await run(log, ["readings"])).toEqual(["readings:2-4"]);
  expect(await run(log, ["readings", "results", "alerts"])).toEqual(["results:1-3"]);
});

test("a checkpoint that an earlier version wrote for a lane that was left out does not hide the lane for ever", async () => {
  const log = createMemoryLog({ clock });
  const value = { readings: [[0, 2]], results: [[0, Number.MAX_SAFE_INTEGER]], alerts: [] };
  const checkpoint = { name: "forward:scripted", value: Buffer.from(JSON.stringify(value)) };
  await append(log, { readings: readingsFrom(0, 2), results: [resultFor(0)], checkpoint });
  expect(await run(log, ["readings", "results", "alerts"])).toEqual(["results:0-1"]);
});
