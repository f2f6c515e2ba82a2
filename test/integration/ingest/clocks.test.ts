import { describe, expect, test } from "vitest";
import { decodeReadingBlock, readingsOf } from "../../../src/codec/block-codec.ts";
import type { ClockPolicyName } from "../../../src/ingest/clock-policy.ts";
import type { Ingest } from "../../../src/ingest/ingest.ts";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { quality, type Reading, rawTimeUsOf } from "../../../src/model/reading.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { nowMs, openIngest, take } from "../../support/open-ingest.ts";

const nowUs = nowMs * 1000;
const year2000 = Date.UTC(2000, 0, 1) * 1000;

/** What a device says whose clock began at this time when the test did. */
const booted = { 1970: 0, 2100: Date.UTC(2100, 0, 1) } as const;

async function stored(log: Log): Promise<Reading[]> {
  return (await log.read("readings", 0, Number.MAX_SAFE_INTEGER)).flatMap((block) =>
    readingsOf(decodeReadingBlock(block.bytes)),
  );
}

function gatewayWith(name: ClockPolicyName) {
  const clock = new FakeClock(nowUs);
  const log = createMemoryLog({ clock });
  const policy = { name, offsetMinUs: 2_000_000 };
  return { clock, log, open: () => openIngest(log, { clock, policy, eventTimeMinUs: year2000 }) };
}

const message = (value: number, timeMs: number) => `{"m": ${value}, "ts": ${timeMs}}`;

/** A message a second for ten seconds, then three at once that are 30, 20 and 10 s old, then one in time. */
async function sendFrom(ingest: Ingest, clock: FakeClock, bootMs: number): Promise<void> {
  for (let s = 0; s < 10; s++) {
    await take(ingest, message(s, bootMs + s * 1000));
    clock.advanceMs(1000);
  }
  clock.advanceMs(30_000);
  for (const [index, ageMs] of [30_000, 20_000, 10_000, 0].entries()) {
    await take(ingest, message(10 + index, bootMs + 40_000 - ageMs));
  }
}

/** Seconds since the test began at which the readings were measured, by value. */
const measuredS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40];

describe.each([1970, 2100] as const)("a device that booted in %d", (year) => {
  const bootMs = booted[year];

  test("is not believed under trust: its readings are dead letters", async () => {
    const { clock, log, open } = gatewayWith("trust");
    const ingest = await open();
    await sendFrom(ingest, clock, bootMs);
    const reason = year === 1970 ? "time_too_early" : "time_ahead";
    expect(ingest.counters).toMatchObject({ received: 14, stored: 0, rejected: { [reason]: 14 } });
    expect(ingest.clocks).toEqual({ devices: 0, corrected: 0, stamped: 0, farthest: null });
    expect(await stored(log)).toEqual([]);
  });

  test("gets the event times at which it measured under correct, and the log keeps what it said", async () => {
    const { clock, log, open } = gatewayWith("correct");
    const ingest = await open();
    await sendFrom(ingest, clock, bootMs);
    const readings = await stored(log);
    expect(readings.map(({ eventTimeUs }) => (eventTimeUs - nowUs) / 1e6)).toEqual(measuredS);
    expect(readings.map((reading) => rawTimeUsOf(reading))).toEqual(measuredS.map((s) => (bootMs + s * 1000) * 1000));
    expect(readings.every((reading) => reading.quality === quality.corrected)).toBe(true);
    const offsetUs = nowUs - bootMs * 1000;
    expect(ingest.clocks).toEqual({ devices: 1, corrected: 14, stamped: 0, farthest: { device: "d", offsetUs } });
    expect(ingest.counters).toMatchObject({ received: 14, stored: 14 });
  });

  test("gets the times of arrival under stamp, and the log keeps what it said", async () => {
    const { clock, log, open } = gatewayWith("stamp");
    const ingest = await open();
    await sendFrom(ingest, clock, bootMs);
    const readings = await stored(log);
    const arrivedS = measuredS.map((s) => (s < 10 ? s : 40));
    expect(readings.map(({ eventTimeUs }) => (eventTimeUs - nowUs) / 1e6)).toEqual(arrivedS);
    expect(readings.map((reading) => rawTimeUsOf(reading))).toEqual(measuredS.map((s) => (bootMs + s * 1000) * 1000));
    expect(readings.every((reading) => reading.quality === quality.stamped)).toBe(true);
    expect(ingest.clocks).toMatchObject({ devices: 1, corrected: 0, stamped: 14 });
  });
});

