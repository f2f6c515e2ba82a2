// Joins the counters of the gateway's parts to the metrics table.

import { deliveryTo, type GatewayParts } from "./gateway-status.ts";
import type { Delivery } from "./log/accounting.ts";
import { denseEnd } from "./model/interval-set.ts";
import { lanes } from "./model/lane.ts";
import { lossReasons } from "./model/loss-reason.ts";
import type { Webhook } from "./notify/webhook.ts";
import type { Metrics, Observation } from "./platform/metrics.ts";
import type { Counters } from "./stream/contract.ts";

export function observeGateway(metrics: Metrics, parts: GatewayParts): void {
  observeReadings(metrics, parts);
  observeLog(metrics, parts);
  observeMqtt(metrics, parts);
  observeReaders(metrics, parts);
  observeForwarders(metrics, parts);
  observeAlerts(metrics, parts);
}

function observeReadings(metrics: Metrics, { ingest, deadLetters, log }: GatewayParts): void {
  metrics.observe("tidegate_readings_received_total", () => ingest.counters.received);
  metrics.observe("tidegate_readings_stored_total", () => ingest.counters.stored);
  metrics.observe("tidegate_readings_pending", () => ingest.counters.pending);
  metrics.observe("tidegate_readings_rejected_total", () =>
    Object.entries(ingest.counters.rejected).map(([reason, value]) => ({ labels: { reason }, value })),
  );
  metrics.observe("tidegate_readings_retimed_total", () => {
    const { corrected, stamped } = ingest.clocks;
    return Object.entries({ corrected, stamped }).map(([how, value]) => ({ labels: { how }, value }));
  });
  metrics.observe("tidegate_clock_devices", () => ingest.clocks.devices);
  metrics.observe("tidegate_clock_offset_max_seconds", () => Math.abs(ingest.clocks.farthest?.offsetUs ?? 0) / 1e6);
  metrics.observe("tidegate_ingest_topics", () => ingest.topics);
  metrics.observe("tidegate_dead_letters_lost_total", () => deadLetters.lost);
  metrics.observe("tidegate_log_offset", () => lanes.map((lane) => ({ labels: { lane }, value: log.bounds(lane).endOffset })));
  metrics.observe("tidegate_log_pending_readings", () => log.pendingReadings);
}

function observeLog(metrics: Metrics, { log, retention }: GatewayParts): void {
  metrics.observe("tidegate_log_bytes", () => lanes.map((lane) => ({ labels: { lane }, value: log.segments(lane).bytes })));
  metrics.observe("tidegate_log_blocks", () =>
    lanes.map((lane) => ({ labels: { lane }, value: log.segments(lane).list.reduce((sum, { blocks }) => sum + blocks, 0) })),
  );
  metrics.observe("tidegate_log_reclaiming_bytes", () => log.reclaimingBytes);
  metrics.observe("tidegate_log_disk_free_bytes", () => retention.status().diskFreeBytes ?? Number.NaN);
  metrics.observe("tidegate_log_disk_ok", () => (log.disk.kind === "ok" ? 1 : 0));
  metrics.observe("tidegate_log_refusing", () => (retention.status().refusal === null ? 0 : 1));
  metrics.observe("tidegate_log_evicted_total", () =>
    Object.entries(log.evicted).flatMap(([sink, ofSink]) =>
      lanes.flatMap((lane) =>
        lossReasons.map((reason): Observation => ({ labels: { sink, lane, reason }, value: ofSink[lane][reason] })),
      ),
    ),
  );
}

function observeMqtt(metrics: Metrics, { broker, ingest }: GatewayParts): void {
  const { counters } = broker;
  metrics.observe("tidegate_mqtt_publishes_total", () => counters.publishes);
  metrics.observe("tidegate_mqtt_publishes_unrouted_total", () => ingest.counters.unrouted);
  metrics.observe("tidegate_mqtt_publishes_forbidden_total", () => counters.publishesForbidden);
  metrics.observe("tidegate_mqtt_connections", () => broker.connections);
  metrics.observe("tidegate_mqtt_connections_total", () => counters.connections);
  metrics.observe("tidegate_mqtt_connections_refused_total", () => counters.connectionsRefused);
  metrics.observe("tidegate_mqtt_retained_refused_total", () => counters.retainedRefused);
  metrics.observe("tidegate_mqtt_queued_refused_total", () => counters.queuedRefused);
  metrics.observe("tidegate_mqtt_client_errors_total", () => counters.clientErrors);
}

