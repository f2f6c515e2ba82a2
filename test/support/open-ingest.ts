import { Buffer } from "node:buffer";
import { onTestFinished } from "vitest";
import type { Publish, Verdict } from "../../src/broker/contract.ts";
import { DeadLetters } from "../../src/ingest/dead-letters.ts";
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

/** Ingest of JSON objects of metrics on `s/<device>` or other routes, at most 100 readings a message, into a log, as a gateway opens it. */
export async function openIngest(
  log: Log,
  over: { clock?: FakeClock; logger?: Logger; routes?: readonly Route[] } = {},
): Promise<Ingest> {
  const { clock = new FakeClock(nowMs * 1000), logger = createLogger("silent"), routes = objectRoutes } = over;
  const recent = new RecentReadings(recentMax);
  await fillRecent(recent, log, recentMax);
  const deadLetters = await DeadLetters.open({ directory: await tempDir(), lettersMax: 10, payloadBytesMax: 10 });
  onTestFinished(() => deadLetters.close());
  return Ingest.open({
    log,
    routes: new RouteTable(routes, 100),
    recent,
    deadLetters,
    messageReadingsMax: 100,
    eventTimeMinUs: 0,
    eventTimeAheadMaxUs: 3_600_000_000,
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
