import { appendFile, rm, stat, truncate } from "node:fs/promises";
import { saysFull } from "../platform/data-directory.ts";
import { messageOf } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";

/** It takes no more than this part of what is free; with more, it would itself fill the disk. */
const freePart = 4;
/** It is given in so many pieces. */
const pieces = 8;

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
 * leaves half-written tables, which go when LevelDB opens, and then it begins anew. So room is given piece by piece, and taken
 * back after each opening, as far as there is any.
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
      const held = await sizeOf(path);
      const size = Math.min(bytes, held + Math.floor((await freeBytes()) / freePart));
      if (size > held) await appendFile(path, new Uint8Array(size - held));
    } catch (error) {
      logger.warn({ err: error }, `less room is held back for a full disk: ${messageOf(error)}`);
    }
  }

  /** Does what needs room, and gives it room until it succeeds, or none is left. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!saysFull(error) || !(await this.give())) throw error;
      }
    }
  }

  /** Gives a piece of the room; false if there is none to give. */
  async give(): Promise<boolean> {
    const { path, bytes, logger } = this.#options;
    try {
      const held = await sizeOf(path);
      const rest = held - Math.ceil(bytes / pieces);
      if (rest > 0) await truncate(path, rest);
      else await rm(path, { force: true });
      return held > 0;
    } catch (error) {
      logger.warn({ err: error }, `the room that was held back is not given: ${messageOf(error)}`);
      return false;
    }
  }
}

/** Bytes of the file; 0 if it does not exist. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}
