import type { Log, LogWrite } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/logger.ts";
import {
  checkpointName,
  decodeCheckpoint,
  encodeCheckpoint,
  type FedOperator,
  type LostReadings,
  type OutputEnds,
} from "./checkpoint.ts";
import type { Progress } from "./checkpoint-cadence.ts";
import type { Operator, Retire } from "./contract.ts";
import { restoreOperators } from "./fed-operators.ts";
import { lastWords } from "./retired-operators.ts";
import { TickList, tickOf, tickPrefix } from "./ticks.ts";

export interface StartOptions {
  readonly log: Log;
  readonly operators: readonly Operator[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retire: Retire;
}

/** What a driver goes on from. */
export interface StreamStart {
  readonly fed: readonly FedOperator[];
  /** Operators that go on where an earlier run left off: where their input begins, by id. */
  readonly continued: ReadonlyMap<string, number>;
  readonly ticks: TickList;
  readonly at: Progress;
  /** Outputs recorded from here on are not in the operators' states. */
  readonly ends: OutputEnds;
  readonly lost: LostReadings;
  /** Which operators there are, that the gateway was away, and the last words of operators that are gone: to be on disk before any says something. */
  readonly first: LogWrite;
}

/** Gives the operators their state back. Errors: as Log.read and Log.readCheckpoints. */
export async function startOf({ log, operators, clock, logger, retire }: StartOptions): Promise<StreamStart> {
  const stored = await log.readCheckpoint(checkpointName);
  const checkpoint = decodeCheckpoint(stored);
  const { endOffset } = log.bounds("readings");
  // Of a log that no driver has read yet, everything is to do.
  const fromOffset = stored === null ? 0 : endOffset;
  const { fed, continued, retired, orphaned } = await restoreOperators(operators, checkpoint, { log, logger, fromOffset });
  const at = { position: checkpoint?.position ?? fromOffset, timeUs: checkpoint?.timeUs ?? 0 };
  const ends = checkpoint?.ends ?? endsOf(log);
  const lost = checkpoint?.lost ?? { trimmed: 0, corrupt: 0 };
  if (endOffset > at.position)
    logger.info({ from: at.position, until: endOffset }, "readings behind the checkpoint are fed again");
  const ticks = new TickList((await log.readCheckpoints(tickPrefix)).map(tickOf));
  ticks.skipTo(at.position, at.timeUs);
  const timeUs = ticks.timeFor(Math.max(clock.nowUs(), at.timeUs));
  const tick = { kind: "resumed", position: endOffset, timeUs } as const;
  const alerts = await lastWords(retired, { log, retire, position: at.position, alertsFrom: ends.alerts, timeUs });
  const value = encodeCheckpoint({ ...at, ends, lost }, fed);
  const removals = orphaned.map((name) => ({ name, value: null }));
  const checkpoints = [...removals, ...ticks.changesFor(tick)];
  ticks.add(tick);
  const first = { alerts, checkpoint: { name: checkpointName, value }, checkpoints };
  return { fed, continued, ticks, at, ends, lost, first };
}

/** Where the lanes of outputs end. */
export function endsOf(log: Log): OutputEnds {
  return { results: log.bounds("results").endOffset, alerts: log.bounds("alerts").endOffset };
}
