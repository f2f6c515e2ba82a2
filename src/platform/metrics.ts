// What the gateway counts. The table is the single source: docs/metrics.md is generated from it, and a metric that is not in it
// cannot be observed. Rooms count in plain fields on their hot paths; the values are read when somebody scrapes: all of them before
// anything else runs, so that what adds up in the rooms adds up in a scrape.

import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

interface MetricEntry {
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly labels: readonly string[];
}

export const metricTable = {
  tidegate_readings_received_total: {
    kind: "counter",
    help: "Readings in publishes on ingest routes, since the log was made; kept over restarts. = stored + rejected + pending, in every scrape.",
    labels: [],
  },
  tidegate_readings_stored_total: {
    kind: "counter",
    help: "Readings that reached the disk, since the log was made; kept over restarts.",
    labels: [],
  },
  tidegate_readings_rejected_total: {
    kind: "counter",
    help: "Readings that were not stored, by reason, since the log was made; kept over restarts.",
    labels: ["reason"],
  },
  tidegate_readings_pending: {
    kind: "gauge",
    help: "Readings on their way to the disk, or to being refused by the log.",
    labels: [],
  },
  tidegate_readings_retimed_total: {
    kind: "counter",
    help: "Readings whose event time is not what the device sent, by how, since the start. corrected: moved by the offset of its clock. stamped: the ingest time.",
    labels: ["how"],
  },
  tidegate_clock_devices: { kind: "gauge", help: "Devices whose clock is followed.", labels: [] },
  tidegate_clock_offset_max_seconds: {
    kind: "gauge",
    help: "How far the clock is off that is furthest off among them, either way.",
    labels: [],
  },
  tidegate_ingest_topics: { kind: "gauge", help: "Topics whose route is kept in memory.", labels: [] },
  tidegate_dead_letters_lost_total: { kind: "counter", help: "Rejected payloads that could not be kept.", labels: [] },
  tidegate_mqtt_publishes_total: { kind: "counter", help: "PUBLISH packets received.", labels: [] },
  tidegate_mqtt_publishes_unrouted_total: {
    kind: "counter",
    help: "PUBLISH packets on topics of no ingest route.",
    labels: [],
  },
  tidegate_mqtt_publishes_forbidden_total: {
    kind: "counter",
    help: "PUBLISH packets to the gateway's own topics.",
    labels: [],
  },
  tidegate_mqtt_connections: { kind: "gauge", help: "Open MQTT connections.", labels: [] },
  tidegate_mqtt_connections_total: { kind: "counter", help: "MQTT connections accepted.", labels: [] },
  tidegate_mqtt_connections_refused_total: {
    kind: "counter",
    help: "MQTT connections closed because of mqtt.clientsMax.",
    labels: [],
  },
  tidegate_mqtt_client_errors_total: {
    kind: "counter",
    help: "What MQTT clients did wrong, and connections that broke.",
    labels: [],
  },
  tidegate_mqtt_retained_refused_total: {
    kind: "counter",
    help: "Messages not retained because of mqtt.retainedMax.",
    labels: [],
  },
  tidegate_mqtt_queued_refused_total: {
    kind: "counter",
    help: "Messages not queued for a session because of mqtt.queuedMax, once a session.",
    labels: [],
  },
  tidegate_log_offset: { kind: "gauge", help: "Next offset of a lane.", labels: ["lane"] },
  tidegate_log_pending_readings: {
    kind: "gauge",
    help: "Readings that wait for the disk; at most log.pendingReadingsMax.",
    labels: [],
  },
  tidegate_log_bytes: { kind: "gauge", help: "Bytes of the blocks of a lane.", labels: ["lane"] },
  tidegate_log_blocks: { kind: "gauge", help: "Blocks of a lane; small ones are merged in the background.", labels: ["lane"] },
  tidegate_log_reclaiming_bytes: {
    kind: "gauge",
    help: "Bytes that were removed and that the file system does not have back yet.",
    labels: [],
  },
  tidegate_log_disk_free_bytes: { kind: "gauge", help: "Free bytes of the log's file system; NaN if not known.", labels: [] },
  tidegate_log_disk_ok: { kind: "gauge", help: "0 while the log's disk refuses writes, or is full.", labels: [] },
  tidegate_log_refusing: {
    kind: "gauge",
    help: "1 while readings are refused because the log may not grow (log.whenFull).",
    labels: [],
  },
  tidegate_log_evicted_total: {
    kind: "counter",
    help: "Records removed before the sink had confirmed them, by reason; kept over restarts. Without sinks: sink none.",
    labels: ["sink", "lane", "reason"],
  },
  tidegate_stream_offset: {
    kind: "gauge",
    help: "Next offset of the readings lane that windows and alerts will see.",
    labels: [],
  },
  tidegate_stream_readings_taken_total: {
    kind: "counter",
    help: "Readings that a window or rule used, by its name; kept over restarts.",
    labels: ["operator"],
  },
  tidegate_stream_readings_skipped_total: {
    kind: "counter",
    help: "Readings that a window or rule did not use, by its name and the reason; kept over restarts.",
    labels: ["operator", "reason"],
  },
  tidegate_stream_readings_noted_total: {
    kind: "counter",
    help: "Readings that a window used, but not as any other: ahead of the clock, late for some of its windows, in the group for the rest; kept over restarts.",
    labels: ["operator", "reason"],
  },
  tidegate_stream_readings_lost_total: {
    kind: "counter",
    help: "Readings that windows and rules, or those in backfill, never saw: trimmed before, or in a corrupt block.",
    labels: ["reason"],
  },
  tidegate_stream_backfill_offset: {
    kind: "gauge",
    help: "Next offset of the readings lane that windows and rules in backfill will see; without a backfill, tidegate_stream_offset.",
    labels: [],
  },
  tidegate_stream_backfill_lag_readings: {
    kind: "gauge",
    help: "Readings that windows and rules in backfill have to see until they are where the others are; 0 without a backfill.",
    labels: [],
  },
  tidegate_stream_replay_mismatches_total: {
    kind: "counter",
    help: "Replays after a start that did not repeat what was recorded. Anything but 0 is a bug; please report it.",
    labels: [],
  },
  tidegate_forward_confirmed_offset: { kind: "gauge", help: "Every offset below it is at the sink.", labels: ["sink", "lane"] },
  tidegate_forward_backlog_records: {
    kind: "gauge",
    help: "Records that the sink does not have yet.",
    labels: ["sink", "lane"],
  },
  tidegate_forward_delivered_total: {
    kind: "counter",
    help: "Records that the sink has confirmed; all records of a lane = delivered + backlog + evicted.",
    labels: ["sink", "lane"],
  },
  tidegate_forward_rejected_total: {
    kind: "counter",
    help: "Records that the sink refused for good, since the start.",
    labels: ["sink", "lane"],
  },
  tidegate_forward_quarantined: { kind: "gauge", help: "Refused records that are kept.", labels: ["sink"] },
  tidegate_forward_quarantine_dropped_total: {
    kind: "counter",
    help: "Refused records that had to go for newer ones, since the start.",
    labels: ["sink"],
  },
  tidegate_forward_sent_bytes_total: {
    kind: "counter",
    help: "Bytes that were handed to the network towards the sink, since the start.",
    labels: ["sink"],
  },
  tidegate_forward_window_bytes: {
    kind: "gauge",
    help: "Bytes that may be in flight at the pace of the sink; 0 while it is not connected.",
    labels: ["sink"],
  },
  tidegate_alerts_active: { kind: "gauge", help: "Alerts that fire; at most notify.alertsMax.", labels: [] },
  tidegate_alerts_acknowledged: { kind: "gauge", help: "Of these, those that somebody has acknowledged.", labels: [] },
  tidegate_alerts_silenced: { kind: "gauge", help: "Of these, those that a silence covers.", labels: [] },
  tidegate_alerts_untracked_total: {
    kind: "counter",
    help: "Alerts that fired beyond notify.alertsMax: recorded and published, but not listed, and sent to no webhook.",
    labels: [],
  },
  tidegate_alerts_missed_total: {
    kind: "counter",
    help: "Transitions of alerts that were lost before the list of active alerts had them: in a corrupt block, or trimmed.",
    labels: [],
  },
  tidegate_silences: { kind: "gauge", help: "Silences that hold; at most notify.silencesMax.", labels: [] },
  tidegate_webhook_alerts_waiting: { kind: "gauge", help: "Alerts that the webhook is to be sent now.", labels: ["webhook"] },
  tidegate_webhook_alerts_sent_total: {
    kind: "counter",
    help: "Alerts that the webhook accepted, repetitions among them.",
    labels: ["webhook"],
  },
  tidegate_webhook_alerts_rejected_total: {
    kind: "counter",
    help: "Alerts that the webhook will not have (an answer other than 2xx, 408, 429 and 5xx), repetitions among them.",
    labels: ["webhook"],
  },
  tidegate_webhook_alerts_lost_total: {
    kind: "counter",
    help: "Alerts that resolved and are not sent any more, because more than notify.resolvedMax waited.",
    labels: ["webhook"],
  },
  tidegate_webhook_retries_total: {
    kind: "counter",
    help: "Requests that failed and were made again, or will be.",
    labels: ["webhook"],
  },
  tidegate_forward_connected: { kind: "gauge", help: "1 while the sink is connected.", labels: ["sink"] },
} as const satisfies Record<string, MetricEntry>;

export type MetricName = keyof typeof metricTable;

export interface Observation {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Reads the values of a metric at every scrape. One observation a combination of labels; a number where it has none. */
  observe(name: MetricName, read: () => number | readonly Observation[]): void {
    const { kind, help, labels } = metricTable[name];
    const shape = { name, help, labelNames: [...labels], registers: [this.#registry] };
    const observations = () => {
      const values = read();
      return typeof values === "number" ? [{ labels: {}, value: values }] : values;
    };
    if (kind === "gauge") {
      const collect = (gauge: Gauge) => {
        gauge.reset();
        for (const seen of observations()) gauge.set(seen.labels, seen.value);
      };
      const gauge: Gauge = new Gauge({ ...shape, collect: () => collect(gauge) });
    } else {
      const collect = (counter: Counter) => {
        counter.reset();
        for (const seen of observations()) counter.inc(seen.labels, seen.value);
      };
      const counter: Counter = new Counter({ ...shape, collect: () => collect(counter) });
    }
  }

  /** The Prometheus text format. The values are those of the call. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
