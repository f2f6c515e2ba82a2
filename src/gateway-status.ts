// What a gateway says of itself, gathered from its parts.

import type { Broker } from "./broker/broker.ts";
import type { Forwarder } from "./forward/forwarder.ts";
import type { Announcer } from "./ingest/announcer.ts";
import type { DeadLetters } from "./ingest/dead-letters.ts";
import type { Ingest } from "./ingest/ingest.ts";
import type { Log } from "./log/log.ts";
import { lanes } from "./model/lane.ts";
import type { SinkView, StatusView } from "./model/status.ts";
import type { StreamDriver } from "./stream/driver.ts";

export interface GatewayParts {
  readonly gatewayId: string;
  readonly startedAtUs: number;
  readonly mqttAddress: () => string;
  readonly log: Log;
  readonly ingest: Ingest;
  readonly deadLetters: DeadLetters;
  readonly broker: Broker;
  readonly stream: StreamDriver;
  readonly forwarders: readonly Forwarder[];
  readonly announcer: Announcer;
}

export function gatewayStatus(parts: GatewayParts): StatusView {
  const { log, ingest, broker } = parts;
  const { received, stored, unrouted, rejected } = ingest.counters;
  return {
    gatewayId: parts.gatewayId,
    logId: log.logId,
    startedAtUs: parts.startedAtUs,
    lanes: Object.fromEntries(lanes.map((lane) => [lane, log.bounds(lane)])),
    readings: { received, stored, rejected: occurred(rejected), pending: log.pendingReadings },
    mqtt: {
      address: parts.mqttAddress(),
      connections: broker.connections,
      publishes: broker.counters.publishes,
      unrouted,
    },
    stream: streamView(parts.stream),
    latest: parts.announcer.latest,
    sinks: Object.fromEntries(parts.forwarders.map((forwarder) => [forwarder.status().sink, sinkView(forwarder)])),
  };
}

function streamView(stream: StreamDriver): StatusView["stream"] {
  const { position, lagReadings, operators } = stream.status();
  return {
    offset: position,
    lagReadings,
    operators: Object.fromEntries(operators.map(({ id, counters }) => [id, { ...counters }])),
  };
}

function sinkView(forwarder: Forwarder): SinkView {
  const { state, lastError, lanes: forwarded } = forwarder.status();
  const laneViews = lanes.map((lane) => {
    const { confirmedOffset, pendingRecords } = forwarded[lane];
    return [lane, { confirmedOffset, backlogRecords: pendingRecords }] as const;
  });
  return { state, lastError: lastError?.message ?? null, lanes: Object.fromEntries(laneViews) };
}

function occurred(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
