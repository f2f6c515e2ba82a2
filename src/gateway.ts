// The gateway: the composition root. It constructs the rooms and connects them; nobody else does.
//
// Order of life. Start: the log; where the forwarders stand, because the log counts by it what it loses, from the first read on; then its
// readers (windows and alerts, alert desk and webhooks, forwarder), then retention and merging, then HTTP, and the broker last, so that
// a reading is never taken before there is a place for it. Close: the other way round, so that whatever was acknowledged has been
// committed when the log closes. A start that fails closes what it had started.

import { retiredAlerts } from "./alert/retired-rules.ts";
import { Broker } from "./broker/broker.ts";
import type { GatewayConfig } from "./config/schema.ts";
import type { Forwarder } from "./forward/forwarder.ts";
import { forwardersOf, quarantineApi } from "./gateway-forward.ts";
import { createBlockMerger, createRetentionKeeper, openGatewayLog } from "./gateway-log.ts";
import { observeGateway } from "./gateway-metrics.ts";
import { alertNotes, alertsApi, createAlertDesk, createWebhooks } from "./gateway-notify.ts";
import { ruleOperators } from "./gateway-rules.ts";
import { type GatewayParts, gatewayStatus } from "./gateway-status.ts";
import { windowsOf } from "./gateway-windows.ts";
import { HttpServer } from "./http/server.ts";
import { Announcer } from "./ingest/announcer.ts";
import { DeadLetters } from "./ingest/dead-letters.ts";
import { EventTimes } from "./ingest/event-times.ts";
import { fillRecent } from "./ingest/fill-recent.ts";
import { Ingest } from "./ingest/ingest.ts";
import { RecentReadings } from "./ingest/recent-readings.ts";
import { RouteTable } from "./ingest/routes.ts";
import type { Log } from "./log/log.ts";
import { LogReaders } from "./log/log-readers.ts";
import type { RetentionKeeper } from "./log/retention-keeper.ts";
import type { StatusView } from "./model/status.ts";
import type { AlertDesk } from "./notify/alert-desk.ts";
import { systemClock } from "./platform/clock.ts";
import type { Address } from "./platform/listen.ts";
import type { Logger } from "./platform/logger.ts";
import { Metrics } from "./platform/metrics.ts";
import type { Environment } from "./platform/secret.ts";
import type { Operator } from "./stream/contract.ts";
import { StreamDriver } from "./stream/driver.ts";

export interface Gateway {
  /** Where it listens, as HOST:PORT with actual ports. */
  readonly addresses: { readonly mqtt: string; readonly http: string };
  status(): StatusView;
  /** Stops taking readings, lets what was taken become durable, and closes everything. Idempotent; every call waits. */
  close(): Promise<void>;
}

/** What is closed when the gateway closes, the newest first. */
type Closers = (() => Promise<void>)[];

/**
 * @param environment environment variables, for secrets of sinks that the configuration says are there.
 * @throws PORT_IN_USE, LISTEN_FAILED, DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, LIBRARY_MISSING.
 */
