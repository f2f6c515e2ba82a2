import { expect, test } from "vitest";
import { deliveryOf } from "../../../src/log/accounting.ts";
import { type Loss, type LossContext, LossLedger, lossesMax, missingRanges } from "../../../src/log/loss.ts";
import { allBelow } from "../../../src/model/interval-set.ts";

function loss(fromOffset: number, toOffset: number, reason: Loss["reason"] = "size", atUs = 1): Loss {
  return { lane: "readings", fromOffset, toOffset, reason, sinceUs: atUs, untilUs: atUs };
}

/** Sinks that have confirmed so much, and lanes that begin there. */
function standing(confirmed: readonly number[], startOffset = 0): LossContext {
  const sinks = confirmed.map((offset, index) => ({ sink: `sink-${index}`, settled: allBelow(offset) }));
  return {
    positions: { readings: sinks, results: sinks, alerts: sinks },
    startOffsets: { readings: startOffset, results: startOffset, alerts: startOffset },
  };
}

function ledgerAfter(...steps: [removed: Loss[], confirmed: number[]][]): LossLedger {
  const ledger = new LossLedger();
  for (const [removed, confirmed] of steps) ledger.adopt(ledger.after(removed, standing(confirmed)));
  return ledger;
}

test("what every sink had confirmed is neither a loss nor counted", () => {
  const ledger = ledgerAfter([[loss(0, 100)], [100, 150]]);
  expect([ledger.losses, ledger.evicted]).toEqual([[], {}]);
});

test("each sink is counted what it lacked; the record begins where the first one lacks something", () => {
  const ledger = ledgerAfter([[loss(0, 100)], [30, 80]]);
  expect(ledger.losses).toEqual([loss(30, 100)]);
  expect(ledger.evicted["sink-0"]?.readings.size).toBe(70);
  expect(ledger.evicted["sink-1"]?.readings.size).toBe(20);
});

test("adjoining losses for the same reason are one record, from the first to the last time; others are not", () => {
  const ledger = ledgerAfter(
    [[loss(0, 100, "size", 1)], [40]],
    [[loss(100, 200, "size", 2)], [40]],
    [[loss(200, 300, "disk", 3)], [40]],
    [[loss(350, 400, "disk", 4)], [40]],
  );
  expect(ledger.losses).toEqual([
    { ...loss(40, 200), sinceUs: 1, untilUs: 2 },
    loss(200, 300, "disk", 3),
    loss(350, 400, "disk", 4),
  ]);
  expect(ledger.evicted["sink-0"]?.readings).toEqual({ size: 160, disk: 150, age: 0, corrupt: 0 });
});

test("the records are bounded: the oldest goes, the counts stay", () => {
  const ledger = new LossLedger();
  for (let index = 0; index <= lossesMax; index++) {
    const from = index * 10;
    const change = ledger.after([loss(from, from + 5)], standing([0]));
    if (index === lossesMax) expect(change.removed).toEqual([loss(0, 5)]);
    ledger.adopt(change);
  }
  expect(ledger.losses).toHaveLength(lossesMax);
  expect(ledger.evicted["sink-0"]?.readings.size).toBe(5 * (lossesMax + 1));
});

test("holes go last of all, and only while their lane reaches down to them", () => {
  const ledger = ledgerAfter([[loss(0, 5, "corrupt")], [0]]);
  for (let from = 10; ledger.losses.length < lossesMax; from += 10)
    ledger.adopt(ledger.after([loss(from, from + 5)], standing([0])));
  const kept = ledger.after([loss(1e6, 1e6 + 5)], standing([0]));
  expect(kept.removed).toEqual([loss(10, 15)]);
  const passed = ledger.after([loss(1e6, 1e6 + 5)], standing([0], 5));
  expect(passed.removed).toEqual([loss(0, 5, "corrupt")]);
  expect([kept.holes, passed.holes]).toEqual([1, 0]);
});

test("a hole is recorded whole, also what every sink has; what adjoins it on either side joins it", () => {
  const ledger = ledgerAfter([[loss(20, 30, "corrupt", 1)], [100]], [[loss(10, 20, "corrupt", 2)], [15]]);
  expect(ledger.losses).toEqual([{ ...loss(10, 30, "corrupt"), sinceUs: 1, untilUs: 2 }]);
  expect(ledger.evicted["sink-0"]?.readings.corrupt).toBe(5);
});

test("what was lost in the middle of a lane is not counted again when the lane is evicted over it", () => {
  const ledger = ledgerAfter([[loss(50, 60, "corrupt")], [0]], [[loss(0, 100, "size")], [20]]);
  expect(ledger.evicted["sink-0"]?.readings).toMatchObject({ corrupt: 10, size: 70 });
});

test("a missing range is told in pieces by what is known of them, without a gap", () => {
  const losses = [loss(10, 20, "age"), loss(20, 30, "disk"), loss(40, 90, "size")];
  const ranges = missingRanges(losses, { lane: "readings", fromOffset: 5, toOffset: 50 });
  expect(ranges.map(({ fromOffset, toOffset, loss: known }) => [fromOffset, toOffset, known?.reason ?? null])).toEqual([
    [5, 10, null],
    [10, 20, "age"],
    [20, 30, "disk"],
    [30, 40, null],
    [40, 50, "size"],
  ]);
  expect(missingRanges(losses, { lane: "alerts", fromOffset: 5, toOffset: 50 })).toEqual([
    { fromOffset: 5, toOffset: 50, loss: null },
  ]);
});

test("stored = delivered + pending + evicted, before and after the sink moves over what was evicted", () => {
  const ledger = ledgerAfter([[loss(0, 200)], [100]], [[loss(400, 410, "corrupt")], [100]]);
  const bounds = { startOffset: 200, endOffset: 500 };
  const seen = (confirmedOffset: number) =>
    deliveryOf({
      bounds,
      settled: allBelow(confirmedOffset),
      evicted: ledger.evicted["sink-0"]?.readings,
      holes: [loss(400, 410, "corrupt")],
    });
  expect(seen(100)).toEqual({ stored: 500, delivered: 100, pending: 290, evicted: 110 });
  expect(seen(200)).toEqual({ stored: 500, delivered: 100, pending: 290, evicted: 110 });
  expect(seen(405)).toEqual({ stored: 500, delivered: 300, pending: 90, evicted: 110 });
  expect(seen(500)).toEqual({ stored: 500, delivered: 390, pending: 0, evicted: 110 });
});
