import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type LaneProgress,
  lossesMax,
  lostByReason,
  noLaneProgress,
  settledOf,
  storedRecords,
  totalOf,
  withDeclaredLost,
  withGap,
  withReceived,
} from "../../../src/collector/lane-progress.ts";
import { type Gap, gapReasons } from "../../../src/model/gap.ts";

function gap(fromOffset: number, toOffset: number, reason: Gap["reason"] = "size", atUs: number | null = 1): Omit<Gap, "lane"> {
  return { fromOffset, toOffset, reason, sinceUs: atUs, untilUs: atUs };
}

const declared = (...gaps: Omit<Gap, "lane">[]) => gaps.reduce(withGap, noLaneProgress);
const listed = ({ losses }: LaneProgress) => losses.map(({ start, end, reason }) => [start, end, reason]);

describe("losses", () => {
  test("a gap that is declared twice, whole or in parts, counts once and keeps its first reason", () => {
    const progress = declared(gap(10, 20), gap(10, 20), gap(15, 25, "age"), gap(5, 12, "unknown", null));
    expect(listed(progress)).toEqual([
      [5, 10, "unknown"],
      [10, 20, "size"],
      [20, 25, "age"],
    ]);
    expect(lostByReason(progress)).toEqual({ unknown: 5, size: 10, age: 5, disk: 0, corrupt: 0 });
  });

  test("ones of the same reason that adjoin are one, from the first time to the last; others are not", () => {
    const progress = declared(gap(20, 30, "size", 7), gap(0, 10, "size", 3), gap(30, 40, "disk", 8), gap(10, 20, "size", 5));
    expect(progress.losses).toEqual([
      { start: 0, end: 30, reason: "size", sinceUs: 3, untilUs: 7 },
      { start: 30, end: 40, reason: "disk", sinceUs: 8, untilUs: 8 },
    ]);
  });

  test("what is stored is not lost, whether it came before the gap or after", () => {
    const progress = withReceived(withGap(withReceived(noLaneProgress, { start: 3, end: 5 }), gap(0, 10)), {
      start: 7,
      end: 9,
    });
    expect(listed(progress)).toEqual([
      [0, 3, "size"],
      [5, 7, "size"],
      [9, 10, "size"],
    ]);
    expect([storedRecords(progress), totalOf(lostByReason(progress))]).toEqual([4, 6]);
  });

  test("beyond lossesMax the lowest are closed: the counts stay, and nothing is stored for them any more", () => {
    const gaps = Array.from({ length: lossesMax + 2 }, (_, index) =>
      gap(index * 10, index * 10 + 4, index === 0 ? "age" : "size"),
    );
    const progress = declared(...gaps);
    expect(progress.losses).toHaveLength(lossesMax);
    expect(progress.losses[0]?.start).toBe(20);
    expect(progress.closed).toEqual({ unknown: 0, size: 4, age: 4, disk: 0, corrupt: 0 });
    expect(lostByReason(progress)).toMatchObject({ age: 4, size: 4 * (lossesMax + 1) });
    const late = withReceived(progress, { start: 0, end: 10 });
    expect([storedRecords(late), late.closed]).toEqual([6, progress.closed]);
  });

  test("what an earlier format knew becomes losses of unknown reason, without what has arrived", () => {
    const progress = withDeclaredLost([{ start: 2, end: 4 }], [{ start: 0, end: 6 }]);
    expect(listed(progress)).toEqual([
      [0, 2, "unknown"],
      [4, 6, "unknown"],
    ]);
    expect(storedRecords(progress)).toBe(2);
  });
});

const anyRange = fc.record({ from: fc.nat(40), size: fc.integer({ min: 1, max: 12 }) });
const anyStep = fc.oneof(
  fc.record({ kind: fc.constant("arrived" as const), range: anyRange }),
  fc.record({ kind: fc.constant("gap" as const), range: anyRange, reason: fc.constantFrom(...gapReasons) }),
);

test("whatever arrives and is declared, in whatever order: received + lost by reason + missing = everything, offset by offset", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
      const model: ("missing" | "stored" | Gap["reason"])[] = Array.from({ length: 60 }, () => "missing");
      let progress = noLaneProgress;
      for (const step of steps) {
        const [start, end] = [step.range.from, step.range.from + step.range.size];
        if (step.kind === "arrived") progress = withReceived(progress, { start, end });
        else progress = withGap(progress, gap(start, end, step.reason));
        for (let offset = start; offset < end; offset++) {
          if (step.kind === "arrived") model[offset] = "stored";
          else if (model[offset] === "missing") model[offset] = step.reason;
        }
      }
      const counted = (fate: (typeof model)[number]) => model.filter((found) => found === fate).length;
      expect(storedRecords(progress)).toBe(counted("stored"));
      const lost = lostByReason(progress);
      for (const reason of gapReasons) expect(lost[reason]).toBe(counted(reason));
      for (const { start, end, reason } of progress.losses) {
        for (let offset = start; offset < end; offset++) expect(model[offset]).toBe(reason);
      }
      const settled = settledOf(progress).reduce((sum, { start, end }) => sum + end - start, 0);
      expect(settled).toBe(60 - counted("missing"));
    }),
  );
});
