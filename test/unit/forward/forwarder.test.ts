import { beforeEach, describe, expect, test } from "vitest";
import type { Forwarder, ForwarderOptions } from "../../../src/forward/forwarder.ts";
import type { Log, LogWrite } from "../../../src/log/log.ts";
import { LogReaders } from "../../../src/log/log-readers.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Lane } from "../../../src/model/lane.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { alertFor, readingsFrom, resultFor } from "../../support/records.ts";
import { append as appendTo, turns as settled, startedForwarder } from "../../support/scripted-forwarder.ts";
import { ScriptedSink } from "../../support/scripted-sink.ts";

let clock: FakeClock;
let log: Log;
let sink: ScriptedSink;

beforeEach(() => {
  clock = new FakeClock();
  log = createMemoryLog({ clock });
  sink = new ScriptedSink();
});

const append = (write: LogWrite) => appendTo(log, write);

/** Readings of a block that is not merged with its neighbours. */
const large = 3000;

/** One block a call. */
function appendReadings(first: number, count: number): Promise<void> {
  return append({ readings: readingsFrom(first, count) });
}

function started(options: Partial<ForwarderOptions> = {}): Promise<Forwarder> {
  return startedForwarder({ sink, log, clock, ...options });
}

describe("order", () => {
  test("alerts go before results, results before readings, each lane in offset order", async () => {
    await appendReadings(0, large);
    await appendReadings(large, large);
    await append({ results: [resultFor(0)] });
    await append({ alerts: [alertFor(0)] });
    const forwarder = await started();
    sink.link.open();
    await settled();
    expect(sink.link.sent).toEqual(["alerts:0-1", "results:0-1", "readings:0-3000", "readings:3000-6000"]);
    expect(forwarder.status().state).toBe("live");
  });

  test("an alert that comes while readings wait for room goes first when there is room", async () => {
    for (let block = 0; block < 5; block++) await appendReadings(block * large, large);
    await started({ inflightBatchesMax: 2 });
    sink.link.open();
    await settled();
    await append({ alerts: [alertFor(0)] });
    sink.link.confirm("readings", 6000);
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-3000", "readings:3000-6000", "alerts:0-1", "readings:6000-9000"]);
  });

  test("what is appended later is sent without being asked for", async () => {
    await started();
    sink.link.open();
    await settled();
    await appendReadings(0, 3);
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-3"]);
  });
});

