// The wall clock of a gateway can be set back, by hours or by years: nothing that waits may wait for it to come to that time again.

import { describe, expect, test } from "vitest";
import { Bandwidth } from "../../../src/forward/bandwidth.ts";
import type { ForwarderOptions } from "../../../src/forward/forwarder.ts";
import { SendPace } from "../../../src/forward/send-pace.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Clock } from "../../../src/platform/clock.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingsFrom } from "../../support/records.ts";
import { append, startedForwarder, turns } from "../../support/scripted-forwarder.ts";
import { ScriptedSink } from "../../support/scripted-sink.ts";

const dayMs = 86_400_000;

/** Timers go on as they were when the time of day is set. */
class AdjustableClock implements Clock {
  readonly #steady = new FakeClock();
  setBackMs = 0;

  nowUs(): number {
    return this.#steady.nowUs() - this.setBackMs * 1000;
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#steady.after(delayMs, callback);
  }

  advanceMs(durationMs: number): void {
    this.#steady.advanceMs(durationMs);
  }
}

async function started(options: Partial<ForwarderOptions> = {}) {
  const clock = new AdjustableClock();
  const log = createMemoryLog({ clock });
  const sink = new ScriptedSink();
  await append(log, { readings: readingsFrom(0, 3000) });
  await startedForwarder({ sink, log, clock, ...options });
  sink.link.open(null);
  await turns();
  return { clock, sink };
}

describe("after the clock was set back by a day", () => {
  test("what a sink wanted to have later is sent after twice the time that it said at most, not a day later", async () => {
    const { clock, sink } = await started();
    sink.link.events.kept("readings", { start: 0, end: 3000 }, 5000);
    await turns();
    clock.setBackMs = dayMs;
    for (let wait = 0; wait < 2; wait++) {
      clock.advanceMs(5000);
      await turns();
    }
    expect(sink.link.sent).toEqual(["readings:0-3000", "readings:0-3000"]);
  });

  test("a cap on bandwidth is paid off as it would have been", () => {
    const bandwidth = new Bandwidth(1000, dayMs * 1000);
    bandwidth.spend(1250, dayMs * 1000);
    expect(bandwidth.waitMs(0)).toBe(1000);
    expect(bandwidth.waitMs(1_000_000)).toBe(0);
  });

  test("a batch that was under way does not make every later one look slow", () => {
    const pace = new SendPace({ windowBytesMin: 1000, windowBytesMax: 1_000_000 });
    const nowUs = dayMs * 1000;
    pace.confirmed({ bytes: 4000, sentAtUs: nowUs }, 4000, nowUs + 500_000);
    // Sent before the clock was set, confirmed after it.
    pace.confirmed({ bytes: 4000, sentAtUs: nowUs + 500_000 }, 4000, 1_000_000);
    const before = pace.windowBytes;
    for (let batch = 0; batch < 10; batch++) {
      pace.confirmed({ bytes: 4000, sentAtUs: 2_000_000 + batch * 1_000_000 }, 4000, 2_500_000 + batch * 1_000_000);
    }
    expect(pace.windowBytes).toBeGreaterThanOrEqual(before);
  });
});
