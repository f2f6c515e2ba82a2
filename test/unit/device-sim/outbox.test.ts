import fc from "fast-check";
import { expect, it } from "vitest";
import { Outbox, type OutboxEntry } from "../../../device-sim/outbox.ts";

function takeAll(outbox: Outbox<number>): OutboxEntry<number>[] {
  const taken: OutboxEntry<number>[] = [];
  for (let entry = outbox.take(); entry !== undefined; entry = outbox.take()) taken.push(entry);
  return taken;
}

it("holds no more than its window", () => {
  const outbox = new Outbox<number>(2);
  outbox.add(0);
  outbox.add(1);
  expect(outbox.hasRoom).toBe(false);
  expect(() => outbox.add(2)).toThrow("full");
});

it("gives nothing out without a connection", () => {
  const outbox = new Outbox<number>(2);
  outbox.add(0);
  expect(outbox.take()).toBeUndefined();
});

it("keeps to what the connection allows in flight", () => {
  const outbox = new Outbox<number>(10);
  outbox.connected(2);
  for (let i = 0; i < 4; i++) outbox.add(i);
  const first = takeAll(outbox);
  expect(first.map(({ message }) => message)).toEqual([0, 1]);
  outbox.settle(first[1]!);
  expect(takeAll(outbox).map(({ message }) => message)).toEqual([2]);
});

it("a new connection begins with what is unsettled, oldest first", () => {
  const outbox = new Outbox<number>(10);
  outbox.connected(10);
  for (let i = 0; i < 4; i++) outbox.add(i);
  const sent = takeAll(outbox);
  outbox.settle(sent[1]!);
  outbox.disconnected();
  outbox.add(4);
  outbox.connected(10);
  expect(takeAll(outbox).map(({ message, sends }) => [message, sends])).toEqual([
    [0, 2],
    [2, 2],
    [3, 2],
    [4, 1],
  ]);
});

it("over any course of connections every connection sees rising messages and all are settled once", () => {
  const step = fc.constantFrom("add", "take", "settle", "reconnect");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const outbox = new Outbox<number>(5);
      outbox.connected(3);
      let added = 0;
      let last = -1;
      let inFlight: OutboxEntry<number>[] = [];
      const settled: number[] = [];
      const actions = {
        add: () => outbox.hasRoom && outbox.add(added++),
        take: () => {
          const entry = outbox.take();
          if (entry === undefined) return;
          expect(entry.message).toBeGreaterThan(last);
          last = entry.message;
          inFlight.push(entry);
          expect(inFlight.length).toBeLessThanOrEqual(3);
        },
        settle: () => {
          const entry = inFlight.shift();
          if (entry === undefined) return;
          outbox.settle(entry);
          settled.push(entry.message);
        },
        reconnect: () => {
          outbox.disconnected();
          outbox.connected(3);
          last = -1;
          inFlight = [];
        },
      };
      for (const name of steps) actions[name]();
      while (outbox.size > 0) {
        actions.take();
        actions.settle();
      }
      expect(settled).toEqual(Array.from({ length: added }, (_, i) => i));
    }),
  );
});
