import fc from "fast-check";
import { expect, test } from "vitest";
import { Inflight } from "../../../src/forward/inflight.ts";

test("room ends at either bound and comes back with confirmations", () => {
  const inflight = new Inflight({ inflightBytesMax: 100, inflightBatchesMax: 2 });
  inflight.add("readings", 10, 60);
  expect([inflight.hasRoom, inflight.bytesLeft, inflight.batchesLeft]).toEqual([true, 40, 1]);
  inflight.add("alerts", 1, 1);
  expect(inflight.hasRoom).toBe(false);
  expect(inflight.confirm("alerts", 1)).toBe(1);
  inflight.add("readings", 20, 60);
  expect([inflight.hasRoom, inflight.bytesLeft]).toEqual([false, 0]);
});

test("a confirmation inside a batch does not take it out", () => {
  const inflight = new Inflight({ inflightBytesMax: 100, inflightBatchesMax: 10 });
  inflight.add("readings", 10, 5);
  inflight.add("readings", 20, 5);
  expect(inflight.confirm("readings", 19)).toBe(1);
  expect([inflight.batches, inflight.bytes]).toEqual([1, 5]);
});

test("what was added and not confirmed adds up, lane by lane", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 });
  fc.assert(
    fc.property(sizes, fc.nat({ max: 25 }), (bytes, confirmed) => {
      const inflight = new Inflight({ inflightBytesMax: 1000, inflightBatchesMax: 100 });
      for (const [index, size] of bytes.entries()) inflight.add("results", index + 1, size);
      inflight.confirm("results", confirmed);
      const open = bytes.slice(confirmed);
      expect([inflight.batches, inflight.bytes]).toEqual([open.length, open.reduce((sum, size) => sum + size, 0)]);
      inflight.confirm("readings", 1000);
      expect(inflight.batches).toBe(open.length);
    }),
  );
});
