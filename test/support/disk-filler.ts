import { type FileHandle, open, rm } from "node:fs/promises";
import { systemCodeOf } from "../../src/platform/errors.ts";

const portionBytesMax = 1024 * 1024;
const portionBytesMin = 4096;
const intervalMs = 20;

/** Another program on the same disk. */
export class DiskFiller {
  readonly #path: string;
  #filling: Promise<void> | null = null;
  #stopped = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes every byte that is free. */
  async fill(): Promise<void> {
    const file = await open(this.#path, "a");
    await fill(file);
    await file.close();
  }

  /** Takes also each byte that becomes free, from now on. */
  keepFull(): void {
    this.#filling ??= this.#keepFull();
  }

  /** Takes no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#filling;
  }

  /** Gives all of it back. */
  async release(): Promise<void> {
    await this.stop();
    await rm(this.#path, { force: true });
  }

  async #keepFull(): Promise<void> {
    while (!this.#stopped) {
      await this.fill();
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  }
}

/** Appends until the disk has no room for the smallest portion. */
async function fill(file: FileHandle): Promise<void> {
  for (let bytes = portionBytesMax; bytes >= portionBytesMin; ) {
    try {
      const { bytesWritten } = await file.write(new Uint8Array(bytes));
      if (bytesWritten < bytes) bytes = Math.floor(bytes / 2);
    } catch (error) {
      if (systemCodeOf(error) !== "ENOSPC") throw error;
      bytes = Math.floor(bytes / 2);
    }
  }
  await file.datasync();
}
