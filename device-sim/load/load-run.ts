import { setTimeout } from "node:timers/promises";
import { ExitError, exitCodes } from "../exit-error.ts";
import type { Host } from "../host.ts";
import { metricSpecs } from "../metric-catalog.ts";
import { createProgress } from "../progress.ts";
import { LoadClient } from "./load-client.ts";
import { type LatencyMs, Measurement } from "./measurement.ts";
import { type LoadFormat, PublishSlots } from "./publish-slots.ts";
import { Turn } from "./turn.ts";

// How fast a broker acknowledges: a closed loop of `clients` connections with `windowMax` unacknowledged messages each.
//
// The generator must not be what is measured. So it has sockets of its own with no MQTT library behind them, frames encoded
// beforehand and patched in place, and one write per client and turn. `generatorCores` near 1 says that it was the limit after all.
// Connect, wait for every CONNACK and settleMs more, publish, leave out the warm-up, measure, end. One lost connection
// fails the run: its figures would be of something else.

export interface LoadOptions {
  readonly url: string;
  readonly clients: number;
  readonly windowMax: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly qos: 0 | 1;
  readonly format: LoadFormat;
  readonly mqttVersion: 4 | 5;
  readonly devicesPerClient: number;
  /** Metrics per device. */
  readonly metrics: number;
  /** Readings per message with format batch; default 100. */
  readonly batchSize?: number;
}

export interface LoadReport {
  readonly clients: number;
  readonly window: number;
  readonly qos: 0 | 1;
  readonly format: LoadFormat;
  readonly mqttVersion: 4 | 5;
  readonly durationMs: number;
  /** Acknowledged; QoS 0: taken by the kernel. */
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly readingsPerMessage: number;
  readonly readingsPerSecond: number;
  readonly rejected: number;
  /** From write to acknowledgement. */
  readonly latencyMs: LatencyMs;
  /** Cores that the generator kept busy. */
  readonly generatorCores: number;
}

const connectTimeoutMs = 10_000;
/** Some brokers lose what follows CONNACK at once. */
const settleMs = 200;
const progressIntervalMs = 250;
export const slotsMax = 65_535;

export async function runLoad(options: LoadOptions, host: Host): Promise<LoadReport> {
  const measurement = new Measurement();
  const stop = new AbortController();
  let lost: Error | undefined;
  const onLost = (error: Error) => {
    lost ??= error;
    stop.abort();
  };
  const signal = AbortSignal.any([host.stop, stop.signal]);
  const clients = createClients(options, measurement, onLost);
  try {
    await allReady(clients, options, signal);
    for (const client of clients) client.start();
    await sleep(options.warmUpMs, signal);
    await measure(options, measurement, host, signal);
  } finally {
    for (const client of clients) client.close();
  }
  if (lost !== undefined) throw unreachable(options.url, lost.message);
  return loadReport(options, measurement);
}

function createClients(options: LoadOptions, measurement: Measurement, onLost: (error: Error) => void): LoadClient[] {
  const { qos, mqttVersion, windowMax } = options;
  const url = new URL(options.url);
  const turn = new Turn();
  const slotCount = slotsOf(options);
  const credentials = {
    username: url.username === "" ? undefined : decodeURIComponent(url.username),
    password: url.password === "" ? undefined : decodeURIComponent(url.password),
  };
  const target = { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 1883), ...credentials };
  return Array.from({ length: options.clients }, (_, i) => {
    const slots = new PublishSlots({ ...options, topics: topicsOf(i, options), slots: slotCount });
    const clientId = `load-${i + 1}`;
    return new LoadClient({ ...target, clientId, mqttVersion, windowMax, qos, slots, slotCount, turn, measurement, onLost });
  });
}

/** Enough for the window, and a multiple of the topics, so that every topic gets as many messages. */
export function slotsOf({
  devicesPerClient,
  metrics,
  windowMax,
}: Pick<LoadOptions, "devicesPerClient" | "metrics" | "windowMax">): number {
  const topics = devicesPerClient * metrics;
  return topics * Math.ceil(windowMax / topics);
}

function topicsOf(client: number, { devicesPerClient, metrics, format }: LoadOptions): string[] {
  const topics: string[] = [];
  for (let device = 1; device <= devicesPerClient; device++) {
    if (format === "batch") {
      topics.push(`tg/v1/load-${client + 1}-${device}`);
      continue;
    }
    for (const { metric } of metricSpecs(metrics)) topics.push(`sensors/load-${client + 1}-${device}/${metric}`);
  }
  return topics;
}

async function allReady(clients: readonly LoadClient[], options: LoadOptions, signal: AbortSignal): Promise<void> {
  const ready = Promise.all(clients.map((client) => client.ready)).then(() => true);
  const inTime = await Promise.race([ready, sleep(connectTimeoutMs, signal).then(() => false)]);
  if (!inTime && !signal.aborted)
    throw unreachable(options.url, `not every client has a CONNACK within ${connectTimeoutMs} ms`);
  await sleep(settleMs, signal);
}

async function measure(options: LoadOptions, measurement: Measurement, host: Host, signal: AbortSignal): Promise<void> {
  const progress = createProgress(host.liveOut, options.durationMs);
  const beganMs = performance.now();
  measurement.begin();
  for (let elapsedMs = 0; elapsedMs < options.durationMs && !signal.aborted; elapsedMs = performance.now() - beganMs) {
    progress.update(elapsedMs, `${Math.round((measurement.messages / Math.max(1, elapsedMs)) * 1000)} messages/s`);
    await sleep(Math.min(progressIntervalMs, options.durationMs - elapsedMs), signal);
  }
  measurement.end();
  progress.stop();
}

function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return setTimeout(delayMs, undefined, { signal }).catch(() => undefined);
}

function unreachable(url: string, reason: string): ExitError {
  return new ExitError(
    exitCodes.brokerUnreachable,
    `load on ${url} ended: ${reason}; check that the broker runs and name it with --url`,
  );
}

function loadReport(options: LoadOptions, measurement: Measurement): LoadReport {
  const { clients, windowMax: window, qos, format, mqttVersion } = options;
  const { messages, durationMs, latencyMs, rejections: rejected } = measurement;
  const messagesPerSecond = durationMs > 0 ? Math.round((messages / durationMs) * 1000) : 0;
  const generatorCores = Math.round(measurement.generatorCores * 1000) / 1000;
  const readingsPerMessage = format === "batch" ? (options.batchSize ?? 100) : 1;
  const rates = { messagesPerSecond, readingsPerMessage, readingsPerSecond: messagesPerSecond * readingsPerMessage };
  const figures = { durationMs: Math.round(durationMs), messages, ...rates, rejected, latencyMs, generatorCores };
  return { clients, window, qos, format, mqttVersion, ...figures };
}
