// A gateway whose data directory is an older copy: what the collector has of the offsets behind its end are other records. This says what
// is not so yet: that it is remembered over a restart.

import { expect, test } from "vitest";
import { Forwarder } from "../../../src/forward/forwarder.ts";
import type { Sink } from "../../../src/forward/sink.ts";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingsFrom } from "../../support/records.ts";
import { ScriptedSink } from "../../support/scripted-sink.ts";

const clock = new FakeClock();
const logger = createLogger("silent");

function appendReadings(log: Log, first: number, count: number): Promise<unknown> {
  return new Promise((resolve) => log.append({ readings: readingsFrom(first, count) }, resolve));
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise(setImmediate);
}

async function started(sink: Sink, log: Log): Promise<Forwarder> {
  const forwarder = new Forwarder({
    sink,
    log,
    clock,
    random: () => 0.5,
    logger,
    retry: { delayMsMin: 200, delayMsMax: 1600 },
    ackTimeoutMs: 10_000,
    inflightBytesMax: 1024 * 1024,
  });
  await forwarder.start();
  await turns();
  return forwarder;
}

test.fails("a collector that was ahead of the log gets nothing after a restart either, when the log has grown past it", async () => {
  const log = createMemoryLog({ clock });
  await appendReadings(log, 0, 50);
  const [sink, later] = [new ScriptedSink(), new ScriptedSink()];
  const forwarder = await started(sink, log);
  sink.link.open({ readings: 100 });
  expect(forwarder.status().lastError?.code).toBe("COLLECTOR_AHEAD");
  await forwarder.close();
  await appendReadings(log, 50, 100);
  const restarted = await started(later, log);
  later.link.open({ readings: 100 });
  await turns();
  await restarted.close();
  // The 50 records at 50 to 99 are other ones than the collector has, and never reach it.
  expect(later.link.sent).toEqual([]);
  expect(restarted.status().lastError?.code).toBe("COLLECTOR_AHEAD");
});
