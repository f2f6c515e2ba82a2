import { lanes } from "../../../src/model/lane.ts";
import type { DiskFullResult } from "./disk-full-run.ts";
import type { LaneEvidence } from "./evidence.ts";

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
  const { records, evicted, evictedByMetrics, evictedByLosses, received, lost } = found;
  const evictedTotal = sumOf(evicted);
  const faults: string[] = [];
  if (JSON.stringify(evicted) !== JSON.stringify(evictedByMetrics))
    faults.push(
      `${lane}: the status counts ${JSON.stringify(evicted)} as evicted, the metrics ${JSON.stringify(evictedByMetrics)}`,
    );
  if (evictedByLosses !== evictedTotal)
    faults.push(`${lane}: ${evictedTotal} evicted, ${evictedByLosses} in the record of losses`);
  if (lost !== evictedTotal) faults.push(`${lane}: ${evictedTotal} evicted, ${lost} lost by the collector's count`);
  if (received + lost !== records)
    faults.push(`${lane}: ${records} records are not ${received} at the collector and ${lost} lost`);
  return faults;
}

/** acknowledged = at the collector + evicted, reading by reading. */
function readingFaults({ acknowledged, missing, duplicated, altered, lanes: { readings } }: DiskFullResult): string[] {
  const faults: string[] = [];
  const evicted = sumOf(readings.evicted);
  if (missing !== evicted) faults.push(`${missing} acknowledged readings are not at the collector, ${evicted} were evicted`);
  if (acknowledged !== readings.received + evicted)
    faults.push(`${acknowledged} acknowledged, ${readings.received} at the collector, ${evicted} evicted`);
  if (duplicated + altered > 0) faults.push(`${duplicated} readings duplicated, ${altered} altered`);
  return faults;
}

function policyFaults({ whenFull, filledBy, startRefusal, lanes: { readings, results, alerts } }: DiskFullResult): string[] {
  const faults: string[] = [];
  const evicted = { readings: sumOf(readings.evicted), results: sumOf(results.evicted), alerts: sumOf(alerts.evicted) };
  const kept = { refuse: ["readings", "results", "alerts"], degrade: ["results", "alerts"], "evict-oldest": [] } as const;
  for (const lane of kept[whenFull]) if (evicted[lane] > 0) faults.push(`${whenFull} gave up ${evicted[lane]} ${lane}`);
  if (results.records === 0 || alerts.records === 0) faults.push("there were no results or no alerts to keep");
  if (filledBy === "readings" && whenFull !== "refuse" && evicted.readings === 0) faults.push("nothing was evicted");
  if (startRefusal !== null && !/the disk is full: free space/.test(startRefusal))
    faults.push(`a start without room said: ${startRefusal}`);
  return faults;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
