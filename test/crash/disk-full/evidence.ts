import { openEmbeddedStore } from "../../../src/collector/embedded-store.ts";
import { originReport } from "../../../src/collector/report.ts";
import type { OriginProgress } from "../../../src/collector/store.ts";
import { type Lane, lanes } from "../../../src/model/lane.ts";
import type { Reading } from "../../../src/model/reading.ts";
import type { LossView, StatusView } from "../../../src/model/status.ts";
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
  /** Received, although the gateway gave them up: they were under way to the collector then. */
  readonly arrivedAnyway: number;
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
  const progress = await progressAt(collector.dataDirectory);
  const origin = originReport(progress);
  for (const reading of await exportedReadings(collector.dataDirectory)) ledger.stored(reading);
  const laneEvidence = lanes.map((lane): [Lane, LaneEvidence] => [
    lane,
    {
      records: status.lanes[lane]?.endOffset ?? 0,
      evicted: occurred(status.log.evicted.collector?.[lane] ?? {}),
      evictedByMetrics: evictedByMetrics(metrics, lane),
      evictedByLosses: sumOf(lossesOf(status, lane).map(({ fromOffset, toOffset }) => toOffset - fromOffset)),
      received: origin.lanes[lane].received,
      lost: origin.lanes[lane].lost,
      arrivedAnyway: sumOf(lossesOf(status, lane).map((loss) => receivedWithin(progress, lane, loss))),
    },
  ]);
  return { ...ledger.counts, lanes: Object.fromEntries(laneEvidence) as Record<Lane, LaneEvidence> };
}

/** Of the one gateway that the collector knows. */
async function progressAt(directory: string): Promise<OriginProgress> {
  const store = await openEmbeddedStore({ directory, originsMax: 1 });
  const [progress] = await store.progress();
  await store.close();
  if (progress === undefined) throw new Error("no gateway has been in contact with the collector");
  return progress;
}

function receivedWithin({ lanes }: OriginProgress, lane: Lane, { fromOffset, toOffset }: LossView): number {
  return sumOf(
    lanes[lane].received.map(({ start, end }) => Math.max(0, Math.min(end, toOffset) - Math.max(start, fromOffset))),
  );
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

function lossesOf({ log }: StatusView, lane: Lane): LossView[] {
  return log.losses.filter((loss) => loss.lane === lane);
}

export function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
