// What the PostgreSQL store promises beyond the contract of all stores (test/conformance/store). A real server.

import { describe, expect, onTestFinished, test } from "vitest";
import { encodeAlertBlock, encodeResultBlock } from "../../../src/codec/block-codec.ts";
import { openPostgresStore, readPostgresProgress } from "../../../src/collector/postgres-store.ts";
import { originReport } from "../../../src/collector/report.ts";
import type { ReceivedBlock, Store } from "../../../src/collector/store.ts";
import type { Origin } from "../../../src/model/origin.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { moveBetween, newCollector, sendThroughOutages } from "../../support/forwarded-log.ts";
import { postgresForTests } from "../../support/postgres.ts";
import { alertFor, numbered, readingBlock, readingsFrom, resultFor } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { isMissing } from "../../support/servers.ts";

const logger = createLogger("silent");
const origin = { gatewayId: "gw-1", logId: "log-1" };

describe.skipIf(isMissing("postgres"))("with a server", () => {
  const server = postgresForTests();

  async function opened(url: string, originsMax = 100): Promise<Store> {
    const store = await openPostgresStore({ url, originsMax, logger });
    onTestFinished(() => store.close());
    return store;
  }

  async function storedReadings(url: string, { gatewayId, logId }: Origin = origin): Promise<[number, unknown][]> {
    const rows = await server().query<{ log_offset: string; value_number: number }>(
      url,
      `SELECT log_offset, value_number FROM tidegate.readings
       WHERE gateway_id = '${gatewayId}' AND log_id = '${logId}' ORDER BY log_offset`,
    );
    return rows.map(({ log_offset, value_number }) => [Number(log_offset), value_number]);
  }

  function block(firstOffset: number, count: number): ReceivedBlock {
    return { lane: "readings", firstOffset, count, bytes: readingBlock(readingsFrom(firstOffset, count)) };
  }

  function reading(fields: Partial<Reading>): Reading {
    return { ...readingsFrom(0, 1)[0]!, ...fields };
  }

  describe("collectors that share a database", () => {
    test("store every record once, also when all of them write for the same gateways at the same time", async () => {
      const random = seededRandom(testSeed());
      const url = await server().newDatabase();
      const stores = await Promise.all([opened(url), opened(url), opened(url)]);
      const origins = [origin, { gatewayId: "gw-2", logId: "log-1" }];
      async function writeAll(store: Store): Promise<void> {
        await Promise.all(origins.map((each) => store.contact(each)));
        for (let offset = 0; offset < 300; ) {
          const count = 1 + Math.floor(random() * 20);
          const from = Math.max(0, offset - Math.floor(random() * 30));
          const gap = { lane: "readings", fromOffset: 400, toOffset: 410, reason: "size", sinceUs: 1, untilUs: 2 } as const;
          // Not one after the other, so that gateways come in another order in every commit.
          const writes = origins.map((each) => store.append(each, block(from, offset + count - from)));
          await Promise.all([...writes, store.declareLost(origin, gap)]);
          offset += count;
        }
        await Promise.all(origins.map((each) => store.append(each, block(290, 50))));
      }
      await Promise.all(stores.map(writeAll));
      for (const each of origins) expect(await storedReadings(url, each)).toEqual(numbered(340));
      const [first, second] = (await readPostgresProgress(url)).map(originReport);
      expect([first?.lanes.readings, second?.lanes.readings]).toMatchObject([
        { received: 340, lost: 10, nextOffset: 340 },
        { received: 340, lost: 0, nextOffset: 340 },
      ]);
      const counted = stores.reduce((sum, store) => sum + store.counts().duplicateRecords, 0);
      expect((first?.lanes.readings.duplicates ?? 0) + (second?.lanes.readings.duplicates ?? 0)).toBe(counted);
    });

    test("keep to one limit of origins together", async () => {
      const url = await server().newDatabase();
      const stores = await Promise.all(Array.from({ length: 10 }, () => opened(url, 5)));
      const contacts = stores.map((store, index) => store.contact({ ...origin, logId: `log-${index}` }));
      const outcomes = await Promise.allSettled(contacts);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
      expect(await readPostgresProgress(url)).toHaveLength(5);
    });
  });

  describe("rows", () => {
    test("hold every value exactly, times to the microsecond, and tags as JSON", async () => {
      const url = await server().newDatabase();
      const store = await opened(url);
      const values = [-0, 0.1, 5e-324, Number.MAX_VALUE, true, false, 'läuft "gut" \\ {a,b}', "", "NULL", "a\u0000b"];
      const eventTimeUs = 1_700_000_000_123_457;
      const readings = values.map((value) => reading({ value, eventTimeUs, unit: "Cel", quality: 2, correctionUs: 5 }));
      readings.push(reading({ tags: "line=3,site=north", eventTimeUs: -1 }));
      await store.contact(origin);
      const bytes = readingBlock(readings, 1_700_000_000_999_999);
      await store.append(origin, { lane: "readings", firstOffset: 0, count: readings.length, bytes });
      const rows = await server().query(
        url,
        "SELECT *, event_time::text, ingest_time::text FROM tidegate.readings ORDER BY log_offset",
      );
      const stored = rows.map((row) => row.value_number ?? row.value_boolean ?? row.value_text);
      expect(stored).toEqual([...values.slice(0, -1), "a\u2400b", 0]);
      expect(Object.is(stored[0], -0)).toBe(true);
      expect(rows[0]).toMatchObject({
        gateway_id: "gw-1",
        log_id: "log-1",
        log_offset: "0",
        device: "device-0",
        metric: "temperature",
        event_time: expect.stringMatching(/^2023-11-14 .*:20\.123457/),
        event_time_us: "1700000000123457",
        raw_event_time_us: "1700000000123452",
        ingest_time: expect.stringMatching(/:20\.999999/),
        unit: "Cel",
        quality: 2,
        tags: {},
      });
      expect(rows.at(-1)).toMatchObject({
        event_time_us: "-1",
        raw_event_time_us: null,
        event_time: expect.stringMatching(/:59\.999999/),
        tags: { line: "3", site: "north" },
      });
    });

    test("hold results with their aggregates as JSON, and alerts", async () => {
      const url = await server().newDatabase();
      const store = await opened(url);
      await store.contact(origin);
      const result = {
        ...resultFor(1),
        aggregates: { sum: Number.POSITIVE_INFINITY, last_state: "on" },
        count: 3,
        revision: 2,
      };
      await store.append(origin, { lane: "results", firstOffset: 0, count: 1, bytes: encodeResultBlock([result], 1) });
      const alerts = [alertFor(4), { ...alertFor(5), value: null }];
      await store.append(origin, { lane: "alerts", firstOffset: 0, count: 2, bytes: encodeAlertBlock(alerts, 1) });
      const [row] = await server().query(url, "SELECT * FROM tidegate.results");
      expect(row).toMatchObject({
        window_name: "minute",
        start_time: new Date(60_000),
        end_time: new Date(120_000),
        revision: 2,
        reading_count: "3",
        aggregates: { sum: null, last_state: "on" },
      });
      const alertRows = await server().query(url, "SELECT * FROM tidegate.alerts ORDER BY log_offset");
      expect(alertRows).toMatchObject([
        { rule: "hot", state: "firing", severity: "warning", event_time: new Date(4), value_number: 4, cause_offset: "4" },
        { state: "resolved", value_number: null, value_boolean: null, value_text: null },
      ]);
    });

    test("that cannot hold a record end the write of its gateway alone", async () => {
      const url = await server().newDatabase();
      const store = await opened(url);
      const other = { ...origin, gatewayId: "gw-2" };
      await Promise.all([store.contact(origin), store.contact(other)]);
      const bytes = readingBlock([reading({ quality: 2 ** 31 })]);
      const bad = store.append(other, { lane: "readings", firstOffset: 0, count: 1, bytes });
      const good = store.append(origin, block(0, 5));
      await expect(bad).rejects.toMatchObject({ code: "STORE_REFUSED", message: expect.stringContaining("out of range") });
      expect(await good).toBe(5);
      expect(await storedReadings(url)).toEqual(numbered(5));
    });
  });

  describe("a database that cannot be used", () => {
    test("because nothing listens is said to be unreachable", async () => {
      const url = "postgres://tidegate:secret@127.0.0.1:1/telemetry";
      const failure: Error = await openPostgresStore({ url, originsMax: 1, logger }).catch((error) => error);
      expect(failure).toMatchObject({ code: "STORE_UNREACHABLE", message: expect.stringContaining("127.0.0.1:1/telemetry") });
      expect(failure.message).not.toContain("secret");
    });

    test.each([
      ["it does not exist", "", /database "nowhere" does not exist/],
      ["it has tables of another format", "UPDATE tidegate.format SET format = 'tidegate 99'", /"tidegate 99"/],
    ])("because %s is named with the reason", async (_, change, reason) => {
      const url = await server().newDatabase();
      await (await openPostgresStore({ url, originsMax: 1, logger })).close();
      if (change !== "") await server().query(url, change);
      const opening = openPostgresStore({
        url: change === "" ? url.replace(/test_\d+$/, "nowhere") : url,
        originsMax: 1,
        logger,
      });
      await expect(opening).rejects.toMatchObject({ code: "STORE_UNUSABLE", message: expect.stringMatching(reason) });
    });

    test("because no collector has used it yet, as a report finds", async () => {
      const url = await server().newDatabase();
      await expect(readPostgresProgress(url)).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
      expect(await server().query(url, "SELECT to_regnamespace('tidegate') AS made")).toEqual([{ made: null }]);
    });
  });

  describe("a gateway loses nothing and doubles nothing", () => {
    test.each(["stop", "kill"] as const)("when the server ends by %s in the middle, again and again", async (end) => {
      const url = await server().newDatabase();
      const collector = await newCollector({ kind: "postgres", url });
      const ending = { end: () => server()[end](), start: () => server().start() };
      const log = await sendThroughOutages(collector, ending, { outages: 3, random: seededRandom(testSeed()) });
      expect(await storedReadings(url, { gatewayId: "gw-1", logId: log.logId })).toEqual(numbered(1800));
    });

    test("when it moves from one collector to another that shares the database", async () => {
      const url = await server().newDatabase();
      const log = await moveBetween(() => newCollector({ kind: "postgres", url }));
      expect(await storedReadings(url, { gatewayId: "gw-1", logId: log.logId })).toEqual(numbered(600));
    });
  });
});
