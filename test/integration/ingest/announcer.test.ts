import { expect, onTestFinished, test } from "vitest";
import type { LocalPublish } from "../../../src/broker/contract.ts";
import { alertNotes } from "../../../src/gateway-notify.ts";
import { type AlertNotes, Announcer } from "../../../src/ingest/announcer.ts";
import { fillRecent } from "../../../src/ingest/fill-recent.ts";
import { RecentReadings } from "../../../src/ingest/recent-readings.ts";
import type { Log, StoredBlock } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Alert } from "../../../src/model/alert.ts";
import type { ActiveAlert } from "../../../src/model/alert-note.ts";
import type { Lane } from "../../../src/model/lane.ts";
import { quality, type Reading } from "../../../src/model/reading.ts";
import { AlertDesk } from "../../../src/notify/alert-desk.ts";
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
    readCheckpoints: log.readCheckpoints.bind(log),
    read: async (from: Lane, offset: number, bytesMax: number) => {
      const blocks = await log.read(from, offset, bytesMax);
      return from === lane ? blocks.map(damaged) : blocks;
    },
  });
}

/** An announcer whose messages arrive in a list, with a desk that knows the notes; `until` waits for so many. */
async function announcing(log: Log, clock: FakeClock) {
  const published: LocalPublish[] = [];
  let notify = () => {};
  const publish = async (message: LocalPublish) => {
    published.push(message);
    notify();
  };
  const logger = createLogger("silent");
  const limits = { alertsMax: 10, resolvedMax: 10, silencesMax: 10 };
  const desk = new AlertDesk({ log, limits, webhooks: [], clock, logger });
  await desk.start();
  onTestFinished(() => desk.close());
  const announcer = new Announcer({ log, publish, notes: alertNotes(desk), clock, logger });
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
  return { announcer, desk, published, until };
}

class Signal {
  give: () => void = () => {};
  readonly given = new Promise<void>((resolve) => {
    this.give = resolve;
  });
}

test("alerts are announced retained, again after a restart, on topics without wildcards and with their true names", async () => {
  const log = createMemoryLog({ clock: new FakeClock() });
  await append(log, { alerts: [alert(1)] });
  const { announcer, published, until } = await announcing(log, new FakeClock());
  announcer.start();
  await append(log, { alerts: [alert(2)] });
  await until(2);
  await announcer.close();
  expect(published.map(({ topic, retain }) => [topic, retain])).toEqual(Array(2).fill(["tidegate/alerts/hot/d_1/m", true]));
  expect(published.map(({ payload }) => JSON.parse(payload))).toEqual([alert(1), alert(2)]);
  expect(announcer.latest.alert).toEqual(alert(2));
});

test("what operators say of an alert that fires is announced with it, and again when it changes", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  const { announcer, desk, published, until } = await announcing(log, clock);
  announcer.start();
  const untilUs = clock.nowUs() + 3_600_000_000;
  await desk.silence({ rule: "hot", device: "*", metric: "*", tag: "*", severity: null }, { untilUs, by: "ada", comment: "" });
  await append(log, { alerts: [alert(1)] });
  await until(1);
  const { acknowledged } = await desk.acknowledge(alert(1), { by: "ada", comment: "on my way" });
  await until(2);
  await desk.unsilence("1");
  await until(3);
  await desk.unacknowledge(alert(1));
  await until(4);
  await announcer.close();
  expect(published.map(({ payload }) => JSON.parse(payload))).toEqual([
    { ...alert(1), silencedUntilUs: untilUs },
    { ...alert(1), acknowledged, silencedUntilUs: untilUs },
    { ...alert(1), acknowledged },
    alert(1),
  ]);
  expect(new Set(published.map(({ topic, retain }) => `${topic} ${retain}`))).toEqual(
    new Set(["tidegate/alerts/hot/d_1/m true"]),
  );
});

test("a transition is announced when it is known what operators say of it, and not before", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  const { desk, published } = await announcing(log, clock);
  const [asked, known] = [new Signal(), new Signal()];
  const notes: AlertNotes = {
    ...alertNotes(desk),
    async reached(offset, signal) {
      asked.give();
      await known.given;
      await desk.reached(offset, signal);
    },
  };
  const announced = new Signal();
  const publish = async (message: LocalPublish) => {
    published.push(message);
    announced.give();
  };
  const announcer = new Announcer({ log, publish, notes, clock, logger: createLogger("silent") });
  announcer.start();
  await append(log, { alerts: [alert(1)] });
  await asked.given;
  const { acknowledged } = await desk.acknowledge(alert(1), { by: "ada", comment: "" });
  known.give();
  await announced.given;
  await announcer.close();
  for (const { payload } of published) expect(JSON.parse(payload)).toEqual({ ...alert(1), acknowledged });
});

test("the last word on a topic is the newest: an acknowledgement overtakes no transition, and none is said of an older firing", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  const resolved: Alert = { ...alert(2), state: "resolved" };
  await append(log, { alerts: [alert(1), resolved, alert(3)] });
  const { announcer, desk, published, until } = await announcing(log, clock);
  await desk.acknowledge(alert(3), { by: "ada", comment: "" });
  announcer.start();
  await until(3);
  await append(log, { alerts: [resolved] });
  await until(4);
  await announcer.close();
  const said = published.map(({ payload }) => JSON.parse(payload) as ActiveAlert);
  expect(said.map(({ state, acknowledged }) => `${state} ${acknowledged?.by ?? ""}`.trim())).toEqual([
    "firing",
    "resolved",
    "firing ada",
    "resolved",
  ]);
});

test("a damaged block is passed over, and what comes behind it is announced", async () => {
  const log = createMemoryLog({ clock: new FakeClock() });
  for (const value of [1, 2, 3]) await append(log, { alerts: [alert(value)] });
  const { announcer, desk, published, until } = await announcing(withDamage(log, "alerts", 1), new FakeClock());
  announcer.start();
  await until(2);
  await announcer.close();
  expect(published.map(({ payload }) => (JSON.parse(payload) as Alert).value)).toEqual([1, 3]);
  expect(desk.missed).toBe(1);
});

test("a damaged block among the newest readings does not keep the gateway from starting", async () => {
  const log = createMemoryLog({ clock: new FakeClock() });
  for (const value of [1, 2, 3]) await append(log, { readings: [reading(value)] });
  const recent = new RecentReadings(10);
  await fillRecent(recent, withDamage(log, "readings", 1), 10);
  expect([1, 2, 3].map((value) => recent.has(reading(value)))).toEqual([true, false, true]);
});
