import { openLevelLog } from "../../../src/log/level-log.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { describeLog } from "./log-suite.ts";

const logger = createLogger("silent");

describeLog("LevelDB log", async (options) => openLevelLog({ ...options, directory: await tempDir(), logger }));

// Without recent blocks in memory every read goes to the disk; with them hardly any does. Both must say the same.
describeLog("LevelDB log without blocks in memory", async (options) =>
  openLevelLog({ ...options, directory: await tempDir(), logger, recentBytesMax: 0 }),
);
