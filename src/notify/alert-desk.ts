// The room notify: who is told of alerts. The desk knows which alerts fire, takes what operators say of them, and keeps both.
//
// A reader of the alerts lane. What it does changes nothing in the lane, and nothing in windows and rules: an alert that is acknowledged
// or silenced fires as before; only those who are told of it see the difference.
//
// State       alert-board.ts (firing alerts, and resolved ones that webhooks wait for) and silences.ts. Kept in parts beside the log's
//             lanes (desk-checkpoint.ts), so neither a restart nor retention changes which alerts fire: the transition that made one fire
//             may be long gone.
// Durability  What operators say is on disk before the promise resolves, and is seen by nobody before. What the lane says is kept within a
//             second, because it can be read again. One append holds position and state, so that they are of one moment.
// Start       Resolves when the board has caught up with the lane, so that retention, which starts later, takes nothing from under it.
// Failure     A disk that refuses writes: operators are answered with the error, what the lane says is written later. A damaged block is
//             passed over and counted (`missed`): an alert that resolved in it stays until the next transition of its series.
// Bounds      alertsMax, resolvedMax, silencesMax; a hundred requests of operators at a time (desk-keeper.ts).
// Not here    Who may say so: there is no authentication yet, so HTTP listens on loopback only.

import { decodeAlertBlock, ingestTimesOf } from "../codec/block-codec.ts";
import { LogCursor } from "../log/cursor.ts";
import type { Log, StoredBlock } from "../log/log.ts";
import { type Acknowledgement, type AlertMatch, type AlertNames, alertMatches, type Silence } from "../model/alert-note.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { LimitedWarning } from "../platform/limited-warning.ts";
import type { Logger } from "../platform/logger.ts";
import { AlertBoard, type BoardAlert, type BoardLimits, type RecordedAlert } from "./alert-board.ts";
import { alertChange, deskCheckpointOf, deskPrefix, silenceChange, silenceRemoval } from "./desk-checkpoint.ts";
import { DeskKeeper, type KeptDesk } from "./desk-keeper.ts";
import { Silences } from "./silences.ts";

const readBytesMax = 256 * 1024;
const retryDelayMs = 1000;
const warningIntervalMs = 10_000;
/** A timer cannot be set for longer than 24 days. */
const timerMsMax = 3_600_000;

export interface DeskLimits extends BoardLimits {
  readonly silencesMax: number;
}

