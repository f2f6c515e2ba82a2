// Composes a replay: the log of a stopped gateway, and the windows and rules of a configuration.

import { join } from "node:path";
import type { GatewayConfig } from "./config/schema.ts";
import { operatorsOf } from "./gateway.ts";
import { assertLogExists } from "./log/inspect.ts";
import { openLevelLog } from "./log/level-log.ts";
import { systemClock } from "./platform/clock.ts";
import type { Logger } from "./platform/logger.ts";
import type { Said } from "./stream/recorded-by-cause.ts";
import { type Difference, replayDifferences, replayLog } from "./stream/replay.ts";

export type ReplayLine = Said | Difference;

export interface ReplayRange {
  /** Ingest times, microseconds since the Unix epoch. */
  readonly fromUs?: number;
  readonly toUs?: number;
}

/** Errors: DATA_DIR_UNUSABLE, DATA_DIR_LOCKED (the gateway runs), LOG_READ_FAILED, BLOCK_FORMAT_UNKNOWN. */
export async function* replay(
  config: GatewayConfig,
  { diff, range, logger }: { readonly diff: boolean; readonly range: ReplayRange; readonly logger: Logger },
): AsyncGenerator<ReplayLine> {
  const directory = join(config.data.directory, "log");
  await assertLogExists(directory);
  const log = await openLevelLog({ directory, clock: systemClock, logger, pendingReadingsMax: 0 });
  try {
    const options = { log, operators: operatorsOf(config), ...range };
    yield* diff ? replayDifferences(options) : replayLog(options);
  } finally {
    await log.close();
  }
}
