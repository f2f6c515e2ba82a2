import { expect, test } from "vitest";
import type { LocalPublish } from "../../../src/broker/contract.ts";
import { Announcer } from "../../../src/ingest/announcer.ts";
import { fillRecent } from "../../../src/ingest/fill-recent.ts";
import { RecentReadings } from "../../../src/ingest/recent-readings.ts";
import type { Log, StoredBlock } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Alert } from "../../../src/model/alert.ts";
import type { Lane } from "../../../src/model/lane.ts";
import { quality, type Reading } from "../../../src/model/reading.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const alert = (value: number): Alert => ({
  rule: "hot",
  device: "d+1",
  metric: "m",
  tag: "",
  state: "firing",
  severity: "critical",
  eventTimeUs: 1,
  value,
  causeOffset: 0,
  detail: "too hot",
});
const reading = (value: number): Reading => ({
  device: "d",
  metric: "m",
  unit: "",
  tags: "",
  eventTimeUs: value,
  value,
  quality: quality.good,
  correctionUs: 0,
});

const append = (log: Log, write: Parameters<Log["append"]>[0]) =>
  new Promise<void>((resolve, reject) => log.append(write, (error) => (error === null ? resolve() : reject(error))));

/** A log one of whose blocks was damaged at rest. */
function withDamage(log: Log, lane: Lane, firstOffset: number): Log {
  const damaged = (block: StoredBlock) =>
    block.firstOffset === firstOffset ? { ...block, bytes: new Uint8Array([0xff, 0xff, 0xff]) } : block;
  return Object.assign(Object.create(log) as Log, {
    logId: log.logId,
    append: log.append.bind(log),
    bounds: log.bounds.bind(log),
    onCommit: log.onCommit.bind(log),
    read: async (from: Lane, offset: number, bytesMax: number) => {
      const blocks = await log.read(from, offset, bytesMax);
      return from === lane ? blocks.map(damaged) : blocks;
    },
  });
}

/** An announcer whose messages arrive in a list; `until` waits for so many. */
function announcing(log: Log, clock: FakeClock) {
  const published: LocalPublish[] = [];
  let notify = () => {};
  const publish = async (message: LocalPublish) => {
    published.push(message);
    notify();
  };
  const announcer = new Announcer({ log, publish, clock, logger: createLogger("silent") });
  const until = async (count: number) => {
    while (published.length < count) {
      await new Promise<void>((resolve) => {
        notify = resolve;
        // The pause behind a failure is on the clock of the test.
        setImmediate(() => {
          clock.advanceMs(1000);
          resolve();
        });
      });
    }
  };
  return { announcer, published, until };
}

test("alerts are announced retained, again after a restart, on topics without wildcards and with their true names", async () => {
  const log = createMemoryLog({ clock: new FakeClock() });
  await append(log, { alerts: [alert(1)] });
  const { announcer, published, until } = announcing(log, new FakeClock());
  announcer.start();
  await append(log, { alerts: [alert(2)] });
  await until(2);
  await announcer.close();
  expect(published.map(({ topic, retain }) => [topic, retain])).toEqual(Array(2).fill(["tidegate/alerts/hot/d_1/m", true]));
  expect(published.map(({ payload }) => JSON.parse(payload))).toEqual([alert(1), alert(2)]);
  expect(announcer.latest.alert).toEqual(alert(2));
});

test("a damaged block is passed over, and what comes behind it is announced", async () => {
  const log = createMemoryLog({ clock: new FakeClock() });
  for (const value of [1, 2, 3]) await append(log, { alerts: [alert(value)] });
  const { announcer, published, until } = announcing(withDamage(log, "alerts", 1), new FakeClock());
  announcer.start();
  await until(2);
  await announcer.close();
  expect(published.map(({ payload }) => (JSON.parse(payload) as Alert).value)).toEqual([1, 3]);
});

test("a damaged block among the newest readings does not keep the gateway from starting", async () => {
  const log = createMemoryLog({ clock: new FakeClock() });
  for (const value of [1, 2, 3]) await append(log, { readings: [reading(value)] });
  const recent = new RecentReadings(10);
  await fillRecent(recent, withDamage(log, "readings", 1), 10);
  expect([1, 2, 3].map((value) => recent.has(reading(value)))).toEqual([true, false, true]);
});
