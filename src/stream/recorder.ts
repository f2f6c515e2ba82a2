import type { Log, LogWrite, StoredBlock } from "../log/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger } from "../platform/logger.ts";
import { checkpointName, encodeCheckpoint, type LostReadings, stateChange } from "./checkpoint.ts";
import { CheckpointCadence } from "./checkpoint-cadence.ts";
import { appendDurably, tryRead } from "./durable-log.ts";
import type { OrderedOutputs, PendingOutputs } from "./pending-outputs.ts";
import type { Processor } from "./processor.ts";
import { ReplayCheck, type ReplayDifference } from "./replay-check.ts";
import { endsOf, type StreamStart } from "./stream-start.ts";

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

/** Records what a processor says that is not recorded yet, and checkpoints. One call of `record` and `append` at a time. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #start: StreamStart;
  readonly #cadence: CheckpointCadence;
  readonly #replay: ReplayCheck;
  #replayMismatches = 0;
  /** True once an append was given up. What it held is no longer in memory, so nothing may be recorded behind it. */
  #isHalted = false;

  constructor(options: RecorderOptions, start: StreamStart) {
    const { log, clock, checkpointEveryMs: everyMs, checkpointEveryReadings: everyReadings, onTime } = options;
    this.#options = options;
    this.#start = start;
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
    const { clock, processor } = this.#options;
    const outputs = await this.#newOutputs();
    const checkpointing = closing ? this.#cadence.hasProgress(processor) : this.checkpointIsDue;
    if (outputs.results.length + outputs.alerts.length === 0 && !checkpointing) return;
    if (!checkpointing) {
      await this.append(outputs);
      return;
    }
    const startUs = clock.nowUs();
    const { position, timeUs } = processor;
    await this.append({ ...outputs, ...this.#checkpoint(outputs) });
    if (!this.#isHalted) this.#cadence.stored({ position, timeUs }, Math.max(0, clock.nowUs() - startUs) / 1000);
  }

  async append(write: LogWrite): Promise<void> {
    if (this.#isHalted) return;
    if (await appendDurably(write, this.#options)) return;
    this.#isHalted = true;
    this.#options.onHalt();
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

  #checkpoint({ results, alerts }: OrderedOutputs): LogWrite {
    const { log, processor, lost } = this.#options;
    const { fed, ticks } = this.#start;
    const { position, timeUs } = processor;
    const lanesEnd = endsOf(log);
    const ends = this.#replay.ends({
      results: lanesEnd.results + results.length,
      alerts: lanesEnd.alerts + alerts.length,
    });
    const value = encodeCheckpoint({ position, timeUs, ends, lost: lost() }, fed);
    const parts = fed.flatMap(({ operator }) => operator.changes().map((change) => stateChange(operator.id, change)));
    const checkpoints = [...parts, ...ticks.prune(log.bounds("readings").startOffset)];
    return { checkpoint: { name: checkpointName, value }, checkpoints };
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
