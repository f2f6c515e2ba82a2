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
import { freeBytesOf } from "./platform/data-directory.ts";
import type { Logger } from "./platform/logger.ts";

/** Room that the log holds back for a full disk: see log/ballast.ts. */
const ballastBytes = 8 * 1024 * 1024;

const directoryOf = (config: GatewayConfig) => join(config.data.directory, "log");

export function openGatewayLog(config: GatewayConfig, readers: LogReaders, logger: Logger): Promise<Log> {
  const { pendingReadingsMax, durability, syncInterval } = config.log;
  return openLevelLog({
    directory: directoryOf(config),
    pendingReadingsMax,
    durability,
    syncIntervalMs: syncInterval,
    ballastBytes,
    readers,
    clock: systemClock,
    logger,
  });
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