function observeReaders(metrics: Metrics, { stream }: GatewayParts): void {
  metrics.observe("tidegate_stream_offset", () => stream.status().position);
  metrics.observe("tidegate_stream_readings_taken_total", () =>
    stream.status().operators.map(({ id, counters }) => ({ labels: { operator: id }, value: counters.taken })),
  );
  const byReason = (readings: (counters: Counters) => Readonly<Record<string, number>>) => () =>
    stream
      .status()
      .operators.flatMap(({ id, counters }) =>
        Object.entries(readings(counters)).map(([reason, value]): Observation => ({ labels: { operator: id, reason }, value })),
      );
  metrics.observe(
    "tidegate_stream_readings_skipped_total",
    byReason(({ skipped }) => skipped),
  );
  metrics.observe(
    "tidegate_stream_readings_noted_total",
    byReason(({ noted = {} }) => noted),
  );
  metrics.observe("tidegate_stream_readings_lost_total", () =>
    Object.entries(stream.status().lost).map(([reason, value]) => ({ labels: { reason }, value })),
  );
  metrics.observe("tidegate_stream_backfill_offset", () => {
    const { position, backfill } = stream.status();
    return backfill?.position ?? position;
  });
  metrics.observe("tidegate_stream_backfill_lag_readings", () => stream.status().backfill?.lagReadings ?? 0);
  metrics.observe("tidegate_stream_replay_mismatches_total", () => stream.status().replayMismatches);
}

function observeForwarders(metrics: Metrics, { forwarders, log }: GatewayParts): void {
  const perLane = (read: (delivery: Delivery) => number) => () =>
    forwarders.flatMap((forwarder) =>
      forwarder.lanes.map((lane): Observation => {
        return { labels: { sink: forwarder.sink, lane }, value: read(deliveryTo(log, forwarder, lane)) };
      }),
    );
  metrics.observe("tidegate_forward_confirmed_offset", () =>
    forwarders.flatMap(({ sink, settled, lanes }) =>
      lanes.map((lane): Observation => ({ labels: { sink, lane }, value: denseEnd(settled[lane]) })),
    ),
  );
  metrics.observe(
    "tidegate_forward_backlog_records",
    perLane(({ pending }) => pending),
  );
  metrics.observe(
    "tidegate_forward_delivered_total",
    perLane(({ delivered }) => delivered),
  );
  metrics.observe("tidegate_forward_rejected_total", () =>
    forwarders.flatMap((forwarder) => {
      const { lanes: forwarded } = forwarder.status();
      return forwarder.lanes.map((lane): Observation => {
        return { labels: { sink: forwarder.sink, lane }, value: forwarded[lane].rejectedRecords };
      });
    }),
  );
  metrics.observe("tidegate_forward_quarantined", () =>
    forwarders.map(({ sink, quarantine }) => ({ labels: { sink }, value: quarantine.size })),
  );
  metrics.observe("tidegate_forward_quarantine_dropped_total", () =>
    forwarders.map(({ sink, quarantine }) => ({ labels: { sink }, value: quarantine.dropped })),
  );
  metrics.observe("tidegate_forward_sent_bytes_total", () =>
    forwarders.map((forwarder) => ({ labels: { sink: forwarder.sink }, value: forwarder.status().sentBytes })),
  );
  metrics.observe("tidegate_forward_window_bytes", () =>
    forwarders.map((forwarder) => ({ labels: { sink: forwarder.sink }, value: forwarder.status().inflight.windowBytes })),
  );
  metrics.observe("tidegate_forward_connected", () =>
    forwarders.map((forwarder) => {
      const { sink, state } = forwarder.status();
      return { labels: { sink }, value: state === "live" || state === "draining" ? 1 : 0 };
    }),
  );
}

function observeAlerts(metrics: Metrics, { desk, webhooks }: GatewayParts): void {
  metrics.observe("tidegate_alerts_active", () => desk.board.activeCount);
  metrics.observe("tidegate_alerts_acknowledged", () => desk.counts().acknowledged);
  metrics.observe("tidegate_alerts_silenced", () => desk.counts().silenced);
  metrics.observe("tidegate_alerts_untracked_total", () => desk.board.untracked);
  metrics.observe("tidegate_alerts_missed_total", () => desk.missed);
  metrics.observe("tidegate_silences", () => desk.silences.length);
  const perWebhook = (read: (webhook: Webhook) => number) => () =>
    webhooks.map((webhook) => ({ labels: { webhook: webhook.name }, value: read(webhook) }));
  metrics.observe(
    "tidegate_webhook_alerts_waiting",
    perWebhook(({ waiting }) => waiting),
  );
  metrics.observe(
    "tidegate_webhook_alerts_sent_total",
    perWebhook(({ counters }) => counters.sent),
  );
  metrics.observe(
    "tidegate_webhook_alerts_rejected_total",
    perWebhook(({ counters }) => counters.rejected),
  );
  metrics.observe(
    "tidegate_webhook_alerts_lost_total",
    perWebhook(({ name }) => desk.board.lost(name)),
  );
  metrics.observe(
    "tidegate_webhook_retries_total",
    perWebhook(({ counters }) => counters.retried),
  );
}
