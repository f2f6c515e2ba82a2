import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeReadingBlock, readingsOf } from "../../../src/codec/block-codec.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { nowMs, openIngest, rejectedOf, take } from "../../support/open-ingest.ts";
import { tempDir } from "../../support/temp-dir.ts";

const logger = createLogger("silent");

async function stored(log: Log): Promise<Reading[]> {
  return (await log.read("readings", 0, Number.MAX_SAFE_INTEGER)).flatMap((block) =>
    readingsOf(decodeReadingBlock(block.bytes)),
  );
}

/** A disk that fails when it is told to. */
function failingDisk() {
  const disk = { failing: false };
  const syncWrite = async (write: () => Promise<void>) => {
    if (disk.failing) throw new Error("no space left on device");
    await write();
  };
  return { disk, syncWrite };
}

const own = (value: number) => `{"m": ${value}, "ts": ${nowMs}}`;

describe("a redelivered message", () => {
  test("whose readings are stored already is acknowledged and stores nothing", async () => {
    const log = createMemoryLog({ clock: new FakeClock() });
    const ingest = await openIngest(log);
    await take(ingest, own(1));
    expect(await take(ingest, own(1), { redelivered: true })).toEqual({ kind: "stored" });
    expect(ingest.counters).toMatchObject({ received: 2, stored: 1, rejected: { redelivered: 1 } });
    expect((await stored(log)).length).toBe(1);
  });

  test("is known also while its first delivery is on its way to the disk, and acknowledged after it", async () => {
    const log = createMemoryLog({ clock: new FakeClock() });
    const ingest = await openIngest(log);
    const order: string[] = [];
    const first = take(ingest, own(1)).then(() => order.push("first"));
    const second = take(ingest, own(1), { redelivered: true }).then(() => order.push("second"));
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
    expect((await stored(log)).length).toBe(1);
  });

  test("is known after a restart", async () => {
    const directory = await tempDir();
    const open = () => openLevelLog({ directory, clock: new FakeClock(), pendingReadingsMax: 1000, logger });
    const before = await open();
    await take(await openIngest(before), own(1));
    await before.close();
    const after = await open();
    const ingest = await openIngest(after);
    expect(await take(ingest, own(1), { redelivered: true })).toEqual({ kind: "stored" });
    expect(await take(ingest, own(2), { redelivered: true })).toEqual({ kind: "stored" });
    expect((await stored(after)).map((reading) => reading.value)).toEqual([1, 2]);
    await after.close();
  });

  test("is known after a restart, however many readings others have sent before its device is back", async () => {
    const log = createMemoryLog({ clock: new FakeClock() });
    await take(await openIngest(log), own(0));
    const ingest = await openIngest(log);
    for (let value = 1; value <= 1500; value++) await take(ingest, own(value));
    expect(await take(ingest, own(0), { redelivered: true })).toEqual({ kind: "stored" });
    expect((await stored(log)).length).toBe(1501);
  });

  test("is stored if only its event time, or only its value, was seen before", async () => {
    const log = createMemoryLog({ clock: new FakeClock() });
    const ingest = await openIngest(log);
    await take(ingest, own(1));
    await take(ingest, own(2), { redelivered: true });
    await take(ingest, `{"m": 1, "ts": ${nowMs + 1}}`, { redelivered: true });
    expect((await stored(log)).length).toBe(3);
  });

  test("without event times of its own is stored again: two equal values may be two readings", async () => {
    const log = createMemoryLog({ clock: new FakeClock() });
    const ingest = await openIngest(log);
    await take(ingest, '{"m": 1}');
    await take(ingest, '{"m": 1}', { redelivered: true });
    expect((await stored(log)).length).toBe(2);
  });

  test("of which a part is bad is answered as the first time: not rejected, and only when its reading is on disk", async () => {
    const partlyBad = `{"m": 1, "bad": null, "ts": ${nowMs}}`;
    const { disk, syncWrite } = failingDisk();
    const options = { directory: await tempDir(), clock: new FakeClock(), pendingReadingsMax: 1000, logger, syncWrite };
    const log = await openLevelLog(options);
    const ingest = await openIngest(log);
    disk.failing = true;
    const both = await Promise.all([take(ingest, partlyBad), take(ingest, partlyBad, { redelivered: true })]);
    disk.failing = false;
    both.push(await take(ingest, partlyBad, { redelivered: true }), await take(ingest, partlyBad, { redelivered: true }));
    expect(both.map(({ kind }) => kind)).toEqual(["busy", "busy", "stored", "stored"]);
    expect(ingest.counters.rejected).toMatchObject({ value_type: 4, redelivered: 2, log_busy: 1 });
    expect((await stored(log)).length).toBe(1);
    await log.close();
  });

  test("whose readings are on disk is acknowledged also while the disk refuses: a sender that is refused sends them as new", async () => {
    const { disk, syncWrite } = failingDisk();
    const options = { directory: await tempDir(), clock: new FakeClock(), pendingReadingsMax: 1000, logger, syncWrite };
    const log = await openLevelLog(options);
    const ingest = await openIngest(log);
    expect(await take(ingest, own(1))).toEqual({ kind: "stored" });
    disk.failing = true;
    expect(await take(ingest, own(1), { redelivered: true })).toEqual({ kind: "stored" });
    expect((await take(ingest, own(2), { redelivered: true })).kind).toBe("busy");
    expect((await stored(log)).map(({ value }) => value)).toEqual([1]);
    expect(ingest.counters).toMatchObject({ received: 3, stored: 1, rejected: { redelivered: 1, log_busy: 1 } });
    await log.close();
  });

  test("is new if the disk refused its first delivery, and is not acknowledged while the disk refuses", async () => {
    const { disk, syncWrite } = failingDisk();
    const log = await openLevelLog({
      directory: await tempDir(),
      clock: new FakeClock(),
      pendingReadingsMax: 1000,
      logger,
      syncWrite,
    });
    const ingest = await openIngest(log);
    disk.failing = true;
    const [first, again] = await Promise.all([take(ingest, own(1)), take(ingest, own(1), { redelivered: true })]);
    expect([first.kind, again.kind]).toEqual(["busy", "busy"]);
    disk.failing = false;
    expect(await take(ingest, own(1), { redelivered: true })).toEqual({ kind: "stored" });
    expect((await stored(log)).length).toBe(1);
    await log.close();
  });
});

