import { beforeEach, describe, expect, test } from "vitest";
import type { Forwarder, ForwarderOptions } from "../../../src/forward/forwarder.ts";
import type { RecordFilter } from "../../../src/forward/record-filter.ts";
import { RecordForwarding } from "../../../src/forward/record-link.ts";
import { allAccepted } from "../../../src/forward/record-sink.ts";
import type { Log, LogWrite } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { lanes } from "../../../src/model/lane.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingsFrom } from "../../support/records.ts";
import { append as appendTo, turns as settled, startedForwarder } from "../../support/scripted-forwarder.ts";
import { ScriptedRecords } from "../../support/scripted-records.ts";

/** Readings of a block that is not merged with its neighbours. */
const large = 3000;

let clock: FakeClock;
let log: Log;
let sink: ScriptedRecords;

beforeEach(() => {
  clock = new FakeClock();
  log = createMemoryLog({ clock });
  sink = new ScriptedRecords();
});

const append = (write: LogWrite) => appendTo(log, write);

async function started(filter: Partial<RecordFilter> = {}, options: Partial<ForwarderOptions> = {}): Promise<Forwarder> {
  const forwarder = await startedForwarder({
    sink: new RecordForwarding(sink, {
      gatewayId: "gw-1",
      filter: { lanes, device: "*", metric: "*", ...filter },
      ordered: false,
    }),
    log,
    clock,
    ...options,
  });
  await settled();
  return forwarder;
}

const confirmed = (forwarder: Forwarder) => forwarder.status().lanes.readings.confirmedOffset;

describe("a sink that takes records", () => {
  test("is written what the log holds, with offsets and the gateway, and is done with what it accepts", async () => {
    await append({ readings: readingsFrom(0, 3) });
    const forwarder = await started();
    expect(sink.writes[0]?.batch).toMatchObject({
      lane: "readings",
      records: [{ gatewayId: "gw-1", offset: 0 }, { offset: 1 }, { offset: 2 }],
    });
    expect(confirmed(forwarder)).toBe(0);
    sink.writes[0]?.settle(allAccepted);
    await settled();
    expect([confirmed(forwarder), forwarder.status().state]).toEqual([3, "live"]);
  });

  test("has at most writesMax writes under way", async () => {
    for (let block = 0; block < 4; block++) await append({ readings: readingsFrom(block * large, large) });
    await started();
    expect(sink.writes).toHaveLength(2);
    sink.writes[0]?.settle(allAccepted);
    await settled();
    expect(sink.writes).toHaveLength(3);
  });

  test("that is to have them in order has one write under way", async () => {
    for (let block = 0; block < 2; block++) await append({ readings: readingsFrom(block * large, large) });
    const forwarding = new RecordForwarding(sink, {
      gatewayId: "gw-1",
      filter: { lanes, device: "*", metric: "*" },
      ordered: true,
    });
    await started({}, { sink: forwarding, order: "fifo" });
    expect(sink.writes).toHaveLength(1);
  });

  test("gets what it kept once more, after the time that it asked for", async () => {
    await append({ readings: readingsFrom(0, 5) });
    const forwarder = await started();
    sink.writes[0]?.settle({ rejected: [], kept: [{ start: 2, end: 5 }], retryAfterMs: 700 });
    await settled();
    expect(confirmed(forwarder)).toBe(2);
    clock.advanceMs(699);
    await settled();
    expect(sink.writes).toHaveLength(1);
    clock.advanceMs(1);
    await settled();
    expect(sink.written[1]).toEqual([2, 3, 4]);
  });

  test("that loses its connection gets what has no fate on the next one", async () => {
    await append({ readings: readingsFrom(0, 5) });
    const forwarder = await started();
    sink.connection?.lost(new TidegateError("SINK_UNREACHABLE", "forward to nowhere: the test said so"));
    await settled();
    expect([forwarder.status().state, sink.isClosed]).toEqual(["backing-off", true]);
    clock.advanceMs(2000);
    await settled();
    expect(sink.written).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ]);
  });

  test("that says nothing for too long is given up", async () => {
    await append({ readings: readingsFrom(0, 1) });
    const forwarder = await started();
    clock.advanceMs(10_000);
    await settled();
    expect(forwarder.status().lastError).toMatchObject({
      code: "SINK_UNREACHABLE",
      message: expect.stringContaining("nothing was confirmed within 10000 ms"),
    });
    expect(sink.isClosed).toBe(true);
  });

  test("whose write fails is unreachable, whatever was thrown", async () => {
    await append({ readings: readingsFrom(0, 1) });
    const forwarder = await started();
    sink.writes[0]?.fail(new Error("socket hang up"));
    await settled();
    expect(forwarder.status().lastError).toMatchObject({
      code: "SINK_UNREACHABLE",
      message: expect.stringContaining("hang up"),
    });
  });
});

