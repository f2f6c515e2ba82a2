// The window processor: feeds the operators with what the log holds, commit by commit, and with the time that passes in it. Pure: no
// clock, no I/O; blocks and ticks in, outputs out. The driver runs one over a live log; whatever wants to know what a log says feeds
// another from the beginning.
//
// Of each commit, in this order: ticks that stand before it, its time, its readings. Time is given in steps, from one deadline of any
// operator to the next, so that what is said is in the order of deadlines however many ticks it took to get there.
//
// Hot path: `feedCommit` runs once a commit, and costs two arrays and a few calls of each operator beside what these do.

import type { ReadingBlock } from "../codec/block-codec.ts";
import { assert } from "../platform/assert.ts";
import type { FedOperator } from "./checkpoint.ts";
import { type Commit, commitsOf } from "./commits.ts";
import type { InputColumn, Outputs } from "./contract.ts";
import type { PendingOutputs } from "./pending-outputs.ts";
import type { Tick, TickList } from "./ticks.ts";

export interface ProcessorStart {
  /** Offset of the first reading to feed. */
  readonly position: number;
  /** Processing time so far, microseconds since the Unix epoch. */
  readonly timeUs: number;
}

export class Processor {
  #fed: readonly FedOperator[];
  readonly #ticks: TickList;
  readonly #outputs: PendingOutputs;
  #position: number;
  #timeUs: number;

  /** Outputs are added to `outputs`. Operators that use what others say come behind these. */
  constructor(
    fed: readonly FedOperator[],
    ticks: TickList,
    { start, outputs }: { start: ProcessorStart; outputs: PendingOutputs },
  ) {
    this.#fed = fed;
    this.#ticks = ticks;
    this.#outputs = outputs;
    this.#position = start.position;
    this.#timeUs = start.timeUs;
  }

  /** Every reading below this offset has been fed. */
  get position(): number {
    return this.#position;
  }

  get timeUs(): number {
    return this.#timeUs;
  }

  /** In the order in which they are fed. */
  get fed(): readonly FedOperator[] {
    return this.#fed;
  }

  /** Takes other operators, whose states have seen all below the position, and what time there is in them. */
  admit(fed: readonly FedOperator[], timeUs: number): void {
    this.#fed = fed;
    this.#timeUs = Math.max(this.#timeUs, timeUs);
  }

  /** When an operator wants to be told of the time; Infinity: never. */
  nextDeadlineUs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { operator } of this.#inputs()) next = Math.min(next, operator.nextDeadlineUs());
    return next;
  }

  /** A whole block, which begins at the position. */
  feed(block: ReadingBlock): void {
    for (const commit of commitsOf(block)) this.feedCommit(commit);
  }

  /** The commit that begins at the position. */
  feedCommit({ ingestTimeUs, count, columns }: Commit): void {
    this.feedTicks();
    this.#advance(ingestTimeUs);
    this.#consume(columns);
    this.#position += count;
  }

  /** Ticks that stand at the position. */
  feedTicks(): void {
    for (let tick = this.#ticks.next(this.#position); tick !== null; tick = this.#ticks.next(this.#position))
      this.#feedTick(tick);
  }

  /** The readings before the offset are not to be had. */
  skipTo(offset: number): void {
    assert(offset >= this.#position, "a processor never goes back");
    this.#position = offset;
  }

  #feedTick({ timeUs, kind }: Tick): void {
    if (kind === "passed") this.#advance(timeUs);
    else {
      this.#timeUs = Math.max(this.#timeUs, timeUs);
      for (const { operator } of this.#inputs()) operator.resume(this.#timeUs);
    }
  }

  #advance(timeUs: number): void {
    const untilUs = Math.max(this.#timeUs, timeUs);
    let dueUs = this.nextDeadlineUs();
    while (dueUs <= untilUs) {
      // A deadline may have passed before its operator set it.
      this.#timeUs = Math.max(this.#timeUs, dueUs);
      this.#tell(this.#timeUs);
      const nextUs = this.nextDeadlineUs();
      assert(nextUs > dueUs, "an operator that was told of its deadline has a later one");
      dueUs = nextUs;
    }
    this.#timeUs = untilUs;
    this.#tell(untilUs);
  }

  #tell(timeUs: number): void {
    const outputs: Outputs = { results: [], alerts: [] };
    for (const { operator } of this.#inputs()) {
      operator.consumeResults?.(outputs.results, outputs);
      operator.advance(timeUs, this.#position, outputs);
    }
    this.#outputs.add(outputs);
  }

  #consume(columns: readonly InputColumn[]): void {
    const outputs: Outputs = { results: [], alerts: [] };
    for (const { operator } of this.#inputs()) {
      let offset = this.#position;
      for (const column of columns) {
        operator.consume(column, offset, outputs);
        offset += column.eventTimesUs.length;
      }
      operator.consumeResults?.(outputs.results, outputs);
      operator.endBlock(outputs);
    }
    this.#outputs.add(outputs);
  }

  /** The operators whose input has begun. */
  #inputs(): readonly FedOperator[] {
    return this.#fed.every(({ fromOffset }) => fromOffset <= this.#position)
      ? this.#fed
      : this.#fed.filter(({ fromOffset }) => fromOffset <= this.#position);
  }
}
