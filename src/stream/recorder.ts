import type { CheckpointChange, Log, LogWrite, StoredBlock } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/logger.ts";
import { backfillName, type LostReadings, stateChanges, streamCheckpoint, sumOfLost } from "./checkpoint.ts";
import { CheckpointCadence } from "./checkpoint-cadence.ts";
import { appendDurably, tryRead } from "./durable-log.ts";
import type { OrderedOutputs, PendingOutputs } from "./pending-outputs.ts";
import type { Processor } from "./processor.ts";
import { ReplayCheck, type ReplayDifference } from "./replay-check.ts";
import { endsOf, type StreamStart } from "./stream-start.ts";
import type { TickList } from "./ticks.ts";

export interface RecorderOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpointEveryMs: number;
  readonly checkpointEveryReadings: number;
  /** Ends what waits for the disk. */
  readonly signal: AbortSignal;
  readonly processor: Processor;
  /** Of the processor. */
  readonly outputs: PendingOutputs;
  readonly lost: () => LostReadings;
  /** A checkpoint is due, whatever else there is to do. */
  readonly onTime: () => void;
  /** An append was given up. */
  readonly onHalt: () => void;
}

const nothingMore = { lost: { trimmed: 0, corrupt: 0 }, changes: [] };

/** Records what a processor says that is not recorded yet, and checkpoints. One call of `record` and `append` at a time. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #ticks: TickList;
  readonly #cadence: CheckpointCadence;
  readonly #replay: ReplayCheck;
  #replayMismatches = 0;
  /** True once an append was given up. What it held is no longer in memory, so nothing may be recorded behind it. */
  #isHalted = false;

  constructor(options: RecorderOptions, start: StreamStart) {
    const { log, clock, checkpointEveryMs: everyMs, checkpointEveryReadings: everyReadings, onTime } = options;
    this.#options = options;
    this.#ticks = start.ticks;
    this.#cadence = new CheckpointCadence({ clock, everyMs, everyReadings, onTime });
    this.#cadence.begin(start.at);
    this.#replay = new ReplayCheck({
      read: (lane, from, bytesMax) => this.#readRecorded(() => log.read(lane, from, bytesMax)),
      untilOffset: log.bounds("readings").endOffset,
      from: start.ends,
      to: endsOf(log),
      repeatedFrom: (id) => start.continued.get(id) ?? Number.POSITIVE_INFINITY,
      onDifference: (difference) => this.#reportDifference(difference),
    });
  }

  get checkpointPosition(): number {
    return this.#cadence.position;
  }

  get replayMismatches(): number {
    return this.#replayMismatches;
  }

  /** Whether an earlier run may have recorded what is said now. */
  get isReplaying(): boolean {
    return this.#replay.isUnderWay;
  }

  /** Whether there is something to record though no reading comes. */
  get isDue(): boolean {
    const { processor } = this.#options;
    return this.#cadence.isDue(processor) || this.#replay.isOver(processor.position);
  }

  get checkpointIsDue(): boolean {
    return this.#cadence.isDue(this.#options.processor);
  }

  /** Something was fed. */
  watch(): void {
    this.#cadence.watch(this.#options.processor);
  }

  /** Readings are missing in what is fed. */
  stopComparing(): Promise<void> {
    return this.#replay.stopComparing();
  }

  /** Records what is pending, with a checkpoint if one is due (`closing`: or if there is anything to keep). */
  async record({ closing = false } = {}): Promise<void> {
    const { processor } = this.#options;
    const outputs = await this.#newOutputs();
    const checkpointing = closing ? this.#cadence.hasProgress(processor) : this.checkpointIsDue;
    if (checkpointing) await this.#checkpoint(outputs);
    else if (outputs.results.length + outputs.alerts.length > 0) await this.append(outputs);
  }

  /** The backfill is over, and the processor has its operators. One append holds that, what they said last, and what they lost. */
  async join(backfilled: OrderedOutputs, lost: LostReadings): Promise<void> {
    const { results, alerts } = await this.#newOutputs();
    const outputs = { results: [...results, ...backfilled.results], alerts: [...alerts, ...backfilled.alerts] };
    await this.#checkpoint(outputs, { lost, changes: [{ name: backfillName, value: null }] });
  }

  /** False if it was given up, now or before. */
  async append(write: LogWrite): Promise<boolean> {
    if (this.#isHalted) return false;
    if (await appendDurably(write, this.#options)) return true;
    this.#isHalted = true;
    this.#options.onHalt();
    return false;
  }

  /** Ends the time that runs. */
  close(): void {
    this.#cadence.close();
  }

  /** What is pending and not recorded already. */
  async #newOutputs(): Promise<OrderedOutputs> {
    const { processor, outputs } = this.#options;
    if (this.#replay.isOver(processor.position)) processor.feedTicks();
    return this.#replay.leaveOut(outputs.drain(), processor.position);
  }

  async #checkpoint(
    outputs: OrderedOutputs,
    more: { readonly lost: LostReadings; readonly changes: readonly CheckpointChange[] } = nothingMore,
  ): Promise<void> {
    const { log, clock, processor } = this.#options;
    const startUs = clock.nowUs();
    const at = { position: processor.position, timeUs: processor.timeUs };
    const lanesEnd = endsOf(log);
    const ends = this.#replay.ends({
      results: lanesEnd.results + outputs.results.length,
      alerts: lanesEnd.alerts + outputs.alerts.length,
    });
    const lost = sumOfLost(this.#options.lost(), more.lost);
    const checkpoint = streamCheckpoint({ ...at, ends, lost }, processor.fed);
    const ticks = this.#ticks.prune(log.bounds("readings").startOffset);
    const checkpoints = [...stateChanges(processor.fed), ...ticks, ...more.changes];
    const isStored = await this.append({ ...outputs, checkpoint, checkpoints });
    if (isStored) this.#cadence.stored(at, Math.max(0, clock.nowUs() - startUs) / 1000);
  }

  /** Until the disk gives it. Closing ends that: then nothing is recorded any more, since nobody knows what is recorded already. */
  async #readRecorded(read: () => Promise<StoredBlock[]>): Promise<StoredBlock[]> {
    for (;;) {
      const blocks = await tryRead(read, this.#options);
      if (blocks !== null) return blocks;
      if (!this.#options.signal.aborted) continue;
      this.#isHalted = true;
      return [];
    }
  }

  #reportDifference(difference: ReplayDifference): void {
    if (this.#isHalted) return;
    this.#replayMismatches++;
    this.#options.logger.error(difference, "a replay did not repeat the recorded outputs; this is a bug in Tidegate");
  }
}