test("a device whose clock is right is stored under correct as under trust", async () => {
  const logs = [];
  for (const name of ["trust", "correct"] as const) {
    const { clock, log, open } = gatewayWith(name);
    await sendFrom(await open(), clock, nowMs);
    logs.push(await stored(log));
  }
  expect(logs[1]).toEqual(logs[0]);
  expect(logs[0]?.map(({ quality: flags, correctionUs }) => [flags, correctionUs])).toEqual(measuredS.map(() => [0, 0]));
});

test("a clock that is set while the device sends is followed, and nothing is rejected", async () => {
  const { clock, log, open } = gatewayWith("correct");
  const ingest = await open();
  await sendFrom(ingest, clock, booted[1970]);
  await take(ingest, message(14, nowMs + 40_000));
  await take(ingest, message(15, nowMs + 40_000));
  expect((await stored(log)).slice(14).map(({ eventTimeUs, quality: flags }) => [eventTimeUs, flags])).toEqual([
    [nowUs + 40_000_000, 0],
    [nowUs + 40_000_000, 0],
  ]);
});

describe.each(["trust", "correct", "stamp"] as const)("a redelivered message under %s", (name) => {
  // Under trust only a time that is plausible is stored at all.
  const sentMs = name === "trust" ? nowMs - 60_000 : 60_000;

  test("is known, however much later it comes, and also after a restart", async () => {
    const { clock, log, open } = gatewayWith(name);
    const ingest = await open();
    await take(ingest, message(1, sentMs));
    clock.advanceMs(5000);
    expect(await take(ingest, message(1, sentMs), { redelivered: true })).toEqual({ kind: "stored" });
    clock.advanceMs(60_000);
    const restarted = await open();
    expect(await take(restarted, message(1, sentMs), { redelivered: true })).toEqual({ kind: "stored" });
    expect((await stored(log)).length).toBe(1);
    expect(restarted.counters.rejected).toMatchObject({ redelivered: 2 });
  });

  test("with another value, or another time, is stored", async () => {
    const { log, open } = gatewayWith(name);
    const ingest = await open();
    await take(ingest, message(1, sentMs));
    await take(ingest, message(2, sentMs), { redelivered: true });
    await take(ingest, message(1, sentMs + 1), { redelivered: true });
    expect((await stored(log)).length).toBe(3);
  });

  test("of which the gateway's clock says the same as the device's is known too", async () => {
    const { log, open } = gatewayWith(name);
    const ingest = await open();
    await take(ingest, message(1, nowMs));
    await take(ingest, message(1, nowMs), { redelivered: true });
    expect((await stored(log)).length).toBe(1);
  });
});

test("a restart does not forget the clocks of devices that the end of the log knows", async () => {
  const { clock, log, open } = gatewayWith("correct");
  await sendFrom(await open(), clock, booted[1970]);
  const restarted = await open();
  clock.advanceMs(10_000);
  await take(restarted, message(14, booted[1970] + 45_000));
  expect((await stored(log)).at(-1)).toMatchObject({ eventTimeUs: nowUs + 45_000_000, quality: quality.corrected });
});

test("a route may have a policy and a limit of its own", async () => {
  const clock = new FakeClock(nowUs);
  const log = createMemoryLog({ clock });
  const route = { payload: "object", device: "{1}", timeUnit: "ms" } as const;
  const ingest = await openIngest(log, {
    clock,
    policy: { name: "correct", offsetMinUs: 2_000_000 },
    eventTimeMinUs: year2000,
    routes: [
      { ...route, topic: "a/+", clock: { policy: "stamp" } },
      { ...route, topic: "b/+", clock: { offsetMin: 60_000 } },
      { ...route, topic: "c/+", clock: { policy: "trust" } },
      { ...route, topic: "d/+" },
    ],
  });
  for (const level of ["a", "b", "c", "d"]) await take(ingest, message(1, nowMs + 30_000), { topic: `${level}/${level}` });
  const seen = (await stored(log)).map((reading) => [reading.device, reading.quality, reading.correctionUs]);
  expect(seen).toEqual([
    ["a", quality.stamped, -30_000_000],
    ["b", 0, 0],
    ["c", 0, 0],
    ["d", quality.corrected, -30_000_000],
  ]);
});

test("a time of which the distance cannot be kept is rejected under every policy", async () => {
  for (const name of ["trust", "correct", "stamp"] as const) {
    const ingest = await gatewayWith(name).open();
    for (const timeMs of [-9e12, 9e12]) expect((await take(ingest, message(1, timeMs))).kind).toBe("rejected");
    expect(ingest.counters).toMatchObject({ received: 2, rejected: { time_too_early: 1, time_ahead: 1 } });
  }
});
