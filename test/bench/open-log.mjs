// Opens a log in a process that does nothing else, and prints how long it took and how much memory it needed at most: for the
// bench log. The built code, since a loader of TypeScript would need more memory than the log.
//
//   node test/bench/open-log.mjs DIRECTORY

import { openLevelLog } from "../../dist/src/log/level-log.js";
import { systemClock } from "../../dist/src/platform/clock.js";
import { createLogger } from "../../dist/src/platform/logger.js";

const [directory = ""] = process.argv.slice(2);
const options = { directory, clock: systemClock, logger: createLogger("silent"), pendingReadingsMax: 1000 };
const sinceMs = performance.now();
const log = await openLevelLog(options);
const ms = performance.now() - sinceMs;
await log.close();
console.log(JSON.stringify({ ms, residentBytesMax: process.resourceUsage().maxRSS * 1024 }));
