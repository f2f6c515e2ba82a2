import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Commit } from "../../../src/log/commit.ts";
import { GroupCommit } from "../../../src/log/group-commit.ts";
import type { LogWrite } from "../../../src/log/log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { reading, readingsOfValues } from "../../support/log-appends.ts";

function newCommits(intervalMs: number) {
  const clock = new FakeClock();
  const stored: number[] = [];
  const ends = { readings: 0, results: 0, alerts: 0 };
  const commits = new GroupCommit({
    clock,
    pendingReadingsMax: 1000,
    intervalMs,
    ends: () => ends,
    store: async ({ blocks }: Commit) => {
      stored.push(blocks.reduce((sum, { block }) => sum + block.count, 0));
      for (const { lane, block } of blocks) ends[lane] += block.count;
    },
  });
  let done = 0;
  const append = (write: LogWrite) => commits.append(write, () => done++);
  return { clock, commits, stored, append, done: () => done };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

test("the first commit after a rest begins at once; what comes after it waits for the interval, and shares a commit", async () => {
  const { clock, stored, append, done } = newCommits(100);
  append(readingsOfValues(1));
  await turns();
  append(readingsOfValues(2));
  clock.advanceMs(60);
  append(readingsOfValues(3));
  clock.advanceMs(39);
  await turns();
  expect([stored, done()]).toEqual([[1], 1]);
  clock.advanceMs(1);
  await turns();
  expect([stored, done()]).toEqual([[1, 2], 3]);
  clock.advanceMs(100);
  append(readingsOfValues(4));
  await turns();
  expect(stored).toEqual([1, 2, 1]);
});

test("without an interval nothing waits for time to pass", async () => {
  const { stored, append } = newCommits(0);
  for (const value of [1, 2, 3]) {
    append(readingsOfValues(value));
    await turns();
  }
  expect(stored).toEqual([1, 1, 1]);
});

test("the interval is cut short when half of what may wait waits", async () => {
  const { stored, append } = newCommits(60_000);
  append(readingsOfValues(1));
  await turns();
  append({ readings: Array.from({ length: 499 }, (_, value) => reading(value)) });
  await turns();
  expect(stored).toEqual([1]);
  append(readingsOfValues(2));
  await turns();
  expect(stored).toEqual([1, 500]);
});

test("closing cuts the interval short, and everything before it is done", async () => {
  const { commits, stored, append, done } = newCommits(60_000);
  append(readingsOfValues(1));
  await turns();
  append(readingsOfValues(2));
  await commits.close();
  expect([stored, done()]).toEqual([[1, 1], 2]);
});

test("a clock that is set back by a day does not hold up a commit", async () => {
  const { clock, stored, append } = newCommits(100);
  append(readingsOfValues(1));
  await turns();
  clock.advanceMs(-86_400_000);
  append(readingsOfValues(2));
  await turns();
  expect(stored).toEqual([1, 1]);
});

test("a commit takes about 8 MiB; what does not fit goes into the next one, in order", async () => {
  const { stored, append, done } = newCommits(0);
  const megabyte = { readings: Array.from({ length: 256 }, (_, value) => ({ ...reading(value), value: "x".repeat(4096) })) };
  const small = readingsOfValues(1);
  for (const write of [megabyte, megabyte, megabyte, small]) append(write);
  await turns();
  expect([stored, done()]).toEqual([[3 * 256 + 1], 4]);
  const texts = (count: number) => ({
    readings: Array.from({ length: count }, () => ({ ...reading(1), value: "x".repeat(65_536) })),
  });
  for (const write of [texts(100), texts(100), small, texts(200), small]) append(write);
  await turns();
  expect(stored.slice(1)).toEqual([100, 101, 200, 1]);
});
