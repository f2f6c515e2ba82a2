// `order: fifo` promises that records of a series arrive in the order in which they came. This says what is not so yet.

import { expect, onTestFinished, test } from "vitest";
import { Forwarder } from "../../../src/forward/forwarder.ts";
import { RecordForwarding } from "../../../src/forward/record-link.ts";
import type { RecordClient, RecordSink } from "../../../src/forward/record-sink.ts";
import { accepted, ConfirmWindow, kept } from "../../../src/forward/sinks/confirm-window.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { lanes } from "../../../src/model/lane.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { readingsFrom } from "../../support/records.ts";

/** A queue that is full for a moment: it says no to one message, and takes those that were sent behind it already. */
class FullForAMoment implements RecordSink {
  readonly name = "queue";
  readonly target = "nowhere";
  readonly arrived: number[] = [];

  async connect(): Promise<RecordClient> {
    let refusals = 1;
    const window = new ConfirmWindow({
      inflightMax: 4,
      publish: (_lane, { offset }, settle) => {
        const isFull = offset === 2 && refusals-- > 0;
        if (!isFull) this.arrived.push(offset);
        setImmediate(() => settle(isFull ? kept(1000) : accepted));
      },
    });
    return { writesMax: 8, wireBytes: 0, write: (batch) => window.write(batch), close: async () => {} };
  }
}

test.fails("with order fifo no record arrives ahead of one that came before it and is still to be taken", async () => {
  const clock = new FakeClock();
  const log = createMemoryLog({ clock });
  await new Promise((resolve) => log.append({ readings: readingsFrom(0, 10) }, resolve));
  const sink = new FullForAMoment();
  const filter = { lanes, device: "*", metric: "*" };
  const forwarder = new Forwarder({
    sink: new RecordForwarding(sink, { gatewayId: "gw-1", filter, ordered: true }),
    log,
    clock,
    random: () => 0.5,
    logger: createLogger("silent"),
    retry: { delayMsMin: 200, delayMsMax: 1600 },
    ackTimeoutMs: 10_000,
    inflightBytesMax: 1024 * 1024,
    order: "fifo",
  });
  onTestFinished(() => forwarder.close());
  await forwarder.start();
  for (let second = 0; second < 5; second++) {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    clock.advanceMs(1000);
  }
  expect(forwarder.status().lanes.readings.confirmedOffset).toBe(10);
  expect(sink.arrived).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