describe("tags of a route", () => {
  const routes = [
    { topic: "line/+/+", payload: "object", device: "{2}", tags: { line: "{1}", site: "north" }, timeUnit: "ms" },
    { topic: "s/+", payload: "object", device: "{1}", timeUnit: "ms" },
  ] as const;

  test("stand in every reading of its devices, and in no other", async () => {
    const log = createMemoryLog({ clock: new FakeClock() });
    const ingest = await openIngest(log, { routes });
    for (const topic of ["line/3/press", "s/press", "line/4/press"]) await take(ingest, '{"m": 1, "n": "on"}', { topic });
    const readings = await stored(log);
    for (const metric of ["m", "n"]) {
      const tags = readings.filter((reading) => reading.metric === metric).map((reading) => reading.tags);
      expect(tags).toEqual(["line=3,site=north", "", "line=4,site=north"]);
    }
  });

  test("that cannot be named so make a message invalid", async () => {
    const log = createMemoryLog({ clock: new FakeClock() });
    const ingest = await openIngest(log, { routes });
    const verdict = await take(ingest, '{"m": 1}', { topic: "line/a,b/press" });
    expect(verdict).toEqual({ kind: "rejected", reason: 'name_invalid: tag line is "a,b"' });
    expect(ingest.counters).toMatchObject({ received: 1, stored: 0, rejected: { name_invalid: 1 } });
  });
});

test("a publish that the log has no room for is busy, counted, and stored when it comes again", async () => {
  const log = createMemoryLog({ clock: new FakeClock(), pendingReadingsMax: 2 });
  const ingest = await openIngest(log);
  const verdicts = await Promise.all([take(ingest, own(1)), take(ingest, own(2)), take(ingest, own(3))]);
  expect(verdicts.map((verdict) => verdict.kind)).toEqual(["stored", "stored", "busy"]);
  expect(ingest.counters).toMatchObject({ received: 3, stored: 2, rejected: { log_busy: 1 } });
  expect((await take(ingest, own(3), { redelivered: true })).kind).toBe("stored");
});

test("received = stored + rejected, whatever comes, and the log holds what was stored", async () => {
  const value = fc.oneof(fc.double(), fc.boolean(), fc.string(), fc.constant(null), fc.constant([1]));
  const object = fc.dictionary(fc.string({ maxLength: 5 }), value, { maxKeys: 5 });
  const message = fc.oneof(
    object.map((fields) => JSON.stringify(fields)),
    fc.string(),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(message, fc.boolean()), { maxLength: 30 }), async (messages) => {
      const log = createMemoryLog({ clock: new FakeClock(), pendingReadingsMax: 20 });
      const ingest = await openIngest(log);
      await Promise.all(messages.map(([payload, redelivered]) => take(ingest, payload, { redelivered })));
      const { received, stored: count, rejected } = ingest.counters;
      expect(received).toBe(count + rejectedOf(rejected));
      expect(received).toBeGreaterThanOrEqual(messages.length);
      expect((await stored(log)).length).toBe(count);
    }),
  );
});
