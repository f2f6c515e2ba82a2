import { Command } from "commander";
import type { StatusView } from "../model/status.ts";
import { askGateway, urlOption } from "./ask-gateway.ts";

export function statusCommand(): Command {
  return new Command("status")
    .description("lanes, backlog, sinks and clients of a running gateway")
    .addOption(urlOption())
    .option("--json", "print the whole status as JSON")
    .action(async (options: { url: string; json?: boolean }) => {
      const status = await askGateway<StatusView>(options.url, "GET", "/api/v1/status");
      console.log(options.json ? JSON.stringify(status, null, 2) : statusTable(status));
    });
}

/** None where all routes trust. */
function clockRows({ devices, corrected, stamped, farthest }: StatusView["clocks"]): string[][] {
  if (devices === 0) return [];
  const furthest = farthest === null ? "" : `, furthest off ${farthest.device} by ${farthest.offsetUs / 1e6} s`;
  return [["clocks", `${devices} devices, ${corrected} readings corrected, ${stamped} stamped${furthest}`]];
}

/** None where there is no backfill. */
function backfillRows(backfill: StatusView["stream"]["backfill"]): string[][] {
  if (backfill === null) return [];
  const { offset, lagReadings, operators } = backfill;
  return [["  backfill", `at ${offset}, ${lagReadings} readings to go: ${operators.join(", ")}`]];
}

/** For people: a line each of what is told of. */
export function statusTable(status: StatusView): string {
  const { readings, mqtt, stream } = status;
  const rows = [
    ["gateway", `${status.gatewayId}, log ${status.logId}`],
    ["mqtt", `${mqtt.address}, ${mqtt.connections} connections, ${mqtt.publishes} publishes`],
    ["readings", `${readings.received} received, ${readings.stored} stored, ${readings.pending} pending`],
    ...Object.entries(readings.rejected).map(([reason, count]) => ["  rejected", `${count} ${reason}`]),
    ...clockRows(status.clocks),
    ...Object.entries(status.lanes).map(([lane, bounds]) => [`lane ${lane}`, `${bounds.startOffset} to ${bounds.endOffset}`]),
    ["disk", diskText(status.log)],
    ["stream", `at ${stream.offset}, ${stream.lagReadings} readings behind`],
    ...backfillRows(stream.backfill),
    ["alerts", alertsText(status.alerts)],
    ...Object.entries(status.alerts.webhooks).map(([name, { state, lastError, waiting, sent }]) => [
      `  webhook ${name}`,
      `${lastError === null ? state : `${state}: ${lastError}`}, ${waiting} waiting, ${sent} sent`,
    ]),
    ...Object.entries(status.sinks).flatMap(([name, sink]) => [
      [`sink ${name}`, sinkText(sink)],
      ...Object.entries(sink.lanes).map(([lane, seen]) => [
        `  ${lane}`,
        `${seen.confirmedOffset} confirmed, ${seen.backlogRecords} in the backlog`,
      ]),
    ]),
  ];
  const width = Math.max(...rows.map(([label]) => label?.length ?? 0));
  return rows.map(([label = "", text = ""]) => `${label.padEnd(width)}  ${text}`).join("\n");
}

/** What ended the last link matters until there is a new one. */
function sinkText({ state, lastError, nextRetryMs, pause, quarantined }: StatusView["sinks"][string]): string {
  const isUp = state === "live" || state === "draining";
  const stands = [
    state,
    ...(pause === null ? [] : [pauseTexts[pause.reason](pause.forMs)]),
    ...(nextRetryMs === null ? [] : [`next try in ${durationText(nextRetryMs)}`]),
    ...(quarantined === 0 ? [] : [`${quarantined} in quarantine`]),
  ].join(", ");
  return isUp || lastError === null ? stands : `${stands}: ${lastError}`;
}

const pauseTexts = {
  asked: (forMs: number | null) => `it asked to wait ${forMs === null ? "for ever" : durationText(forMs)}`,
  hours: (forMs: number | null) => `its hours ${forMs === null ? "never begin again" : `begin in ${durationText(forMs)}`}`,
};

/** In a unit of which there are two or more, rounded up. */
function durationText(ms: number): string {
  const [size, unit] = units.find(([each]) => ms >= 2 * each) ?? secondUnit;
  return `${Math.ceil(ms / size)} ${unit}`;
}

const secondUnit = [1000, "s"] as const;
const units = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"], secondUnit] as const;

function alertsText({ active, acknowledged, silenced, silences }: StatusView["alerts"]): string {
  return `${active} active, ${acknowledged} acknowledged, ${silenced} silenced by ${silences} silences`;
}

const refusals = {
  size: "a lane is as large as log.retention allows",
  disk: "less than log.diskFreeMin is free",
} as const;

function diskText({ disk, refusal, diskFreeBytes }: StatusView["log"]): string {
  const state = disk.error === null ? disk.state : `${disk.state}: ${disk.error}`;
  const free = diskFreeBytes === null ? "free space unknown" : `${Math.floor(diskFreeBytes / 2 ** 20)} MiB free`;
  return refusal === null ? `${state}, ${free}` : `${state}, ${free}; readings are refused: ${refusals[refusal]}`;
}
