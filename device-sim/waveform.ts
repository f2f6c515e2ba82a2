import type { MetricSpec } from "./metric-catalog.ts";
import { type Random, seededRandom } from "./random.ts";

export const waveformNames = ["constant", "sine", "random-walk", "square", "noise"] as const;
export type WaveformName = (typeof waveformNames)[number];

/**
 * The value of a series at an event time, within the metric's range, with at most two decimals.
 * Call it with rising times: the random walk takes one step a call. All others depend on the time alone.
 */
export type Waveform = (eventTimeUs: number) => number;

/** Periods of sine and square in seconds, drawn per series. */
const periodSecondsMin = 20;
const periodSecondsMax = 120;

/** The same seed and metric give the same values at the same times. */
export function createWaveform(name: WaveformName, spec: MetricSpec, seed: number): Waveform {
  const shape = shapes[name](spec, seed);
  return (eventTimeUs) => Math.round(clamp(shape(eventTimeUs), spec) * 100) / 100;
}

const shapes: Record<WaveformName, (spec: MetricSpec, seed: number) => Waveform> = {
  constant: (spec, seed) => {
    const value = between(spec, seededRandom(seed)());
    return () => value;
  },
  sine: (spec, seed) => {
    const cycle = drawCycle(seededRandom(seed));
    return (eventTimeUs) => between(spec, 0.5 + 0.45 * Math.sin(2 * Math.PI * cycle(eventTimeUs)));
  },
  square: (spec, seed) => {
    const cycle = drawCycle(seededRandom(seed));
    return (eventTimeUs) => between(spec, cycle(eventTimeUs) % 1 < 0.5 ? 0.2 : 0.8);
  },
  noise: (spec, seed) => (eventTimeUs) => {
    // Seeded by the time, so that the value at one time does not depend on what was asked before. One draw per 32 bits of the
    // time; the fold keeps the high bits.
    const random = seededRandom(
      (seed ^ Math.imul(eventTimeUs % 2 ** 32, 0x9e3779b1) ^ Math.floor(eventTimeUs / 2 ** 32)) >>> 0,
    );
    return between(spec, (random() + random() + random()) / 3);
  },
  "random-walk": (spec, seed) => {
    const random = seededRandom(seed);
    let value = between(spec, 0.3 + 0.4 * random());
    return () => {
      value = reflect(value + spec.step * (2 * random() - 1), spec);
      return value;
    };
  },
};

function drawCycle(random: Random): (eventTimeUs: number) => number {
  const periodUs = (periodSecondsMin + random() * (periodSecondsMax - periodSecondsMin)) * 1e6;
  const phase = random();
  return (eventTimeUs) => phase + eventTimeUs / periodUs;
}

function between(spec: MetricSpec, share: number): number {
  return spec.min + share * (spec.max - spec.min);
}

function clamp(value: number, spec: MetricSpec): number {
  return Math.min(spec.max, Math.max(spec.min, value));
}

function reflect(value: number, spec: MetricSpec): number {
  if (value > spec.max) return 2 * spec.max - value;
  return value < spec.min ? 2 * spec.min - value : value;
}
