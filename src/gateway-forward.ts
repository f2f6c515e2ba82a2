// The forwarders of a configuration: the part of the composition root that knows sinks.

import { parseRequest } from "./config/alert-requests.ts";
import type { CheckFault } from "./config/load.ts";
import { quarantineRequest } from "./config/quarantine-request.ts";
import type { GatewayConfig } from "./config/schema.ts";
import { CollectorCertificates, readCertificates } from "./forward/collector-certificates.ts";
import { CollectorSink } from "./forward/collector-sink.ts";
import { Forwarder, type ForwarderOptions } from "./forward/forwarder.ts";
import { cronFault } from "./forward/sending-hours.ts";
import type { Sink } from "./forward/sink.ts";
import { sinksOf } from "./gateway-sinks.ts";
import type { QuarantineApi } from "./http/view.ts";
import { systemClock } from "./platform/clock.ts";
import { TidegateError } from "./platform/errors.ts";
import type { Environment } from "./platform/secret.ts";

/** What every sink can be told. */
type CommonConfig = Omit<NonNullable<GatewayConfig["forward"]["collector"]>, "address" | "tls" | "compression">;

type Part = Pick<ForwarderOptions, "log" | "logger">;

/** The collector's and one a sink, in the order of the configuration. Errors: LIBRARY_MISSING. */
export async function forwardersOf(config: GatewayConfig, part: Part, environment: Environment): Promise<Forwarder[]> {
  const origin = { gatewayId: config.gateway.id, logId: part.log.logId };
  const sinks = await sinksOf(config, { origin, environment, clock: systemClock, logger: part.logger });
  const forwarders = sinks.map(({ config: { quarantineMax, ...common }, sink }) =>
    forwarderOf(sink, common, { ...part, quarantineRecordsMax: quarantineMax }),
  );
  const { collector } = config.forward;
  if (collector === undefined) return forwarders;
  const { address, tls, compression, ...common } = collector;
  const certificates =
    tls === undefined ? undefined : new CollectorCertificates({ files: tls, clock: systemClock, logger: part.logger });
  const sink = new CollectorSink({ name: "collector", address, certificates, compression, ...origin });
  return [forwarderOf(sink, common, part), ...forwarders];
}

type MoreOptions = Part & Pick<ForwarderOptions, "quarantineRecordsMax">;

function forwarderOf(sink: Sink, config: CommonConfig, more: MoreOptions): Forwarder {
  const { lanes, retryDelayMin, retryDelayMax, ackTimeout, linger, inflightSizeMax, bandwidthMax, hours, order, backlogShare } =
    config;
  return new Forwarder({
    ...more,
    sink,
    lanes,
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

export function quarantineApi(forwarders: readonly Forwarder[]): QuarantineApi {
  const chosen = (body: unknown) => {
    const { sink, ids } = parseRequest(quarantineRequest, body);
    const forwarder = forwarders.find((each) => each.sink === sink);
    if (forwarder === undefined) {
      const known = forwarders.map((each) => each.sink).join(", ") || "none";
      throw new TidegateError("SINK_UNKNOWN", `find the sink ${sink}: it is not configured; those that are: ${known}`);
    }
    return { forwarder, ids: ids ?? forwarder.quarantine.ids };
  };
  return {
    list: () => forwarders.flatMap(({ quarantine }) => quarantine.list()),
    retry(body) {
      const { forwarder, ids } = chosen(body);
      return forwarder.retryQuarantined(ids);
    },
    async drop(body) {
      const { forwarder, ids } = chosen(body);
      return forwarder.quarantine.drop(ids);
    },
  };
}

/** A check of the configuration beyond its schema: cron expressions. */
export function hoursFaults({ forward: { collector, sinks } }: GatewayConfig): CheckFault[] {
  const ofSinks = sinks.flatMap(({ hours }, index) => faultsOf(hours, ["forward", "sinks", index, "hours"]));
  return [...faultsOf(collector?.hours ?? [], ["forward", "collector", "hours"]), ...ofSinks];
}

/** Of the files for the link to the collector, now. Sinks read theirs when they connect. */
export function certificateFaults({ forward: { collector } }: GatewayConfig): CheckFault[] {
  if (collector?.tls === undefined) return [];
  const { faults } = readCertificates(collector.tls, systemClock.nowUs());
  return faults.map(({ field, problem, remedy }) => ({ path: ["forward", "collector", "tls", field], problem, remedy }));
}

function faultsOf(hours: readonly { readonly start: string }[], path: CheckFault["path"]): CheckFault[] {
  return hours.flatMap(({ start }, index): CheckFault[] => {
    const problem = cronFault(start);
    const remedy = 'write five fields: minute, hour, day of month, month, day of week; "0 1 * * *" is every day at 01:00';
    return problem === null ? [] : [{ path: [...path, index, "start"], problem, remedy }];
  });
}
