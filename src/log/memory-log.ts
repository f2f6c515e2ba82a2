import { randomUUID } from "node:crypto";
import type { Lane } from "../model/lane.ts";
import type { Clock } from "../platform/clock.ts";
import type { Commit } from "./commit.ts";
import { closedError, eachLane, GroupCommit } from "./group-commit.ts";
import { LaneTail } from "./lane-tail.ts";
import type { AppendDone, LaneBounds, Log, LogWrite, StoredBlock } from "./log.ts";

export interface MemoryLogOptions {
  readonly clock: Clock;
  /** Readings; default 200,000. */
  readonly pendingReadingsMax?: number;
}

/** A log that ends with its process: for tests and simulations. "Durable" means committed; everything else is as on disk. */
export function createMemoryLog(options: MemoryLogOptions): Log {
  return new MemoryLog(options);
}

class MemoryLog implements Log {
  readonly logId = randomUUID();
  readonly #lanes = eachLane(() => new LaneTail({ startOffset: 0, endOffset: 0 }, Number.POSITIVE_INFINITY));
  readonly #checkpoints = new Map<string, Uint8Array>();
  readonly #commits: GroupCommit;

  constructor({ clock, pendingReadingsMax = 200_000 }: MemoryLogOptions) {
    this.#commits = new GroupCommit({
      clock,
      pendingReadingsMax,
      ends: () => eachLane((lane) => this.#lanes[lane].endOffset),
      store: () => Promise.resolve(),
      stored: (commit) => this.#keep(commit),
    });
  }

  get pendingReadings(): number {
    return this.#commits.pendingReadings;
  }

  append(write: LogWrite, done: AppendDone): void {
    this.#commits.append(write, done);
  }

  async read(lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]> {
    this.#assertOpen("read");
    return this.#lanes[lane].read(fromOffset, bytesMax) ?? [];
  }

  async trim(lane: Lane, beforeOffset: number): Promise<void> {
    this.#assertOpen("trim");
    const tail = this.#lanes[lane];
    const startOffset = tail.firstOffsetOfBlock(beforeOffset);
    if (startOffset !== null) tail.trim(startOffset);
  }

  bounds(lane: Lane): LaneBounds {
    return this.#lanes[lane].bounds;
  }

  async readCheckpoint(name: string): Promise<Uint8Array | null> {
    this.#assertOpen("read checkpoint");
    return this.#checkpoints.get(name) ?? null;
  }

  onCommit(listener: () => void): () => void {
    return this.#commits.onCommit(listener);
  }

  close(): Promise<void> {
    return this.#commits.close();
  }

  #keep({ blocks, checkpoints }: Commit): void {
    for (const { lane, block } of blocks) this.#lanes[lane].append(block);
    for (const [name, value] of checkpoints) this.#checkpoints.set(name, new Uint8Array(value));
  }

  #assertOpen(attempt: string): void {
    if (this.#commits.closed) throw closedError(attempt);
  }
}
