// The recorded motes of test/data: test/data/README.md.

import { readFileSync } from "node:fs";
import type { InputColumn } from "../../src/stream/contract.ts";

export const moteMetrics = ["temperature", "humidity"] as const;
export type MoteMetric = (typeof moteMetrics)[number];

export interface MoteRow extends Readonly<Record<MoteMetric, number>> {
  readonly mote: string;
  readonly site: "indoor" | "outdoor";
  /** Of the mote, from 1. */
  readonly reading: number;
  readonly timeUs: number;
  readonly isEvent: boolean;
}

export const moteIntervalUs = 5_000_000;
export const motesStartUs = Date.UTC(2010, 6, 10) * 1000;
const units = { temperature: "Cel", humidity: "%" };

/** In the order of the file: mote after mote. */
export function moteRows(): MoteRow[] {
  const text = readFileSync(new URL("../data/suthaharan_multihop.csv", import.meta.url), "utf8");
  return text.trim().split("\n").slice(1).map(rowOf);
}

/** What the motes send every five seconds: both metrics of each of them. */
export function moteRounds(): InputColumn[][] {
  const rounds: InputColumn[][] = [];
  for (const row of moteRows()) {
    const round = rounds[row.reading - 1] ?? [];
    rounds[row.reading - 1] = [...round, ...moteMetrics.map((metric) => columnOf(row, metric))];
  }
  return rounds;
}

function rowOf(line: string): MoteRow {
  const [reading = 0, mote, indoor, humidity = 0, temperature = 0, label] = line.split(",").map(Number);
  const timeUs = motesStartUs + (reading - 1) * moteIntervalUs;
  const site = indoor === 1 ? "indoor" : "outdoor";
  return { mote: `mote-${mote}`, site, reading, timeUs, temperature, humidity, isEvent: label === 1 };
}

function columnOf(row: MoteRow, metric: MoteMetric): InputColumn {
  const values = [row[metric]];
  const named = { device: row.mote, metric, unit: units[metric], tags: `site=${row.site}` };
  return { ...named, eventTimesUs: [row.timeUs], values, qualities: [], correctionsUs: [] };
}
