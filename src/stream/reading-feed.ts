import { decodeReadingBlock, type ReadingBlock } from "../codec/block-codec.ts";
import type { Log, StoredBlock } from "../log/log.ts";
import { assert } from "../platform/assert.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import type { LostReadings } from "./checkpoint.ts";
import { type Commit, commitsOf } from "./commits.ts";
import type { Processor } from "./processor.ts";

export interface ReadingFeedOptions {
  readonly log: Log;
  readonly processor: Processor;
  readonly logger: Logger;
  /** What was lost before; counted on. */
  readonly lost: LostReadings;
  /** Before the processor goes on behind readings that are lost. */
  readonly onLoss: () => Promise<void>;
}

/** Feeds a processor the blocks of the readings lane, and counts the readings that are not to be had. */
export class ReadingFeed {
  readonly #options: ReadingFeedOptions;
  readonly #lost: LostReadings;

  constructor(options: ReadingFeedOptions) {
    this.#options = options;
    this.#lost = { ...options.lost };
  }

  /** Readings that the processor did not see, by reason. */
  get lost(): LostReadings {
    return { ...this.#lost };
  }

  /** A block at or behind the processor's position. */
  async feed(block: StoredBlock): Promise<void> {
    const { processor } = this.#options;
    assert(block.firstOffset >= processor.position, "blocks are fed whole");
    for (const commit of await this.open(block)) processor.feedCommit(commit);
  }

  /** The commits of a block that are still to be fed; of a merged one these may be fewer than all. */
  async open(block: StoredBlock): Promise<readonly Commit[]> {
    const { processor } = this.#options;
    await this.skipTo(block.firstOffset);
    const decoded = this.#decode(block);
    if (decoded === null) {
      await this.#lose("corrupt", block.firstOffset + block.count);
      return [];
    }
    let offset = block.firstOffset;
    return commitsOf(decoded).filter(({ count }) => {
      offset += count;
      return offset > processor.position;
    });
  }

  /** Counts what another feed has lost. */
  addLost({ trimmed, corrupt }: LostReadings): void {
    this.#lost.trimmed += trimmed;
    this.#lost.corrupt += corrupt;
  }

  /** What lies before `offset` and was not fed is not in the log. */
  async skipTo(offset: number): Promise<void> {
    const { log, processor } = this.#options;
    if (offset <= processor.position) return;
    for (const { toOffset, loss } of log.missing("readings", processor.position, offset)) {
      await this.#lose(loss?.reason === "corrupt" ? "corrupt" : "trimmed", toOffset);
    }
  }

  /** Null if the block is corrupt. */
  #decode(block: StoredBlock): ReadingBlock | null {
    try {
      return decodeReadingBlock(block.bytes);
    } catch (error) {
      if (!(error instanceof TidegateError) || error.code !== "BLOCK_CORRUPT") throw error;
      this.#options.logger.error({ err: error, firstOffset: block.firstOffset }, "a block of readings cannot be decoded");
      return null;
    }
  }

  /** Goes on at `offset`; the readings before it are seen by no operator. */
  async #lose(reason: keyof LostReadings, offset: number): Promise<void> {
    const { processor, logger, onLoss } = this.#options;
    const readings = offset - processor.position;
    this.#lost[reason] += readings;
    logger.error({ reason, readings, fromOffset: processor.position }, "windows and alerts miss readings");
    await onLoss();
    processor.skipTo(offset);
  }
}
