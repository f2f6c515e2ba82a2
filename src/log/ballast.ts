import { rm, stat, writeFile } from "node:fs/promises";
import { messageOf } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";

/** It takes no more than this part of what is free; with more, it would itself fill the disk. */
const freePart = 4;

export interface BallastOptions {
  /** LevelDB leaves files alone whose names it does not know. */
  readonly path: string;
  /** At most. 0: none. Sensible: 8 MiB, twice LevelDB's write buffer: what opening writes at most, and the journal of a removal. */
  readonly bytes: number;
  readonly freeBytes: () => Promise<number>;
  readonly logger: Logger;
}

/**
 * A file that holds room for the moment when a full disk leaves none. LevelDB writes when it opens, and to remove something is a
 * write too: without room a full log could neither be read nor become smaller. A compaction that finds no room takes all there is and
 * leaves half-written tables, which go when LevelDB opens: so it is there again, as far as possible, after each opening.
 */
export class Ballast {
  readonly #options: BallastOptions;

  constructor(options: BallastOptions) {
    this.#options = options;
  }

  /** Puts the file there, or a larger one, as far as the disk has room for it. */
  async load(): Promise<void> {
    const { path, bytes, freeBytes, logger } = this.#options;
    if (bytes === 0) return;
    try {
      const size = Math.min(bytes, Math.floor((await freeBytes()) / freePart));
      if (size > (await sizeOf(path))) await writeFile(path, new Uint8Array(size));
    } catch (error) {
      logger.warn({ err: error }, `no room is held back for a full disk: ${messageOf(error)}`);
      await this.drop();
    }
  }

  async drop(): Promise<void> {
    await rm(this.#options.path, { force: true }).catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, `the room that was held back is not given: ${messageOf(error)}`);
    });
  }
}

/** Bytes of the file; 0 if it does not exist. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}
