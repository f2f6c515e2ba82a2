import { describe, expect, test } from "vitest";
import { Bandwidth } from "../../../src/forward/bandwidth.ts";
import { Inflight } from "../../../src/forward/inflight.ts";
import { SendBudget } from "../../../src/forward/send-budget.ts";
import { SendPace } from "../../../src/forward/send-pace.ts";

const KiB = 1024;
const limits = { windowBytesMin: 64 * KiB, windowBytesMax: 8192 * KiB };

/** A way that carries so many bytes a second, behind which the answer takes so long: what a full window settles at. */
function settledWindow({ bytesPerSecond, roundTripMs }: { bytesPerSecond: number; roundTripMs: number }): {
  bytes: number;
  waitMs: number;
} {
  const pace = new SendPace(limits);
  const batch = 16 * KiB;
  const sent: { sentAtUs: number; doneAtUs: number }[] = [];
  let [nowUs, freeAtUs, waitMs] = [0, 0, 0];
  for (let round = 0; round < 20_000; round++) {
    while (sent.length * batch < pace.windowBytes) {
      freeAtUs = Math.max(freeAtUs, nowUs) + (batch / bytesPerSecond) * 1e6;
      sent.push({ sentAtUs: nowUs, doneAtUs: freeAtUs + roundTripMs * 1000 });
    }
    const { sentAtUs, doneAtUs } = sent.shift()!;
    nowUs = doneAtUs;
    waitMs = (doneAtUs - sentAtUs) / 1000 - roundTripMs;
    pace.confirmed({ bytes: batch, sentAtUs }, (sent.length + 1) * batch, nowUs);
  }
  return { bytes: pace.windowBytes, waitMs };
}

describe("the window", () => {
  test("grows to its bound where batches are confirmed in good time", () => {
    expect(settledWindow({ bytesPerSecond: 1e9, roundTripMs: 1 }).bytes).toBe(limits.windowBytesMax);
  });

  test("keeps a slow way full, and what waits for it below half a second", () => {
    const { bytes, waitMs } = settledWindow({ bytesPerSecond: 1024 * KiB, roundTripMs: 20 });
    expect(bytes).toBeGreaterThan(20 * KiB);
    expect(waitMs).toBeLessThan(500);
  });

  test("does not take a long way for a slow one", () => {
    const { bytes } = settledWindow({ bytesPerSecond: 4096 * KiB, roundTripMs: 600 });
    // Bytes that are on the way at full rate.
    expect(bytes).toBeGreaterThan(0.6 * 4096 * KiB);
  });

  test("halves when the other side asks to slow down, and is never less than its least", () => {
    const pace = new SendPace(limits);
    const before = pace.windowBytes;
    pace.heldBack(0);
    expect(pace.windowBytes).toBe(before / 2);
    for (let again = 0; again < 20; again++) pace.heldBack(again);
    expect(pace.windowBytes).toBe(limits.windowBytesMin);
  });
});

describe("the cap on bandwidth", () => {
  test("lets through so many bytes a second over any long time, and waits for a debt", () => {
    const bandwidth = new Bandwidth(10_000, 0);
    let [nowUs, bytes] = [0, 0];
    while (nowUs < 60e6) {
      const waitMs = bandwidth.waitMs(nowUs);
      if (waitMs > 0) nowUs += waitMs * 1000;
      else {
        bandwidth.spend(7000, nowUs);
        bytes += 7000;
      }
    }
    expect(bytes).toBeGreaterThan(590_000);
    expect(bytes).toBeLessThan(10_000 * 60 + bandwidth.burstBytes + 7000);
  });
});

describe("the budget", () => {
  function budget(inflight: Inflight) {
    const shared = { inflight, inflightBytesMax: 1000 * KiB, inflightBatchesMax: 100 };
    return new SendBudget({ ...shared, backlogShare: 0.25, bandwidth: null });
  }
  const batch = (track: "live" | "backlog", bytes: number) => ({ track, bytes, offsets: { start: 0, end: 1 }, sentAtUs: 0 });

  test("keeps the backlog's share free of live records, and the rest free of the backlog, while both wait", () => {
    const inflight = new Inflight();
    const { windowBytes } = budget(inflight);
    expect(budget(inflight).room("live", true)).toBe(0.75 * windowBytes);
    inflight.add("readings", batch("live", 0.75 * windowBytes));
    expect([budget(inflight).room("live", true), budget(inflight).room("backlog", true)]).toEqual([0, 0.25 * windowBytes]);
  });

  test("the backlog alone leaves room for a live record that may come", () => {
    const inflight = new Inflight();
    const { windowBytes } = budget(inflight);
    inflight.add("readings", batch("backlog", 0.75 * windowBytes));
    expect(budget(inflight).room("backlog", false)).toBe(0);
    expect(budget(inflight).room("live", true)).toBe(0.25 * windowBytes);
  });

  test("nothing goes before the other side wants to be asked again", () => {
    const held = budget(new Inflight());
    held.heldBack(300, 1_000_000);
    expect([held.waitMs(1_000_000), held.waitMs(1_299_000), held.waitMs(1_300_000)]).toEqual([300, 1, 0]);
  });
});
