import { recordsOf } from "../codec/block-records.ts";
import type { Log } from "../log/log.ts";
import type { Alert } from "../model/alert.ts";
import type { WindowResult } from "../model/result.ts";

const readBytesMax = 1024 * 1024;

/** A record of a lane of outputs. */
export type Said =
  | { readonly lane: "results"; readonly record: WindowResult }
  | { readonly lane: "alerts"; readonly record: Alert };

type OutputLane = Said["lane"];

/** A block of a lane of outputs, and the earliest cause in it. */
interface Place {
  readonly firstOffset: number;
  readonly causeOffset: number;
}

/**
 * The records of a lane of outputs in the order of causes. The lane itself is in that order but for what was backfilled, which stands
 * behind what was recorded before it. So the lane is read twice: once for the causes in each block, then each block when its time
 * comes. In memory are the places of blocks, and the records that wait for their cause: few, unless a block holds early and late ones.
 */
export class RecordedByCause {
  readonly #log: Log;
  readonly #lane: OutputLane;
  /** The next one last. */
  readonly #places: Place[];
  /** Those read and not taken, the next one last. */
  #waiting: Said[] = [];

  /** Errors: as Log.read. */
  static async open(log: Log, lane: OutputLane): Promise<RecordedByCause> {
    const places: Place[] = [];
    const { startOffset, endOffset } = log.bounds(lane);
    for (let offset = startOffset; offset < endOffset; ) {
      const blocks = await log.read(lane, offset, readBytesMax);
      if (blocks.length === 0) break;
      for (const { firstOffset, count, bytes } of blocks) {
        const causes = saidIn(lane, bytes).map(({ record }) => record.causeOffset);
        places.push({ firstOffset, causeOffset: causes.reduce((one, other) => Math.min(one, other)) });
        offset = firstOffset + count;
      }
    }
    return new RecordedByCause(log, lane, places);
  }

  private constructor(log: Log, lane: OutputLane, places: readonly Place[]) {
    this.#log = log;
    this.#lane = lane;
    this.#places = places.toReversed().sort((one, other) => other.causeOffset - one.causeOffset);
  }

  /** Takes the records with causes up to and with this one. Errors: as Log.read. */
  async until(causeOffset: number): Promise<Said[]> {
    await this.#load(causeOffset);
    const taken: Said[] = [];
    for (
      let next = this.#waiting.at(-1);
      next !== undefined && next.record.causeOffset <= causeOffset;
      next = this.#waiting.at(-1)
    ) {
      taken.push(next);
      this.#waiting.pop();
    }
    return taken;
  }

  async #load(causeOffset: number): Promise<void> {
    const loaded: Said[] = [];
    for (let next = this.#places.at(-1); next !== undefined && next.causeOffset <= causeOffset; next = this.#places.at(-1)) {
      const [block] = await this.#log.read(this.#lane, next.firstOffset, 1);
      if (block !== undefined) for (const said of saidIn(this.#lane, block.bytes)) loaded.push(said);
      this.#places.pop();
    }
    if (loaded.length === 0) return;
    this.#waiting = [...loaded.reverse(), ...this.#waiting].sort(
      (one, other) => other.record.causeOffset - one.record.causeOffset,
    );
  }
}

function saidIn(lane: OutputLane, bytes: Uint8Array): Said[] {
  return recordsOf(lane, bytes).records.map((record) => ({ lane, record }) as unknown as Said);
}
