import { isDeepStrictEqual } from "node:util";
import { type RecordOf, recordsOf } from "../codec/block-records.ts";
import type { Log } from "../log/log.ts";
import { isRetirement } from "../model/alert.ts";

type OutputLane = "results" | "alerts";

const readBytesMax = 256 * 1024;

export interface RecordedOptions {
  /** As Log.read. */
  readonly read: Log["read"];
  readonly lane: OutputLane;
  /** Where the lane ends: what this run records lies behind. */
  readonly endOffset: number;
  /** What the checkpoint says: outputs below are in the states. */
  readonly fromOffset: number;
  /** Causes from which on what an operator said will be said again, by its id; Infinity: never. */
  readonly repeatedFrom: (id: string) => number;
}

/**
 * Outputs of one lane that an earlier run recorded behind its last checkpoint. This run makes them again, in the same order: they are
 * compared one by one, and left out.
 */
export class RecordedOutputs<L extends OutputLane> {
  /** Outputs that are not what was recorded in their place. Anything but 0 is a bug. */
  mismatches = 0;
  readonly #options: RecordedOptions & { readonly lane: L };
  readonly #endOffset: number;
  #nextOffset: number;
  #expected: RecordOf[L][] = [];
  /** Set when outputs are no longer compared. */
  #lastCauseOffset: number | null = null;

  constructor(options: RecordedOptions & { readonly lane: L }) {
    this.#options = options;
    this.#nextOffset = options.fromOffset;
    this.#endOffset = options.endOffset;
  }

  /** Everything below this offset was made again; null once that is everything recorded. */
  get nextOffset(): number | null {
    return this.#nextOffset < this.#endOffset ? this.#nextOffset : null;
  }

  /**
   * Readings are missing: what is made from now on is no exact repetition. What has a cause up to that of the last recorded output is
   * left out without comparing.
   */
  async stopComparing(): Promise<void> {
    for (let expected = await this.#next(); expected !== null; expected = await this.#next()) {
      if (expected !== "unknown") this.#lastCauseOffset = expected.causeOffset;
    }
  }

  /** Those of the outputs that are not recorded yet. Errors: as Log.read. */
  async leaveOut(outputs: readonly RecordOf[L][]): Promise<readonly RecordOf[L][]> {
    if (this.#lastCauseOffset !== null) return outputs.filter(({ causeOffset }) => causeOffset > (this.#lastCauseOffset ?? -1));
    for (const [index, output] of outputs.entries()) {
      const expected = await this.#next();
      if (expected === null) return index === 0 ? outputs : outputs.slice(index);
      if (expected !== "unknown" && !isDeepStrictEqual(expected, output)) this.mismatches++;
    }
    return [];
  }

  /** Records that were not made again; they should be none once everything is fed. */
  async rest(): Promise<number> {
    let count = 0;
    while ((await this.#next()) !== null) count++;
    return count;
  }

  /** The next recorded one; `unknown` where retention or damage took it; null behind the last. */
  async #next(): Promise<RecordOf[L] | "unknown" | null> {
    for (;;) {
      const expected = this.#expected.shift();
      if (expected !== undefined) {
        this.#nextOffset++;
        if (this.#isRepeated(expected)) return expected;
        continue;
      }
      if (this.#nextOffset >= this.#endOffset) return null;
      const isThere = await this.#read();
      if (isThere) continue;
      this.#nextOffset++;
      return "unknown";
    }
  }

  #isRepeated(output: RecordOf[L]): boolean {
    if ("rule" in output && isRetirement(output)) return false;
    return output.causeOffset >= this.#options.repeatedFrom(nameOf(output));
  }

  /** Whether the record at the next offset is there. */
  async #read(): Promise<boolean> {
    const { read, lane } = this.#options;
    const [block] = await read(lane, this.#nextOffset, readBytesMax);
    if (block === undefined || block.firstOffset > this.#nextOffset) return false;
    const { records } = recordsOf(lane, block.bytes);
    const from = this.#nextOffset - block.firstOffset;
    this.#expected = records.slice(from, this.#endOffset - block.firstOffset);
    return true;
  }
}

function nameOf(output: RecordOf[OutputLane]): string {
  return "window" in output ? `window ${output.window}` : `rule ${output.rule}`;
}
