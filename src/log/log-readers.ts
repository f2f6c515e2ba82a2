import { denseEnd, emptyIntervalSet, type IntervalSet } from "../model/interval-set.ts";
import { type Lane, lanes } from "../model/lane.ts";
import type { Checkpoint } from "./log.ts";
import { noSink, type SinkPosition } from "./loss.ts";

/** A reader whose confirmation retention waits for. */
export interface SinkReader {
  readonly sink: string;
  /** Which offsets of each lane are confirmed, now. */
  readonly settled: Readonly<Record<Lane, IntervalSet>>;
  /** The durable form of `settled`. An eviction stores it, so that a restart does not forget what it was decided on. */
  checkpoint(): Checkpoint;
}

/**
 * Who still needs the records of a log. The composition root makes it before the log, and fills it before anything reads the log: what
 * the log gives up is counted for the sinks in it.
 */
export class LogReaders {
  readonly #sinks: SinkReader[] = [];
  /** Readings below are not needed by windows and alerts any more. */
  #neededFrom: () => number = () => Number.POSITIVE_INFINITY;

  addSink(sink: SinkReader): void {
    this.#sinks.push(sink);
  }

  /** @param position gives the offset below which the stream needs no readings, not even after a crash. */
  setStream(position: () => number): void {
    this.#neededFrom = position;
  }

  get hasSinks(): boolean {
    return this.#sinks.length > 0;
  }

  get checkpoints(): Checkpoint[] {
    return this.#sinks.map((sink) => sink.checkpoint());
  }

  /** Of every sink; of a sink that confirms nothing if there is none. */
  positions(lane: Lane): SinkPosition[] {
    if (!this.hasSinks) return [{ sink: noSink, settled: emptyIntervalSet }];
    return this.#sinks.map(({ sink, settled }) => ({ sink, settled: settled[lane] }));
  }

  /** Readings below this offset were processed and checkpointed: their blocks may change shape. */
  get streamPosition(): number {
    return this.#neededFrom();
  }

  /** Below these offsets nobody needs a record; without sinks that is nobody but the stream. */
  get released(): Record<Lane, number> {
    const [readings, results, alerts] = lanes.map((lane) =>
      Math.min(
        ...this.#sinks.map(({ settled }) => denseEnd(settled[lane])),
        lane === "readings" ? this.#neededFrom() : Number.POSITIVE_INFINITY,
      ),
    );
    return { readings: readings ?? 0, results: results ?? 0, alerts: alerts ?? 0 };
  }
}
