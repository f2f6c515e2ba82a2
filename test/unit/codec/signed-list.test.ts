import fc from "fast-check";
import { expect, test } from "vitest";
import { SignedListReader, SignedListWriter } from "../../../src/codec/signed-list.ts";

function written(integers: readonly number[]): number[] {
  const writer = new SignedListWriter();
  for (const integer of integers) writer.push(integer);
  return [...writer.take()];
}

test.each<[integers: number[], bytes: number[]]>([
  [
    [1, -1, 63, -63],
    [3, 2, 127, 126],
  ],
  [
    [64, -64],
    [0x81, 1, 0x80, 1],
  ],
  [
    [0, 5],
    [0, 11],
  ],
  [
    [0, 0, 5],
    [0, 0, 11],
  ],
  [
    [0, 0, 0, 5],
    [1, 3, 11],
  ],
  [
    [...new Array(300).fill(0), 5],
    [1, 0xac, 2, 11],
  ],
  [[5, 0, 0, 0], [11]],
  [[0, 0], []],
  [[2 ** 53], [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]],
])("%j is written as %j", (integers, bytes) => {
  expect(written(integers)).toEqual(bytes);
});

test("whatever the integers, they come back, and zeros behind them", () => {
  const integer = fc.oneof(
    fc.constant(0),
    fc.integer({ min: -70, max: 70 }),
    fc.maxSafeInteger(),
    fc.constantFrom(2 ** 53, -(2 ** 53)),
  );
  fc.assert(
    fc.property(fc.array(integer, { maxLength: 300 }), (integers) => {
      const bytes = Uint8Array.of(9, ...written(integers), 9);
      const reader = new SignedListReader(bytes, 1, bytes.length - 1);
      expect(integers.map(() => reader.next() + 0)).toEqual(integers.map((value) => value + 0));
      reader.end();
      expect(reader.next()).toBe(0);
    }),
  );
});

test("differences are summed up again, anew after a restart", () => {
  const writer = new SignedListWriter();
  for (const value of [7, 7, 5]) writer.pushDifference(value);
  writer.restart();
  writer.pushDifference(7);
  const bytes = writer.take();
  expect([...bytes]).toEqual([15, 0, 4, 15]);
  const reader = new SignedListReader(bytes, 0, bytes.length);
  expect([reader.nextSum(), reader.nextSum(), reader.nextSum()]).toEqual([7, 7, 5]);
  reader.restart();
  expect(reader.nextSum()).toBe(7);
});
