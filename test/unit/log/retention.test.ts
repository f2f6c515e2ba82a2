import { describe, expect, test } from "vitest";
import { planRetention, type RetentionPolicy, type RetentionView, type WhenFull } from "../../../src/log/retention.ts";
import type { Segment } from "../../../src/log/segments.ts";
import type { Lane } from "../../../src/model/lane.ts";

const hourMs = 3_600_000;
const nowUs = 1000 * hourMs * 1000;

/** Segments of 100 records and `bytes` each, the newest now, an hour apart. */
function segments(count: number, bytes = 10, newestHoursAgo = 0): Segment[] {
  return Array.from({ length: count }, (_, index) => {
    const timeUs = nowUs - (newestHoursAgo + count - 1 - index) * hourMs * 1000;
    const range = { firstOffset: index * 100, endOffset: (index + 1) * 100, firstTimeUs: timeUs, lastTimeUs: timeUs };
    return { ...range, bytes, blocks: 1, merged: false };
  });
}

interface Situation {
  readonly whenFull?: WhenFull;
  readonly sizeMax?: number;
  readonly ageHoursMax?: number;
  readonly segments?: Partial<Record<Lane, Segment[]>>;
  readonly released?: Partial<Record<Lane, number>>;
  readonly hasSinks?: boolean;
  readonly diskFreeBytes?: number;
  readonly reclaimingBytes?: number;
}

/** A reserve of 1000 bytes; a lane of 100 bytes is as large as it may be. */
function planFor(situation: Situation) {
  const { whenFull = "evict-oldest", sizeMax = 100, ageHoursMax, hasSinks = true, diskFreeBytes = 1e9 } = situation;
  const lane = { bytesMax: sizeMax, ageMsMax: ageHoursMax === undefined ? null : ageHoursMax * hourMs };
  const policy: RetentionPolicy = {
    lanes: { readings: lane, results: lane, alerts: lane },
    diskFreeBytesMin: 1000,
    whenFull,
  };
  const view: RetentionView = {
    nowUs,
    segments: { readings: [], results: [], alerts: [], ...situation.segments },
    released: { readings: 0, results: 0, alerts: 0, ...situation.released },
    hasSinks,
    diskFreeBytes,
    reclaimingBytes: situation.reclaimingBytes ?? 0,
  };
  const { cuts, refusal } = planRetention(policy, view);
  return { cuts: cuts.map(({ lane: of, fromOffset, toOffset, reason }) => [of, fromOffset, toOffset, reason]), refusal };
}

const policies: WhenFull[] = ["evict-oldest", "degrade", "refuse"];

describe("what every sink has", () => {
  test.each(policies)("stays as long as no bound is reached (%s)", (whenFull) => {
    expect(planFor({ whenFull, segments: { readings: segments(10) }, released: { readings: 1000 } })).toEqual({
      cuts: [],
      refusal: null,
    });
  });

  test.each(policies)("goes when the lane is too large, the oldest first, no more than needed (%s)", (whenFull) => {
    expect(planFor({ whenFull, segments: { readings: segments(13) }, released: { readings: 1000 } })).toEqual({
      cuts: [["readings", 0, 300, "size"]],
      refusal: null,
    });
  });

  test.each(policies)("goes when it is old (%s)", (whenFull) => {
    expect(planFor({ whenFull, ageHoursMax: 4, segments: { alerts: segments(8) }, released: { alerts: 800 } })).toEqual({
      cuts: [["alerts", 0, 300, "age"]],
      refusal: null,
    });
  });

  test.each(policies)("goes when the disk is short, of all lanes the oldest (%s)", (whenFull) => {
    const situation = { readings: segments(5, 10, 10), results: segments(5, 10, 1) };
    const released = { readings: 500, results: 500 };
    expect(planFor({ whenFull, segments: situation, released, diskFreeBytes: 955 })).toEqual({
      cuts: [
        ["readings", 0, 400, "disk"],
        ["results", 0, 100, "disk"],
      ],
      refusal: null,
    });
  });
});

