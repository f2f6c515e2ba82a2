import { expect, onTestFinished, test } from "vitest";
import { tidegate } from "#proto";
import { type Collector, startCollector } from "../../../src/collector/collector.ts";
import { originReport } from "../../../src/collector/report.ts";
import { reportOfCollector } from "../../../src/collector/report-service.ts";
import { storedProgress } from "../../../src/collector/store-table.ts";
import { systemClock as clock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { RawGateway } from "../../support/raw-gateway.ts";
import { readingBlock, readingsFrom } from "../../support/records.ts";
import { tempDir } from "../../support/temp-dir.ts";

const { LANE_READINGS: lane } = tidegate.v1.Lane;
const { GAP_REASON_SIZE: size, GAP_REASON_CORRUPT: corrupt } = tidegate.v1.GapReason;

async function collectorIn(directory: string): Promise<Collector> {
  const collector = await startCollector({
    listen: { host: "127.0.0.1", port: 0 },
    store: { kind: "embedded", directory },
    clock,
    logger: createLogger("silent"),
  });
  onTestFinished(() => collector.close());
  return collector;
}

const addressOf = ({ address }: Collector) => `${address.host}:${address.port}`;

function batch(firstOffset: number, count: number) {
  return { batch: { lane, firstOffset, count, block: readingBlock(readingsFrom(firstOffset, count)) } };
}

test("a report says what was received, doubled, lost and is missing; running, over gRPC, and stopped, from the directory", async () => {
  const directory = await tempDir();
  const collector = await collectorIn(directory);
  const gateway = new RawGateway(collector.address.port);
  await gateway.hello();
  gateway.send(batch(0, 10));
  gateway.send(batch(5, 10));
  gateway.send({ gap: { lane, fromOffset: 15, toOffset: 18, reason: size, sinceUs: 5, untilUs: 7 } });
  gateway.send({ gap: { lane, fromOffset: 18, toOffset: 20, reason: corrupt } });
  gateway.send(batch(30, 5));
  gateway.send(batch(40, 1));
  await gateway.acknowledged(lane, 20);
  gateway.end();
  await expect(gateway.failure()).rejects.toThrow("ended the stream");
  const report = await reportOfCollector({ address: addressOf(collector), clock });
  const nothing = { received: 0, duplicates: 0, lost: 0, losses: [], missing: [], nextOffset: 0, endOffset: 0 };
  const noneLost = { unknown: 0, size: 0, age: 0, disk: 0, corrupt: 0 };
  expect(report).toEqual([
    {
      gatewayId: "gw-1",
      logId: "log-1",
      lanes: {
        readings: {
          received: 21,
          duplicates: 5,
          lost: 5,
          lostByReason: { ...noneLost, size: 3, corrupt: 2 },
          losses: [
            { fromOffset: 15, toOffset: 18, reason: "size", sinceUs: 5, untilUs: 7 },
            { fromOffset: 18, toOffset: 20, reason: "corrupt", sinceUs: null, untilUs: null },
          ],
          missing: [
            { start: 20, end: 30 },
            { start: 35, end: 40 },
          ],
          nextOffset: 20,
          endOffset: 41,
        },
        results: { ...nothing, lostByReason: noneLost },
        alerts: { ...nothing, lostByReason: noneLost },
      },
    },
  ]);
  expect(await collector.report()).toEqual(report);
  await collector.close();
  const stored = await storedProgress({ kind: "embedded", directory }, { environment: {}, clock });
  expect(stored.map(originReport)).toEqual(report);
});

test("a report of more gateways than a connection's buffers hold is whole, and can be had of one of them", async () => {
  const collector = await collectorIn(await tempDir());
  for (let index = 0; index < 40; index++) {
    const gateway = new RawGateway(collector.address.port);
    await gateway.hello({ gatewayId: `gw-${index}` });
    for (let gap = 0; gap < 400; gap++) gateway.send({ gap: { lane, fromOffset: gap * 2, toOffset: gap * 2 + 1 } });
    gateway.end();
    await expect(gateway.failure()).rejects.toThrow("ended the stream");
  }
  const report = await reportOfCollector({ address: addressOf(collector), clock });
  expect(report).toEqual(await collector.report());
  expect(report).toHaveLength(40);
  const [one, ...others] = await reportOfCollector({ address: addressOf(collector), gatewayId: "gw-7", clock });
  expect([one, others]).toEqual([report[7], []]);
});

test("a collector that does not answer is named", async () => {
  await expect(reportOfCollector({ address: "127.0.0.1:1", clock })).rejects.toMatchObject({
    code: "COLLECTOR_UNREACHABLE",
    message: expect.stringContaining("127.0.0.1:1"),
  });
});
