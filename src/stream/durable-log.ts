// Reads and writes that wait for a disk which refuses them.

import type { Log, LogWrite } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";

/** Between two attempts, in milliseconds. Constant: the disk is ours alone, there is no herd to spread. */
export const retryDelayMs = 1_000;

export interface DurableOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Appends, and tries again until the write is on disk. A full disk is waited out: the readings that the write came from are in
 * the log and go nowhere.
 *
 * @returns false if `signal` ended the attempts or the log is closed; then nothing of the write is stored.
 */
export async function appendDurably(write: LogWrite, { log, clock, logger, signal }: DurableOptions): Promise<boolean> {
  for (;;) {
    const error = await append(log, write);
    if (error === null) return true;
    if (!error.retryable || signal.aborted) {
      logger.error({ err: error }, "outputs are not recorded; the next start makes them again from the checkpoint");
      return false;
    }
    logger.warn({ err: error, retryDelayMs }, "outputs cannot be recorded; trying again");
    await delay(clock, retryDelayMs, signal);
  }
}

function append(log: Log, write: LogWrite): Promise<TidegateError | null> {
  return new Promise((resolve) => log.append(write, resolve));
}

/** Null, after a while, if the disk refuses the read. Errors: those that do not pass by themselves. */
export async function tryRead<Value>(
  read: () => Promise<Value>,
  { clock, logger, signal }: Omit<DurableOptions, "log">,
): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TidegateError) || !error.retryable) throw error;
    logger.warn({ err: error, retryDelayMs }, "the log cannot be read; trying again");
    if (!signal.aborted) await delay(clock, retryDelayMs, signal);
    return null;
  }
}

function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(delayMs, end);
    signal.addEventListener("abort", end, { once: true });
    function end(): void {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    }
  });
}
