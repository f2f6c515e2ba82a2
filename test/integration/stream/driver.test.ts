import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AppendDone, Log, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { checkpointName, decodeCheckpoint } from "../../../src/stream/checkpoint.ts";
import type { Operator } from "../../../src/stream/contract.ts";
import { StreamDriver, type StreamDriverOptions } from "../../../src/stream/driver.ts";
import { WindowOperator } from "../../../src/stream/windows/window-operator.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { alertsOf, appended, resultsOf } from "../../support/log-contents.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { fixtureOperators, fixtureReadings, runToEnd, undisturbed, until } from "../../support/stream-fixture.ts";
import { tumbling } from "../../support/window-definitions.ts";

const logger = createLogger("silent");
const clock = new FakeClock();

function driverOver(log: Log, options: Partial<StreamDriverOptions> = {}): StreamDriver {
  return new StreamDriver({ log, operators: fixtureOperators(), clock, logger, ...options });
}

/** A log with readings in several blocks. */
async function logWith(readings: readonly Reading[], perBlock = 50): Promise<Log> {
  const log = createMemoryLog({ clock });
  for (let from = 0; from < readings.length; from += perBlock) {
    await appended(log, { readings: readings.slice(from, from + perBlock) });
  }
  return log;
}

function everyMicrosecond(count: number): Reading[] {
  const about = { device: "d", metric: "m", unit: "", tags: "", quality: 0, correctionUs: 0 };
  return Array.from({ length: count }, (_, i) => ({ ...about, eventTimeUs: i, value: 50 }));
}

/** The log, and every write that the driver makes to it. */
function recorded(log: Log): { log: Log; writes: LogWrite[] } {
  const writes: LogWrite[] = [];
  const append = (write: LogWrite, done: AppendDone) => {
    writes.push(write);
    log.append(write, done);
  };
  return { log: interceptedLog(log, append), writes };
}

/** The log, whose first `failures` writes by the driver fail. */
function refusing(log: Log, failures: number): { log: Log; attempts: () => number } {
  let attempts = 0;
  const append = (write: LogWrite, done: AppendDone) => {
    if (++attempts > failures) log.append(write, done);
    else setImmediate(() => done(new TidegateError("LOG_WRITE_FAILED", "write to the log: no space left; free some")));
  };
  return { log: interceptedLog(log, append), attempts: () => attempts };
}

