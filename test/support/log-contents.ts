import { decodeAlertBlock, decodeResultBlock } from "../../src/codec/block-codec.ts";
import type { Log, LogWrite, StoredBlock } from "../../src/log/log.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { WindowResult } from "../../src/model/result.ts";

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
