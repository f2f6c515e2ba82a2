// The forwarders of a configuration: the part of the composition root that knows sinks.

import type { CheckFault } from "./config/load.ts";
import type { GatewayConfig } from "./config/schema.ts";
import { CollectorSink } from "./forward/collector-sink.ts";
import { Forwarder, type ForwarderOptions } from "./forward/forwarder.ts";
import { cronFault } from "./forward/sending-hours.ts";
import type { Sink } from "./forward/sink.ts";
import type { Log } from "./log/log.ts";
import { systemClock } from "./platform/clock.ts";
import type { Logger } from "./platform/logger.ts";

type CollectorConfig = NonNullable<GatewayConfig["forward"]["collector"]>;
/** What every sink can be told. */
type CommonConfig = Omit<CollectorConfig, "address" | "compression">;

/** One a sink, in the order of the configuration. */
export function forwardersOf({ gateway, forward }: GatewayConfig, log: Log, logger: Logger): Forwarder[] {
  const { collector } = forward;
  if (collector === undefined) return [];
  const { address, compression, ...common } = collector;
  const sink = new CollectorSink({ name: "collector", address, compression, gatewayId: gateway.id, logId: log.logId });
  return [forwarderOf(sink, common, { log, logger })];
}

function forwarderOf(sink: Sink, config: CommonConfig, { log, logger }: Pick<ForwarderOptions, "log" | "logger">): Forwarder {
  const { retryDelayMin, retryDelayMax, ackTimeout, linger, inflightSizeMax, bandwidthMax, hours, order, backlogShare } =
    config;
  return new Forwarder({
    sink,
    log,
    logger,
    retry: { delayMsMin: retryDelayMin, delayMsMax: retryDelayMax },
    ackTimeoutMs: ackTimeout,
    lingerMs: linger,
    inflightBytesMax: inflightSizeMax,
    order,
    backlogShare,
    bandwidthPerSecondMax: bandwidthMax,
    hours: hours.map(({ start, ...hour }) => ({ start, forMs: hour.for })),
    clock: systemClock,
    random: Math.random,
  });
}

/** A check of the configuration beyond its schema: cron expressions. */
export function hoursFaults({ forward }: GatewayConfig): CheckFault[] {
  return (forward.collector?.hours ?? []).flatMap(({ start }, index): CheckFault[] => {
    const problem = cronFault(start);
    const remedy = 'write five fields: minute, hour, day of month, month, day of week; "0 1 * * *" is every day at 01:00';
    return problem === null ? [] : [{ path: ["forward", "collector", "hours", index, "start"], problem, remedy }];
  });
}
