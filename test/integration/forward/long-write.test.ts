// A batch can need many requests, or many confirms of a far broker, and so longer than ackTimeout in all. As long as there is an answer to
// each in time the link is a good one: given up in the middle, the same batch would come again for ever.

import { expect, test } from "vitest";
import type { Forwarder } from "../../../src/forward/forwarder.ts";
import { RecordForwarding } from "../../../src/forward/record-link.ts";
import type { ConnectOptions, RecordClient, RecordSink } from "../../../src/forward/record-sink.ts";
import { accepted, ConfirmWindow } from "../../../src/forward/sinks/confirm-window.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { lanes } from "../../../src/model/lane.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { IngestServer } from "../../support/ingest-server.ts";
import { readingsFrom } from "../../support/records.ts";
import { append, startedForwarder } from "../../support/scripted-forwarder.ts";

const logger = createLogger("silent");

/** A forwarder to the sink, with an ackTimeout of ten seconds and 3,000 readings in one block. */
async function forwarding(clock: FakeClock, sinkOf: (logId: string) => Promise<RecordSink>): Promise<Forwarder> {
  const log = createMemoryLog({ clock });
  await append(log, { readings: readingsFrom(0, 3000) });
  return startedForwarder({
    sink: new RecordForwarding(await sinkOf(log.logId), {
      gatewayId: "gw-1",
      filter: { lanes, device: "*", metric: "*" },
      ordered: false,
    }),
    log,
    clock,
  });
}

function web(server: IngestServer, clock: FakeClock) {
  const sizes = { requestRecordsMax: 100, requestSizeMax: 1024 * 1024, requestTimeout: 10_000 };
  const options = { kind: "http", name: "web", url: server.url, format: "ndjson", headers: {}, tls: {}, compression: "none" };
  return (logId: string) =>
    createSink({ ...options, ...sizes } as Parameters<typeof createSink>[0], {
      origin: { gatewayId: "gw-1", logId },
      environment: {},
      clock,
      logger,
    });
}

test("a web service that takes half a second a request gets a batch of thirty requests, once", async () => {
  const clock = new FakeClock();
  const server = await IngestServer.start();
  server.onRequest = () => clock.advanceMs(500);
  const forwarder = await forwarding(clock, web(server, clock));
  await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(30);
  await expect.poll(() => forwarder.status().lanes.readings.confirmedOffset, { timeout: 5000 }).toBe(3000);
  expect(server.requests).toHaveLength(30);
});

test("a web service that refuses one record goes on getting the others while it is looked for", async () => {
  const clock = new FakeClock();
  const server = await IngestServer.start();
  server.onRequest = () => clock.advanceMs(500);
  server.script = ({ records }) => (records.some(({ offset }) => offset === 1234) ? { status: 400 } : null);
  const forwarder = await forwarding(clock, web(server, clock));
  await expect.poll(() => forwarder.status().lanes.readings.confirmedOffset, { timeout: 10_000 }).toBe(3000);
  expect(forwarder.status()).toMatchObject({ failures: 0, lastError: null, quarantine: { records: 1 } });
});

test("a broker that is a second away confirms a batch of 3,000 messages in windows of 100", async () => {
  const clock = new FakeClock();
  const broker = new FarBroker(clock);
  const forwarder = await forwarding(clock, async () => broker);
  for (let second = 0; second < 60; second++) {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    clock.advanceMs(1000);
  }
  expect(forwarder.status()).toMatchObject({ failures: 0, lastError: null, lanes: { readings: { confirmedOffset: 3000 } } });
});

test("a broker that confirms nothing any more is given up", async () => {
  const clock = new FakeClock();
  const broker = new FarBroker(clock);
  const forwarder = await forwarding(clock, async () => broker);
  for (let second = 0; second < 30; second++) {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    if (second === 5) broker.isSilent = true;
    clock.advanceMs(1000);
  }
  expect(forwarder.status().lastError).toMatchObject({ code: "SINK_UNREACHABLE" });
});

/** Confirms each message a second after it was published. */
class FarBroker implements RecordSink {
  readonly name = "far";
  readonly target = "nowhere";
  isSilent = false;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async connect({ answered }: ConnectOptions): Promise<RecordClient> {
    const window = new ConfirmWindow({
      inflightMax: 100,
      answered,
      publish: (_lane, _placed, settle) => {
        this.#clock.after(1000, () => {
          if (!this.isSilent) settle(accepted);
        });
      },
    });
    return { writesMax: 8, wireBytes: 0, write: (batch) => window.write(batch), close: async () => {} };
  }
}
