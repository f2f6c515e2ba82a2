// What every store promises, by the names of the contract (src/collector/store.ts). Run over each implementation.

import { describe, expect, onTestFinished, test } from "vitest";
import { encodeAlertBlock } from "../../../src/codec/block-codec.ts";
import { originReport } from "../../../src/collector/report.ts";
import type { ReceivedBlock, Store } from "../../../src/collector/store.ts";
import type { Gap, GapReason } from "../../../src/model/gap.ts";
import type { Origin } from "../../../src/model/origin.ts";
import { alertFor, numbered, readingBlock, readingsFrom } from "../../support/records.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";

/** What a store keeps over its openings. */
export interface StorePlace {
  open(originsMax: number): Promise<Store>;
  /** Offsets and values of the readings of an origin, in offset order; doubled ones twice. The store may be closed for it. */
  readings(store: Store, origin: Origin): Promise<[offset: number, value: unknown][]>;
  /** Makes the next commits fail, until the returned function is called. */
  breakWrites(): Promise<() => Promise<void>>;
}

const origin = { gatewayId: "gw-1", logId: "log-1" };

/** Readings that carry their offsets as values. */
function block(firstOffset: number, count: number): ReceivedBlock {
  return { lane: "readings", firstOffset, count, bytes: readingBlock(readingsFrom(firstOffset, count)) };
}

function gap(fromOffset: number, toOffset: number, reason: GapReason = "size"): Gap {
  return { lane: "readings", fromOffset, toOffset, reason, sinceUs: 5, untilUs: 7 };
}

