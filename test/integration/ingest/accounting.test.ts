// received = stored + rejected(reason) + pending, at every moment in which anybody can look: after each step, inside the answers to
// messages, inside the dones of other appends, inside the listeners to commits, and between any two microtasks. The messages are a
// seeded mix, and what is in each is known, so that received and rejected are compared with what was really sent.

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Ingest } from "../../../src/ingest/ingest.ts";
import { openLevelLog } from "../../../src/log/level-log.ts";
import type { Log } from "../../../src/log/log.ts";
import type { SyncWrite } from "../../../src/log/log-disk.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FaultyDisk, fullError, ioError } from "../../support/faulty-disk.ts";
import { nowMs, openIngest, publishOf, rejectedOf } from "../../support/open-ingest.ts";
import { seededRandom, testSeed } from "../../support/seeded-random.ts";
import { tempDir } from "../../support/temp-dir.ts";

const pendingReadingsMax = 12;
const steps = 500;
const refusal = new TidegateError("LOG_FULL", "readings are refused");
const logger = createLogger("silent");

interface Message {
  readonly payload: string;
  readonly readings: number;
  /** Why some of them are rejected, one reading each. */
  readonly reasons: readonly string[];
}

/** The readings have event times of their own, so that they are recognised when they come again. */
function messageOf(number: number, random: () => number): Message {
  const metrics = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) => `"m${index}": ${number}`);
  const payloadOf = (fields: readonly string[]) => `{${[...fields, `"ts": ${nowMs - number}`].join(", ")}}`;
  const kind = Math.floor(random() * 6);
  if (kind === 0) return { payload: "{", readings: 1, reasons: ["payload_not_json"] };
  if (kind === 1) return { payload: payloadOf([]), readings: 1, reasons: ["readings_none"] };
  if (kind > 2) return { payload: payloadOf(metrics), readings: metrics.length, reasons: [] };
  const fields = [...metrics, '"none": null', '"a\\u0007b": 1'];
  return { payload: payloadOf(fields), readings: fields.length, reasons: ["value_type", "name_invalid"] };
}

/** Sends messages, and compares what ingest says with what was sent. */
class Books {
  log: Log;
  ingest: Ingest;
  received = 0;
  readonly rejected: Record<string, number> = {};
  readonly wrong: unknown[] = [];
  readonly verdicts = new Set<string>();
  looks = 0;
  unsettled = 0;

  constructor(log: Log, ingest: Ingest) {
    this.log = log;
    this.ingest = ingest;
  }

  /** Does not throw: where it is called, that would be a bug in the log. */
  readonly look = (where: string): void => {
    this.looks++;
    const { received, stored, pending, rejected } = this.ingest.counters;
    const isRight =
      received === stored + rejectedOf(rejected) + pending &&
      received === this.received &&
      stored === this.log.bounds("readings").endOffset &&
      pending >= 0 &&
      Object.entries(this.rejected).every(([reason, count]) => rejected[reason] === count);
    if (!isRight) this.wrong.push({ where, is: this.ingest.counters, expected: [this.received, { ...this.rejected }] });
  };

  async lookBetweenMicrotasks(): Promise<void> {
    for (let count = 0; count < 30; count++) {
      this.look("between microtasks");
      await null;
    }
  }

  send({ payload, readings, reasons }: Message, redelivered: boolean): void {
    this.received += readings;
    for (const reason of reasons) this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
    this.unsettled++;
    this.ingest.take(publishOf(payload, { redelivered }), ({ kind }) => {
      this.unsettled--;
      this.verdicts.add(kind);
      this.look("in an answer");
    });
    this.look("behind a take");
  }

  appendOther(): void {
    this.log.append({ checkpoint: { name: "other", value: Uint8Array.of(1) } }, () => this.look("in another append's done"));
  }

  async untilSettled(): Promise<void> {
    while (this.unsettled > 0) await nextTurn();
  }
}

interface Bench {
  readonly clock: FakeClock;
  readonly books: Books;
  /** The disk refuses the next writes. */
  fail(): void;
  /** Everything takes readings again. */
  repair(): Promise<void>;
  /** What a restart has of the log. */
  reopen(): Promise<Log>;
}

