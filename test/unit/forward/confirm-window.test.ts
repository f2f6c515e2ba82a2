import { expect, test } from "vitest";
import { accepted, ConfirmWindow, type Fate, kept, rejected } from "../../../src/forward/sinks/confirm-window.ts";
import { closedError } from "../../../src/forward/sinks/sink-errors.ts";
import { numberedBatch } from "../../support/sink-batches.ts";

/** A window whose upstream says what the test says, when it says it. */
function openWindow(inflightMax: number) {
  const published: number[] = [];
  const settles = new Map<number, (fate: Fate) => void>();
  const window = new ConfirmWindow({
    inflightMax,
    publish(_lane, { offset }, settle) {
      published.push(offset);
      settles.set(offset, settle);
    },
  });
  const settle = async (offset: number, fate: Fate = accepted) => {
    settles.get(offset)?.(fate);
    await turns();
  };
  return { window, published, settle };
}

/** Until everything that can go on without the upstream has gone on. */
async function turns(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("no more records than the window holds wait for their fate, over all writes", async () => {
  const { window, published, settle } = openWindow(3);
  const writes = [window.write(numberedBatch(0, 2)), window.write(numberedBatch(2, 4))];
  await turns();
  expect(published).toEqual([0, 1, 2]);
  await settle(1);
  expect(published).toEqual([0, 1, 2, 3]);
  for (const offset of [0, 2, 3, 4, 5]) await settle(offset);
  expect(await Promise.all(writes)).toMatchObject([
    { rejected: [], kept: [] },
    { rejected: [], kept: [] },
  ]);
});

test("records are handed over in the order of the writes, whatever is confirmed when", async () => {
  const { window, published, settle } = openWindow(2);
  const writes = [window.write(numberedBatch(0, 3)), window.write(numberedBatch(3, 2))];
  await turns();
  for (const offset of [1, 2, 0, 4, 3, 4]) await settle(offset);
  await Promise.all(writes);
  expect(published).toEqual([0, 1, 2, 3, 4]);
});

test("each record has its own fate, and neighbours that are kept are one range", async () => {
  const { window, settle } = openWindow(10);
  const outcome = window.write(numberedBatch(10, 5));
  await turns();
  await settle(10);
  await settle(11, rejected("too large"));
  await settle(12, kept(100));
  await settle(13, kept(300));
  await settle(14);
  expect(await outcome).toEqual({
    rejected: [{ offset: 11, reason: "too large" }],
    kept: [{ start: 12, end: 14 }],
    retryAfterMs: 300,
  });
});

test("when the upstream asks to wait, what waits in the writes under way is kept, and not handed over; a later write is", async () => {
  const { window, published, settle } = openWindow(1);
  const writes = [window.write(numberedBatch(0, 3)), window.write(numberedBatch(3, 2))];
  await turns();
  await settle(0, kept(500));
  expect(await Promise.all(writes)).toEqual([
    { rejected: [], kept: [{ start: 0, end: 3 }], retryAfterMs: 500 },
    { rejected: [], kept: [{ start: 3, end: 5 }], retryAfterMs: 500 },
  ]);
  const later = window.write(numberedBatch(0, 1));
  await turns();
  await settle(0);
  expect(await later).toMatchObject({ kept: [] });
  expect(published).toEqual([0, 0]);
});

test("the end of a connection ends a write whose records are all on their way", async () => {
  const { window } = openWindow(10);
  const error = closedError("nowhere");
  const write = window.write(numberedBatch(0, 3)).catch((thrown: unknown) => thrown);
  await turns();
  window.fail(error);
  expect(await write).toBe(error);
});

test("the end of a connection ends every write, also those that wait for room, and those to come", async () => {
  const { window, published } = openWindow(1);
  const error = closedError("nowhere");
  const writes = [numberedBatch(0, 3), numberedBatch(3, 2)].map((batch) =>
    window.write(batch).catch((thrown: unknown) => thrown),
  );
  await turns();
  window.fail(error);
  expect(await Promise.all(writes)).toEqual([error, error]);
  await expect(window.write(numberedBatch(5, 1))).rejects.toBe(error);
  expect(published).toEqual([0]);
});
