import type { CheckpointChange, Log, LogWrite } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/logger.ts";
import {
  type BackfillCheckpoint,
  backfillCheckpoint,
  backfillName,
  checkpointName,
  decodeBackfill,
  decodeCheckpoint,
  type FedOperator,
  type KeptOperator,
  type LostReadings,
  type OutputEnds,
  streamCheckpoint,
  sumOfLost,
} from "./checkpoint.ts";
import type { Progress } from "./checkpoint-cadence.ts";
import type { Operator, Retire } from "./contract.ts";
import { restoreOperators } from "./fed-operators.ts";
import { lastWords } from "./retired-operators.ts";
import { TickList, tickOf, tickPrefix } from "./ticks.ts";

export interface StartOptions {
  readonly log: Log;
  readonly operators: readonly Operator[];
  readonly backfill: ReadonlySet<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retire: Retire;
}

/** What is fed from where. */
export interface FeedStart {
  readonly fed: readonly FedOperator[];
  readonly at: Progress;
  readonly ticks: TickList;
  readonly lost: LostReadings;
}

/** What a driver goes on from. */
export interface StreamStart extends FeedStart {
  /** Operators that go on where an earlier run left off: where their input begins, by id. */
  readonly continued: ReadonlyMap<string, number>;
  /** Outputs recorded from here on are not in the operators' states. */
  readonly ends: OutputEnds;
  /** Null: nobody is to be fed what lies behind the others. */
  readonly backfill: FeedStart | null;
  /** Which operators there are, that the gateway was away, and the last words of operators that are gone: to be on disk before any says something. */
  readonly first: LogWrite;
}

/** Gives the operators their state back. Errors: as Log.read and Log.readCheckpoints. */
export async function startOf(options: StartOptions): Promise<StreamStart> {
  const { log, operators, clock, logger, retire } = options;
  const stored = await log.readCheckpoint(checkpointName);
  const kept = decodeCheckpoint(stored);
  const keptBackfill = decodeBackfill(await log.readCheckpoint(backfillName));
  const { endOffset } = log.bounds("readings");
  // Of a log that no driver has read yet, everything is to do.
  const fromOffset = stored === null ? 0 : endOffset;
  const known = { fed: kept?.operators ?? [], backfilled: keptBackfill === null ? [] : operatorsIn(keptBackfill) };
  const restored = await restoreOperators(operators, { ...options, known, fromOffset });
  const { fed, backfilled, continued, retired, orphaned } = restored;
  const at = { position: kept?.position ?? fromOffset, timeUs: kept?.timeUs ?? 0 };
  const ends = kept?.ends ?? endsOf(log);
  if (endOffset > at.position)
    logger.info({ from: at.position, until: endOffset }, "readings behind the checkpoint are fed again");
  const ticks = new TickList((await log.readCheckpoints(tickPrefix)).map(tickOf));
  const timeUs = ticks.timeFor(Math.max(clock.nowUs(), at.timeUs));
  const tick = { kind: "resumed", position: endOffset, timeUs } as const;
  const tickChanges = ticks.changesFor(tick);
  ticks.add(tick);
  const backfill = backfilled.length === 0 ? null : backfillStart(backfilled, keptBackfill, ticks);
  ticks.skipTo(at.position, at.timeUs);
  // What a backfill lost that is over counts on.
  const lost = sumOfLost(kept?.lost ?? noneLost, backfill === null ? (keptBackfill?.lost ?? noneLost) : noneLost);
  const alerts = await lastWords(retired, { log, retire, position: at.position, alertsFrom: ends.alerts, timeUs });
  const checkpoints = [
    ...orphaned.map((name): CheckpointChange => ({ name, value: null })),
    backfill === null
      ? { name: backfillName, value: null }
      : backfillCheckpoint({ ...backfill.at, lost: backfill.lost }, backfilled),
    ...tickChanges,
  ];
  const first = { alerts, checkpoint: streamCheckpoint({ ...at, ends, lost }, fed), checkpoints };
  return { fed, at, ticks, lost, continued, ends, backfill, first };
}

/** From the first reading that one of the operators has not seen; those that have seen more join where they have not. */
function backfillStart(fed: readonly FedOperator[], kept: BackfillCheckpoint | null, allTicks: TickList): FeedStart {
  const position = Math.min(...fed.map(({ fromOffset }) => fromOffset));
  const at = { position, timeUs: kept?.position === position ? kept.timeUs : 0 };
  const ticks = allTicks.copy();
  ticks.skipTo(at.position, at.timeUs);
  return { fed, at, ticks, lost: kept?.lost ?? noneLost };
}

/** Each goes on where it has not been fed. */
function operatorsIn({ operators, position }: BackfillCheckpoint): KeptOperator[] {
  return operators.map((operator) => ({ ...operator, fromOffset: Math.max(operator.fromOffset, position) }));
}

const noneLost: LostReadings = { trimmed: 0, corrupt: 0 };

/** Where the lanes of outputs end. */
export function endsOf(log: Log): OutputEnds {
  return { results: log.bounds("results").endOffset, alerts: log.bounds("alerts").endOffset };
}