export interface AlertDeskOptions {
  readonly log: Log;
  readonly limits: DeskLimits;
  /** Names of those who are to be told what resolves. */
  readonly webhooks: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @param noted alerts of which operators say something else than before, or that a silence no longer covers. */
export type DeskListener = (noted: readonly BoardAlert[]) => void;

export class AlertDesk {
  readonly #options: AlertDeskOptions;
  readonly #warnings: LimitedWarning;
  readonly #silences = new Silences();
  readonly #listeners = new Set<DeskListener>();
  readonly #keeper: DeskKeeper;
  readonly #stop = new AbortController();
  #board: AlertBoard;
  /** Every transition below this offset is on the board, or lost. */
  #position = 0;
  #silencesMade = 0;
  /** On their way to the disk. */
  #silencesWritten = 0;
  #missed = 0;
  #running: Promise<void> = Promise.resolve();
  #cancelExpiry: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
    this.#warnings = new LimitedWarning(options.clock, warningIntervalMs);
    this.#board = new AlertBoard(options.limits, new Map());
    const { log, clock } = options;
    this.#keeper = new DeskKeeper({
      log,
      desk: this.#kept(),
      clock,
      onFailure: (error) => this.#warn("alerts not kept", error),
    });
  }

  get board(): AlertBoard {
    return this.#board;
  }

  /** In the order in which they were made. */
  get silences(): readonly Silence[] {
    return this.#silences.list;
  }

  /** Of the firing alerts. */
  counts(): { readonly acknowledged: number; readonly silenced: number } {
    const counts = { acknowledged: 0, silenced: 0 };
    for (const { acknowledged, silencedUntilUs } of this.#board.active) {
      if (acknowledged !== null) counts.acknowledged++;
      if (silencedUntilUs !== null) counts.silenced++;
    }
    return counts;
  }

  /** Transitions that were gone, or could not be read, before they came on the board; since the start. */
  get missed(): number {
    return this.#missed;
  }

  /** Resolves when the board has caught up with the lane. Once. Errors: those of reading checkpoints. */
  async start(): Promise<void> {
    await this.#load();
    await this.#catchUp().catch((error: unknown) => this.#failed(error));
    this.#running = this.#follow();
  }

  /** Called when a transition came on the board, or a silence ended, or an operator said something. */
  onChange(listener: DeskListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when every transition below the offset is on the board, or on abort. */
  reached(offset: number, signal: AbortSignal): Promise<void> {
    const isReached = () => this.#position >= offset || signal.aborted;
    if (isReached()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!isReached()) return;
        stop();
        signal.removeEventListener("abort", look);
        resolve();
      };
      const stop = this.onChange(look);
      signal.addEventListener("abort", look);
    });
  }

  /**
   * Resolves when it is on disk; a second one takes the place of the first. Errors: ALERT_NOT_ACTIVE; of this and all that follow
   * also LOG_QUEUE_FULL, LOG_WRITE_FAILED, LOG_CLOSED.
   */
  acknowledge(names: AlertNames, { by, comment }: Omit<Acknowledgement, "atUs">): Promise<BoardAlert> {
    return this.#note(names, { by, atUs: this.#options.clock.nowUs(), comment });
  }

  /** As `acknowledge`, the other way. */
  unacknowledge(names: AlertNames): Promise<BoardAlert> {
    return this.#note(names, null);
  }

  /** Resolves when it is on disk and holds. Errors also: SILENCES_FULL, REQUEST_INVALID if it would have ended already. */
  async silence(match: AlertMatch, { untilUs, by, comment }: Pick<Silence, "untilUs" | "by" | "comment">): Promise<Silence> {
    const { limits, clock } = this.#options;
    const createdAtUs = clock.nowUs();
    if (untilUs <= createdAtUs)
      throw new TidegateError("REQUEST_INVALID", "silence: until is not in the future; name a time that is still to come");
    if (this.#silences.count + this.#silencesWritten >= limits.silencesMax)
      throw new TidegateError(
        "SILENCES_FULL",
        `silence: there are ${this.#silences.count} of at most ${limits.silencesMax} (notify.silencesMax); remove one, or make one that covers several`,
      );
    const silence: Silence = { id: String(++this.#silencesMade), ...match, untilUs, by, comment, createdAtUs };
    this.#silencesWritten++;
    try {
      await this.#keeper.operate([silenceChange(silence)]);
    } finally {
      this.#silencesWritten--;
    }
    this.#silences.add(silence);
    this.#resilence(silence);
    return silence;
  }

  /** Resolves when it is gone from the disk, too. Errors also: SILENCE_UNKNOWN. */
  async unsilence(id: string): Promise<Silence> {
    const silence = this.#silences.get(id);
    if (silence === undefined)
      throw new TidegateError("SILENCE_UNKNOWN", `remove silence ${id}: there is none; it may have ended. List them first`);
    await this.#keeper.operate([silenceRemoval(silence)]);
    this.#silences.remove(id);
    this.#resilence(silence);
    return silence;
  }

  /** The webhook needs nothing any more of what resolved below the offset of the alerts lane. */
  settle(webhook: string, offset: number): void {
    if (this.#board.settled.get(webhook) === offset) return;
    this.#board.settle(webhook, offset);
    this.#keeper.soon();
  }

  /** Makes everything durable. Idempotent; every call waits. Close the log after it. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    this.#cancelExpiry?.();
    await this.#running;
    await this.#keeper.close();
  }

  async #load(): Promise<void> {
    const { log, limits, webhooks } = this.#options;
    const { desk, alerts, silences } = deskCheckpointOf(await log.readCheckpoints(deskPrefix));
    const { startOffset, endOffset } = log.bounds("alerts");
    // A webhook that is new is told of what resolves from now on.
    const settled = new Map(webhooks.map((name) => [name, desk?.settled[name] ?? endOffset]));
    this.#board = new AlertBoard(limits, settled);
    this.#board.restore(alerts);
    this.#position = desk?.position ?? startOffset;
    this.#silencesMade = desk?.silencesMade ?? 0;
    for (const silence of silences) this.#silences.add(silence);
    for (const board of this.#board.all) board.silencedUntilUs = this.#silences.untilUs(board.alert);
    this.#expire();
    if (webhooks.some((name) => desk?.settled[name] === undefined)) await this.#keeper.attempt([]);
  }

  /** Up to where the lane ends now. Not with a cursor, which waits for more where the end of the lane is lost. */
  async #catchUp(): Promise<void> {
    const { log } = this.#options;
    const { endOffset } = log.bounds("alerts");
    while (this.#position < endOffset) {
      const blocks = await log.read("alerts", this.#position, readBytesMax);
      if (blocks.length === 0) return;
      for (const block of blocks) this.#takeBlock(block);
    }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const cursor = new LogCursor(this.#options.log, "alerts", this.#position);
    while (!signal.aborted) {
      try {
        for (const block of await cursor.next({ bytesMax: readBytesMax, signal })) {
          this.#takeBlock(block);
          cursor.advance(this.#position);
        }
      } catch (error) {
        this.#failed(error);
        await this.#pause();
      }
    }
  }

  #takeBlock(block: StoredBlock): void {
    // It may begin before the position; or behind it, if what is between was lost.
    this.#missed += Math.max(0, block.firstOffset - this.#position);
    const from = Math.max(this.#position, block.firstOffset);
    const endOffset = block.firstOffset + block.count;
    try {
      for (const recorded of transitionsOf(block)) if (recorded.offset >= from) this.#takeUp(recorded);
    } catch (error) {
      this.#failed(error);
      this.#missed += endOffset - from;
    }
    this.#position = endOffset;
    this.#keeper.soon();
    this.#tell([]);
  }

  #takeUp(recorded: RecordedAlert): void {
    const board = this.#board.apply(recorded);
    if (board !== null) board.silencedUntilUs = this.#silences.untilUs(board.alert);
  }

  /** Reading goes on, later or behind it. Anything but an error of the log is a bug. */
  #failed(error: unknown): void {
    if (!(error instanceof TidegateError)) throw error;
    this.#warn("alerts not read", error);
  }

  async #note(names: AlertNames, acknowledged: Acknowledgement | null): Promise<BoardAlert> {
    const board = this.#board.find(names);
    if (board === undefined) {
      const { rule, device, metric, tag } = names;
      const about = [`rule ${rule}`, `device ${device}`, `metric ${metric}`, ...(tag === "" ? [] : [`tag ${tag}`])].join(", ");
      throw new TidegateError(
        "ALERT_NOT_ACTIVE",
        `no alert of ${about} is firing; it may have resolved. List the active ones first`,
      );
    }
    await this.#keeper.operate([alertChange(board.offset, { ...board, acknowledged })]);
    board.acknowledged = acknowledged;
    if (board.resolved === null) this.#tell([board]);
    return board;
  }

  /** The silence holds from now on, or no more. */
  #resilence(silence: Silence): void {
    const noted: BoardAlert[] = [];
    for (const board of this.#board.all) {
      if (!alertMatches(silence, board.alert)) continue;
      const untilUs = this.#silences.untilUs(board.alert);
      if (untilUs === board.silencedUntilUs) continue;
      board.silencedUntilUs = untilUs;
      if (board.resolved === null) noted.push(board);
    }
    this.#setExpiry();
    this.#tell(noted);
  }

  #expire(): void {
    const ended = this.#silences.endedAt(this.#options.clock.nowUs());
    for (const { id } of ended) this.#silences.remove(id);
    for (const silence of ended) this.#resilence(silence);
    this.#setExpiry();
    // Should that fail, they are removed at the next start.
    if (ended.length > 0) void this.#keeper.attempt(ended.map(silenceRemoval));
  }

  #setExpiry(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = null;
    const { nextEndUs } = this.#silences;
    if (nextEndUs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, Math.ceil((nextEndUs - this.#options.clock.nowUs()) / 1000));
    this.#cancelExpiry = this.#options.clock.after(Math.min(delayMs, timerMsMax), () => this.#expire());
  }

  #tell(noted: readonly BoardAlert[]): void {
    for (const listener of [...this.#listeners]) listener(noted);
  }

  #kept(): KeptDesk {
    return {
      part: () => ({
        position: this.#position,
        silencesMade: this.#silencesMade,
        settled: Object.fromEntries(this.#board.settled),
      }),
      takeChanges: () => this.#board.takeChanges(),
      putBack: (changes) => this.#board.putBack(changes),
    };
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(retryDelayMs, resolve);
      const onAbort = () => {
        cancel();
        resolve();
      };
      this.#stop.signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #warn(message: string, error: unknown): void {
    const suppressed = this.#warnings.pass(message);
    if (suppressed !== null) this.#options.logger.warn({ error: messageOf(error), suppressed }, message);
  }
}

/** Errors: BLOCK_FORMAT_UNKNOWN, BLOCK_CORRUPT. */
function transitionsOf({ bytes, firstOffset }: StoredBlock): RecordedAlert[] {
  const block = decodeAlertBlock(bytes);
  const timesUs = ingestTimesOf(block);
  return block.alerts.map((alert, index) => ({
    alert,
    offset: firstOffset + index,
    atUs: timesUs[index] ?? block.ingestTimeUs,
  }));
}
