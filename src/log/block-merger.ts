// Merges small blocks at rest: a slow trickle commits a block for every reading, whose names then take 70 bytes where the reading
// takes 3. It goes through the segments that are full (segments.ts), oldest first, and puts the small blocks of each together
// (codec/block-merge.ts), in one atomic write a segment. Offsets, ingest times and commits stay what they were.
//
// Bounds
//   what        segments of readings below the stream's checkpoint: a crash replays from there, and a replay begins where a block does;
//               the segment that still grows is left alone
//   memory      one segment, about a mebibyte, twice
//   time        readings and alerts do not wait for a merge: it goes in steps that hold up the event loop for a few ms at most. A
//               segment is followed by a rest of `restFactor` times what it took, so that merging takes a twentieth of the time at
//               most. A gateway that is too busy for that keeps its blocks as they are: they are the larger the busier it is.
//   wear        each byte of a small block is written once more, merged, which is a tenth of it or less
//
// Failure: a segment that cannot be read or written stays as it is, and is tried again. One that changed meanwhile (retention) is
// looked at anew. A crash finds the segment as it was or merged.

import { setImmediate as nextTurn } from "node:timers/promises";
import { mergeableGroups, mergeInSteps, smallBlockCountMax } from "../codec/block-merge.ts";
import { type Lane, lanes } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import { LimitedWarning } from "../platform/limited-warning.ts";
import type { Logger } from "../platform/logger.ts";
import type { Log, StoredBlock } from "./log.ts";
import type { Segment } from "./segments.ts";

/** Between two looks for a segment, and after a failure. */
const intervalMs = 1000;
const restFactor = 19;
const readBytesMax = 256 * 1024;
const warningIntervalMs = 60_000;

export interface BlockMergerOptions {
  readonly log: Log;
  /** Readings below this offset were processed and checkpointed by the stream. */
  readonly streamPosition: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Candidate {
  readonly lane: Lane;
  readonly segment: Segment;
}

export class BlockMerger {
  readonly #options: BlockMergerOptions;
  readonly #warnings: LimitedWarning;
  #working: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  constructor(options: BlockMergerOptions) {
    this.#options = options;
    this.#warnings = new LimitedWarning(options.clock, warningIntervalMs);
  }

  start(): void {
    this.#lookAfter(intervalMs);
  }

  /** Idempotent; waits for the segment at hand. Close the log after it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#working;
  }

  #lookAfter(delayMs: number): void {
    if (this.#closed) return;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#working = this.#look().then((restMs) => this.#lookAfter(restMs));
    });
  }

  /** @returns how long to rest, in milliseconds. */
  async #look(): Promise<number> {
    const candidate = this.#next();
    if (candidate === null) return intervalMs;
    const { clock, logger } = this.#options;
    const startUs = clock.nowUs();
    try {
      await this.#merge(candidate);
    } catch (error) {
      if (!(error instanceof TidegateError)) throw error;
      if (this.#warnings.pass("merge") !== null) logger.warn({ err: error }, `small blocks are not merged: ${error.message}`);
      return intervalMs;
    }
    return (restFactor * Math.max(0, clock.nowUs() - startUs)) / 1000;
  }

  #next(): Candidate | null {
    const { log, streamPosition } = this.#options;
    for (const lane of lanes) {
      const endMax = lane === "readings" ? streamPosition() : Number.POSITIVE_INFINITY;
      const full = log.segments(lane).list.slice(0, -1);
      const segment = full.find((one) => one.endOffset <= endMax && isWorthMerging(one));
      if (segment !== undefined) return { lane, segment };
    }
    return null;
  }

  async #merge({ lane, segment }: Candidate): Promise<void> {
    const merged: StoredBlock[] = [];
    for await (const group of this.#groupsOf({ lane, segment })) {
      const block = await this.#mergeGroup(lane, group);
      if (block === null) return;
      merged.push(block);
      await nextTurn();
    }
    if (this.#closed) return;
    await this.#options.log.merge(lane, segment, merged);
  }

  /** Null if it was closed meanwhile. */
  async #mergeGroup(lane: Lane, group: readonly StoredBlock[]): Promise<StoredBlock | null> {
    const [only] = group;
    if (group.length === 1 && only !== undefined) return only;
    const steps = mergeInSteps(lane, group);
    while (!this.#closed) {
      const step = steps.next();
      if (step.done) return step.value;
      await nextTurn();
    }
    return null;
  }

  async *#groupsOf({ lane, segment }: Candidate): AsyncGenerator<StoredBlock[]> {
    const { log } = this.#options;
    let rest: StoredBlock[] = [];
    for (let offset = segment.firstOffset; offset < segment.endOffset; ) {
      const read = await log.read(lane, offset, readBytesMax);
      const blocks = read.filter(({ firstOffset }) => firstOffset >= offset && firstOffset < segment.endOffset);
      const last = blocks.at(-1);
      const groups = mergeableGroups([...rest, ...blocks]);
      // The last group may go on in what is read next.
      rest = groups.pop() ?? [];
      yield* groups;
      if (last === undefined) break;
      offset = last.firstOffset + last.count;
    }
    if (rest.length > 0) yield rest;
  }
}

function isWorthMerging({ merged, blocks, firstOffset, endOffset }: Segment): boolean {
  return !merged && blocks > 1 && endOffset - firstOffset < blocks * smallBlockCountMax;
}
