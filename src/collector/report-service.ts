// The report over gRPC: a running collector answers with it on its own port, and `tidegate collector report --connect` asks for it.

import { Client, credentials, status as grpcStatus, type ServerWritableStream, type ServiceError } from "@grpc/grpc-js";
import {
  fromWireLane,
  fromWireRanges,
  fromWireReason,
  type OriginReportFields,
  type ReportRequestFields,
  reportMethod,
  toWireLane,
  toWireRanges,
  toWireReason,
} from "../codec/collector-service.ts";
import { gapReasons } from "../model/gap.ts";
import { type Lane, lanes } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { grpcFault, isClosedAtOnce } from "../platform/grpc-fault.ts";
import { noLosses } from "./lane-progress.ts";
import { type LaneReport, type OriginReport, originReport } from "./report.ts";
import type { OriginProgress } from "./store.ts";

/** How long a collector may take for all of its report. */
const deadlineMs = 60_000;

export type ReportCall = ServerWritableStream<ReportRequestFields, OriginReportFields>;

export async function answerReport(call: ReportCall, progress: () => Promise<OriginProgress[]>): Promise<void> {
  const { gatewayId = "" } = call.request;
  try {
    for (const entry of await progress()) {
      if (call.cancelled) return;
      if (gatewayId !== "" && entry.origin.gatewayId !== gatewayId) continue;
      if (call.write(toWire(originReport(entry)))) continue;
      await new Promise<void>((resolve) => {
        call.once("drain", resolve);
        call.once("cancelled", resolve);
      });
    }
    call.end();
  } catch (error) {
    call.emit("error", { code: grpcStatus.UNAVAILABLE, details: messageOf(error) });
  }
}

export interface ReportQuestion {
  /** HOST:PORT. */
  readonly address: string;
  /** Only this one. Default: all. */
  readonly gatewayId?: string | undefined;
  /** Of whom the collector's certificate must be, and what to show it. Absent: no TLS. */
  readonly tls?: ReportTls | undefined;
  readonly clock: Clock;
}

/** As PEM. */
export interface ReportTls {
  readonly ca: Buffer;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
}

/** Errors: COLLECTOR_UNREACHABLE. */
export async function reportOfCollector({ address, gatewayId = "", tls, clock }: ReportQuestion): Promise<OriginReport[]> {
  const channel = tls === undefined ? credentials.createInsecure() : credentials.createSsl(tls.ca, tls.key, tls.cert);
  const client = new Client(address, channel, { "grpc.enable_http_proxy": 0 });
  const { path, requestSerialize, responseDeserialize } = reportMethod;
  const options = { deadline: clock.nowUs() / 1000 + deadlineMs };
  const reports: OriginReport[] = [];
  try {
    for await (const fields of client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { gatewayId },
      options,
    )) {
      reports.push(fromWire(fields));
    }
    return reports;
  } catch (cause) {
    throw new TidegateError(
      "COLLECTOR_UNREACHABLE",
      `ask the collector at ${address} for its report: ${detailsOf(cause)}; ${remedyOf(tls)}`,
      { details: { address }, cause },
    );
  } finally {
    client.close();
  }
}

function detailsOf(error: unknown): string {
  const { details } = error as Partial<ServiceError>;
  const fault = details === undefined ? messageOf(error) : grpcFault(details);
  return isClosedAtOnce(fault) ? "it closes the connection at once" : fault;
}

function remedyOf(tls: ReportTls | undefined): string {
  const files = tls === undefined ? "name --ca if it has TLS" : "check --ca, --cert and --key";
  return `start it, name its address with --connect, or ${files}`;
}

function toWire({ gatewayId, logId, lanes: reports }: OriginReport): OriginReportFields {
  return { gatewayId, logId, lanes: lanes.map((lane) => ({ lane: toWireLane(lane), ...laneToWire(reports[lane]) })) };
}

function laneToWire({ lostByReason, losses, missing, received, duplicates, nextOffset, endOffset }: LaneReport) {
  return {
    received,
    duplicates,
    lost: gapReasons.map((reason) => ({ reason: toWireReason(reason), records: lostByReason[reason] })),
    losses: losses.map(({ fromOffset, toOffset, reason, sinceUs, untilUs }) => {
      return { fromOffset, toOffset, reason: toWireReason(reason), sinceUs: sinceUs ?? 0, untilUs: untilUs ?? 0 };
    }),
    missing: toWireRanges(missing),
    nextOffset,
    endOffset,
  };
}

function fromWire({ gatewayId, logId, lanes: reports }: OriginReportFields): OriginReport {
  const read: Record<Lane, LaneReport> = { readings: laneFromWire({}), results: laneFromWire({}), alerts: laneFromWire({}) };
  for (const fields of reports ?? []) {
    const lane = fromWireLane(fields.lane ?? 0);
    if (lane !== undefined) read[lane] = laneFromWire(fields);
  }
  return { gatewayId: gatewayId ?? "", logId: logId ?? "", lanes: read };
}

type LaneFields = NonNullable<OriginReportFields["lanes"]>[number];

function laneFromWire(fields: LaneFields): LaneReport {
  const lostByReason = { ...noLosses };
  for (const { reason, records } of fields.lost ?? []) lostByReason[fromWireReason(reason ?? 0)] += records ?? 0;
  return {
    received: fields.received ?? 0,
    duplicates: fields.duplicates ?? 0,
    lost: Object.values(lostByReason).reduce((sum, records) => sum + records, 0),
    lostByReason,
    losses: (fields.losses ?? []).map(({ fromOffset, toOffset, reason, sinceUs, untilUs }) => ({
      fromOffset: fromOffset ?? 0,
      toOffset: toOffset ?? 0,
      reason: fromWireReason(reason ?? 0),
      // Proto3 has no absent number; 0 is one that is not said.
      sinceUs: sinceUs || null,
      untilUs: untilUs || null,
    })),
    missing: fromWireRanges(fields.missing ?? []),
    nextOffset: fields.nextOffset ?? 0,
    endOffset: fields.endOffset ?? 0,
  };
}
