// The recorded series of test/data: test/data/README.md.

import { readFileSync } from "node:fs";
import type { InputColumn } from "../../src/stream/contract.ts";

type Series = "machine_temperature" | "ambient_temperature";

const labelled: Record<Series, string> = {
  machine_temperature: "realKnownCause/machine_temperature_system_failure.csv",
  ambient_temperature: "realKnownCause/ambient_temperature_system_failure.csv",
};

/** All of a series, as readings of `machine` or `ambient`. */
export function nabReadings(series: Series): InputColumn {
  const rows = textOf(`nab_${series}.csv`).trim().split(/\r?\n/).slice(1);
  const fields = rows.map((row) => row.split(",") as [string, string]);
  const eventTimesUs = fields.map(([timestamp]) => timeUs(timestamp));
  const values = fields.map(([, value]) => Number(value));
  return {
    device: series.split("_")[0]!,
    metric: "temperature",
    unit: "",
    tags: "",
    correctionsUs: [],
    eventTimesUs,
    values,
    qualities: [],
  };
}

/** Intervals in which something is labelled as wrong. */
export function nabWindows(series: Series): { readonly startUs: number; readonly endUs: number }[] {
  const windows: Record<string, [string, string][]> = JSON.parse(textOf("nab_windows.json"));
  return (windows[labelled[series]] ?? []).map(([start, end]) => ({ startUs: timeUs(start), endUs: timeUs(end) }));
}

function textOf(file: string): string {
  return readFileSync(new URL(`../data/${file}`, import.meta.url), "utf8");
}

function timeUs(timestamp: string): number {
  return Date.parse(`${timestamp.replace(" ", "T")}Z`) * 1000;
}
