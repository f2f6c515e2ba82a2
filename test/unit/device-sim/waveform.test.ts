import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { metricCatalog, metricSpecs } from "../../../device-sim/metric-catalog.ts";
import { createWaveform, waveformNames } from "../../../device-sim/waveform.ts";

const startUs = Date.UTC(2026, 0, 1) * 1000;
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const spec = fc.constantFrom(...metricCatalog);
const times = fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1, maxLength: 200 }).map((steps) => {
  let timeUs = startUs;
  return steps.map((step) => (timeUs += step));
});

describe.each(waveformNames)("waveform %s", (name) => {
  it("stays within the metric's range and has at most two decimals", () => {
    fc.assert(
      fc.property(seed, spec, times, (seed, spec, times) => {
        const waveform = createWaveform(name, spec, seed);
        for (const timeUs of times) {
          const value = waveform(timeUs);
          expect(value).toBeGreaterThanOrEqual(spec.min);
          expect(value).toBeLessThanOrEqual(spec.max);
          expect(String(value)).toMatch(/^\d+(\.\d{1,2})?$/);
        }
      }),
    );
  });

  it("gives the same values for the same seed and times", () => {
    fc.assert(
      fc.property(seed, spec, times, (seed, spec, times) => {
        const [one, other] = [createWaveform(name, spec, seed), createWaveform(name, spec, seed)];
        expect(times.map(one)).toEqual(times.map(other));
      }),
    );
  });

  it("gives other values for another seed", () => {
    const temperature = metricCatalog[0]!;
    const values = [1, 2, 3, 4].map((seed) => {
      const waveform = createWaveform(name, temperature, seed);
      return Array.from({ length: 60 }, (_, i) => waveform(startUs + i * 1e6)).join();
    });
    expect(new Set(values).size).toBe(4);
  });
});

it.each(["constant", "sine", "square", "noise"] as const)(
  "%s depends on the time alone, not on what was asked before",
  (name) => {
    fc.assert(
      fc.property(seed, spec, times, (seed, spec, times) => {
        const waveform = createWaveform(name, spec, seed);
        const forward = times.map(waveform);
        expect(times.toReversed().map(waveform).toReversed()).toEqual(forward);
      }),
    );
  },
);

it.each(["sine", "square", "noise", "random-walk"] as const)("%s moves", (name) => {
  const waveform = createWaveform(name, metricCatalog[0]!, 7);
  const values = Array.from({ length: 300 }, (_, i) => waveform(startUs + i * 1e6));
  expect(new Set(values).size).toBeGreaterThan(1);
});

it("a random walk takes no step longer than the metric allows", () => {
  const pressure = metricCatalog[1]!;
  const waveform = createWaveform("random-walk", pressure, 3);
  let before = waveform(startUs);
  for (let i = 1; i < 5000; i++) {
    const value = waveform(startUs + i * 1e6);
    // Each of the two values is rounded by up to half a hundredth.
    expect(Math.abs(value - before)).toBeLessThanOrEqual(pressure.step + 0.0101);
    before = value;
  }
});

it("metric names are distinct, however many are asked for", () => {
  expect(new Set(metricSpecs(100).map(({ metric }) => metric)).size).toBe(100);
});
