// The gateway's log and who looks after it: from the configuration to the parts of the log's room.

import { join } from "node:path";
import type { GatewayConfig } from "./config/schema.ts";
import { BlockMerger } from "./log/block-merger.ts";
import { openLevelLog } from "./log/level-log.ts";
import type { Log } from "./log/log.ts";
import type { LogReaders } from "./log/log-readers.ts";
import type { LaneRetention } from "./log/retention.ts";
import { RetentionKeeper } from "./log/retention-keeper.ts";
import { systemClock } from "./platform/clock.ts";
import { diskBytesOf, freeBytesOf } from "./platform/data-directory.ts";
import type { Logger } from "./platform/logger.ts";

/** Room that the log holds back for a full disk: see log/ballast.ts. */
const ballastBytes = 8 * 1024 * 1024;

const directoryOf = (config: GatewayConfig) => join(config.data.directory, "log");

export async function openGatewayLog(config: GatewayConfig, readers: LogReaders, logger: Logger): Promise<Log> {
  const { pendingReadingsMax, durability, syncInterval, diskFreeMin } = config.log;
  const directory = directoryOf(config);
  const log = await openLevelLog({
    directory,
    pendingReadingsMax,
    durability,
    syncIntervalMs: syncInterval,
    ballastBytes,
    readers,
    roomBytes: diskFreeMin,
    clock: systemClock,
    logger,
  });
  // Where that cannot be told, the retention keeper says so.
  const diskBytes = await diskBytesOf(directory).catch(() => Number.POSITIVE_INFINITY);
  tellOfSmallDisk(diskBytes, diskFreeMin, logger);
  return log;
}

/** A reserve that the disk cannot have even while it is empty: said at the start, or it looks like a disk that is full. */
function tellOfSmallDisk(diskBytes: number, diskFreeMin: number, logger: Logger): void {
  if (diskBytes > diskFreeMin + ballastBytes) return;
  logger.error(
    { diskBytes, diskFreeMin },
    "log.diskFreeMin keeps more of the disk free than it has, so every reading is refused; set it to a fraction of the disk, or put data.directory on a larger one",
  );
}

export function createRetentionKeeper(config: GatewayConfig, log: Log, readers: LogReaders, logger: Logger): RetentionKeeper {
  const { retention, diskFreeMin, whenFull } = config.log;
  const directory = directoryOf(config);
  const policy = {
    lanes: {
      readings: laneRetention(retention.readings),
      results: laneRetention(retention.results),
      alerts: laneRetention(retention.alerts),
    },
    diskFreeBytesMin: diskFreeMin,
    whenFull,
  };
  return new RetentionKeeper({ log, readers, policy, diskFree: () => freeBytesOf(directory), clock: systemClock, logger });
}

export function createBlockMerger(log: Log, readers: LogReaders, logger: Logger): BlockMerger {
  return new BlockMerger({ log, streamPosition: () => readers.streamPosition, clock: systemClock, logger });
}

function laneRetention({ sizeMax, ageMax }: { sizeMax: number; ageMax?: number | undefined }): LaneRetention {
  return { bytesMax: sizeMax, ageMsMax: ageMax ?? null };
}
