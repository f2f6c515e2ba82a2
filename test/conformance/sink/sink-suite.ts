// What every sink of records promises, by the names of the contract (src/forward/record-sink.ts). Run over each kind against its real
// server, which the harness starts, stops and reads.

import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ndjsonLine } from "../../../src/codec/record-text.ts";
import { RecordForwarding } from "../../../src/forward/record-link.ts";
import type { BatchOutcome, RecordBatch, RecordClient, RecordSink } from "../../../src/forward/record-sink.ts";
import type { SinkContext } from "../../../src/forward/sinks/sink-context.ts";
import type { Interval } from "../../../src/model/interval-set.ts";
import type { Lane } from "../../../src/model/lane.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { readingBlock } from "../../support/records.ts";
import { isMissing } from "../../support/servers.ts";
import { batchesOfAllLanes, numberedBatch, origin } from "../../support/sink-batches.ts";

/** One record as a reader of the system finds it. */
export interface ReceivedRecord {
  readonly lane: Lane;
  /** As of `ndjsonLine`: what the parsed line of the record says, with the same names and exact values. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A server process that a test can end and start again, with what it has stored. */
export interface ServerProcess {
  /** As a service manager would; resolves when it is gone. */
  stop(): Promise<void>;
  /** As a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
  /** On the same port; resolves when it takes connections. */
  start(): Promise<void>;
  /** It keeps its connections and answers nothing (SIGSTOP), until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** The other side: a running server, empty at first. */
export interface Upstream {
  /** A new sink to it, configured as a user would. */
  sink(context: SinkContext): Promise<RecordSink>;
  /** Everything that is there, in the order in which it came, as far as the system knows one. */
  received(): Promise<readonly ReceivedRecord[]>;
  /** A sink that it lets in for nothing: wrong credentials, or a place that is not there. */
  unwelcome(context: SinkContext): Promise<RecordSink>;
  /** What makes a reading one that it refuses for good, and what it says then. Null: there is none. */
  readonly refusal: { readonly reading: Partial<Reading>; readonly reason: RegExp } | null;
  /** Null: the sink has no server. */
  readonly process: ServerProcess | null;
}

export interface SinkHarness {
  readonly kind: string;
  /** What docs/sinks.md says. */
  readonly delivery: "exactly once" | "at least once";
  /** Programs that it runs, as scripts/test-servers.mjs names them. */
  readonly programs: readonly string[];
  /** False: there is nothing to run that could be stopped, or that refuses a record. */
  readonly has: { readonly server: boolean; readonly refusal: boolean };
  /** Starts a server, and ends it when the test does. */
  start(): Promise<Upstream>;
}

const context: SinkContext = { origin, environment: {}, clock: systemClock, logger: createLogger("silent") };

export function describeSink(harness: SinkHarness): void {
  const { kind, delivery, has } = harness;
  const isLeftOut = harness.programs.some(isMissing);

  describe.skipIf(isLeftOut)(`sink ${kind}`, () => {
    test("takes all records of all lanes with exact values", async () => {
      const upstream = await harness.start();
      const client = await connected(await upstream.sink(context));
      const batches = batchesOfAllLanes();
      for (const batch of batches) expect(await client.write(batch)).toEqual(accepted);
      expect(byPlace(await upstream.received())).toEqual(byPlace(batches.flatMap(expectedOf)));
      expect(client.wireBytes).toBeGreaterThan(0);
    });

    test("keeps the order of a series, with as many writes under way as it allows", async () => {
      const upstream = await harness.start();
      const client = await connected(await upstream.sink(context));
      const batches = Array.from({ length: client.writesMax * 3 }, (_, number) => numberedBatch(number * 50, 50));
      expect(client.writesMax).toBeGreaterThanOrEqual(1);
      for (let at = 0; at < batches.length; at += client.writesMax) {
        await Promise.all(batches.slice(at, at + client.writesMax).map((batch) => client.write(batch)));
      }
      expect(offsetsIn(await upstream.received())).toEqual(offsetsOf(...batches));
    });

    test("gets the records of its filter only, and the others count as accepted", async () => {
      const upstream = await harness.start();
      const filter = { lanes: ["readings"], device: "press-*", metric: "*" } as const;
      const forwarding = new RecordForwarding(await upstream.sink(context), {
        gatewayId: origin.gatewayId,
        filter,
        ordered: false,
      });
      const readings = ["press-1", "pump-1", "press-2"].map((device, value) => ({ ...plainReading, device, value }));
      expect(await sentOver(forwarding, readings)).toEqual([0, 1, 2]);
      expect(offsetsIn(await upstream.received())).toEqual([0, 2]);
    });

    test("delivers as docs/sinks.md says", () => {
      const row = readFileSync("docs/sinks.md", "utf8")
        .split("\n")
        .find((line) => line.startsWith(`| \`${kind.split(" ")[0]}\` |`));
      expect(row?.split("|")[2]).toContain(delivery);
    });

    test(`stores a batch that is written again ${delivery === "exactly once" ? "once" : "again"}`, async () => {
      const upstream = await harness.start();
      const batch = numberedBatch(0, 20);
      const [first, second] = [await upstream.sink(context), await upstream.sink(context)];
      for (const sink of [first, second]) {
        const client = await connected(sink);
        expect(await client.write(batch)).toEqual(accepted);
        await client.close();
      }
      const copies = delivery === "exactly once" ? [batch] : [batch, batch];
      expect(offsetsIn(await upstream.received()).sort(ascending)).toEqual(offsetsOf(...copies).sort(ascending));
    });

    if (delivery === "exactly once")
      test("stores each record once, however batches are cut when they are written again", async () => {
        const upstream = await harness.start();
        const client = await connected(await upstream.sink(context));
        for (const [first, count] of [
          [0, 20],
          [10, 20],
          [5, 1],
          [0, 40],
        ] as const) {
          expect(await client.write(numberedBatch(first, count))).toEqual(accepted);
        }
        expect(offsetsIn(await upstream.received())).toEqual(offsetsOf(numberedBatch(0, 40)));
      });

    test("lets in nobody who may not, and says what to do", async () => {
      const upstream = await harness.start();
      const error = await failureOf(await upstream.unwelcome(context));
      expect(error.code).toBe("SINK_REFUSED");
      expect(error.message).toMatch(/;/);
      expect(await upstream.received()).toEqual([]);
    });

    test("closes when it has nothing to do, and leaves no socket behind", async () => {
      const upstream = await harness.start();
      const before = sockets();
      const client = await connected(await upstream.sink(context));
      await client.write(numberedBatch(0, 10));
      await client.close();
      await noneLeftBeside(before);
    });

    test("closes while it writes, twice, and leaves no socket behind", async () => {
      const upstream = await harness.start();
      const before = sockets();
      const client = await connected(await upstream.sink(context));
      const writing = client.write(numberedBatch(0, 2000)).catch((error: unknown) => error);
      await Promise.all([client.close(), client.close()]);
      const outcome = await writing;
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TidegateError);
      await expect(client.write(numberedBatch(0, 1))).rejects.toThrow(TidegateError);
      await noneLeftBeside(before);
    });

    if (has.refusal)
      describe("with a record that the server refuses", () => {
        test.each([1, 2, 64])("in a batch of %i rejects that one alone, with the reason", async (count) => {
          const upstream = await harness.start();
          const client = await connected(await upstream.sink(context));
          const { batch, offset } = withRefused(upstream, count);
          const { rejected, kept } = await client.write(batch);
          expect(rejected.map((each) => each.offset)).toEqual([offset]);
          expect(rejected[0]?.reason).toMatch(upstream.refusal?.reason ?? /never/);
          expect(kept).toEqual([]);
          await client.write(numberedBatch(count, 5));
          const others = [...offsetsOf(batch).filter((each) => each !== offset), ...offsetsOf(numberedBatch(count, 5))];
          expect(offsetsIn(await upstream.received())).toEqual(others);
        });
      });

    if (has.server)
      describe("when its server", () => {
        test("is not there, cannot be reached", async () => {
          const upstream = await harness.start();
          await upstream.process?.stop();
          const error = await failureOf(await upstream.sink(context));
          expect(error.code).toBe("SINK_UNREACHABLE");
          expect(error.message).toContain("the log keeps everything");
        });

        test.each(["stop", "kill"] as const)("ends in the middle (%s), has every record after it came back", async (how) => {
          const upstream = await harness.start();
          const sink = await upstream.sink(context);
          const batches = Array.from({ length: 8 }, (_, number) => numberedBatch(number * 250, 250));
          const unsettled = await writtenUntil(await connected(sink), batches, () => upstream.process?.[how]());
          await upstream.process?.start();
          const client = await connected(sink);
          for (const batch of unsettled) expect(await client.write(batch)).toEqual(accepted);
          const found = offsetsIn(await upstream.received()).sort(ascending);
          expect(delivery === "exactly once" ? found : [...new Set(found)]).toEqual(offsetsOf(...batches));
        });

        test("freezes, does not hold up who closes; what had no fate arrives later", async () => {
          const upstream = await harness.start();
          const sink = await upstream.sink(context);
          const client = await connected(sink);
          const idle = await connected(await upstream.sink(context));
          await client.write(numberedBatch(0, 10));
          upstream.process?.freeze();
          await idle.close();
          const writing = client.write(numberedBatch(10, 10)).catch((error: unknown) => error);
          await nextTurn();
          await client.close();
          expect(await writing).toBeInstanceOf(TidegateError);
          upstream.process?.thaw();
          const again = await connected(sink);
          expect(await again.write(numberedBatch(10, 10))).toEqual(accepted);
          expect([...new Set(offsetsIn(await upstream.received()))]).toEqual(offsetsOf(numberedBatch(0, 20)));
        });
      });
  });
}

const accepted: BatchOutcome = { rejected: [], kept: [], retryAfterMs: 0 };

const plainReading: Reading = {
  device: "press-1",
  metric: "pressure",
  unit: "",
  tags: "",
  eventTimeUs: 1_767_225_600_000_000,
  value: 0,
  quality: 0,
  correctionUs: 0,
};

/** Closed when the test ends. */
async function connected(sink: RecordSink): Promise<RecordClient> {
  const client = await sink.connect({ signal: new AbortController().signal, lost: () => {} });
  onTestFinished(() => client.close());
  return client;
}

/** What goes wrong when one connects and writes. */
async function failureOf(sink: RecordSink): Promise<TidegateError> {
  try {
    const client = await connected(sink);
    await client.write(numberedBatch(0, 1));
  } catch (error) {
    if (error instanceof TidegateError) return error;
    throw error;
  }
  throw new Error("it took a record");
}

/** Writes until the server is gone: half before `end` is called, half while it takes effect. What has no fate. */
async function writtenUntil(client: RecordClient, batches: readonly RecordBatch[], end: () => Promise<void> | undefined) {
  const unsettled: RecordBatch[] = [];
  let ended: Promise<void> | undefined;
  for (const [number, batch] of batches.entries()) {
    const write = client.write(batch);
    if (number === batches.length / 2) ended = end();
    const outcome = await write.catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TidegateError);
    else expect(outcome).toEqual(accepted);
    if (outcome instanceof Error) unsettled.push(batch);
    if (number > batches.length / 2) await ended;
  }
  expect(unsettled.length).toBeGreaterThan(0);
  await client.close();
  return unsettled;
}