describe("what a sink lacks", () => {
  test.each(["evict-oldest", "degrade"] as const)(
    "goes after what every sink has, when its lane is too large (%s)",
    (whenFull) => {
      expect(planFor({ whenFull, segments: { readings: segments(14) }, released: { readings: 250 } })).toEqual({
        cuts: [["readings", 0, 400, "size"]],
        refusal: null,
      });
    },
  );

  test("stays under refuse, and readings are refused until there is room", () => {
    const full = { whenFull: "refuse" as const, segments: { readings: segments(14) } };
    expect(planFor({ ...full, released: { readings: 250 } })).toEqual({
      cuts: [["readings", 0, 200, "size"]],
      refusal: "size",
    });
    expect(planFor({ ...full, released: { readings: 400 } })).toEqual({ cuts: [["readings", 0, 400, "size"]], refusal: null });
    expect(planFor({ whenFull: "refuse", ageHoursMax: 2, segments: { readings: segments(10) } })).toEqual({
      cuts: [],
      refusal: null,
    });
  });

  test("results that fill their lane under refuse keep readings out too, since each reading may make more of them", () => {
    expect(planFor({ whenFull: "refuse", segments: { results: segments(11) } })).toEqual({ cuts: [], refusal: "size" });
  });

  test("goes from the lane that holds the oldest, under evict-oldest", () => {
    const lanes = { readings: segments(5, 10, 0), results: segments(5, 10, 2), alerts: segments(2, 10, 100) };
    expect(planFor({ segments: lanes, diskFreeBytes: 965 }).cuts).toEqual([
      ["alerts", 0, 100, "disk"],
      ["results", 0, 200, "disk"],
      ["readings", 0, 100, "disk"],
    ]);
  });

  test("is the readings under degrade, however old results and alerts are; these go only when no readings are left to give", () => {
    const lanes = { readings: segments(5, 10, 0), results: segments(3, 10, 50), alerts: segments(2, 10, 100) };
    expect(planFor({ whenFull: "degrade", segments: lanes, diskFreeBytes: 965 })).toEqual({
      cuts: [["readings", 0, 400, "disk"]],
      refusal: null,
    });
    expect(planFor({ whenFull: "degrade", segments: lanes, diskFreeBytes: 955 }).cuts).toEqual([
      ["readings", 0, 400, "disk"],
      ["results", 0, 100, "disk"],
    ]);
    expect(planFor({ whenFull: "degrade", ageHoursMax: 2, segments: lanes }).cuts).toEqual([["readings", 0, 200, "age"]]);
  });

  test("is not taken for the room that is on its way back already", () => {
    const lanes = { readings: segments(10) };
    expect(planFor({ segments: lanes, diskFreeBytes: 950, reclaimingBytes: 50 })).toEqual({ cuts: [], refusal: null });
  });
});

describe("a disk that others fill", () => {
  test.each(policies)("ends in refusal when nothing more may go; the newest segment of a lane stays (%s)", (whenFull) => {
    expect(planFor({ whenFull, segments: { readings: segments(3) }, released: { readings: 300 }, diskFreeBytes: 600 })).toEqual(
      {
        cuts: [["readings", 0, 200, "disk"]],
        refusal: "disk",
      },
    );
  });

  test.each(policies)("refuses below half of the reserve, although room is on its way back (%s)", (whenFull) => {
    expect(planFor({ whenFull, diskFreeBytes: 499, reclaimingBytes: 5000 }).refusal).toBe("disk");
    expect(planFor({ whenFull, diskFreeBytes: 500, reclaimingBytes: 5000 }).refusal).toBeNull();
  });
});

test.each(policies)("without a sink the log is a ring: the oldest go at each bound (%s)", (whenFull) => {
  const ring = { whenFull, hasSinks: false, released: { readings: 0, results: 0, alerts: 0 } };
  expect(planFor({ ...ring, segments: { readings: segments(12) } })).toEqual({
    cuts: [["readings", 0, 200, "size"]],
    refusal: null,
  });
  expect(planFor({ ...ring, ageHoursMax: 2, segments: { results: segments(5) } }).cuts).toEqual([["results", 0, 200, "age"]]);
});
