import { getEventListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { LogCursor } from "../../../src/log/cursor.ts";
import type { Log, StoredBlock } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { append, readingsOfValues, valuesIn } from "../../support/log-appends.ts";
import { alertFor } from "../../support/records.ts";

const bytesMax = 1_000_000;
const { signal } = new AbortController();
const newLog = () => createMemoryLog({ clock: new FakeClock() });

function advanceOver(cursor: LogCursor, blocks: readonly StoredBlock[]): void {
  for (const { firstOffset, count } of blocks) cursor.advance(firstOffset + count);
}

test("a cursor reads every record once, in order, however its waits and the commits meet", async () => {
  const log = newLog();
  const cursor = new LogCursor(log, "readings", 0);
  const values: unknown[] = [];
  const reader = (async () => {
    while (cursor.position < 200) {
      const blocks = await cursor.next({ bytesMax: 100, signal });
      values.push(...valuesIn(blocks));
      advanceOver(cursor, blocks);
    }
  })();
  for (let value = 0; value < 200; value++) {
    const done = append(log, readingsOfValues(value));
    if (value % 3 === 0) await done;
    if (value % 7 === 0) await nextTurn();
  }
  await reader;
  expect(values).toEqual(Array.from({ length: 200 }, (_, value) => value));
});

test("it waits at the end of its lane, and a commit to another lane does not end the wait", async () => {
  const log = newLog();
  const cursor = new LogCursor(log, "readings", 0);
  let returned = false;
  const next = cursor.next({ bytesMax, signal }).finally(() => {
    returned = true;
  });
  await append(log, { alerts: [alertFor(1)] });
  await nextTurn();
  expect(returned).toBe(false);
  await append(log, readingsOfValues(1));
  expect(valuesIn(await next)).toEqual([1]);
});

test("what was not advanced over is returned again", async () => {
  const log = newLog();
  const cursor = new LogCursor(log, "readings", 0);
  await append(log, readingsOfValues(1, 2));
  await cursor.next({ bytesMax, signal });
  expect(valuesIn(await cursor.next({ bytesMax, signal }))).toEqual([1, 2]);
  cursor.advance(1);
  expect((await cursor.next({ bytesMax, signal }))[0]?.firstOffset).toBe(0);
  cursor.advance(0);
  expect(cursor.position).toBe(1);
});

test("an abort ends the wait with no blocks", async () => {
  const log = newLog();
  const cursor = new LogCursor(log, "readings", 0);
  const controller = new AbortController();
  const next = cursor.next({ bytesMax, signal: controller.signal });
  controller.abort();
  expect(await next).toEqual([]);
  await append(log, readingsOfValues(1));
  expect(await cursor.next({ bytesMax, signal: controller.signal })).toEqual([]);
  expect(cursor.position).toBe(0);
});

test("a wait that has ended leaves no listener behind, neither on the log nor on the signal", async () => {
  const log = newLog();
  let logListeners = 0;
  const countingLog: Log = {
    ...interceptedLog(log, (write, done) => log.append(write, done)),
    onCommit(listener) {
      const stop = log.onCommit(listener);
      logListeners++;
      return () => {
        logListeners--;
        stop();
      };
    },
  };
  const cursor = new LogCursor(countingLog, "readings", 0);
  const controller = new AbortController();
  const next = cursor.next({ bytesMax, signal: controller.signal });
  expect([logListeners, getEventListeners(controller.signal, "abort").length]).toEqual([1, 1]);
  await append(log, readingsOfValues(1));
  advanceOver(cursor, await next);
  expect([logListeners, getEventListeners(controller.signal, "abort").length]).toEqual([0, 0]);
  const aborted = cursor.next({ bytesMax, signal: controller.signal });
  expect(logListeners).toBe(1);
  controller.abort();
  await aborted;
  expect(logListeners).toBe(0);
});

test("a position that was trimmed moves up, and the range it passed over is reported", async () => {
  const log = newLog();
  for (let value = 0; value < 10; value += 2) await append(log, readingsOfValues(value, value + 1));
  const cursor = new LogCursor(log, "readings", 1);
  await log.trim("readings", 6);
  expect(valuesIn(await cursor.next({ bytesMax, signal }))).toEqual([6, 7, 8, 9]);
  expect(cursor.position).toBe(6);
  expect(cursor.skipped).toEqual({ startOffset: 1, endOffset: 6 });
  await cursor.next({ bytesMax, signal });
  expect(cursor.skipped).toBeNull();
});

test("a lane that was trimmed to nothing reports the range too, and the wait goes on", async () => {
  const log = newLog();
  await append(log, readingsOfValues(0, 1, 2));
  await log.trim("readings", 3);
  const cursor = new LogCursor(log, "readings", 0);
  const next = cursor.next({ bytesMax, signal });
  await nextTurn();
  expect(cursor.position).toBe(3);
  await append(log, readingsOfValues(3));
  expect(valuesIn(await next)).toEqual([3]);
  expect(cursor.skipped).toEqual({ startOffset: 0, endOffset: 3 });
});

test("what is trimmed while it waits is part of the range that it reports", async () => {
  const log = newLog();
  await append(log, readingsOfValues(0, 1, 2));
  await log.trim("readings", 3);
  const stop = log.onCommit(() => void log.trim("readings", 4));
  const cursor = new LogCursor(log, "readings", 0);
  const next = cursor.next({ bytesMax, signal });
  await nextTurn();
  await append(log, readingsOfValues(3));
  stop();
  await append(log, readingsOfValues(4));
  expect(valuesIn(await next)).toEqual([4]);
  expect(cursor.skipped).toEqual({ startOffset: 0, endOffset: 4 });
});
