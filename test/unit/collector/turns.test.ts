import { expect, test } from "vitest";
import { Turns } from "../../../src/collector/turns.ts";

/** Work that runs until it is told to end. */
function work() {
  let end: (outcome: string | Error) => void = () => {};
  const done = new Promise<string>((resolve, reject) => {
    end = (outcome) => (typeof outcome === "string" ? resolve(outcome) : reject(outcome));
  });
  return { end, done };
}

test("no more than so many run at once; the others wait in the order in which they came, also when one fails", async () => {
  const turns = new Turns(2);
  const started: number[] = [];
  const works = Array.from({ length: 5 }, work);
  const outcomes = works.map(({ done }, index) =>
    turns.take(() => {
      started.push(index);
      return done;
    }),
  );
  expect(started).toEqual([0, 1]);
  works[1]!.end(new Error("broken"));
  await expect(outcomes[1]).rejects.toThrow("broken");
  expect(started).toEqual([0, 1, 2]);
  works[0]!.end("first");
  expect(await outcomes[0]).toBe("first");
  for (const index of [2, 3, 4]) works[index]!.end(`number ${index}`);
  expect(await Promise.all(outcomes.slice(2))).toEqual(["number 2", "number 3", "number 4"]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
  expect(await turns.take(async () => "free again")).toBe("free again");
});