describe("a link that the sink wants renewed", () => {
  test("is replaced at once, which is no failure, and what had no fate goes again", async () => {
    await appendReadings(0, large);
    await appendReadings(large, large);
    const forwarder = await started();
    sink.link.open();
    await settled();
    sink.link.confirm("readings", large);
    await settled();
    sink.link.events.outdated();
    await settled();
    expect(sink.links.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(forwarder.status()).toMatchObject({ state: "connecting", lastError: null, failures: 0 });
    sink.link.open({ readings: large });
    await settled();
    expect(sink.link.sent).toEqual(["readings:3000-6000"]);
  });
});

describe("lanes that do not go there", () => {
  test.each([
    ["says what it has", {}],
    ["cannot tell what it has", null],
  ])("are neither sent nor pending nor held back, with a sink that %s", async (_, positions) => {
    await append({ readings: readingsFrom(0, 3), alerts: [alertFor(0)] });
    await log.trim("readings", 1);
    const forwarder = await started({ lanes: ["alerts"] });
    const readers = new LogReaders();
    readers.addSink(forwarder);
    sink.link.open(positions);
    await settled();
    sink.link.confirm("alerts", 1);
    await append({ readings: readingsFrom(3, 3), results: [resultFor(0)] });
    await settled();
    expect([sink.link.sent, sink.link.gaps]).toEqual([["alerts:0-1"], []]);
    expect(forwarder.status()).toMatchObject({ state: "live", lanes: { readings: { pendingRecords: 0, lostRecords: 0 } } });
    expect(readers.released.readings).toBeGreaterThanOrEqual(6);
    expect(readers.released.alerts).toBe(1);
  });

  test("tell all the same that the log is an older copy", async () => {
    const forwarder = await started({ lanes: ["alerts"] });
    sink.link.open({ readings: 5 });
    await settled();
    expect(forwarder.status().lastError?.code).toBe("COLLECTOR_AHEAD");
  });

  test("are sent when they are to go there after all, from where they stood", async () => {
    await append({ readings: readingsFrom(0, 3), results: [resultFor(0)] });
    const run = async (lanes: readonly Lane[]) => {
      const forwarder = await started({ lanes });
      sink.link.open(null);
      await settled();
      sink.link.confirm("readings", 2);
      await settled();
      await forwarder.close();
      return sink.link.sent;
    };
    expect(await run(["readings"])).toEqual(["readings:0-3"]);
    expect(await run(["results"])).toEqual(["results:0-1"]);
    expect(await run(["readings"])).toEqual(["readings:2-3"]);
  });
});

describe("small blocks", () => {
  test("that wait go as one batch", async () => {
    for (let first = 0; first < 50; first += 5) await appendReadings(first, 5);
    await started();
    sink.link.open();
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-50"]);
  });

  test("that come while the link is up to date wait for others for lingerMs, and no longer", async () => {
    await started({ lingerMs: 100 });
    sink.link.open();
    await settled();
    for (let first = 0; first < 3; first++) {
      await appendReadings(first, 1);
      await settled();
      clock.advanceMs(33);
    }
    expect(sink.link.sent).toEqual([]);
    clock.advanceMs(1);
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-3"]);
  });

  test("wait no longer when they have become a block of good size", async () => {
    await started({ lingerMs: 100 });
    sink.link.open();
    await settled();
    await appendReadings(0, 1000);
    await settled();
    expect(sink.link.sent).toEqual([]);
    await appendReadings(1000, 7192);
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-1000", "readings:1000-8192"]);
  });

  test("an alert does not wait, and takes along what does", async () => {
    await started({ lingerMs: 100 });
    sink.link.open();
    await settled();
    await appendReadings(0, 1);
    await append({ alerts: [alertFor(0)] });
    await settled();
    expect(sink.link.sent).toEqual(["alerts:0-1", "readings:0-1"]);
  });

  test("a backlog does not linger", async () => {
    for (let block = 0; block < 3; block++) await appendReadings(block * large, large);
    await started({ lingerMs: 100, inflightBatchesMax: 1 });
    sink.link.open();
    await settled();
    sink.link.confirm("readings", large);
    await settled();
    sink.link.confirm("readings", 2 * large);
    await settled();
    expect(sink.link.sent).toHaveLength(3);
  });

  test("a link that ends while it lingers sends nothing more", async () => {
    const forwarder = await started({ lingerMs: 100 });
    sink.link.open();
    await settled();
    await appendReadings(0, 1);
    await settled();
    await forwarder.close();
    clock.advanceMs(1000);
    await settled();
    expect(sink.link.sent).toEqual([]);
  });
});

describe("bounds", () => {
  test("at inflightBatchesMax nothing more is sent until something is confirmed", async () => {
    for (let block = 0; block < 3; block++) await appendReadings(block * large, large);
    const forwarder = await started({ inflightBatchesMax: 2 });
    sink.link.open();
    await settled();
    expect(sink.link.sent).toHaveLength(2);
    expect(forwarder.status()).toMatchObject({ state: "draining", inflight: { batches: 2 } });
    sink.link.confirm("readings", large);
    await settled();
    expect(sink.link.sent).toHaveLength(3);
    expect(forwarder.status().state).toBe("live");
  });

  test("at inflightBytesMax nothing more is sent, and one block above it still goes", async () => {
    await appendReadings(0, 100);
    await appendReadings(100, 100);
    const forwarder = await started({ inflightBytesMax: 10 });
    sink.link.open();
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-100"]);
    expect(forwarder.status().inflight.bytes).toBeGreaterThan(10);
    sink.link.confirm("readings", 100);
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-100", "readings:100-200"]);
  });

  test("a sink that says enough gets no more until it is writable", async () => {
    await appendReadings(0, 1);
    await started();
    sink.link.takesMore = false;
    sink.link.open();
    await settled();
    await appendReadings(1, 1);
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-1"]);
    sink.link.events.writable();
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-1", "readings:1-2"]);
  });
});

describe("deadline", () => {
  test("a link that does not open within ackTimeoutMs is given up", async () => {
    const forwarder = await started();
    clock.advanceMs(9_999);
    expect(forwarder.status().state).toBe("connecting");
    clock.advanceMs(1);
    expect(forwarder.status()).toMatchObject({ state: "backing-off", lastError: { code: "COLLECTOR_UNREACHABLE" } });
    expect(sink.link.isClosed).toBe(true);
  });

  test("a link that confirms nothing within ackTimeoutMs is given up, however healthy it looks", async () => {
    const forwarder = await started();
    sink.link.open();
    await appendReadings(0, 1);
    await settled();
    clock.advanceMs(9_999);
    expect(forwarder.status().state).toBe("live");
    clock.advanceMs(1);
    expect(forwarder.status().lastError?.message).toContain("nothing was confirmed within 10000 ms");
  });

  test("each confirmation begins the deadline anew, and one that confirms nothing new does not", async () => {
    const forwarder = await started();
    sink.link.open();
    await appendReadings(0, 1);
    await appendReadings(1, 1);
    await settled();
    clock.advanceMs(6_000);
    sink.link.confirm("readings", 1);
    clock.advanceMs(6_000);
    expect(forwarder.status().state).toBe("live");
    sink.link.confirm("readings", 1);
    clock.advanceMs(4_000);
    expect(forwarder.status().state).toBe("backing-off");
  });

  test("an idle link has no deadline", async () => {
    const forwarder = await started();
    sink.link.open();
    await settled();
    clock.advanceMs(1_000_000);
    expect(forwarder.status().state).toBe("live");
  });
});

describe("backing off", () => {
  async function failAndRetry(forwarder: Forwarder): Promise<number> {
    sink.link.fail();
    const delayMs = forwarder.status().nextRetryMs ?? Number.NaN;
    clock.advanceMs(delayMs);
    await settled();
    return delayMs;
  }

  test("delays double up to the ceiling, with jitter", async () => {
    const forwarder = await started();
    const delays: number[] = [];
    for (let failure = 0; failure < 6; failure++) delays.push(await failAndRetry(forwarder));
    expect(delays).toEqual([100, 200, 400, 800, 800, 800]);
    expect(forwarder.status()).toMatchObject({ state: "connecting", failures: 6 });
    expect(sink.links).toHaveLength(7);
  });

  test("a connection alone does not make the delay short again, a confirmation does", async () => {
    await appendReadings(0, 1);
    const forwarder = await started();
    await failAndRetry(forwarder);
    sink.link.open();
    await settled();
    expect(await failAndRetry(forwarder)).toBe(200);
    sink.link.open();
    await settled();
    sink.link.confirm("readings", 1);
    expect(await failAndRetry(forwarder)).toBe(100);
  });

  test("close while backing off opens no further link", async () => {
    const forwarder = await started();
    sink.link.fail();
    await forwarder.close();
    clock.advanceMs(100_000);
    await settled();
    expect(sink.links).toHaveLength(1);
    expect(forwarder.status().state).toBe("stopped");
  });
});

describe("where it goes on", () => {
  test("from the position of the upstream when that is ahead of the checkpoint", async () => {
    for (let first = 0; first < 6; first += 2) await appendReadings(first, 2);
    const forwarder = await started();
    sink.link.open({ readings: 4 });
    await settled();
    expect(sink.link.sent).toEqual(["readings:4-6"]);
    expect(forwarder.status().lanes.readings).toMatchObject({ confirmedOffset: 4, pendingRecords: 2, lostRecords: 0 });
  });

  test("of a block that the sink has in part, what it lacks is sent", async () => {
    await appendReadings(0, 10);
    await started();
    sink.link.open({ readings: 7 });
    await settled();
    expect(sink.link.sent).toEqual(["readings:7-10"]);
  });

  test("back where the upstream is when that lost what it had", async () => {
    for (let first = 0; first < 6; first += 2) await appendReadings(first, 2);
    const forwarder = await started();
    sink.link.open();
    await settled();
    sink.link.confirm("readings", 6);
    sink.link.fail();
    clock.advanceMs(200);
    await settled();
    sink.link.open({ readings: 2 });
    await settled();
    expect(sink.link.sent).toEqual(["readings:2-6"]);
    expect(forwarder.status().lanes.readings).toMatchObject({ confirmedOffset: 2, lostRecords: 0 });
  });

  test("behind the gap when neither has the records, which are declared and counted once", async () => {
    for (let first = 0; first < 6; first += 2) await appendReadings(first, 2);
    await log.trim("readings", 4);
    const forwarder = await started();
    for (let attempt = 0; attempt < 2; attempt++) {
      sink.link.open();
      await settled();
      expect([sink.link.lost, sink.link.sent]).toEqual([[["readings", 0, 4]], ["readings:4-6"]]);
      if (attempt === 1) break;
      sink.link.fail();
      clock.advanceMs(200);
      await settled();
    }
    sink.link.confirm("readings", 6);
    expect(forwarder.status().lanes.readings).toMatchObject({ confirmedOffset: 6, pendingRecords: 0, lostRecords: 4 });
  });

  test("with the reason and the times of what the log gave up, a gap a piece", async () => {
    log = createMemoryLog({ clock, segmentLimits: { bytesMax: 1, spanMs: 1e9 } });
    for (let first = 0; first < 8; first += 2) await appendReadings(first, 2);
    await log.trim("readings", 2);
    await log.evict({ cuts: [{ lane: "readings", fromOffset: 2, toOffset: 4, reason: "age" }], atUs: 7 });
    await log.evict({ cuts: [{ lane: "readings", fromOffset: 4, toOffset: 6, reason: "disk" }], atUs: 9 });
    const forwarder = await started();
    sink.link.open({ readings: 1 });
    await settled();
    expect(sink.link.gaps).toEqual([
      { lane: "readings", fromOffset: 1, toOffset: 2, reason: "unknown", sinceUs: null, untilUs: null },
      { lane: "readings", fromOffset: 2, toOffset: 4, reason: "age", sinceUs: 7, untilUs: 7 },
      { lane: "readings", fromOffset: 4, toOffset: 6, reason: "disk", sinceUs: 9, untilUs: 9 },
    ]);
    expect(sink.link.sent).toEqual(["readings:6-8"]);
    expect(forwarder.status().lanes.readings.lostRecords).toBe(5);
  });

  test("gaps wait for room in flight, as batches do", async () => {
    log = createMemoryLog({ clock, segmentLimits: { bytesMax: 1, spanMs: 1e9 } });
    for (let first = 0; first < 4; first++) await appendReadings(first, 1);
    for (const [offset, reason] of [
      [0, "age"],
      [1, "size"],
      [2, "age"],
    ] as const)
      await log.evict({ cuts: [{ lane: "readings", fromOffset: offset, toOffset: offset + 1, reason }], atUs: 7 });
    const forwarder = await started({ inflightBatchesMax: 2 });
    sink.link.open();
    await settled();
    expect([sink.link.gaps.length, sink.link.sent]).toEqual([2, []]);
    expect(forwarder.status()).toMatchObject({ state: "draining", inflight: { batches: 2 } });
    sink.link.confirm("readings", 2);
    await settled();
    expect([sink.link.gaps.length, sink.link.sent]).toEqual([3, ["readings:3-4"]]);
  });

  test("a lane that was trimmed to its end is declared, too", async () => {
    await append({ alerts: [alertFor(0)] });
    await log.trim("alerts", 1);
    const forwarder = await started();
    sink.link.open();
    await settled();
    expect(sink.link.lost).toEqual([["alerts", 0, 1]]);
    expect(forwarder.status().state).toBe("live");
  });

  test("nowhere when the upstream has more than the log ever held", async () => {
    await appendReadings(0, 2);
    const forwarder = await started();
    sink.link.open({ readings: 3 });
    await settled();
    expect(sink.link.sent).toEqual([]);
    expect(forwarder.status()).toMatchObject({ state: "backing-off", lastError: { code: "COLLECTOR_AHEAD" } });
  });

  /** A log of 50 records whose upstream has 100; then it grows to 150, and the gateway starts anew. */
  async function grownPastTheUpstream(): Promise<Forwarder> {
    await appendReadings(0, 50);
    const before = await started();
    sink.link.open({ readings: 100 });
    await settled();
    await before.close();
    await appendReadings(50, 100);
    return started();
  }

  test("nowhere either when the log has grown past what the upstream has, also after a restart", async () => {
    const forwarder = await grownPastTheUpstream();
    sink.link.open({ readings: 100 });
    await settled();
    expect(sink.link.sent).toEqual([]);
    expect(forwarder.status()).toMatchObject({ state: "backing-off", lastError: { code: "COLLECTOR_AHEAD" } });
  });

  test("from the beginning when the upstream that had more is empty now, and as ever from then on", async () => {
    const first = await grownPastTheUpstream();
    sink.link.open({});
    await settled();
    expect(sink.link.sent).toEqual(["readings:0-150"]);
    sink.link.confirm("readings", 150);
    await settled();
    await first.close();
    const second = await started();
    sink.link.open({ readings: 150 });
    await settled();
    expect(second.status().state).toBe("live");
  });
});

describe("checkpoint", () => {
  const name = "forward:scripted";
  const saved = async () => JSON.parse(Buffer.from((await log.readCheckpoint(name)) ?? "null").toString());

  test("is written a second after the first confirmation, not at each", async () => {
    await appendReadings(0, 1);
    await appendReadings(1, 1);
    await started();
    sink.link.open();
    await settled();
    sink.link.confirm("readings", 1);
    sink.link.confirm("readings", 2);
    clock.advanceMs(999);
    await settled();
    expect(await saved()).toBeNull();
    clock.advanceMs(1);
    await settled();
    expect(await saved()).toEqual({ readings: [[0, 2]], results: [], alerts: [] });
  });

  test("is written by close, and decides where a sink without positions goes on", async () => {
    await appendReadings(0, 1);
    await appendReadings(1, 1);
    const first = await started();
    sink.link.open(null);
    await settled();
    sink.link.confirm("readings", 1);
    await first.close();
    expect(await saved()).toMatchObject({ readings: [[0, 1]] });
    const second = await started();
    expect(second.status().lanes.readings).toMatchObject({ confirmedOffset: 1, pendingRecords: 1 });
    sink.link.open(null);
    await settled();
    expect(sink.link.sent).toEqual(["readings:1-2"]);
  });

  test("one that is not readable counts as none", async () => {
    await append({ checkpoint: { name, value: Buffer.from('{"readings":-1}') } });
    const forwarder = await started();
    expect(forwarder.status().lanes.readings.confirmedOffset).toBe(0);
  });
});

describe("status says why records wait", () => {
  test("for as long as the sink asked to wait", async () => {
    await appendReadings(0, large);
    const forwarder = await started();
    sink.link.open();
    await settled();
    expect(forwarder.status().pause).toBeNull();
    sink.link.events.kept("readings", { start: 0, end: large }, 5000);
    await settled();
    expect(forwarder.status()).toMatchObject({ state: "draining", pause: { reason: "asked", forMs: 5000 } });
    clock.advanceMs(5000);
    await settled();
    expect(forwarder.status().pause).toBeNull();
  });

  test("until its hours begin", async () => {
    const inAnHour = new Date(clock.nowUs() / 1000 + 3_600_000);
    const start = `${inAnHour.getMinutes()} ${inAnHour.getHours()} * * *`;
    const forwarder = await started({ hours: [{ start, forMs: 60_000 }] });
    expect(forwarder.status().pause).toBeNull();
    sink.link.open();
    await settled();
    const { pause } = forwarder.status();
    expect(pause).toMatchObject({ reason: "hours" });
    expect(pause?.forMs).toBeGreaterThan(3_500_000);
    expect(pause?.forMs).toBeLessThanOrEqual(3_600_000);
  });
});

test("a log that cannot be read is a failure like any other: reported, and tried again", async () => {
  await appendReadings(0, 1);
  const forwarder = await started();
  await log.close();
  sink.link.open();
  await settled();
  expect(forwarder.status()).toMatchObject({ state: "backing-off", lastError: { code: "LOG_CLOSED" } });
});
