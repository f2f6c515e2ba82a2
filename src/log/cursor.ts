import type { Lane } from "../model/lane.ts";
import type { LaneBounds, Log, StoredBlock } from "./log.ts";

export interface NextOptions {
  /** As in Log.read. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

/**
 * A reader's place in a lane. It waits for blocks on the log's commits, without polling, and moves only by `advance`: what was
 * returned and not advanced over is returned again. Its position is not durable; whoever reads keeps it in a checkpoint.
 * One call of `next` at a time.
 */
export class LogCursor {
  readonly #log: Log;
  readonly #lane: Lane;
  #position: number;
  #skipped: LaneBounds | null = null;

  constructor(log: Log, lane: Lane, fromOffset: number) {
    this.#log = log;
    this.#lane = lane;
    this.#position = fromOffset;
  }

  /** The next offset to read. */
  get position(): number {
    return this.#position;
  }

  /** The offsets that the last call of `next` passed over because they had been trimmed, or are lost; null if there were none. */
  get skipped(): LaneBounds | null {
    return this.#skipped;
  }

  /**
   * Blocks from the position on, at least one: waits until there is one. The first may begin before the position.
   * Empty only when the signal aborts. Rejects as Log.read does; closing the log does not end a wait, the signal does.
   */
  async next({ bytesMax, signal }: NextOptions): Promise<StoredBlock[]> {
    this.#skipped = null;
    while (!signal.aborted) {
      await this.#endPassed(signal);
      if (signal.aborted) break;
      // The end before the read: if that gives nothing, everything up to there is gone.
      const { endOffset } = this.#log.bounds(this.#lane);
      const blocks = await this.#log.read(this.#lane, this.#position, bytesMax);
      this.#skipTo(blocks[0]?.firstOffset ?? endOffset);
      if (blocks.length > 0) return blocks;
    }
    return [];
  }

  /** Everything before the offset is dealt with. Never moves back. */
  advance(offset: number): void {
    this.#position = Math.max(this.#position, offset);
  }

  #skipTo(startOffset: number): void {
    if (startOffset <= this.#position) return;
    this.#skipped = { startOffset: this.#skipped?.startOffset ?? this.#position, endOffset: startOffset };
    this.#position = startOffset;
  }

  /** Resolves when the lane ends behind the position, or on abort. */
  #endPassed(signal: AbortSignal): Promise<void> {
    const hasPassed = () => this.#log.bounds(this.#lane).endOffset > this.#position;
    if (hasPassed()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        stop();
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const stop = this.#log.onCommit(() => {
        if (hasPassed()) finish();
      });
      signal.addEventListener("abort", finish, { once: true });
    });
  }
}