describe("a filter", () => {
  test("keeps series and lanes away, and what it keeps away is done", async () => {
    const readings = readingsFrom(0, 4).map((reading, index) => ({
      ...reading,
      device: index % 2 === 0 ? "press-1" : "oven-1",
    }));
    await append({ readings });
    const forwarder = await started({ lanes: ["readings"], device: "press-*" }, { lanes: ["readings"] });
    const device = (index: number) => sink.writes[0]?.batch.records[index]?.record.device;
    expect([device(0), device(1), sink.writes[0]?.batch.records.length]).toEqual(["press-1", "press-1", 2]);
    sink.writes[0]?.settle(allAccepted);
    await settled();
    expect([confirmed(forwarder), forwarder.lanes]).toEqual([4, ["readings"]]);
  });
});

describe("quarantine", () => {
  const reason = "the value is out of range";

  async function rejecting(offsets: readonly number[], options: Partial<ForwarderOptions> = {}): Promise<Forwarder> {
    await append({ readings: readingsFrom(0, 5) });
    const forwarder = await started({}, options);
    sink.writes[0]?.settle({ rejected: offsets.map((offset) => ({ offset, reason })), kept: [], retryAfterMs: 0 });
    await settled();
    return forwarder;
  }

  test("a record that is refused for good is kept with its reason, and holds up nothing", async () => {
    const forwarder = await rejecting([3]);
    expect(confirmed(forwarder)).toBe(5);
    expect(forwarder.quarantine.list()).toMatchObject([
      { lane: "readings", offset: 3, reason, refusals: 1, record: { value: 3 } },
    ]);
    expect(forwarder.status()).toMatchObject({
      quarantine: { records: 1, dropped: 0 },
      lanes: { readings: { rejectedRecords: 1 } },
    });
  });

  test("is there after a restart", async () => {
    const before = await rejecting([1, 3]);
    const list = before.quarantine.list();
    await before.close();
    const after = await started();
    expect(after.quarantine.list()).toEqual(list);
  });

  test("what is tried again and taken is gone; what is refused again says so", async () => {
    const forwarder = await rejecting([1, 3]);
    const ids = forwarder.quarantine.list().map(({ id }) => id);
    expect(forwarder.retryQuarantined([...ids, "readings/unknown"])).toBe(2);
    await settled();
    expect(sink.written.slice(1)).toEqual([[1], [3]]);
    sink.writes[1]?.settle(allAccepted);
    sink.writes[2]?.settle({ rejected: [{ offset: 3, reason: "still" }], kept: [], retryAfterMs: 0 });
    await settled();
    expect(forwarder.quarantine.list()).toMatchObject([{ offset: 3, reason: "still", refusals: 2 }]);
    expect(forwarder.retryQuarantined(ids)).toBe(1);
    await settled();
    expect(sink.written.slice(3)).toEqual([[3]]);
  });

  test("holds so many records; the oldest go, and are counted", async () => {
    const forwarder = await rejecting([0, 1, 2, 3], { quarantineRecordsMax: 3 });
    expect(forwarder.quarantine.list().map(({ offset }) => offset)).toEqual([1, 2, 3]);
    expect([forwarder.status().quarantine.dropped, confirmed(forwarder)]).toEqual([1, 5]);
    expect(await forwarder.quarantine.drop(forwarder.quarantine.list().map(({ id }) => id))).toBe(3);
    expect(await log.readCheckpoints("quarantine/")).toEqual([]);
  });
});

describe("new records and a backlog", () => {
  test("new ones go ahead of a long backlog, which drains beside them", async () => {
    for (let block = 0; block < 4; block++) await append({ readings: readingsFrom(block * large, large) });
    sink = new ScriptedRecords(1);
    await started({}, { backlogRecordsMin: 5000 });
    await append({ readings: readingsFrom(4 * large, 1) });
    sink.writes[0]?.settle(allAccepted);
    await settled();
    expect(sink.written.map(([first]) => first)).toEqual([0, 4 * large]);
    sink.writes[1]?.settle(allAccepted);
    await settled();
    expect(sink.written.map(([first]) => first)).toEqual([0, 4 * large, large]);
  });

  test("with fifo they wait their turn", async () => {
    for (let block = 0; block < 2; block++) await append({ readings: readingsFrom(block * large, large) });
    sink = new ScriptedRecords(1);
    await started({}, { backlogRecordsMin: 5000, order: "fifo" });
    await append({ readings: readingsFrom(2 * large, 1) });
    for (const index of [0, 1]) {
      sink.writes[index]?.settle(allAccepted);
      await settled();
    }
    expect(sink.written.map(([first]) => first)).toEqual([0, large, 2 * large]);
  });

  test("outside its hours only alerts go", async () => {
    const hour = new Date(clock.nowUs() / 1000).getHours();
    await append({ readings: readingsFrom(0, 1) });
    const forwarder = await started({}, { hours: [{ start: `0 ${(hour + 3) % 24} * * *`, forMs: 3_600_000 }] });
    expect(sink.writes).toHaveLength(0);
    clock.advanceMs(3 * 3_600_000);
    await settled();
    expect([sink.written, forwarder.status().state]).toEqual([[[0]], "live"]);
  });
});