async function memoryBench(): Promise<Bench> {
  const clock = new FakeClock(nowMs * 1000);
  const log = createMemoryLog({ clock, pendingReadingsMax });
  const books = new Books(log, await openIngest(log, { clock }));
  return { clock, books, fail: () => undefined, repair: async () => log.refuseReadings(null), reopen: async () => log };
}

async function levelBench(random: () => number): Promise<Bench> {
  const clock = new FakeClock(nowMs * 1000);
  const disk = new FaultyDisk();
  const looks: (() => Promise<void>)[] = [];
  const syncWrite: SyncWrite = async (write) => {
    await disk.syncWrite(write).finally(() => void looks.at(0)?.());
  };
  const directory = await tempDir();
  const open = () => openLevelLog({ directory, clock, pendingReadingsMax, logger, syncWrite });
  const log = await open();
  const books = new Books(log, await openIngest(log, { clock }));
  onTestFinished(() => books.log.close());
  looks.push(() => books.lookBetweenMicrotasks());
  return {
    clock,
    books,
    fail: () => disk.fail(random() < 0.5 ? ioError : fullError, 1 + Math.floor(random() * 3)),
    async repair() {
      disk.repair();
      books.log.refuseReadings(null);
      for (; books.log.disk.kind !== "ok"; await nextTurn()) clock.advanceMs(5000);
    },
    async reopen() {
      await books.log.close();
      return open();
    },
  };
}

async function step({ books, clock, fail }: Bench, sent: Message[], random: () => number): Promise<void> {
  const choice = random();
  if (choice < 0.7) {
    for (let count = Math.floor(random() * 6); count >= 0; count--) {
      const earlier = random() < 0.25 ? sent.at(-1 - Math.floor(random() * 8)) : undefined;
      const message = earlier ?? messageOf(sent.length, random);
      if (earlier === undefined) sent.push(message);
      books.send(message, earlier !== undefined);
    }
  } else if (choice < 0.8) books.appendOther();
  else if (choice < 0.85) books.log.refuseReadings(random() < 0.5 ? refusal : null);
  else if (choice < 0.9) fail();
  else clock.advanceMs(Math.floor(random() * 3000));
  books.look("behind a step");
  if (random() < 0.5) await nextTurn();
  else if (random() < 0.3) await books.lookBetweenMicrotasks();
}

/** In good order or, once a last rejection is answered, without a word. Says what was counted before and what is counted after it. */
async function restart({ clock, books, repair, reopen }: Bench, inOrder: boolean): Promise<unknown[]> {
  await books.untilSettled();
  await repair();
  if (inOrder) await books.ingest.close();
  else books.send({ payload: "{", readings: 1, reasons: ["payload_not_json"] }, false);
  await books.untilSettled();
  const before = { ...books.ingest.counters, unrouted: 0 };
  books.log = await reopen();
  books.ingest = await openIngest(books.log, { clock });
  return [before, books.ingest.counters];
}

test.each([
  ["memory", memoryBench],
  ["level", levelBench],
] as const)("received = stored + rejected + pending whenever one looks, and over restarts: %s log", async (_name, benchOf) => {
  const random = seededRandom(testSeed());
  const bench = await benchOf(random);
  const { books } = bench;
  const sent: Message[] = [];
  for (let count = 0; count < steps; count++) {
    if (count % 50 === 0) {
      const [before, after] = await restart(bench, random() < 0.5);
      expect(after).toEqual(before);
      books.log.onCommit(() => books.look("in a listener"));
    }
    await step(bench, sent, random);
  }
  await books.untilSettled();
  books.look("at the end");
  expect(books.wrong).toEqual([]);
  const { pending, rejected } = books.ingest.counters;
  expect(pending).toBe(0);
  expect([...books.verdicts].sort()).toEqual(["busy", "rejected", "stored"]);
  for (const reason of ["log_busy", "redelivered", "value_type", "readings_none"]) expect(rejected[reason]).toBeGreaterThan(0);
  expect(books.looks).toBeGreaterThan(2 * steps);
});
