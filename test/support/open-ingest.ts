import { Buffer } from "node:buffer";
import { onTestFinished } from "vitest";
import type { Publish, Verdict } from "../../src/broker/contract.ts";
import type { ClockPolicy } from "../../src/ingest/clock-policy.ts";
import { DeadLetters } from "../../src/ingest/dead-letters.ts";
import { EventTimes } from "../../src/ingest/event-times.ts";
import { fillRecent } from "../../src/ingest/fill-recent.ts";
import { Ingest } from "../../src/ingest/ingest.ts";
import { RecentReadings } from "../../src/ingest/recent-readings.ts";
import { type Route, RouteTable } from "../../src/ingest/routes.ts";
import type { Log } from "../../src/log/log.ts";
import { createLogger, type Logger } from "../../src/platform/logger.ts";
import { FakeClock } from "./fake-clock.ts";
import { tempDir } from "./temp-dir.ts";

/** Where the ingest's clock stands unless the test gives one. */
export const nowMs = Date.UTC(2026, 0, 1);
const recentMax = 1000;
const objectRoutes: readonly Route[] = [{ topic: "s/+", payload: "object", device: "{1}", timeUnit: "ms" }];

const trust: ClockPolicy = { name: "trust", offsetMinUs: 2_000_000 };

export interface OpenIngestOptions {
  clock?: FakeClock;
  logger?: Logger;
  routes?: readonly Route[];
  policy?: ClockPolicy;
  eventTimeMinUs?: number;
}

/** Ingest of JSON objects of metrics on `s/<device>` or other routes, at most 100 readings a message, into a log, as a gateway opens it. */
export async function openIngest(log: Log, over: OpenIngestOptions = {}): Promise<Ingest> {
  const { clock = new FakeClock(nowMs * 1000), logger = createLogger("silent"), routes = objectRoutes, policy = trust } = over;
  const before = new RecentReadings(recentMax);
  const times = new EventTimes({
    eventTimeMinUs: over.eventTimeMinUs ?? 0,
    eventTimeAheadMaxUs: 3_600_000_000,
    devicesMax: 100,
    horizonUs: 300_000_000,
  });
  await fillRecent(before, log, recentMax, (block, readings) => times.learn(block, readings, policy.offsetMinUs));
  const recent = new RecentReadings(recentMax, before);
  const deadLetters = await DeadLetters.open({ directory: await tempDir(), lettersMax: 10, payloadBytesMax: 10 });
  onTestFinished(() => deadLetters.close());
  return Ingest.open({
    log,
    routes: new RouteTable(routes, 100, policy),
    recent,
    times,
    deadLetters,
    messageReadingsMax: 100,
    clock,
    logger,
  });
}

export function publishOf(payload: string, over: Partial<Publish> = {}): Publish {
  const publish = { clientId: "c", topic: "s/d", redelivered: false, clearsRetained: false };
  return { ...publish, payload: Buffer.from(payload), ...over };
}

/** Resolves when the message is settled. */
export function take(ingest: Ingest, payload: string, over: Partial<Publish> = {}): Promise<Verdict> {
  return new Promise((resolve) => ingest.take(publishOf(payload, over), resolve));
}

/** Readings rejected, for whatever reason. */
export function rejectedOf(rejected: Readonly<Record<string, number>>): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}
