import { describe, expect, onTestFinished, test } from "vitest";
import { openEmbeddedStore, type SyncWrite } from "../../../src/collector/embedded-store.ts";
import { settledOf } from "../../../src/collector/lane-progress.ts";
import type { ReceivedBlock, Store } from "../../../src/collector/store.ts";
import { denseEnd } from "../../../src/model/interval-set.ts";
import { exportedValues, numbered, readingBlock, readingsFrom } from "../../support/records.ts";
import { tempDir } from "../../support/temp-dir.ts";

const origin = { gatewayId: "gw-1", logId: "log-1" };

/** A disk that holds each write back until the test lets it go on, or makes it fail. */
class HeldDisk {
  readonly #held: ((refuse: boolean) => void)[] = [];
  readonly #arrivals: (() => void)[] = [];

  readonly syncWrite: SyncWrite = async (write) => {
    const refuse = await new Promise<boolean>((resolve) => {
      this.#held.push(resolve);
      for (const arrive of this.#arrivals.splice(0)) arrive();
    });
    if (refuse) throw new Error("no space left on device");
    await write();
  };

  /** Waits for a write and decides on it. */
  async next(outcome: "write" | "refuse"): Promise<void> {
    if (this.#held.length === 0) await new Promise<void>((resolve) => this.#arrivals.push(resolve));
    this.#held.shift()?.(outcome === "refuse");
  }

  get waiting(): number {
    return this.#held.length;
  }
}

function block(firstOffset: number, count: number): ReceivedBlock {
  return { lane: "readings", firstOffset, count, bytes: readingBlock(readingsFrom(firstOffset, count)) };
}

async function openStore(directory: string, disk: HeldDisk): Promise<Store> {
  const store = await openEmbeddedStore({ directory, originsMax: 10, syncWrite: disk.syncWrite });
  onTestFinished(() => store.close());
  return store;
}

async function contacted(directory: string, disk: HeldDisk): Promise<Store> {
  const store = await openStore(directory, disk);
  const contact = store.contact(origin);
  await disk.next("write");
  await contact;
  return store;
}

async function nextOffset(store: Store): Promise<number> {
  const progress = (await store.progress())[0]?.lanes.readings;
  return progress === undefined ? 0 : denseEnd(settledOf(progress));
}

describe("the embedded store", () => {
  test("says nothing of a block before it is on disk: no position, no acknowledgement", async () => {
    const disk = new HeldDisk();
    const store = await contacted(await tempDir(), disk);
    let isAcknowledged = false;
    const append = store.append(origin, block(0, 5)).then(() => {
      isAcknowledged = true;
    });
    while (disk.waiting === 0) await new Promise(setImmediate);
    expect([isAcknowledged, await nextOffset(store), store.pendingBytes > 0]).toEqual([false, 0, true]);
    await disk.next("write");
    await append;
    expect([await nextOffset(store), store.pendingBytes]).toEqual([5, 0]);
  });

  test("writes what came during a sync with one sync", async () => {
    const disk = new HeldDisk();
    const store = await contacted(await tempDir(), disk);
    const first = store.append(origin, block(0, 1));
    while (disk.waiting === 0) await new Promise(setImmediate);
    const later = Array.from({ length: 50 }, (_, index) => store.append(origin, block(1 + index, 1)));
    await disk.next("write");
    await disk.next("write");
    await Promise.all([first, ...later]);
    expect(store.counts()).toEqual({ storedRecords: 51, duplicateRecords: 0, commits: 3 });
  });

  test("acknowledges a duplicate of a block that is being synced only with that sync", async () => {
    const disk = new HeldDisk();
    const directory = await tempDir();
    const store = await contacted(directory, disk);
    const appends = [store.append(origin, block(0, 5)), store.append(origin, block(0, 5))];
    await disk.next("refuse");
    for (const append of appends) await expect(append).rejects.toMatchObject({ code: "STORE_WRITE_FAILED" });
    expect(await nextOffset(store)).toBe(0);
  });

  test("keeps nothing of a write that the disk refused, counts nothing, and takes it when it comes again", async () => {
    const disk = new HeldDisk();
    const directory = await tempDir();
    const store = await contacted(directory, disk);
    const refused = store.append(origin, block(0, 5));
    await disk.next("refuse");
    await expect(refused).rejects.toThrow("no space left on device");
    expect(store.counts()).toMatchObject({ storedRecords: 0, duplicateRecords: 0 });
    expect((await store.progress())[0]?.lanes.readings.received).toEqual([]);
    const again = store.append(origin, block(0, 5));
    await disk.next("write");
    expect(await again).toBe(5);
    await store.close();
    expect(await exportedValues(directory)).toEqual(numbered(5));
  });

  test("finishes running writes when it is closed, and refuses new ones", async () => {
    const disk = new HeldDisk();
    const directory = await tempDir();
    const store = await contacted(directory, disk);
    const running = store.append(origin, block(0, 5));
    const closing = store.close();
    await expect(store.append(origin, block(5, 5))).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await disk.next("write");
    expect(await running).toBe(5);
    await closing;
    expect(await exportedValues(directory)).toEqual(numbered(5));
  });
});