export function describeStore(name: string, newPlace: () => Promise<StorePlace>): void {
  async function opened(place: StorePlace, originsMax = 100): Promise<Store> {
    const store = await place.open(originsMax);
    onTestFinished(() => store.close());
    return store;
  }

  const readingsReport = async (store: Store) => originReport((await store.progress())[0]!).lanes.readings;

  describe(`${name}: exactly once`, () => {
    test("a block that arrives twice is stored once, and the second counts as duplicate", async () => {
      const place = await newPlace();
      const store = await opened(place);
      await store.contact(origin);
      expect(await store.append(origin, block(0, 10))).toBe(10);
      expect(await store.append(origin, block(0, 10))).toBe(10);
      expect(store.counts()).toMatchObject({ storedRecords: 10, duplicateRecords: 10 });
      expect(await place.readings(store, origin)).toEqual(numbered(10));
    });

    test("of a block that overlaps what is stored only the missing records are stored, also within one commit", async () => {
      const place = await newPlace();
      const store = await opened(place);
      await store.contact(origin);
      const appends = [block(2, 3), block(7, 2), block(0, 12)].map((some) => store.append(origin, some));
      expect(await Promise.all(appends)).toEqual([0, 0, 12]);
      expect(store.counts()).toMatchObject({ storedRecords: 12, duplicateRecords: 5 });
      expect(await place.readings(store, origin)).toEqual(numbered(12));
    });

    test("any cover of the offsets by overlapping blocks, over reopenings, ends with each record once", async () => {
      const random = seededRandom(testSeed());
      const place = await newPlace();
      for (let life = 0; life < 3; life++) {
        const store = await place.open(100);
        await store.contact(origin);
        const blocks = Array.from({ length: 30 }, () => block(Math.floor(random() * 200), 1 + Math.floor(random() * 30)));
        await Promise.all(blocks.map((some) => store.append(origin, some)));
        if (life === 2) {
          expect(await store.append(origin, block(0, 230))).toBe(230);
          expect(await place.readings(store, origin)).toEqual(numbered(230));
        }
        await store.close();
      }
    });

    test("gateways, logs and lanes have offsets of their own", async () => {
      const place = await newPlace();
      const store = await opened(place);
      const others = [origin, { gatewayId: "gw-1", logId: "log-0" }, { gatewayId: "gw-0", logId: "log-1" }];
      for (const [index, other] of others.entries()) {
        await store.contact(other);
        expect(await store.append(other, block(0, index + 1))).toBe(index + 1);
      }
      const bytes = encodeAlertBlock([alertFor(0)], 1);
      expect(await store.append(origin, { lane: "alerts", firstOffset: 0, count: 1, bytes })).toBe(1);
      const progress = await store.progress();
      expect(progress.map(({ origin: of }) => of)).toEqual(others);
      expect(progress.map(({ lanes }) => [lanes.readings.received[0]?.end, lanes.alerts.received[0]?.end])).toEqual([
        [1, 1],
        [2, undefined],
        [3, undefined],
      ]);
      for (const [index, other] of others.entries()) {
        expect(await place.readings(store, other)).toEqual(numbered(index + 1));
      }
    });
  });

  describe(`${name}: positions and losses`, () => {
    test("are what contact yields, also after a restart: stored and lost, with the holes", async () => {
      const place = await newPlace();
      const store = await opened(place);
      expect(await store.contact(origin)).toEqual({ readings: [], results: [], alerts: [] });
      await store.append(origin, block(10, 5));
      await store.declareLost(origin, gap(20, 30));
      const settled = [
        { start: 10, end: 15 },
        { start: 20, end: 30 },
      ];
      expect((await store.contact(origin)).readings).toEqual(settled);
      await store.close();
      expect((await (await opened(place)).contact(origin)).readings).toEqual(settled);
    });

    test("a gap counts what is not stored, with reason and times; a record that arrives after all is lost no more", async () => {
      const place = await newPlace();
      const store = await opened(place);
      await store.contact(origin);
      await store.append(origin, block(2, 3));
      expect(await store.declareLost(origin, gap(0, 10))).toBe(10);
      expect(await store.declareLost(origin, gap(10, 12, "corrupt"))).toBe(12);
      expect(await store.append(origin, block(8, 3))).toBe(12);
      expect(await readingsReport(store)).toEqual({
        received: 6,
        duplicates: 0,
        lost: 6,
        lostByReason: { unknown: 0, size: 5, age: 0, disk: 0, corrupt: 1 },
        losses: [
          { fromOffset: 0, toOffset: 2, reason: "size", sinceUs: 5, untilUs: 7 },
          { fromOffset: 5, toOffset: 8, reason: "size", sinceUs: 5, untilUs: 7 },
          { fromOffset: 11, toOffset: 12, reason: "corrupt", sinceUs: 5, untilUs: 7 },
        ],
        missing: [],
        nextOffset: 12,
        endOffset: 12,
      });
    });

    test("report and duplicates are durable", async () => {
      const place = await newPlace();
      const store = await opened(place);
      await store.contact(origin);
      await store.append(origin, block(0, 5));
      await store.append(origin, block(3, 5));
      await store.append(origin, block(3, 5));
      await store.append(origin, block(12, 2));
      await store.declareLost(origin, { ...gap(14, 20, "age"), sinceUs: null, untilUs: null });
      const before = await readingsReport(store);
      expect(before).toMatchObject({ received: 10, duplicates: 7, lost: 6, missing: [{ start: 8, end: 12 }] });
      await store.close();
      expect(await readingsReport(await opened(place))).toEqual(before);
    });

    test("beyond 500 separate losses of a lane the lowest are closed: counted by reason, and settled", async () => {
      const place = await newPlace();
      const store = await opened(place);
      await store.contact(origin);
      const writes = Array.from({ length: 510 }, (_, index) => [
        store.declareLost(origin, gap(index * 2, index * 2 + 1, "corrupt")),
        store.append(origin, block(index * 2 + 1, 1)),
      ]);
      await Promise.all(writes.flat());
      const before = await readingsReport(store);
      expect(before).toMatchObject({ received: 510, lost: 510, lostByReason: { corrupt: 510 }, nextOffset: 1020 });
      expect(before.losses).toHaveLength(500);
      expect(await store.append(origin, block(0, 1))).toBe(1020);
      expect(store.counts()).toMatchObject({ storedRecords: 510, duplicateRecords: 1 });
      await store.close();
      expect(await readingsReport(await opened(place))).toEqual({ ...before, duplicates: 1 });
    });
  });

  describe(`${name}: limits and faults`, () => {
    test("an origin beyond originsMax is refused, known ones are served", async () => {
      const store = await opened(await newPlace(), 2);
      await store.contact(origin);
      await store.contact({ ...origin, logId: "log-2" });
      const third = { ...origin, logId: "log-3" };
      await expect(store.contact(third)).rejects.toMatchObject({ code: "COLLECTOR_FULL" });
      await expect(store.append(third, block(0, 1))).rejects.toMatchObject({ code: "COLLECTOR_FULL" });
      expect(await store.append(origin, block(0, 1))).toBe(1);
      expect(await store.progress()).toHaveLength(2);
    });

    test("more than 1000 separate ranges are refused, and only the write that makes one too many", async () => {
      const store = await opened(await newPlace());
      await store.contact(origin);
      const writes = Array.from({ length: 1001 }, (_, index) => store.append(origin, block(index * 2, 1)));
      const outcomes = await Promise.allSettled(writes);
      expect(outcomes.map(({ status }) => status).indexOf("rejected")).toBe(1000);
      expect(await store.append(origin, block(1, 1))).toBe(3);
      expect(store.counts().storedRecords).toBe(1001);
    });

    test("a commit that fails keeps nothing and counts nothing; when it comes again, it is stored once", async () => {
      const place = await newPlace();
      const store = await opened(place);
      await store.contact(origin);
      await store.append(origin, block(0, 3));
      const repair = await place.breakWrites();
      const failing = [store.append(origin, block(2, 5)), store.declareLost(origin, gap(7, 9))];
      for (const write of failing) {
        await expect(write).rejects.toMatchObject({ code: "STORE_WRITE_FAILED", retryable: true });
      }
      await repair();
      expect(store.counts()).toMatchObject({ storedRecords: 3, duplicateRecords: 0 });
      expect(store.pendingBytes).toBe(0);
      expect(await readingsReport(store)).toMatchObject({ received: 3, duplicates: 0, lost: 0, endOffset: 3 });
      expect(await store.append(origin, block(2, 5))).toBe(7);
      expect(await place.readings(store, origin)).toEqual(numbered(7));
    });

    test("a store that closes finishes what it was given, and takes no more", async () => {
      const place = await newPlace();
      const store = await opened(place);
      await store.contact(origin);
      const running = store.append(origin, block(0, 5));
      const closing = store.close();
      await expect(store.append(origin, block(5, 5))).rejects.toMatchObject({ code: "STORE_CLOSED" });
      expect(await running).toBe(5);
      await closing;
      expect((await (await opened(place)).contact(origin)).readings).toEqual([{ start: 0, end: 5 }]);
    });
  });
}