describe("outputs", () => {
  test("what operators say reaches the lanes, in the order of causes", async () => {
    const log = await logWith(fixtureReadings(500, seededRandom(1)));
    await runToEnd(driverOver(log));
    const { results, alerts } = await undisturbed(log);
    expect(results.length).toBeGreaterThan(100);
    expect(alerts.length).toBeGreaterThan(50);
    expect(await resultsOf(log)).toEqual(results);
    expect(await alertsOf(log)).toEqual(alerts);
  });

  test("readings that arrive while the driver runs are fed without being asked for", async () => {
    const log = createMemoryLog({ clock });
    const driver = driverOver(log);
    await driver.start();
    await appended(log, { readings: everyMicrosecond(30) });
    await until(() => log.bounds("results").endOffset === 3);
    await appended(log, { readings: [{ ...everyMicrosecond(1)[0]!, eventTimeUs: 50, value: 99 }] });
    await until(() => log.bounds("alerts").endOffset === 1);
    await driver.close();
    expect((await alertsOf(log))[0]).toMatchObject({ rule: "hot", causeOffset: 30, state: "firing" });
  });

  test("an append holds at most outputsMax outputs beyond those of one block, and all of one block", async () => {
    const { log, writes } = recorded(await logWith(fixtureReadings(2_000, seededRandom(2)), 10));
    await runToEnd(driverOver(log, { outputsMax: 5 }));
    const sizes = writes.map(({ results = [], alerts = [] }) => results.length + alerts.length);
    expect(Math.max(...sizes)).toBeLessThan(5 + 60);
    expect(writes.length).toBeGreaterThan(100);
    const lastCauses = writes.map((write) => [...(write.results ?? []), ...(write.alerts ?? [])].map((o) => o.causeOffset));
    for (const [i, causes] of lastCauses.entries()) {
      const before = lastCauses.slice(0, i).flat();
      expect(Math.min(...causes, Number.POSITIVE_INFINITY)).toBeGreaterThan(Math.max(...before, -1));
    }
  });

  test("checkpoints stand between blocks, so that a replay begins with a whole one", async () => {
    const { log, writes } = recorded(await logWith(fixtureReadings(2_000, seededRandom(6)), 30));
    await runToEnd(driverOver(log, { outputsMax: 5, checkpointEveryReadings: 100 }));
    const positions = writes.flatMap(({ checkpoint }) =>
      checkpoint?.name === checkpointName ? [decodeCheckpoint(checkpoint.value)?.position ?? Number.NaN] : [],
    );
    expect(new Set(positions).size).toBeGreaterThan(10);
    expect(positions.filter((position) => position % 30 !== 0 && position !== 2_000)).toEqual([]);
  });

  test("a device that catches up in one commit, metric by metric or second by second, misses no reading in its windows", async () => {
    const about = { device: "press", unit: "", tags: "", value: 1, quality: 0, correctionUs: 0 };
    const metrics = ["a", "b", "c"];
    const seconds = Array.from({ length: 600 }, (_, i) => i * 1_000_000);
    const bySecond = seconds.flatMap((eventTimeUs) => metrics.map((metric) => ({ ...about, metric, eventTimeUs })));
    const byMetric = metrics.flatMap((metric) => seconds.map((eventTimeUs) => ({ ...about, metric, eventTimeUs })));
    for (const readings of [bySecond, byMetric]) {
      const log = await logWith(readings, readings.length);
      const match = { device: "*", metric: "*" };
      const window = new WindowOperator(tumbling({ name: "w", match, sizeUs: 10_000_000, latenessUs: 1_000_000 }));
      await runToEnd(driverOver(log, { operators: [window] }));
      expect(window.counters()).toMatchObject({ taken: 1_800, skipped: { too_late: 0 } });
      expect((await resultsOf(log)).map(({ count }) => count)).toEqual(Array(3 * 59).fill(10));
    }
  });

  test("a disk that refuses a write is tried again until it takes it, and nothing is lost or doubled", async () => {
    const inner = await logWith(fixtureReadings(300, seededRandom(3)));
    const { log, attempts } = refusing(inner, 3);
    const driver = driverOver(log);
    await driver.start();
    await until(() => {
      clock.advanceMs(100);
      return attempts() > 3;
    });
    await until(() => driver.status().lagReadings === 0);
    await driver.close();
    expect(await resultsOf(inner)).toEqual((await undisturbed(inner)).results);
  });

  test("a disk that refuses reads for a while is waited out, and the process lives", async () => {
    const inner = await logWith(fixtureReadings(300, seededRandom(6)));
    let refusals = 0;
    const log: Log = {
      ...interceptedLog(inner, (write, done) => inner.append(write, done)),
      read: async (lane, fromOffset, bytesMax) => {
        if (refusals < 3) {
          refusals++;
          throw new TidegateError("LOG_READ_FAILED", "read the log: it cannot be opened again");
        }
        return inner.read(lane, fromOffset, bytesMax);
      },
    };
    const driver = driverOver(log);
    await driver.start();
    await until(() => {
      clock.advanceMs(100);
      return driver.status().lagReadings === 0;
    });
    await driver.close();
    expect(refusals).toBe(3);
    expect(await resultsOf(inner)).toEqual((await undisturbed(inner)).results);
  });

  test("closing while the disk refuses writes ends, and the next start makes the outputs again", async () => {
    const inner = await logWith(fixtureReadings(300, seededRandom(4)));
    const { log, attempts } = refusing(inner, Number.POSITIVE_INFINITY);
    const stuck = driverOver(log);
    await stuck.start();
    await until(() => attempts() > 0);
    await stuck.close();
    expect(inner.bounds("results").endOffset).toBe(0);
    await runToEnd(driverOver(inner));
    expect(await resultsOf(inner)).toEqual((await undisturbed(inner)).results);
  });

  test("other callbacks get their turn at least every 10,000 readings and a block while a backlog is fed", async () => {
    const log = await logWith(everyMicrosecond(100_000), 100_000);
    const driver = driverOver(log, { readBytesMax: Number.MAX_SAFE_INTEGER });
    await driver.start();
    let positionBefore = 0;
    let stepMax = 0;
    while (driver.status().lagReadings > 0) {
      await nextTurn();
      stepMax = Math.max(stepMax, driver.status().position - positionBefore);
      positionBefore = driver.status().position;
    }
    await driver.close();
    expect(stepMax).toBeLessThan(10_000 + 8_192 + 1);
  });
});

