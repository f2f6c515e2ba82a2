import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { type LaneReport, type OriginReport, originReport } from "../collector/report.ts";
import { type ReportTls, reportOfCollector } from "../collector/report-service.ts";
import { type StorePlace, storedProgress } from "../collector/store-table.ts";
import { loadCollectorConfig } from "../config/load.ts";
import type { Interval } from "../model/interval-set.ts";
import { lanes } from "../model/lane.ts";
import { systemClock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { storePlaceOf } from "./collector-config.ts";

interface ReportOptions {
  connect: string;
  data?: string;
  config?: string;
  ca?: string;
  cert?: string;
  key?: string;
  gateway?: string;
  json?: boolean;
}

/** Missing ranges that the table names. */
const rangesShown = 5;

export function collectorReportCommand(): Command {
  return new Command("report")
    .description("how complete it is what a collector holds: received, duplicates, lost and missing, by gateway, log and lane")
    .addOption(
      new Option("--connect <host:port>", "ask the collector that runs there")
        .default("127.0.0.1:7070")
        .conflicts(["data", "config"]),
    )
    .option("--ca <file>", "with --connect: PEM file of who issued the certificate of a collector with TLS")
    .option("--cert <file>", "with --ca: PEM file of a certificate to show it")
    .option("--key <file>", "with --cert: PEM file of its private key")
    .addOption(new Option("--data <dir>", "read this directory of a stopped collector instead").conflicts("config"))
    .option(
      "-c, --config <file>",
      "read the store that this collector config names instead; a directory: of a stopped collector",
    )
    .option("--gateway <id>", "only this gateway")
    .option("--json", "print the whole report as JSON, with the ranges and times of what was lost")
    .action(async (options: ReportOptions) => {
      const all = await reportOf(options);
      const origins = all.filter(({ gatewayId }) => options.gateway === undefined || gatewayId === options.gateway);
      console.log(options.json ? JSON.stringify({ origins }, null, 2) : textOf(origins));
    });
}

async function reportOf(options: ReportOptions): Promise<OriginReport[]> {
  const { connect, gateway } = options;
  const place = placeOf(options);
  if (place === null) {
    return reportOfCollector({ address: connect, gatewayId: gateway, tls: tlsOf(options), clock: systemClock });
  }
  return (await storedProgress(place, { environment: process.env, clock: systemClock })).map(originReport);
}

/** Null: a collector that runs is asked. */
function placeOf({ data, config }: ReportOptions): StorePlace | null {
  if (data !== undefined) return { kind: "embedded", directory: data };
  return config === undefined ? null : storePlaceOf(loadCollectorConfig(config));
}

function tlsOf({ ca, cert, key }: ReportOptions): ReportTls | undefined {
  if ((cert === undefined) !== (key === undefined) || (cert !== undefined && ca === undefined)) {
    throw new TidegateError("USAGE", "--cert and --key go together, and with --ca; name all three, or --ca alone");
  }
  if (ca === undefined) return undefined;
  return { ca: pemOf(ca), cert: cert === undefined ? null : pemOf(cert), key: key === undefined ? null : pemOf(key) };
}

function pemOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TidegateError("USAGE", `read ${path}: ${messageOf(cause)}; name a PEM file that exists`, { cause });
  }
}

function textOf(origins: readonly OriginReport[]): string {
  const lines = origins.flatMap(({ gatewayId, logId, lanes: reports }) => [
    `gateway ${gatewayId}, log ${logId}`,
    ...lanes.map((lane) => `  ${lane.padEnd(8)}  ${laneText(reports[lane])}`),
  ]);
  const sum = (count: (lane: LaneReport) => number) =>
    origins.reduce((total, { lanes: reports }) => lanes.reduce((some, lane) => some + count(reports[lane]), total), 0);
  const received = sum((lane) => lane.received);
  const lost = sum((lane) => lane.lost);
  const missing = sum((lane) => recordsIn(lane.missing));
  return [...lines, `in all: received ${received}, lost ${lost}, missing ${missing}`].join("\n");
}

function laneText({ received, duplicates, lost, lostByReason, missing, nextOffset, endOffset }: LaneReport): string {
  const reasons = Object.entries(lostByReason).filter(([, records]) => records > 0);
  const why = reasons.map(([reason, records]) => `${reason} ${records}`).join(", ");
  const ranges = missing.slice(0, rangesShown).map(({ start, end }) => `${start} to ${end}`);
  const which = [...ranges, ...(missing.length > rangesShown ? ["..."] : [])].join(", ");
  return [
    `received ${received}`,
    `duplicates ${duplicates}`,
    `lost ${lost}${why === "" ? "" : ` (${why})`}`,
    `missing ${recordsIn(missing)}${which === "" ? "" : ` (${which})`}`,
    `next offset ${nextOffset} of ${endOffset}`,
  ].join(", ");
}

function recordsIn(ranges: readonly Interval[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
