import { expect, test } from "vitest";
import { Turns } from "../../../src/collector/turns.ts";

test("no more than allowed are at it at once, and they come in order", async () => {
  const turns = new Turns(2);
  const began: number[] = [];
  const ends = await Promise.all([turns.take(), turns.take()]);
  const more = [0, 1, 2].map(async (number) => {
    const end = await turns.take();
    began.push(number);
    return end;
  });
  await new Promise(setImmediate);
  expect(began).toEqual([]);
  ends[0]?.();
  const end = await more[0];
  await new Promise(setImmediate);
  expect(began).toEqual([0]);
  end?.();
  ends[1]?.();
  await Promise.all(more);
  expect(began).toEqual([0, 1, 2]);
});
