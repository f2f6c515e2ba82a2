import { join } from "node:path";
import { expect, test } from "vitest";
import { compileDiskShim, diskShimEnv } from "../support/power-cut/disk-shim.ts";
import { readDiskTrace } from "../support/power-cut/disk-trace.ts";
import { GatewayProcess } from "../support/programs.ts";
import { PlannedReadings } from "../support/sensor-fleet/planned-readings.ts";
import { ReadingLedger } from "../support/sensor-fleet/reading-ledger.ts";
import { SensorFleet } from "../support/sensor-fleet/sensor-fleet.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Acknowledged readings for each sync of a disk whose syncs take 20 ms longer. */
async function readingsPerSync(sensors: number, windowMax: number, readings: number): Promise<number> {
  const directory = await tempDir();
  const [root, trace] = [join(directory, "gateway"), join(directory, "trace")];
  const env = diskShimEnv(await compileDiskShim(directory), { root, trace, syncDelayMs: 20 });
  const gateway = new GatewayProcess(directory, "", { env });
  const plan = new PlannedReadings(1);
  const ledger = new ReadingLedger(plan, sensors);
  const fleet = new SensorFleet({ sensors, windowMax, plan, ledger, port: () => gateway.openPort });
  await gateway.start();
  const countSyncs = async () => (await readDiskTrace(trace)).filter(({ kind }) => kind === "sync-end").length;
  const before = await countSyncs();
  fleet.start();
  await gateway.whileRunning(fleet.untilAcknowledged(readings));
  const syncs = (await countSyncs()) - before;
  fleet.stop();
  return ledger.counts.acknowledged / syncs;
}

test.skipIf(isMissing("cc"))(
  "readings share the syncs of a slow disk: 400 times the readings under way, 100 times the readings for each sync at least",
  async () => {
    const few = await readingsPerSync(2, 1, 40);
    const many = await readingsPerSync(50, 16, 20_000);
    expect(few).toBeLessThanOrEqual(2);
    expect(many / few).toBeGreaterThan(100);
  },
  60_000,
);
