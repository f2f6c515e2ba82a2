import { lanes } from "../../../src/model/lane.ts";
import type { DiskFullResult } from "./disk-full-run.ts";
import { type LaneEvidence, sumOf } from "./evidence.ts";

/** What a run shows that it must not; empty if it keeps its promises. */
export function brokenPromises(result: DiskFullResult): string[] {
  return [
    ...lanes.flatMap((lane) => disagreements(lane, result.lanes[lane])),
    ...readingFaults(result),
    ...policyFaults(result),
  ];
}

/** The gateway's status, its metrics, its record of losses and the collector count the same. */
function disagreements(lane: string, found: LaneEvidence): string[] {
  const { records, evicted, evictedByMetrics, evictedByLosses, received, lost, arrivedAnyway } = found;
  const evictedTotal = evictedOf(found);
  const faults: string[] = [];
  if (JSON.stringify(evicted) !== JSON.stringify(evictedByMetrics))
    faults.push(
      `${lane}: the status counts ${JSON.stringify(evicted)} as evicted, the metrics ${JSON.stringify(evictedByMetrics)}`,
    );
  if (evictedByLosses !== evictedTotal)
    faults.push(`${lane}: ${evictedTotal} evicted, ${evictedByLosses} in the record of losses`);
  if (lost + arrivedAnyway !== evictedTotal)
    faults.push(`${lane}: ${evictedTotal} evicted, of these ${arrivedAnyway} at the collector, which counts ${lost} as lost`);
  if (received + lost !== records)
    faults.push(`${lane}: ${records} records are not ${received} at the collector and ${lost} lost`);
  return faults;
}

/** acknowledged = at the collector + lost, reading by reading. */
function readingFaults({ acknowledged, missing, duplicated, altered, lanes: { readings } }: DiskFullResult): string[] {
  const faults: string[] = [];
  const { received, lost } = readings;
  if (missing !== lost) faults.push(`${missing} acknowledged readings are not at the collector, which counts ${lost} as lost`);
  if (acknowledged !== received + lost) faults.push(`${acknowledged} acknowledged, ${received} at the collector, ${lost} lost`);
  if (duplicated + altered > 0) faults.push(`${duplicated} readings duplicated, ${altered} altered`);
  return faults;
}

function policyFaults({ whenFull, filledBy, startRefusal, lanes: { readings, results, alerts } }: DiskFullResult): string[] {
  const faults: string[] = [];
  const evicted = { readings: evictedOf(readings), results: evictedOf(results), alerts: evictedOf(alerts) };
  const kept = { refuse: ["readings", "results", "alerts"], degrade: ["results", "alerts"], "evict-oldest": [] } as const;
  // Others who take all room leave no readings to give up first.
  const promised = whenFull === "degrade" && filledBy === "others" ? [] : kept[whenFull];
  for (const lane of promised) if (evicted[lane] > 0) faults.push(`${whenFull} gave up ${evicted[lane]} ${lane}`);
  if (results.records === 0 || alerts.records === 0) faults.push("there were no results or no alerts to keep");
  if (filledBy === "readings" && whenFull !== "refuse" && evicted.readings === 0) faults.push("nothing was evicted");
  if (startRefusal !== null && !/the disk is full: free space/.test(startRefusal))
    faults.push(`a start without room said: ${startRefusal}`);
  return faults;
}

export function evictedOf({ evicted }: LaneEvidence): number {
  return sumOf(Object.values(evicted));
}
