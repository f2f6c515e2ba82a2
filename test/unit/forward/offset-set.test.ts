import fc from "fast-check";
import { expect, test } from "vitest";
import { OffsetSet, RecentOffsets } from "../../../src/forward/sinks/offset-set.ts";

test("has what was added and nothing else, wherever it lies", () => {
  const offset = fc.oneof(fc.nat(5000), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.array(offset), fc.array(offset), (added, asked) => {
      const [set, model] = [new OffsetSet(), new Set(added)];
      for (const each of added) set.add(each);
      for (const each of [...asked, ...added, ...added.map((one) => one + 1)]) expect(set.has(each)).toBe(model.has(each));
    }),
  );
});

test("recent offsets are those of at least so many bytes, and of at most twice as many", () => {
  const recent = new RecentOffsets(100);
  for (let offset = 0; offset < 1000; offset++) {
    recent.add([offset], 10);
    for (let age = 0; age < 10; age++) expect(recent.has(offset - age)).toBe(offset >= age);
    expect(recent.has(offset - 20)).toBe(false);
  }
});
