import type { AppendDone, Log, LogWrite } from "../../src/log/log.ts";
import { interceptedLog } from "./intercepted-log.ts";
import { appended } from "./log-contents.ts";

export interface DyingLog {
  readonly log: Log;
  readonly isDead: () => boolean;
  readonly kill: () => Promise<void>;
}

/** A log whose writes fail to come back after so many of the driver; the last one arrives or not. */
export function dyingLog(log: Log, writesMax: number, arrives: boolean): DyingLog {
  let writes = 0;
  let dead = false;
  const append = (write: LogWrite, done: AppendDone) => {
    if (dead) return;
    if (writes++ < writesMax) return log.append(write, done);
    dead = true;
    if (arrives) log.append(write, () => {});
  };
  const kill = async () => {
    dead = true;
    // What had arrived is in the log before another process opens it.
    await appended(log, {});
  };
  return { log: interceptedLog(log, append), isDead: () => dead, kill };
}
