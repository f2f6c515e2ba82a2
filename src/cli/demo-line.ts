import type { StatusView } from "../model/status.ts";

const integer = new Intl.NumberFormat("en-US");

/** The live line of a second, and a line each for a window result and an alert that are new since the last one. */
export function demoLine(before: StatusView, now: StatusView): string[] {
  const lines = [summary(before, now)];
  const { result, alert } = now.latest;
  if (result !== null && result.causeOffset !== before.latest.result?.causeOffset) {
    const { window, device, metric, count, aggregates, startUs } = result;
    const named = (["mean", "min", "max"] as const).map((name) => `${name} ${Number(aggregates[name]).toFixed(2)}`);
    const values = [`n ${count}`, ...named].join(", ");
    lines.push(`    window ${window} ${device}/${metric} from ${timeOfDay(startUs)}: ${values}`);
  }
  if (alert !== null && alert.causeOffset !== before.latest.alert?.causeOffset) {
    lines.push(`    ALERT ${alert.rule} ${alert.state}: ${alert.device}/${alert.metric} ${alert.detail}`);
  }
  return lines;
}

function summary(before: StatusView, now: StatusView): string {
  const perSecond = now.readings.stored - before.readings.stored;
  const backlog = Object.values(now.sinks)
    .flatMap((sink) => Object.values(sink.lanes))
    .reduce((total, lane) => total + lane.backlogRecords, 0);
  return [
    timeOfDay(Date.now() * 1000),
    `readings ${integer.format(now.readings.stored).padStart(7)} (+${perSecond}/s)`,
    `windows ${integer.format(now.lanes.results?.endOffset ?? 0).padStart(5)}`,
    `alerts ${integer.format(now.lanes.alerts?.endOffset ?? 0).padStart(3)}`,
    `backlog ${integer.format(backlog).padStart(6)}`,
    `link ${isLinkUp(now) ? "up" : "DOWN"}`,
  ].join("  ");
}

function isLinkUp({ sinks }: StatusView): boolean {
  return Object.values(sinks).every(({ state }) => state === "live" || state === "draining");
}

function timeOfDay(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString().slice(11, 19);
}
