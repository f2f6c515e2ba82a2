// What arrives at a gateway, in a few typical forms, and how large its blocks are. Pure: the same seed gives the same bytes.

import { gzipSync } from "node:zlib";
import { mergeBlocks, type PlacedBlock } from "../../src/codec/block-merge.ts";
import type { Reading } from "../../src/model/reading.ts";
import { readingBlock } from "./records.ts";

const startUs = 1_767_225_600_000_000;

export interface BlockCase {
  readonly name: string;
  /** The block, as it is at rest in the end. */
  readonly bytes: Uint8Array;
  readonly count: number;
}

export interface BlockSize {
  readonly bytesAtRest: number;
  readonly bytesUpstream: number;
}

/** Bytes a reading: of the block, and of the block after gzip (level 6), as it goes upstream. */
export function sizeOf({ bytes, count }: BlockCase): BlockSize {
  return { bytesAtRest: bytes.length / count, bytesUpstream: gzipSync(bytes, { level: 6 }).length / count };
}

/** Values of two decimals that wander, each step up to `stepMax` hundredths. */
function walk(random: () => number, stepMax: number): () => number {
  let hundredths = Math.floor(1000 + random() * 8000);
  return () => {
    hundredths += Math.round((random() * 2 - 1) * stepMax);
    return hundredths / 100;
  };
}

export interface FleetOptions {
  readonly random: () => number;
  readonly series: number;
  /** Of each series. */
  readonly periodUs: number;
  /** Event times are late by up to so much, in whole milliseconds. */
  readonly jitterMs?: number;
}

/** Readings of a fleet in the order of event times, for ever. Every series has a device of its own. */
export function* fleetReadings({ random, series, periodUs, jitterMs = 0 }: FleetOptions): Generator<Reading, never> {
  const values = Array.from({ length: series }, () => walk(random, 30));
  const phases = values.map((_, index) => Math.floor((index * periodUs) / series / 1000) * 1000);
  for (let round = 0; ; round++) {
    const due = values.map((next, index) => {
      const jitterUs = Math.floor(random() * (jitterMs + 1)) * 1000;
      const eventTimeUs = startUs + round * periodUs + (phases[index] ?? 0) + jitterUs;
      const device = `plant-1/device-${String(index).padStart(3, "0")}`;
      return { device, metric: "temperature", unit: "Cel", tags: "", eventTimeUs, value: next(), quality: 0, correctionUs: 0 };
    });
    yield* due.sort((one, other) => one.eventTimeUs - other.eventTimeUs);
  }
}

export function take(readings: Iterator<Reading, never>, count: number): Reading[] {
  return Array.from({ length: count }, () => readings.next().value);
}

/** One commit of that many readings. */
export function committed(name: string, readings: Iterator<Reading, never>, count: number): BlockCase {
  const taken = take(readings, count);
  return { name, count, bytes: readingBlock(taken, commitTimeUs(taken)) };
}

/** Commits of that many readings each, merged. */
export function merged(name: string, readings: Iterator<Reading, never>, counts: readonly number[]): BlockCase {
  const blocks: PlacedBlock[] = [];
  let firstOffset = 0;
  for (const count of counts) {
    const taken = take(readings, count);
    blocks.push({ firstOffset, count, bytes: readingBlock(taken, commitTimeUs(taken)) });
    firstOffset += count;
  }
  return { name, ...mergeBlocks("readings", blocks) };
}

/** A few milliseconds behind the last reading; the gateway's clock has milliseconds. */
function commitTimeUs(readings: readonly Reading[]): number {
  const lastUs = readings.reduce((last, { eventTimeUs }) => Math.max(last, eventTimeUs), 0);
  return lastUs + 2_000 + (Math.floor(lastUs / 1000) % 3) * 1_000;
}

/** As many readings in all, in commits of 1 to `countMax`. */
export function commitCounts(random: () => number, total: number, countMax: number): number[] {
  const counts: number[] = [];
  for (let left = total; left > 0; left -= counts.at(-1) ?? 0) {
    counts.push(Math.min(left, 1 + Math.floor(random() * countMax)));
  }
  return counts;
}
