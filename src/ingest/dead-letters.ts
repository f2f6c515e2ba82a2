// Payloads that were rejected, kept so that somebody can see what a device really sent. They are diagnostics, not data: written
// without fsync, and bounded. Two files of NDJSON: when the current one has half of the allowed number it becomes the previous
// one, and the one before is gone.
//
// If the disk takes nothing, letters are counted as lost and ingest goes on.

import type { Buffer } from "node:buffer";
import { appendFile, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { RejectReason } from "../codec/reject.ts";

/** Files in the data directory: the current one and the one before. */
export const deadLetterFiles = ["dead-letters.ndjson", "dead-letters.1.ndjson"] as const;

export interface DeadLetter {
  readonly timeUs: number;
  readonly topic: string;
  readonly clientId: string | null;
  readonly reason: RejectReason;
  readonly detail: string;
  readonly payload: Buffer;
}

export interface DeadLetterOptions {
  readonly directory: string;
  /** Most letters that are kept; 0 or 1: none. */
  readonly lettersMax: number;
  /** Bytes kept of each payload. */
  readonly payloadBytesMax: number;
}

/** Letters that may wait for the disk. */
const waitingMax = 1000;

export class DeadLetters {
  /** Letters that were not written, because too many waited or the disk refused. */
  lost = 0;
  readonly #options: DeadLetterOptions;
  readonly #currentPath: string;
  readonly #previousPath: string;
  #waiting: string[] = [];
  #written = 0;
  #writing: Promise<void> | null = null;

  private constructor(options: DeadLetterOptions) {
    this.#options = options;
    this.#currentPath = join(options.directory, deadLetterFiles[0]);
    this.#previousPath = join(options.directory, deadLetterFiles[1]);
  }

  static async open(options: DeadLetterOptions): Promise<DeadLetters> {
    const letters = new DeadLetters(options);
    const text = await readFile(letters.#currentPath, "utf8").catch(() => "");
    letters.#written = text.split("\n").length - 1;
    return letters;
  }

  add(letter: DeadLetter): void {
    if (this.#options.lettersMax < 2) return;
    if (this.#waiting.length >= waitingMax) {
      this.lost++;
      return;
    }
    this.#waiting.push(lineOf(letter, this.#options.payloadBytesMax));
    this.#writing ??= this.#write();
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const room = Math.floor(this.#options.lettersMax / 2) - this.#written;
      const lines = this.#waiting.splice(0, Math.max(0, room));
      try {
        await (lines.length > 0 ? this.#append(lines) : this.#rotate());
      } catch {
        this.lost += lines.length + this.#waiting.length;
        this.#waiting = [];
      }
    }
    this.#writing = null;
  }

  async #append(lines: readonly string[]): Promise<void> {
    await appendFile(this.#currentPath, lines.join(""));
    this.#written += lines.length;
  }

  async #rotate(): Promise<void> {
    await rename(this.#currentPath, this.#previousPath);
    this.#written = 0;
  }
}

function lineOf(letter: DeadLetter, payloadBytesMax: number): string {
  const { timeUs, topic, clientId, reason, detail, payload } = letter;
  const kept = payload.subarray(0, payloadBytesMax).toString("base64");
  return `${JSON.stringify({ timeUs, topic, clientId, reason, detail, payloadBytes: payload.length, payloadBase64: kept })}\n`;
}
