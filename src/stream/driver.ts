// The stream driver: reads the readings lane, feeds the operators, records what they say. The shell around processor.ts, which is pure.
// Here is its life; what it does meanwhile is in stream-start.ts (what to go on from), stream-loop.ts (feeding) and recorder.ts (recording).
//
// Exactly once  An output is recorded once, over any crash (P3). Operators are deterministic, so the outputs of a reading can be
//               made again at will. A checkpoint says how far the lanes of outputs reached; after a crash: restore it, feed the
//               readings and ticks behind it again, compare what is said with what the lanes hold, and leave that out
//               (recorded-outputs.ts). Outputs of one commit are never divided between two appends.
// Order         Outputs stand in the order of commits, but those of a backfill; of one commit, by the offset of their cause. Blocks are
//               fed whole, merged ones commit by commit; appends and checkpoints end between two of them, and a replay begins there.
// Time          Only what the log holds: ingest times, and ticks (ticks.ts). When everything is fed and a deadline of an operator
//               passes, a tick is recorded in the append that records what is said about it. At each start a tick says that the gateway was away.
// Definitions   State belongs to an operator's id and fingerprint. A new definition starts empty at the end of the lane, or, if that is
//               asked for, is fed what the lane holds first, beside the others (backfill.ts); a removed one is dropped. Either is
//               said to the logger, and is written to a checkpoint before anything else happens, with the last words of the old
//               one (retired-operators.ts).
// Checkpoints   One append of all that changed of the operators' states. After checkpointEveryReadings, or checkpointEveryMs after
//               the first reading or tick behind the last checkpoint, and at close; a checkpoint that takes long is followed by a rest of ten times
//               as long (checkpoint-cadence.ts). So a start feeds at most about checkpointEveryReadings again.
// Pace          One append is in flight at a time and nothing is fed meanwhile; a slow disk slows the driver, and the log holds
//               the readings. Every 10,000 readings and the rest of a block other callbacks get their turn.
// Memory        readBytesMax of blocks, and outputsMax outputs plus those of one block.
//
// States        new ─start─▶ restoring ─▶ running ─close─▶ closed
//
// Failure       Disk refuses a write: tried again every second; at close given up, the next start makes the outputs again. Disk
//               refuses a read: tried again every second.
//               Readings trimmed before they were fed: counted, logged, the windows they belonged to lack them; so that this
//               does not happen, trim below checkpointPosition only. Readings that the log lost because they were damaged at
//               rest, or a corrupt block: the same. A block of a later format, a log closed before its driver, or a bug: the
//               process ends, since the loop's promise is not caught.
//               A replay that does not repeat what was recorded: logged as an error and counted, and we go on. It is a bug of
//               ours, but to stop would refuse sensors their place in the log at every start from then on.
// Not here      Publishing to MQTT: that is another reader of the lanes.

import type { Log } from "../log/log.ts";
import type { Alert } from "../model/alert.ts";
import { assert } from "../platform/assert.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/logger.ts";
import type { LostReadings } from "./checkpoint.ts";
import type { Counters, Operator, Retire } from "./contract.ts";
import { type BackfillStatus, StreamLoop } from "./stream-loop.ts";
import { startOf } from "./stream-start.ts";

const defaults = {
  checkpointEveryMs: 1_000,
  checkpointEveryReadings: 500_000,
  readBytesMax: 1_048_576,
  outputsMax: 10_000,
  retire: (): readonly Alert[] => [],
  backfill: new Set<string>(),
};

export interface StreamDriverOptions {
  readonly log: Log;
  /** With unique ids; the driver owns them from now on. */
  readonly operators: readonly Operator[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds from the first reading behind a checkpoint to the next checkpoint. Default 1,000. */
  readonly checkpointEveryMs?: number;
  /** Readings between two checkpoints. Default 500,000: about a second of replay. */
  readonly checkpointEveryReadings?: number;
  /** Bytes of blocks read at a time. Default 1 MiB. */
  readonly readBytesMax?: number;
  /** Results and alerts that are gathered before they are recorded. Default 10,000. */
  readonly outputsMax?: number;
  /** What operators say as their last that are no longer configured as they were. Default: nothing. */
  readonly retire?: Retire;
  /** Ids of operators that, when they are new or other ones than before, are fed what the log holds first. Default: none. */
  readonly backfill?: ReadonlySet<string>;
}

export interface StreamStatus {
  /** Every reading below this offset has been fed. */
  readonly position: number;
  /** Readings below this offset are not needed any more, not even after a crash: they may be trimmed. */
  readonly checkpointPosition: number;
  readonly lagReadings: number;
  /** Readings that no operator saw, by reason. */
  readonly lost: Readonly<LostReadings>;
  /** Replays that did not repeat what was recorded. Anything but 0 is a bug. */
  readonly replayMismatches: number;
  readonly operators: readonly { readonly id: string; readonly counters: Counters }[];
  /** Null: none is under way. */
  readonly backfill: BackfillStatus | null;
}

const nothingFed = {
  position: 0,
  checkpointPosition: 0,
  lost: { trimmed: 0, corrupt: 0 },
  replayMismatches: 0,
  backfill: null,
};

type State =
  | { readonly kind: "new" }
  | { readonly kind: "restoring"; readonly done: Promise<unknown> }
  | { readonly kind: "running"; readonly done: Promise<void> }
  | { readonly kind: "closed" };

export class StreamDriver {
  readonly #options: Required<StreamDriverOptions>;
  readonly #closing = new AbortController();
  #closed: Promise<void> | null = null;
  #state: State = { kind: "new" };
  /** What `status` tells of; null until the operators have their state back. */
  #loop: StreamLoop | null = null;

  constructor(options: StreamDriverOptions) {
    const ids = options.operators.map((operator) => operator.id);
    assert(new Set(ids).size === ids.length, `operators have unique ids; these are ${ids.join(", ")}`);
    this.#options = { ...defaults, ...options };
  }

  /** Done when the operators have their state back; feeding goes on from there by itself. Once. */
  async start(): Promise<void> {
    assert(this.#state.kind === "new", "a stream driver is started once");
    const restored = startOf(this.#options);
    this.#state = { kind: "restoring", done: restored.catch(() => undefined) };
    const start = await restored;
    this.#loop = new StreamLoop({ ...this.#options, closing: this.#closing }, start);
    if (this.#closing.signal.aborted) return;
    // Not caught here: a failure of the loop is a bug, and ends the process as an unhandled rejection.
    this.#state = { kind: "running", done: this.#loop.run() };
  }

  status(): StreamStatus {
    const { log, operators } = this.#options;
    const { position, checkpointPosition, lost, replayMismatches, backfill } = this.#loop ?? nothingFed;
    return {
      position,
      checkpointPosition,
      lagReadings: log.bounds("readings").endOffset - position,
      lost,
      replayMismatches,
      operators: operators.map((operator) => ({ id: operator.id, counters: operator.counters() })),
      backfill,
    };
  }

  /** Ends after the block at hand, with a checkpoint. Idempotent; every call waits. Close the log after it. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    if (this.#state.kind === "restoring") await this.#state.done;
    if (this.#state.kind === "running") await this.#state.done;
    this.#state = { kind: "closed" };
  }
}