function withRefused({ refusal }: Upstream, count: number): { batch: RecordBatch; offset: number } {
  const offset = Math.floor(count / 2);
  const { lane, records } = numberedBatch(0, count);
  const changed = records.map((placed) =>
    placed.offset === offset ? { ...placed, record: { ...placed.record, ...refusal?.reading } } : placed,
  );
  return { batch: { lane, records: changed } as unknown as RecordBatch, offset };
}

/** Sends readings as one block from offset 0 on. The offsets that count as accepted. */
function sentOver(forwarding: RecordForwarding, readings: readonly Reading[]): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const acceptedOffsets: number[] = [];
    const link = forwarding.open({
      opened: () => link.send({ lane: "readings", firstOffset: 0, count: readings.length, bytes: readingBlock(readings) }),
      accepted(_lane: Lane, { start, end }: Interval) {
        for (let offset = start; offset < end; offset++) acceptedOffsets.push(offset);
        if (acceptedOffsets.length === readings.length) resolve(acceptedOffsets);
      },
      rejected: (_lane, rejections) => reject(new Error(`rejected ${JSON.stringify(rejections)}`)),
      kept: () => reject(new Error("kept")),
      answered: () => {},
      writable: () => {},
      failed: reject,
      outdated: () => {},
    });
    onTestFinished(() => link.close());
  });
}