export async function startGateway(config: GatewayConfig, logger: Logger, environment: Environment = {}): Promise<Gateway> {
  const closers: Closers = [];
  try {
    return await start(config, environment, logger, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function start(config: GatewayConfig, environment: Environment, logger: Logger, closers: Closers): Promise<Gateway> {
  const readers = new LogReaders();
  const log = await openLog(config, readers, logger, closers);
  const forwarders = await forwardersOf(config, { log, logger }, environment);
  await loadForwarders(forwarders, closers);
  for (const forwarder of forwarders) readers.addSink(forwarder);
  const stream = await startStream(config, log, readers, logger, closers);
  const { desk, webhooks } = await startNotify(config, log, logger, closers);
  for (const forwarder of forwarders) await forwarder.start();
  const retention = await startRetention(config, log, readers, logger, closers);
  startMerging(log, readers, logger, closers);
  const { ingest, deadLetters } = await createIngest(config, log, logger, closers);
  const broker = createBroker(config, ingest, logger, closers);

  const announcer = createAnnouncer(log, broker, desk, logger, closers);

  let mqttAddress: Address | null = null;
  const parts: GatewayParts = {
    gatewayId: config.gateway.id,
    startedAtUs: systemClock.nowUs(),
    mqttAddress: () => (mqttAddress === null ? "not listening" : textOf(mqttAddress)),
    log,
    retention,
    ingest,
    deadLetters,
    broker,
    stream,
    forwarders,
    announcer,
    desk,
    webhooks,
  };
  const http = await startHttp(config, parts, closers);
  mqttAddress = await broker.start();
  announcer.start();

  const addresses = { mqtt: textOf(mqttAddress), http: textOf(http) };
  logger.info({ gatewayId: config.gateway.id, logId: log.logId, ...addresses }, "gateway started");
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= closeAll(closers);
    return closing;
  };
  return { addresses, status: () => gatewayStatus(parts), close };
}

async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    // One that fails must not keep the log from being closed.
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function openLog(config: GatewayConfig, readers: LogReaders, logger: Logger, closers: Closers): Promise<Log> {
  const log = await openGatewayLog(config, readers, logger);
  closers.push(() => log.close());
  return log;
}

async function startStream(
  config: GatewayConfig,
  log: Log,
  readers: LogReaders,
  logger: Logger,
  closers: Closers,
): Promise<StreamDriver> {
  const stream = new StreamDriver({
    log,
    operators: operatorsOf(config),
    retire: retiredAlerts,
    backfill: backfilledIds(config),
    checkpointEveryMs: config.stream.checkpointInterval,
    clock: systemClock,
    logger,
  });
  closers.push(() => stream.close());
  readers.setStream(() => stream.status().checkpointPosition);
  await stream.start();
  return stream;
}

/** The windows and rules of a configuration, without a past. */
export function operatorsOf(config: GatewayConfig): Operator[] {
  const windows = windowsOf(config);
  return [...windows, ...ruleOperators(config, windows)];
}

/** Ids of the operators that are to begin with what the log holds. */
export function backfilledIds({ windows, alerts }: GatewayConfig): Set<string> {
  const idsOf = (kind: string, all: readonly { readonly name: string; readonly backfill: boolean }[]) =>
    all.filter(({ backfill }) => backfill).map(({ name }) => `${kind} ${name}`);
  return new Set([...idsOf("window", windows), ...idsOf("rule", alerts)]);
}

async function loadForwarders(forwarders: readonly Forwarder[], closers: Closers): Promise<void> {
  for (const forwarder of forwarders) {
    closers.push(() => forwarder.close());
    await forwarder.load();
  }
}

async function startNotify(config: GatewayConfig, log: Log, logger: Logger, closers: Closers) {
  const desk = createAlertDesk(config, log, logger);
  closers.push(() => desk.close());
  await desk.start();
  const webhooks = createWebhooks(config, desk, logger);
  for (const webhook of webhooks) {
    closers.push(() => webhook.close());
    webhook.start();
  }
  return { desk, webhooks };
}

async function startRetention(
  config: GatewayConfig,
  log: Log,
  readers: LogReaders,
  logger: Logger,
  closers: Closers,
): Promise<RetentionKeeper> {
  const retention = createRetentionKeeper(config, log, readers, logger);
  closers.push(() => retention.close());
  await retention.start();
  return retention;
}

function startMerging(log: Log, readers: LogReaders, logger: Logger, closers: Closers): void {
  const merger = createBlockMerger(log, readers, logger);
  closers.push(() => merger.close());
  merger.start();
}

async function createIngest(config: GatewayConfig, log: Log, logger: Logger, closers: Closers) {
  const { routes, topicsMax, redeliveryReadingsMax, deadLettersMax, deadLetterSizeMax, clock } = config.ingest;
  const deadLetters = await DeadLetters.open({
    directory: config.data.directory,
    lettersMax: deadLettersMax,
    payloadBytesMax: deadLetterSizeMax,
  });
  closers.push(() => deadLetters.close());
  const before = new RecentReadings(redeliveryReadingsMax);
  const times = await learnEventTimes(config, log, before);
  const recent = new RecentReadings(redeliveryReadingsMax, before);
  const ingest = await Ingest.open({
    log,
    routes: new RouteTable(routes, topicsMax, { name: clock.policy, offsetMinUs: clock.offsetMin * 1000 }),
    recent,
    times,
    deadLetters,
    messageReadingsMax: config.log.pendingReadingsMax,
    clock: systemClock,
    logger,
  });
  closers.push(() => ingest.close());
  return { ingest, deadLetters };
}

/** Newest readings of the log from which the clocks of devices are learned at the start. */
const learnedReadingsMax = 65_536;

/** Reads the end of the readings lane once, for what was stored last and for the clocks of devices. */
async function learnEventTimes({ ingest }: GatewayConfig, log: Log, recent: RecentReadings): Promise<EventTimes> {
  const { eventTimeMin, eventTimeAheadMax, redeliveryReadingsMax, clock, routes } = ingest;
  const times = new EventTimes({
    eventTimeMinUs: eventTimeMin,
    eventTimeAheadMaxUs: eventTimeAheadMax * 1000,
    devicesMax: clock.devicesMax,
    horizonUs: clock.horizon * 1000,
  });
  const policies = [clock.policy, ...routes.map((route) => route.clock?.policy ?? "trust")];
  if (policies.every((policy) => policy === "trust")) {
    await fillRecent(recent, log, redeliveryReadingsMax);
  } else {
    await fillRecent(recent, log, Math.max(redeliveryReadingsMax, learnedReadingsMax), (block, readings) =>
      times.learn(block, readings, clock.offsetMin * 1000),
    );
  }
  return times;
}

function createBroker(config: GatewayConfig, ingest: Ingest, logger: Logger, closers: Closers): Broker {
  const { sessionExpiryMax, ...limits } = config.mqtt;
  const broker = new Broker({
    ...limits,
    sessionExpiryMaxMs: sessionExpiryMax,
    intake: ingest,
    clock: systemClock,
    logger,
  });
  closers.push(() => broker.close());
  return broker;
}

async function startHttp(config: GatewayConfig, parts: GatewayParts, closers: Closers): Promise<Address> {
  const metrics = new Metrics();
  observeGateway(metrics, parts);
  const http = new HttpServer(config.http.listen, {
    status: () => gatewayStatus(parts),
    unreadyReason: () => (parts.mqttAddress() === "not listening" ? "the MQTT listener is not open yet" : null),
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    alerts: alertsApi(parts.desk),
    quarantine: quarantineApi(parts.forwarders),
  });
  closers.push(() => http.close());
  return http.start();
}

function createAnnouncer(log: Log, broker: Broker, desk: AlertDesk, logger: Logger, closers: Closers): Announcer {
  const announcer = new Announcer({
    log,
    publish: (message) => broker.publish(message),
    notes: alertNotes(desk),
    clock: systemClock,
    logger,
  });
  closers.push(() => announcer.close());
  return announcer;
}

function textOf({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
