import type { Reading } from "../../../src/model/reading.ts";

/**
 * What a fleet of sensors sends, as a pure function: reading n of a sensor is known without having been stored, so that any
 * reading in a log can be judged. Numbers with two decimals, doubles of full length, texts and booleans take turns, each a metric
 * of its own; event times are a millisecond apart and so name the reading.
 */
export class PlannedReadings {
  readonly #seed: number;
  readonly #textLength: number;

  /** @param textLength of the texts; longer ones fill a disk sooner. */
  constructor(seed: number, textLength = 12) {
    this.#seed = seed;
    this.#textLength = textLength;
  }

  reading(sensor: number, number: number): Reading {
    const turn = turns[number % turns.length] as (typeof turns)[number];
    return {
      device: `sensor-${sensor}`,
      metric: turn,
      unit: "",
      tags: "",
      eventTimeUs: firstEventTimeUs + number * 1000,
      value: this.#value(turn, mixed(this.#seed ^ mixed(sensor * 0x10001 + number))),
      quality: 0,
      correctionUs: 0,
    };
  }

  /** Which reading that would be; null if none of the plan. */
  numberOf({ device, eventTimeUs }: Pick<Reading, "device" | "eventTimeUs">): { sensor: number; number: number } | null {
    const sensor = Number(/^sensor-(\d+)$/.exec(device)?.[1] ?? Number.NaN);
    const number = (eventTimeUs - firstEventTimeUs) / 1000;
    return Number.isInteger(sensor) && Number.isInteger(number) && number >= 0 ? { sensor, number } : null;
  }

  #value(turn: (typeof turns)[number], random: number): Reading["value"] {
    switch (turn) {
      case "decimal":
        return (random % 20_000) / 100;
      case "double":
        return (random - 2 ** 31) * Math.PI;
      case "text":
        return random
          .toString(36)
          .repeat(Math.ceil(this.#textLength / 4))
          .slice(0, this.#textLength);
      case "switch":
        return random % 2 === 0;
    }
  }
}

const turns = ["decimal", "double", "text", "switch"] as const;
const firstEventTimeUs = Date.UTC(2026, 0, 1) * 1000;

/** A whole number below 2^32 out of another (the finalizer of MurmurHash3, A. Appleby, public domain). */
function mixed(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
