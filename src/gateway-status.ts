// What a gateway says of itself, gathered from its parts.

import type { Broker } from "./broker/broker.ts";
import type { Forwarder } from "./forward/forwarder.ts";
import type { Announcer } from "./ingest/announcer.ts";
import type { DeadLetters } from "./ingest/dead-letters.ts";
import type { Ingest } from "./ingest/ingest.ts";
import { type Delivery, deliveryOf } from "./log/accounting.ts";
import type { Log } from "./log/log.ts";
import type { RetentionKeeper } from "./log/retention-keeper.ts";
import { type Lane, lanes } from "./model/lane.ts";
import type { SinkView, StatusView, WebhookView } from "./model/status.ts";
import type { AlertDesk } from "./notify/alert-desk.ts";
import type { Webhook } from "./notify/webhook.ts";
import type { StreamDriver } from "./stream/driver.ts";

export interface GatewayParts {
  readonly gatewayId: string;
  readonly startedAtUs: number;
  readonly mqttAddress: () => string;
  readonly log: Log;
  readonly retention: RetentionKeeper;
  readonly ingest: Ingest;
  readonly deadLetters: DeadLetters;
  readonly broker: Broker;
  readonly stream: StreamDriver;
  readonly forwarders: readonly Forwarder[];
  readonly announcer: Announcer;
  readonly desk: AlertDesk;
  readonly webhooks: readonly Webhook[];
}

export function gatewayStatus(parts: GatewayParts): StatusView {
  const { log, ingest, broker } = parts;
  const { received, stored, rejected, pending, unrouted } = ingest.counters;
  return {
    gatewayId: parts.gatewayId,
    logId: log.logId,
    startedAtUs: parts.startedAtUs,
    lanes: Object.fromEntries(lanes.map((lane) => [lane, log.bounds(lane)])),
    log: logView(parts),
    readings: { received, stored, rejected: occurred(rejected), pending },
    clocks: ingest.clocks,
    mqtt: {
      address: parts.mqttAddress(),
      connections: broker.connections,
      publishes: broker.counters.publishes,
      unrouted,
    },
    stream: streamView(parts.stream),
    alerts: alertsView(parts),
    latest: parts.announcer.latest,
    sinks: Object.fromEntries(parts.forwarders.map((forwarder) => [forwarder.sink, sinkView(log, forwarder)])),
  };
}

export function streamView(stream: StreamDriver): StatusView["stream"] {
  const { position, lagReadings, operators, backfill } = stream.status();
  return {
    offset: position,
    lagReadings,
    operators: Object.fromEntries(operators.map(({ id, counters }) => [id, { ...counters }])),
    backfill:
      backfill === null
        ? null
        : { offset: backfill.position, lagReadings: backfill.lagReadings, operators: backfill.operators },
  };
}

function alertsView({ desk, webhooks }: GatewayParts): StatusView["alerts"] {
  const { activeCount, untracked } = desk.board;
  return {
    active: activeCount,
    ...desk.counts(),
    untracked,
    silences: desk.silences.length,
    webhooks: Object.fromEntries(webhooks.map((webhook) => [webhook.name, webhookView(desk, webhook)])),
  };
}

function webhookView(desk: AlertDesk, { name, state, lastError, waiting, counters }: Webhook): WebhookView {
  return { state, lastError, waiting, sent: counters.sent, rejected: counters.rejected, lost: desk.board.lost(name) };
}

function logView({ log, retention }: GatewayParts): StatusView["log"] {
  const { refusal, diskFreeBytes } = retention.status();
  return {
    disk: diskView(log),
    refusal,
    diskFreeBytes,
    reclaimingBytes: log.reclaimingBytes,
    lanes: Object.fromEntries(lanes.map((lane) => [lane, { bytes: log.segments(lane).bytes }])),
    evicted: log.evicted,
    losses: log.losses,
  };
}

function diskView({ disk }: Log): StatusView["log"]["disk"] {
  if (disk.kind === "ok") return { state: disk.kind, sinceUs: null, error: null };
  return { state: disk.kind, sinceUs: disk.sinceUs, error: disk.error.message };
}

/** Where a sink stands with a lane, so that stored = delivered + pending + evicted. */
export function deliveryTo(log: Log, { sink, settled }: Pick<Forwarder, "sink" | "settled">, lane: Lane): Delivery {
  const bounds = log.bounds(lane);
  const holes = log.losses.filter((loss) => loss.lane === lane && loss.reason === "corrupt");
  return deliveryOf({ bounds, settled: settled[lane], evicted: log.evicted[sink]?.[lane], holes });
}

function sinkView(log: Log, forwarder: Forwarder): SinkView {
  const { state, nextRetryMs, pause, lastError, lanes: forwarded, quarantine } = forwarder.status();
  const laneViews = forwarder.lanes.map((lane) => {
    const { delivered, pending, evicted } = deliveryTo(log, forwarder, lane);
    const counts = { backlogRecords: pending, deliveredRecords: delivered, evictedRecords: evicted };
    return [lane, { confirmedOffset: forwarded[lane].confirmedOffset, ...counts }] as const;
  });
  const { records: quarantined } = quarantine;
  const error = lastError?.message ?? null;
  return { state, lastError: error, nextRetryMs, pause, lanes: Object.fromEntries(laneViews), quarantined };
}

function occurred(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