describe("checkpoints", () => {
  test("after a clean close the next start feeds nothing again", async () => {
    const log = await logWith(fixtureReadings(300, seededRandom(5)));
    await runToEnd(driverOver(log));
    const operators = fixtureOperators();
    const fed: number[] = [];
    for (const operator of operators) {
      const consume = operator.consume.bind(operator);
      operator.consume = (column, firstOffset, outputs) => {
        fed.push(firstOffset);
        consume(column, firstOffset, outputs);
      };
    }
    const next = driverOver(log, { operators });
    await next.start();
    expect(next.status()).toMatchObject({ position: 300, checkpointPosition: 300, lagReadings: 0 });
    await next.close();
    expect(fed).toEqual([]);
  });

  test("one is written after checkpointEveryReadings", async () => {
    const log = await logWith(everyMicrosecond(400), 10);
    const driver = driverOver(log, { checkpointEveryReadings: 100, readBytesMax: 1 });
    await driver.start();
    await until(() => driver.status().checkpointPosition === 400);
    await driver.close();
  });

  test("one is written checkpointEveryMs after a reading, also when no other reading comes", async () => {
    const ownClock = new FakeClock();
    const log = await logWith(everyMicrosecond(7));
    const driver = driverOver(log, { clock: ownClock, checkpointEveryMs: 1_000 });
    await driver.start();
    await until(() => driver.status().position === 7);
    ownClock.advanceMs(999);
    await nextTurn();
    expect(driver.status().checkpointPosition).toBe(0);
    ownClock.advanceMs(1);
    await until(() => driver.status().checkpointPosition === 7);
    await driver.close();
  });

  test("closing is idempotent, every call waits, and a driver that never started closes too", async () => {
    const log = await logWith(everyMicrosecond(100));
    const driver = driverOver(log);
    await driver.start();
    await Promise.all([driver.close(), driver.close()]);
    await driver.close();
    await driverOver(log).close();
    const early = driverOver(log);
    await Promise.all([early.start(), early.close()]);
  });

  test("two operators of the same id are a bug", () => {
    const window = () => new WindowOperator(tumbling({ name: "w", sizeUs: 1 }));
    expect(() => driverOver(createMemoryLog({ clock }), { operators: [window(), window()] })).toThrow("unique ids");
  });
});

describe("definitions that change", () => {
  const match = { device: "*", metric: "*" };
  const short = () => new WindowOperator(tumbling({ name: "short", match, sizeUs: 10 }));
  const long = (sizeUs = 1_000) => new WindowOperator(tumbling({ name: "long", match, sizeUs }));

  async function resultsAfterChange(before: Operator[], after: Operator[]): Promise<string[]> {
    const log = await logWith(everyMicrosecond(105), 10);
    await runToEnd(driverOver(log, { operators: before }));
    const { endOffset } = log.bounds("results");
    const rest = everyMicrosecond(2_001).slice(105);
    const driver = driverOver(log, { operators: after });
    await driver.start();
    for (let from = 0; from < rest.length; from += 100) await appended(log, { readings: rest.slice(from, from + 100) });
    await until(() => driver.status().lagReadings === 0);
    await driver.close();
    return (await resultsOf(log)).slice(endOffset).map(({ window, startUs, count }) => `${window} ${startUs} ${count}`);
  }

  test("an unchanged window keeps its state beside a new one, which starts empty", async () => {
    const results = await resultsAfterChange([short()], [short(), long()]);
    expect(results.slice(0, 2)).toEqual(["short 100 10", "short 110 10"]);
    expect(results.filter((result) => result.startsWith("long"))).toEqual(["long 0 895", "long 1000 1000"]);
  });

  test("a window of the same name and another definition starts empty", async () => {
    expect(await resultsAfterChange([long(500)], [long(1_000)])).toEqual(["long 0 895", "long 1000 1000"]);
  });

  test("a window that is gone is dropped with its state: when it comes back it starts empty", async () => {
    const log = await logWith(everyMicrosecond(105));
    await runToEnd(driverOver(log, { operators: [short(), long()] }));
    await runToEnd(driverOver(log, { operators: [short()] }));
    const driver = driverOver(log, { operators: [short(), long()] });
    await driver.start();
    await appended(log, { readings: everyMicrosecond(1_001).slice(105) });
    await until(() => driver.status().lagReadings === 0);
    await driver.close();
    const results = (await resultsOf(log)).filter(({ window }) => window === "long");
    expect(results.map(({ count }) => count)).toEqual([895]);
  });
});

describe("readings that no operator sees", () => {
  test("readings trimmed before they were fed are counted, also over a restart, and the rest is fed", async () => {
    const log = await logWith(everyMicrosecond(100), 20);
    await log.trim("readings", 40);
    const driver = driverOver(log);
    await runToEnd(driver);
    expect(driver.status().lost).toEqual({ trimmed: 40, corrupt: 0 });
    const next = driverOver(log);
    await runToEnd(next);
    expect(next.status().lost).toEqual({ trimmed: 40, corrupt: 0 });
    expect((await resultsOf(log)).filter(({ window }) => window === "short").map(({ count }) => count)).toEqual([
      10, 10, 10, 10, 10,
    ]);
  });

  test("a corrupt block is counted, and what is behind it is fed", async () => {
    const inner = await logWith(everyMicrosecond(100), 20);
    const log: Log = {
      ...interceptedLog(inner, (write, done) => inner.append(write, done)),
      read: async (lane, fromOffset, bytesMax) => {
        const blocks = await inner.read(lane, fromOffset, bytesMax);
        return blocks.map((block) => (block.firstOffset === 40 ? { ...block, bytes: block.bytes.subarray(0, -5) } : block));
      },
    };
    const driver = driverOver(log);
    await runToEnd(driver);
    expect(driver.status()).toMatchObject({ position: 100, lost: { trimmed: 0, corrupt: 20 } });
    const counts = (await resultsOf(inner)).filter(({ window }) => window === "short").map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(70);
  });
});
