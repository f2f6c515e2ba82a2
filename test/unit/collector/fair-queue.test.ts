import { expect, test } from "vitest";
import { FairQueue } from "../../../src/collector/fair-queue.ts";

interface Item {
  readonly origin: { readonly gatewayId: string; readonly logId: string };
  readonly cost: number;
  readonly name: string;
}

function queueOf(...names: readonly string[]): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const name of names) queue.add({ origin: { gatewayId: name.slice(0, 1), logId: "log" }, cost: 10, name });
  return queue;
}

function takenFrom(queue: FairQueue<Item>, costMax: number): string[] {
  return queue.take(costMax).map(({ name }) => name);
}

test("origins are served in turn, each in its own order", () => {
  const queue = queueOf("a1", "a2", "a3", "b1", "c1", "c2");
  expect(takenFrom(queue, 1000)).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  expect(queue.isEmpty).toBe(true);
});

test("the turn goes on where it ended, so that nobody is passed over", () => {
  const queue = queueOf("a1", "a2", "a3", "b1", "c1");
  expect([takenFrom(queue, 20), takenFrom(queue, 20), takenFrom(queue, 20)]).toEqual([["a1", "b1"], ["c1", "a2"], ["a3"]]);
});

test("an item that costs more than the bound is taken alone", () => {
  const queue = queueOf("a1", "b1");
  expect([takenFrom(queue, 5), takenFrom(queue, 5), takenFrom(queue, 5)]).toEqual([["a1"], ["b1"], []]);
});
