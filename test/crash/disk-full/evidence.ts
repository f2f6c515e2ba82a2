import { originStatus } from "../../../src/collector/collector-status.ts";
import { openEmbeddedStore } from "../../../src/collector/embedded-store.ts";
import { type Lane, lanes } from "../../../src/model/lane.ts";
import type { Reading } from "../../../src/model/reading.ts";
import type { StatusView } from "../../../src/model/status.ts";
import { ChildProgram } from "../../support/child-program.ts";
import type { CollectorProcess } from "../../support/collector-process.ts";
import type { GatewayProcess } from "../../support/gateway-process.ts";
import type { LedgerCounts, ReadingLedger } from "../../support/sensor-fleet/reading-ledger.ts";

/** What the gateway and the collector say of one lane, each for itself. */
export interface LaneEvidence {
  /** Records of the lane, by the gateway's status. */
  readonly records: number;
  /** Given up before the collector had them: the status counts them by reason, the metrics too, and lists their offsets. */
  readonly evicted: Readonly<Record<string, number>>;
  readonly evictedByMetrics: Readonly<Record<string, number>>;
  readonly evictedByLosses: number;
  /** By the collector's store. */
  readonly received: number;
  readonly lost: number;
}

export interface Evidence extends LedgerCounts {
  readonly lanes: Readonly<Record<Lane, LaneEvidence>>;
}

interface Witnesses {
  readonly gateway: GatewayProcess;
  readonly collector: CollectorProcess;
  readonly ledger: ReadingLedger;
}

/** Asks the gateway, ends both, and reads what the collector has. */
export async function evidenceOf({ gateway, collector, ledger }: Witnesses): Promise<Evidence> {
  const status = await gateway.status();
  const metrics = await (await gateway.get("/metrics")).text();
  await gateway.stop();
  await collector.stop();
  const [origin] = await originsAt(collector.dataDirectory);
  for (const reading of await exportedReadings(collector.dataDirectory)) ledger.stored(reading);
  const laneEvidence = lanes.map((lane): [Lane, LaneEvidence] => [
    lane,
    {
      records: status.lanes[lane]?.endOffset ?? 0,
      evicted: occurred(status.log.evicted.collector?.[lane] ?? {}),
      evictedByMetrics: evictedByMetrics(metrics, lane),
      evictedByLosses: evictedByLosses(status, lane),
      received: origin?.lanes[lane].received ?? 0,
      lost: origin?.lanes[lane].lost ?? 0,
    },
  ]);
  return { ...ledger.counts, lanes: Object.fromEntries(laneEvidence) as Record<Lane, LaneEvidence> };
}

async function originsAt(directory: string) {
  const store = await openEmbeddedStore({ directory, originsMax: 1 });
  const origins = store.progress().map((progress) => originStatus(progress, 0));
  await store.close();
  return origins;
}

async function exportedReadings(directory: string): Promise<Reading[]> {
  const program = new ChildProgram("tidegate", ["export", "--data", directory, "--lane", "readings", "--format", "ndjson"]);
  const exit = await program.exit();
  if (exit !== 0) throw new Error(`tidegate export ended with ${exit}:\n${program.stderr.join("\n")}`);
  return program.stdout.map((line) => ({ unit: "", ...JSON.parse(line) }) as Reading);
}

function occurred(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function evictedByMetrics(text: string, lane: Lane): Record<string, number> {
  const line = new RegExp(`^tidegate_log_evicted_total\\{sink="collector",lane="${lane}",reason="(\\w+)"\\} (\\d+)$`, "gm");
  return occurred(Object.fromEntries(Array.from(text.matchAll(line), ([, reason = "", count]) => [reason, Number(count)])));
}

function evictedByLosses({ log }: StatusView, lane: Lane): number {
  return log.losses
    .filter((loss) => loss.lane === lane)
    .reduce((sum, { fromOffset, toOffset }) => sum + toOffset - fromOffset, 0);
}
