import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openLevelLog } from "../../src/log/level-log.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { DiskFiller } from "../support/disk-filler.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { append, readingsOfValues, storedValues } from "../support/log-appends.ts";
import { GatewayProcess, runToEnd } from "../support/programs.ts";
import { testSeed } from "../support/seeded-random.ts";
import { isMissing } from "../support/servers.ts";
import { SmallDisk } from "../support/small-disk.ts";
import { tempDir } from "../support/temp-dir.ts";
import { type DiskFullOptions, diskBytes, runDiskFull } from "./disk-full/disk-full-run.ts";
import { brokenPromises } from "./disk-full/verdict.ts";

// Short runs of `npm run test:disk-full` (disk-full-run.ts says what they do), and single stories of small and full disks.

async function smallDisk(bytes = diskBytes): Promise<SmallDisk> {
  const disk = await SmallDisk.mount(join(await tempDir(), "disk"), bytes);
  onTestFinished(() => disk.unmount());
  return disk;
}

async function full(what: Pick<DiskFullOptions, "whenFull" | "filledBy">) {
  return runDiskFull({
    ...what,
    seed: testSeed(),
    readingsWhileFull: 2000,
    disk: await smallDisk(),
    directory: await tempDir(),
  });
}

const onSmallDisk = test.skipIf(isMissing("loop-mount"));

onSmallDisk(
  "refuse: a disk full of readings takes nothing that was acknowledged, and PUBACKs flow again when the collector has confirmed",
  async () => {
    const result = await full({ whenFull: "refuse", filledBy: "readings" });
    expect(brokenPromises(result)).toEqual([]);
    expect(result.refusals).toBeGreaterThan(0);
  },
  300_000,
);

onSmallDisk(
  "degrade: a disk full of readings takes readings, each counted, and no result and no alert",
  async () => {
    expect(brokenPromises(await full({ whenFull: "degrade", filledBy: "readings" }))).toEqual([]);
  },
  300_000,
);

onSmallDisk(
  "evict-oldest: a disk that others fill to the last byte ends in refusal, and PUBACKs flow again when they let go",
  async () => {
    const result = await full({ whenFull: "evict-oldest", filledBy: "others" });
    expect(brokenPromises(result)).toEqual([]);
    expect(result.refusals + result.connectionsLost).toBeGreaterThan(0);
  },
  300_000,
);

onSmallDisk(
  "a log opens on a disk that others have filled to the last byte meanwhile, with the room that it held back",
  async () => {
    const disk = await smallDisk();
    const directory = join(disk.root, "log");
    const clock = new FakeClock();
    const options = {
      directory,
      clock,
      pendingReadingsMax: 1000,
      logger: createLogger("silent"),
      ballastBytes: 8 * 1024 * 1024,
    };
    const log = await openLevelLog(options);
    await append(log, readingsOfValues(1, 2, 3));
    await log.close();
    await new DiskFiller(join(disk.root, "others")).fill();
    expect(await disk.freeBytes()).toBeLessThanOrEqual(4096);
    const again = await openLevelLog(options);
    expect(await storedValues(again)).toEqual([1, 2, 3]);
    expect(await append(again, readingsOfValues(4))).toBeNull();
    await again.close();
  },
);

onSmallDisk(
  "with the default reserve on a disk that is smaller than it, the gateway says so, and status says what is refused",
  async () => {
    const disk = await smallDisk();
    const gateway = new GatewayProcess(await tempDir(), "", { dataDirectory: join(disk.root, "gateway") });
    await gateway.start();
    expect(gateway.stderr.join("\n")).toContain("log.diskFreeMin keeps more of the disk free than it has");
    const { stdout } = await runToEnd("tidegate", ["status", "--url", gateway.httpUrl]);
    expect(stdout.join("\n")).toMatch(/disk +ok, \d+ MiB free; readings are refused: less than log\.diskFreeMin is free/);
    await gateway.stop();
  },
);
