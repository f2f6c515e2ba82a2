import { expect, test } from "vitest";
import { CommitStage } from "../../../src/collector/commit-stage.ts";
import { OriginStores, type OriginTarget } from "../../../src/collector/origin-stores.ts";
import type { OriginProgress, ReceivedBlock } from "../../../src/collector/store.ts";
import { type Origin, originKey } from "../../../src/model/origin.ts";
import { readingBlock, readingsFrom } from "../../support/records.ts";

function logNamed(logId: string): Origin {
  return { gatewayId: "gw-1", logId };
}

function block(firstOffset: number, count: number): ReceivedBlock {
  return { lane: "readings", firstOffset, count, bytes: readingBlock(readingsFrom(firstOffset, count)) };
}

/** Keeps what it is given in memory, and can be made to wait before it does. */
class Target implements OriginTarget {
  readonly known: Map<string, OriginProgress>;
  readonly #events: string[];
  readonly #name: string;
  #held: Promise<void> | null = null;
  release: () => void = () => {};

  constructor({ logId }: Origin, { known, events }: { known: Map<string, OriginProgress>; events: string[] }) {
    this.#name = logId;
    this.known = known;
    this.#events = events;
  }

  hold(): void {
    this.#held = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  async commit(fill: (stage: CommitStage) => void, anew: boolean): Promise<void> {
    if (anew) this.#events.push(`look ${this.#name}`);
    this.#events.push(`commit ${this.#name}`);
    await this.#held;
    const stage = new CommitStage({ progress: this.known, count: this.known.size, countMax: 10 });
    fill(stage);
    stage.publishTo(this.known);
    this.#events.push(`committed ${this.#name}`);
  }

  async close(): Promise<void> {
    this.#events.push(`close ${this.#name}`);
  }
}

function openStores({ openMax = 10 } = {}) {
  const events: string[] = [];
  const known = new Map<string, OriginProgress>();
  const targets = new Map<string, Target>();
  const stores = new OriginStores({
    openMax,
    costOf: ({ count }) => count,
    commitCostMax: 1000,
    targetOf(origin) {
      events.push(`open ${origin.logId}`);
      const target = new Target(origin, { known, events });
      targets.set(origin.logId, target);
      return target;
    },
    progress: async () => [...known.values()],
    async close() {
      events.push("close all");
    },
  });
  const targetOf = (logId: string) => targets.get(logId)!;
  /** What happened since the last call. */
  const happened = () => events.splice(0);
  return { stores, targetOf, happened, known };
}

test("gateways do not wait for each other", async () => {
  const { stores, targetOf } = openStores();
  await stores.contact(logNamed("a"));
  targetOf("a").hold();
  const waiting = stores.append(logNamed("a"), block(0, 3));
  expect(await stores.append(logNamed("b"), block(0, 5))).toBe(5);
  expect(stores.counts()).toMatchObject({ storedRecords: 5 });
  targetOf("a").release();
  expect(await waiting).toBe(3);
});

test("the commit of a contact looks anew at what is known of its gateway, and no other commit does", async () => {
  const { stores, happened } = openStores();
  await stores.contact(logNamed("a"));
  expect(happened()).toEqual(["open a", "look a", "commit a", "committed a"]);
  await stores.append(logNamed("a"), block(0, 3));
  await stores.declareLost(logNamed("a"), {
    lane: "alerts",
    fromOffset: 0,
    toOffset: 2,
    reason: "age",
    sinceUs: 1,
    untilUs: 2,
  });
  expect(happened()).toEqual(["commit a", "committed a", "commit a", "committed a"]);
  await stores.contact(logNamed("a"));
  expect(happened()).toEqual(["look a", "commit a", "committed a"]);
});

test("a contact that comes while a commit is under way is looked for in the next one", async () => {
  const { stores, targetOf, happened } = openStores();
  await stores.contact(logNamed("a"));
  targetOf("a").hold();
  const writing = stores.append(logNamed("a"), block(0, 1));
  await new Promise(setImmediate);
  happened();
  const contacting = stores.contact(logNamed("a"));
  targetOf("a").release();
  await Promise.all([writing, contacting]);
  expect(happened()).toEqual(["committed a", "look a", "commit a", "committed a"]);
});

