import { recordsOf } from "../codec/block-records.ts";
import type { Log } from "../log/log.ts";
import type { Alert } from "../model/alert.ts";
import type { Retire, RetiredOperator } from "./contract.ts";

const readBytesMax = 256 * 1024;

export interface RetireOptions {
  readonly log: Log;
  readonly retire: Retire;
  /** Of the readings lane, and of the alerts lane: what lies below is in the states. */
  readonly position: number;
  readonly alertsFrom: number;
  readonly timeUs: number;
}

/**
 * The last words of operators that are gone. They have the latest cause of what was recorded, so that causes do not go back in the
 * alerts lane, whatever a replay will add behind them. Errors: as Log.read.
 */
export async function lastWords(
  retired: readonly Pick<RetiredOperator, "id" | "why" | "parts">[],
  { log, retire, position, alertsFrom, timeUs }: RetireOptions,
): Promise<Alert[]> {
  if (retired.length === 0) return [];
  const recorded = await alertsBehind(log, alertsFrom);
  // Behind those of readings just fed may stand some of a backfill.
  const causeOffset = recorded.reduce((latest, alert) => Math.max(latest, alert.causeOffset), position);
  return retired.flatMap((operator) => {
    const alerts = recorded.filter(({ rule }) => operator.id === `rule ${rule}`);
    return retire({ ...operator, alerts, timeUs, causeOffset });
  });
}

async function alertsBehind(log: Log, fromOffset: number): Promise<Alert[]> {
  const alerts: Alert[] = [];
  const { endOffset } = log.bounds("alerts");
  for (let offset = fromOffset; offset < endOffset; ) {
    const blocks = await log.read("alerts", offset, readBytesMax);
    if (blocks.length === 0) return alerts;
    for (const { firstOffset, count, bytes } of blocks) {
      for (const alert of recordsOf("alerts", bytes).records.slice(Math.max(0, offset - firstOffset))) alerts.push(alert);
      offset = firstOffset + count;
    }
  }
  return alerts;
}
