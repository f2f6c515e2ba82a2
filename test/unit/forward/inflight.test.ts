import { expect, test } from "vitest";
import { Inflight } from "../../../src/forward/inflight.ts";

function batch(start: number, end: number, bytes: number, track: "live" | "backlog" = "live") {
  return { track, offsets: { start, end }, bytes, sentAtUs: start };
}

test("a batch is in flight until each of its offsets has a fate, in whatever pieces", () => {
  const inflight = new Inflight();
  inflight.add("readings", batch(0, 10, 100));
  inflight.add("readings", batch(10, 20, 50));
  expect(inflight.settle("readings", { start: 3, end: 15 })).toEqual([]);
  expect([inflight.batches, inflight.bytes]).toEqual([2, 150]);
  expect(inflight.settle("readings", { start: 0, end: 3 })).toMatchObject([{ bytes: 100, sentAtUs: 0 }]);
  expect(inflight.settle("readings", { start: 15, end: 99 })).toMatchObject([{ bytes: 50 }]);
  expect([inflight.batches, inflight.bytes]).toEqual([0, 0]);
});

test("lanes and tracks are counted apart", () => {
  const inflight = new Inflight();
  inflight.add("readings", batch(0, 10, 100, "backlog"));
  inflight.add("alerts", batch(0, 1, 7));
  expect(inflight.settle("results", { start: 0, end: 99 })).toEqual([]);
  expect([inflight.bytesOf("backlog"), inflight.bytesOf("live")]).toEqual([100, 7]);
  inflight.settle("readings", { start: 0, end: 99 });
  expect([inflight.bytesOf("backlog"), inflight.bytesOf("live"), inflight.batches]).toEqual([0, 7, 1]);
});