test("beyond openMax the one that was not used for longest is closed, and opened again when it is needed", async () => {
  const { stores, happened } = openStores({ openMax: 2 });
  for (const logId of ["a", "b", "a", "c"]) await stores.contact(logNamed(logId));
  expect(happened().filter((event) => /open|close/.test(event))).toEqual(["open a", "open b", "open c", "close b"]);
  await stores.contact(logNamed("b"));
  expect(happened().filter((event) => /open|close/.test(event))).toEqual(["open b", "close a"]);
});

test("beyond openMax none is closed that is in use", async () => {
  const { stores, targetOf, happened } = openStores({ openMax: 2 });
  for (const logId of ["a", "b"]) {
    await stores.contact(logNamed(logId));
    targetOf(logId).hold();
  }
  const waiting = ["a", "b"].map((logId) => stores.append(logNamed(logId), block(0, 1)));
  await stores.contact(logNamed("c"));
  for (const logId of ["a", "b"]) targetOf(logId).release();
  expect(await Promise.all(waiting)).toEqual([1, 1]);
  for (const logId of ["a", "b"]) await stores.append(logNamed(logId), block(1, 1));
  expect(happened().filter((event) => /open|close/.test(event))).toEqual(["open a", "open b", "open c"]);
});

test("counts are of all gateways, also of those that were closed, and bytes that wait too", async () => {
  const { stores, targetOf } = openStores({ openMax: 1 });
  await stores.append(logNamed("a"), block(0, 3));
  await stores.append(logNamed("a"), block(0, 3));
  await stores.append(logNamed("b"), block(0, 5));
  const counted = { storedRecords: 8, duplicateRecords: 3, commits: 3 };
  expect(stores.counts()).toEqual(counted);
  targetOf("b").hold();
  const blocks = [block(5, 1), block(6, 2)];
  const waiting = blocks.map((some) => stores.append(logNamed("b"), some));
  expect(stores.pendingBytes).toBe(blocks.reduce((sum, { bytes }) => sum + bytes.length, 0));
  expect(stores.counts()).toEqual(counted);
  targetOf("b").release();
  await Promise.all(waiting);
  await stores.close();
  expect(stores.pendingBytes).toBe(0);
  expect(stores.counts()).toEqual({ storedRecords: 11, duplicateRecords: 3, commits: 4 });
});

test("a commit takes the writes of its gateway that came while the one before was under way", async () => {
  const { stores, targetOf, happened } = openStores();
  await stores.contact(logNamed("a"));
  targetOf("a").hold();
  const first = stores.append(logNamed("a"), block(0, 1));
  await new Promise(setImmediate);
  const others = [1, 2, 3].map((offset) => stores.append(logNamed("a"), block(offset, 1)));
  happened();
  targetOf("a").release();
  expect(await Promise.all([first, ...others])).toEqual([1, 2, 3, 4]);
  expect(happened()).toEqual(["committed a", "commit a", "committed a"]);
});

test("closing finishes what was given, closes each gateway and then what they share, once, and takes no more", async () => {
  const { stores, targetOf, happened, known } = openStores();
  await stores.contact(logNamed("a"));
  await stores.contact(logNamed("b"));
  targetOf("a").hold();
  const waiting = stores.append(logNamed("a"), block(0, 3));
  happened();
  const closing = [stores.close(), stores.close()];
  await expect(stores.append(logNamed("b"), block(0, 1))).rejects.toMatchObject({ code: "STORE_CLOSED" });
  await expect(stores.contact(logNamed("c"))).rejects.toMatchObject({ code: "STORE_CLOSED" });
  targetOf("a").release();
  expect(await waiting).toBe(3);
  await Promise.all(closing);
  expect(happened()).toEqual(["close b", "commit a", "committed a", "close a", "close all"]);
  expect(known.get(originKey(logNamed("a")))?.lanes.readings.received).toEqual([{ start: 0, end: 3 }]);
});
