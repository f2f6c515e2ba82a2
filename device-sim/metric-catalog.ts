/** What a simulated sensor measures. Values stay within [min, max]; steps of a random walk are at most `step`. */
export interface MetricSpec {
  readonly metric: string;
  /** UCUM code, as SenML and Sparkplug name units. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** In the order in which a fleet takes them. */
export const metricCatalog: readonly MetricSpec[] = [
  { metric: "temperature", unit: "Cel", min: 15, max: 95, step: 0.5 },
  { metric: "pressure", unit: "bar", min: 0.8, max: 12, step: 0.1 },
  { metric: "humidity", unit: "%", min: 20, max: 95, step: 0.4 },
  { metric: "vibration", unit: "mm/s", min: 0, max: 18, step: 0.3 },
  { metric: "current", unit: "A", min: 0, max: 40, step: 0.5 },
  { metric: "voltage", unit: "V", min: 207, max: 253, step: 0.6 },
  { metric: "flow", unit: "L/min", min: 0, max: 250, step: 3 },
  { metric: "level", unit: "%", min: 0, max: 100, step: 0.2 },
  { metric: "speed", unit: "1/min", min: 0, max: 3000, step: 20 },
  { metric: "torque", unit: "N.m", min: 0, max: 480, step: 4 },
  { metric: "power", unit: "kW", min: 0, max: 22, step: 0.3 },
  { metric: "noise", unit: "dB", min: 35, max: 110, step: 1 },
];

/** The first `count` metrics; past the end of the catalog it begins again with a number appended: `temperature-2`. */
export function metricSpecs(count: number): MetricSpec[] {
  const specs: MetricSpec[] = [];
  for (let round = 1; specs.length < count; round++) {
    for (const spec of metricCatalog.slice(0, count - specs.length)) {
      specs.push(round === 1 ? spec : { ...spec, metric: `${spec.metric}-${round}` });
    }
  }
  return specs;
}
