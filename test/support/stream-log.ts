import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeAlertBlock, decodeResultBlock } from "../../src/codec/block-codec.ts";
import type { Log, LogWrite, StoredBlock } from "../../src/log/log.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { WindowResult } from "../../src/model/result.ts";
import type { StreamDriver } from "../../src/stream/driver.ts";

export function appended(log: Log, write: LogWrite): Promise<void> {
  return new Promise((resolve, reject) => {
    log.append(write, (error) => (error === null ? resolve() : reject(error)));
  });
}

export async function blocksOf(log: Log, lane: Lane): Promise<StoredBlock[]> {
  return log.read(lane, 0, Number.MAX_SAFE_INTEGER);
}

export async function resultsOf(log: Log): Promise<WindowResult[]> {
  return (await blocksOf(log, "results")).flatMap((block) => decodeResultBlock(block.bytes).results);
}

export async function alertsOf(log: Log): Promise<Alert[]> {
  return (await blocksOf(log, "alerts")).flatMap((block) => decodeAlertBlock(block.bytes).alerts);
}

/** Turns the event loop until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

/** Everything in the readings lane is fed and its outputs are on their way into the log. */
export async function caughtUp(driver: StreamDriver): Promise<void> {
  await until(() => driver.status().lagReadings === 0);
}
