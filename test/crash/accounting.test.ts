// The books of a gateway that is killed under load: received = stored + rejected(reason) + pending and, for every sink and lane,
// stored = delivered + backlog + evicted, whenever one asks it, and no rejection that was answered is missing from the counts.

import { connectAsync } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import type { StatusView } from "../../src/model/status.ts";
import { CountedLoad } from "../support/counted-load.ts";
import type { GatewayProcess } from "../support/gateway-process.ts";
import { rejectedOf } from "../support/open-ingest.ts";
import { Pipeline } from "../support/pipeline.ts";
import { GatewayProcess as BoundGatewayProcess } from "../support/programs.ts";
import { seededRandom, testSeed } from "../support/seeded-random.ts";
import { tempDir } from "../support/temp-dir.ts";

const kills = 8;
const answersMax = 1500;
const commitMs = 10;

function expectBalanced({ readings, lanes, sinks }: StatusView): void {
  const { received, stored, rejected, pending } = readings;
  expect(received).toBe(stored + rejectedOf(rejected) + pending);
  expect(stored).toBe(lanes.readings?.endOffset);
  for (const sink of Object.values(sinks)) {
    for (const [lane, { deliveredRecords, backlogRecords, evictedRecords }] of Object.entries(sink.lanes))
      expect(deliveredRecords + backlogRecords + evictedRecords).toBe(lanes[lane]?.endOffset);
  }
}

/** The same of one scrape. */
async function expectBalancedScrape(gateway: GatewayProcess): Promise<void> {
  const text = await (await gateway.get("/metrics")).text();
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, "gm"))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  const [received, stored, rejected, pending] = [
    "tidegate_readings_received_total",
    "tidegate_readings_stored_total",
    "tidegate_readings_rejected_total",
    "tidegate_readings_pending",
  ].map(sum);
  expect(received).toBe((stored ?? 0) + (rejected ?? 0) + (pending ?? 0));
}

/** Nothing that was answered is missing, and nothing is counted that was not sent. */
function expectBetween({ answered, sent }: CountedLoad, { received, stored, rejected }: StatusView["readings"]): void {
  const between = (count: number, least: number, most: number, what: string) => {
    expect(count, what).toBeGreaterThanOrEqual(least);
    expect(count, what).toBeLessThanOrEqual(most);
  };
  between(received, answered.readings, sent.readings, "received");
  between(stored, answered.good, sent.good, "stored");
  for (const [reason, count] of Object.entries(sent.rejected))
    between(rejected[reason] ?? 0, answered.rejected[reason] ?? 0, count, reason);
}

/** The moment of a kill is a moment, so here time is waited for. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test(`the counts add up and hold every answered rejection after each of ${kills} kills under load, MQTT 3.1.1 and 5`, async () => {
  const random = seededRandom(testSeed());
  const { gateway, collector } = await Pipeline.start("windows: [{ name: minute, size: 1m }]");
  const load = new CountedLoad({ url: () => gateway.url, clients: 6, windowMax: 12, random });
  onTestFinished(() => load.disconnect());
  for (let kill = 1; kill <= kills; kill++) {
    if (kill === 3) await collector.kill();
    if (kill === 5) await collector.start();
    await load.start();
    const answers = load.answers + 1 + Math.floor(random() * answersMax);
    await gateway.whileRunning(load.untilAnswers(Math.floor((load.answers + answers) / 2)));
    expectBalanced(await gateway.status());
    await expectBalancedScrape(gateway);
    await gateway.whileRunning(load.untilAnswers(answers));
    await passed(random() * commitMs);
    await gateway.kill();
    await load.disconnect();
    await gateway.start();
    const status = await gateway.status();
    expectBalanced(status);
    expectBetween(load, status.readings);
  }
  await load.start(false);
  await gateway.whileRunning(load.untilAllAnswered());
  const drained = await gateway.until(({ sinks }) => sinks.collector?.lanes.readings?.backlogRecords === 0);
  expectBalanced(drained);
  expectBetween(load, drained.readings);
  expect(drained.readings).toMatchObject({ pending: 0, stored: load.answered.good });
  await gateway.stop();
  await gateway.start();
  expect((await gateway.status()).readings).toEqual(drained.readings);
}, 120_000);

test("a gateway that is stopped in good order has every count again, also of readings that the log refused just before", async () => {
  const gateway = new BoundGatewayProcess(await tempDir(), "log: { pendingReadingsMax: 1000 }");
  const readings = 600;
  await gateway.start();
  const client = await connectAsync(gateway.url, { protocolVersion: 5, reconnectPeriod: 0 });
  // Each has more readings than half of what may wait, and all come in one turn or two.
  const text = JSON.stringify(Object.fromEntries(Array.from({ length: readings }, (_, metric) => [`m${metric}`, metric])));
  const publishes = Array.from({ length: 20 }, () => client.publishAsync("sensors/d", text, { qos: 1 }));
  const refused = (await Promise.allSettled(publishes)).filter(({ status }) => status === "rejected").length;
  const before = await gateway.status();
  await gateway.stop();
  expect(refused).toBeGreaterThan(0);
  const [received, log_busy] = [20 * readings, refused * readings];
  expect(before.readings).toEqual({ received, stored: received - log_busy, pending: 0, rejected: { log_busy } });
  await gateway.start();
  expect((await gateway.status()).readings).toEqual(before.readings);
  client.on("error", () => undefined);
  await client.endAsync(true);
});
