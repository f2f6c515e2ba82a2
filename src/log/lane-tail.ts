import { assert } from "../platform/assert.ts";
import type { LaneBounds, StoredBlock } from "./log.ts";

/** What a block costs in memory beside its bytes (resident, measured on Node 20): at a low rate most of it. */
const blockOverheadBytes = 600;

/** Memory of one block, in bytes. */
export function memoryOf(block: StoredBlock): number {
  return block.bytes.length + blockOverheadBytes;
}

/**
 * Bounds of one lane, and its newest blocks in memory: as many as fit into `bytesMax` of memory. The LevelDB log keeps one as a cache,
 * because its readers mostly want what was just written; the memory log keeps one without limit, as its store.
 */
export class LaneTail {
  readonly #bytesMax: number;
  /** Contiguous up to the end of the lane; those before #head are let go. */
  #blocks: StoredBlock[] = [];
  #head = 0;
  #bytes = 0;
  #startOffset: number;
  #endOffset: number;

  constructor({ startOffset, endOffset }: LaneBounds, bytesMax: number) {
    this.#startOffset = startOffset;
    this.#endOffset = endOffset;
    this.#bytesMax = bytesMax;
  }

  get bounds(): LaneBounds {
    return { startOffset: this.#startOffset, endOffset: this.#endOffset };
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  /** What lies before this offset is not in memory. */
  get heldFrom(): number {
    return this.#blocks[this.#head]?.firstOffset ?? this.#endOffset;
  }

  append(block: StoredBlock): void {
    assert(block.firstOffset === this.#endOffset, "a block begins where its lane ends");
    this.#blocks.push(block);
    this.#bytes += memoryOf(block);
    this.#endOffset += block.count;
    while (this.#bytes > this.#bytesMax) this.#dropFirst();
  }

  /** As Log.read; null if a wanted block is not in memory. */
  read(fromOffset: number, bytesMax: number): StoredBlock[] | null {
    const wanted = Math.max(fromOffset, this.#startOffset);
    if (wanted >= this.#endOffset) return [];
    const first = this.#blocks[this.#head];
    if (first === undefined || wanted < first.firstOffset) return null;
    return upTo(bytesMax, this.#blocks, this.#indexOf(wanted));
  }

  /** First offset of the block in memory that holds the offset; the end for the end; null if that block is not in memory. */
  firstOffsetOfBlock(offset: number): number | null {
    if (offset >= this.#endOffset) return this.#endOffset;
    const [block] = this.read(offset, 0) ?? [];
    return block?.firstOffset ?? null;
  }

  /** The lane now begins at this offset, the first one of a block or the end of the lane. */
  trim(startOffset: number): void {
    assert(
      startOffset >= this.#startOffset && startOffset <= this.#endOffset,
      "the start of a lane moves up, to its end at most",
    );
    this.#startOffset = startOffset;
    while ((this.#blocks[this.#head]?.firstOffset ?? Number.POSITIVE_INFINITY) < startOffset) this.#dropFirst();
  }

  /** Merged blocks, of the same records, take the place of those in memory; where these begin within a merged one, they are let go. */
  replace(merged: readonly StoredBlock[]): void {
    const kept = this.#blocks.slice(this.#head);
    const [firstKept] = kept;
    const [first] = merged;
    const last = merged.at(-1);
    if (firstKept === undefined || first === undefined || last === undefined) return;
    const endOffset = last.firstOffset + last.count;
    const fitting = merged.filter(({ firstOffset }) => firstOffset >= firstKept.firstOffset);
    const before = kept.filter(({ firstOffset }) => firstOffset < first.firstOffset);
    const behind = kept.filter(({ firstOffset }) => firstOffset >= endOffset);
    this.#blocks = [...before, ...fitting, ...behind];
    this.#head = 0;
    this.#bytes = this.#blocks.reduce((sum, block) => sum + memoryOf(block), 0);
  }

  #dropFirst(): void {
    const dropped = this.#blocks[this.#head];
    if (dropped !== undefined) this.#bytes -= memoryOf(dropped);
    this.#head++;
    if (this.#head * 2 < this.#blocks.length) return;
    // Half of the array is let go: one move of the other half, so that dropping costs a constant time on average.
    this.#blocks = this.#blocks.slice(this.#head);
    this.#head = 0;
  }

  /** Index of the last block that begins at or before the offset. */
  #indexOf(offset: number): number {
    let low = this.#head;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#blocks[middle]?.firstOffset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Blocks from the index on while they fit into `bytesMax` together; one at least if there is any. */
function upTo(bytesMax: number, blocks: readonly StoredBlock[], fromIndex: number): StoredBlock[] {
  let bytes = 0;
  let index = fromIndex;
  for (; index < blocks.length; index++) {
    bytes += blocks[index]?.bytes.length ?? 0;
    if (bytes > bytesMax && index > fromIndex) break;
  }
  return blocks.slice(fromIndex, index);
}
