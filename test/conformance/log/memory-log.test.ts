import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { describeLog } from "./log-suite.ts";

describeLog("memory log", async (options) => createMemoryLog(options));
