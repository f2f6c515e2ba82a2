import { describe, expect, test } from "vitest";
import { holesMax, LaneSchedule } from "../../../src/forward/lane-schedule.ts";
import { allBelow } from "../../../src/model/interval-set.ts";

function scheduleWith(settledBelow: number, backlogRecordsMin = 100): LaneSchedule {
  return new LaneSchedule(allBelow(settledBelow), backlogRecordsMin);
}

describe("which records go next", () => {
  test("without a long backlog all are live, in the order of offsets", () => {
    const schedule = scheduleWith(10);
    schedule.beginLive(50);
    expect([schedule.next("live", 50), schedule.next("backlog", 50)]).toEqual([10, null]);
    schedule.send({ start: 10, end: 50 });
    expect([schedule.next("live", 50), schedule.next("live", 60)]).toEqual([null, 50]);
  });

  test("new records overtake a long backlog, which goes oldest first", () => {
    const schedule = scheduleWith(10);
    schedule.beginLive(1000);
    expect([schedule.next("live", 1000), schedule.next("live", 1001)]).toEqual([null, 1000]);
    expect(schedule.next("backlog", 1001)).toBe(10);
    schedule.settle({ start: 1000, end: 1001 });
    schedule.settle({ start: 10, end: 500 });
    expect([schedule.next("backlog", 1001), schedule.unsent("backlog", 1001)]).toEqual([500, 500]);
    schedule.settle({ start: 500, end: 1000 });
    expect(schedule.settled).toEqual([{ start: 0, end: 1001 }]);
  });

  test("what was sent and not taken is to be sent again; what is settled is not", () => {
    const schedule = scheduleWith(0);
    schedule.send({ start: 0, end: 30 });
    schedule.settle({ start: 0, end: 10 });
    schedule.release({ start: 5, end: 20 });
    expect(schedule.missing({ start: 0, end: 40 })).toEqual([
      { start: 10, end: 20 },
      { start: 30, end: 40 },
    ]);
  });

  test("live records that fell behind become backlog, as long as there are not too many holes", () => {
    const schedule = scheduleWith(0, 2);
    let end = 0;
    for (let outage = 0; outage < 2 * holesMax; outage++) {
      end += 10;
      schedule.beginLive(end);
      const next = schedule.next("live", end + 1);
      if (next !== null) schedule.settle({ start: next, end: next + 1 });
    }
    expect(schedule.settled.length).toBeLessThanOrEqual(holesMax + 1);
    // At the bound, live goes on where it was.
    expect(schedule.next("live", end + 1)).toBeLessThan(end);
  });
});