function expectedOf(batch: RecordBatch): ReceivedRecord[] {
  const lines = batch.records.map((placed) => ndjsonLine(batch.lane, placed));
  return lines.map((line) => ({ lane: batch.lane, fields: JSON.parse(line) as ReceivedRecord["fields"] }));
}

function byPlace(records: readonly ReceivedRecord[]): ReceivedRecord[] {
  const place = ({ lane, fields }: ReceivedRecord) => `${lane} ${String(fields.offset).padStart(9, "0")}`;
  return [...records].sort((one, other) => (place(one) < place(other) ? -1 : 1));
}

function offsetsIn(records: readonly ReceivedRecord[]): number[] {
  return records.map(({ fields }) => Number(fields.offset));
}

function offsetsOf(...batches: readonly RecordBatch[]): number[] {
  return batches.flatMap(({ records }) => records.map(({ offset }) => offset));
}

function ascending(one: number, other: number): number {
  return one - other;
}

/** Open ones of this process. By identity and not by number: those of the test before may still be ending. */
function sockets(): Set<Socket> {
  // Not in the types of Node.js, and the only way to the objects.
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] };
  return new Set(handles.call(process).filter((handle) => handle instanceof Socket));
}

async function noneLeftBeside(before: ReadonlySet<Socket>): Promise<void> {
  await vi.waitFor(() => expect([...sockets()].filter((socket) => !before.has(socket))).toHaveLength(0));
}
