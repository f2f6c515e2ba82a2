/** What can be told to stop, and to go on, reading: a gRPC call. */
export interface PressuredStream {
  pause(): void;
  resume(): void;
}

/**
 * Holds streams back while too much waits for the store: a stream that may not read lets its gateway's send window fill up. Over the
 * limit those are held that have more than their share of it, so that one with a large backlog does not keep the others from being
 * read; over twice the limit, all. So at most twice `bytesMax` waits, and a message of each stream.
 */
export class PressureGate {
  readonly #bytesMax: number;
  /** Of the streams of which something waits. */
  readonly #bytesOf = new Map<PressuredStream, number>();
  readonly #held = new Set<PressuredStream>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** A block of the stream begins to wait; pauses the stream if that is too much. */
  enter(stream: PressuredStream, bytes: number): void {
    this.#bytes += bytes;
    this.#bytesOf.set(stream, (this.#bytesOf.get(stream) ?? 0) + bytes);
    if (!this.#isTooMuch(stream)) return;
    this.#held.add(stream);
    stream.pause();
  }

  /** The block waits no more; resumes the streams for which there is room now. */
  leave(stream: PressuredStream, bytes: number): void {
    this.#bytes -= bytes;
    const left = (this.#bytesOf.get(stream) ?? 0) - bytes;
    if (left > 0) this.#bytesOf.set(stream, left);
    else this.#bytesOf.delete(stream);
    for (const held of this.#held) {
      if (this.#isTooMuch(held)) continue;
      this.#held.delete(held);
      held.resume();
    }
  }

  /** The stream is not to be resumed any more; its blocks leave as they would. */
  release(stream: PressuredStream): void {
    this.#held.delete(stream);
  }

  #isTooMuch(stream: PressuredStream): boolean {
    if (this.#bytes <= this.#bytesMax) return false;
    const share = this.#bytesMax / this.#bytesOf.size;
    return this.#bytes > 2 * this.#bytesMax || (this.#bytesOf.get(stream) ?? 0) > share;
  }
}
