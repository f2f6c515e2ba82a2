import type { Lane } from "../model/lane.ts";
import { TidegateError } from "../platform/errors.ts";
import { type Damage, type ExaminedBlocks, examineBlocks, type LaneEntry } from "./examine-blocks.ts";
import { entriesOf } from "./lane-entries.ts";
import type { LaneTail } from "./lane-tail.ts";
import type { StoredBlock } from "./log.ts";
import type { LogDatabase } from "./log-database.ts";
import { offsetBehind } from "./loss.ts";
import { SetAside, type SetAsideOptions } from "./set-aside.ts";

/** How often a read finds damage that is not there when it is to be set aside, before that is a fault. */
const fruitlessMax = 3;

/** Reads lanes, newest blocks from memory, older ones from the disk: these are verified, and what is damaged is set aside. */
export class LaneReader {
  readonly #options: SetAsideOptions;
  readonly #setAside: SetAside;

  constructor(options: SetAsideOptions) {
    this.#options = options;
    this.#setAside = new SetAside(options);
  }

  /** As Log.read. */
  async read(lane: Lane, fromOffset: number, bytesMax: number): Promise<StoredBlock[]> {
    const tail = this.#options.tails[lane];
    for (let fruitless = 0; fruitless <= fruitlessMax; ) {
      const offset = this.#firstDue(lane, fromOffset);
      const held = tail.read(offset, bytesMax);
      if (held !== null) return held;
      const { blocks } = await this.#examine(lane, offset, bytesMax);
      const wanted = blocks.filter(({ firstOffset, count }) => firstOffset + count > offset);
      if (wanted.length > 0) return withHeld(wanted, tail, bytesMax);
      // Looked at once more when it is its turn: meanwhile another reader may have set it aside, or retention removed it.
      const isSetAside = await this.#setAside.damage(lane, () => this.#damageAt(lane, fromOffset));
      fruitless = isSetAside ? 0 : fruitless + 1;
    }
    throw new TidegateError(
      "LOG_READ_FAILED",
      `read ${lane} from offset ${fromOffset}: the database gives something else each time it is asked; replace the disk`,
    );
  }

  /** Where the lane may be cut so that every block below the offset goes: where a block begins, or a hole. */
  async blockStart(lane: Lane, offset: number): Promise<number> {
    const { tails, ledger } = this.#options;
    const hole = ledger.holes(lane).find(({ fromOffset, toOffset }) => fromOffset <= offset && offset < toOffset);
    return hole?.fromOffset ?? tails[lane].firstOffsetOfBlock(offset) ?? (await this.#blockStartOnDisk(lane, offset));
  }

  async #blockStartOnDisk(lane: Lane, offset: number): Promise<number> {
    const { disk, segments, tails } = this.#options;
    let start = segments[lane].holding(offset)?.firstOffset ?? tails[lane].bounds.startOffset;
    await disk.use(async (database) => {
      const range = { fromOffset: start, toOffset: offset + 1 };
      for await (const { firstOffset } of entriesOf(database, lane, range)) start = firstOffset;
    });
    return start;
  }

  /** The offset, or the next one that the lane should hold. */
  #firstDue(lane: Lane, fromOffset: number): number {
    const { startOffset } = this.#options.tails[lane].bounds;
    return offsetBehind(this.#options.ledger.holes(lane), Math.max(fromOffset, startOffset));
  }

  /** Null if there is nothing that must go before a block from the offset on can be read. */
  async #damageAt(lane: Lane, fromOffset: number): Promise<Damage | null> {
    const offset = this.#firstDue(lane, fromOffset);
    if (offset >= this.#options.tails[lane].heldFrom) return null;
    const { blocks, damage } = await this.#examine(lane, offset, 0);
    return blocks.some(({ firstOffset, count }) => firstOffset + count > offset) ? null : damage;
  }

  /**
   * From the block that holds the offset, up to the first damage, to `bytesMax`, or to what is in memory; one block at least. Where no
   * block begins at the offset, from the beginning of the segment on: what a block says of its place is only worth something
   * together with those before it.
   */
  #examine(lane: Lane, offset: number, bytesMax: number): Promise<ExaminedBlocks> {
    const { disk, tails, segments, ledger } = this.#options;
    // The bounds before the first await: what is appended meanwhile is not read.
    const { endOffset } = tails[lane].bounds;
    const { heldFrom } = tails[lane];
    const segmentStart = segments[lane].holding(offset)?.firstOffset ?? offset;
    return disk.use(async (database) => {
      const read = (fromOffset: number) => readEntries(database, lane, { fromOffset, offset, bytesMax, heldFrom, endOffset });
      const found = await read(offset);
      const isPlaced = found.entries[0]?.firstOffset === offset || segmentStart === offset;
      const range = isPlaced ? found : await read(segmentStart);
      const fromOffset = isPlaced ? offset : segmentStart;
      const { blocks, damage } = examineBlocks(range.entries, { ...range, fromOffset, endOffset, holes: ledger.holes(lane) });
      return { blocks, damage: damage && below(heldFrom, damage) };
    });
  }
}

interface EntryRange {
  readonly fromOffset: number;
  /** From here on `bytesMax` counts. */
  readonly offset: number;
  readonly bytesMax: number;
  readonly heldFrom: number;
  readonly endOffset: number;
}

/** `toOffset` is where the next block begins. */
async function readEntries(
  database: LogDatabase,
  lane: Lane,
  { fromOffset, offset, bytesMax, heldFrom, endOffset }: EntryRange,
): Promise<{ readonly entries: LaneEntry[]; readonly toOffset: number }> {
  const entries: LaneEntry[] = [];
  let readBytes = 0;
  for await (const entry of entriesOf(database, lane, { fromOffset, toOffset: endOffset, readBytes: bytesMax })) {
    const { firstOffset, bytes } = entry;
    const isBefore = firstOffset <= offset;
    const isEnough = !isBefore && entries.length > 0 && readBytes + bytes.length > bytesMax;
    if (isEnough || firstOffset >= heldFrom) return { entries, toOffset: firstOffset };
    readBytes = isBefore ? bytes.length : readBytes + bytes.length;
    entries.push(entry);
  }
  return { entries, toOffset: endOffset };
}

/** What memory still holds is served, whatever became of it on disk. */
function below(heldFrom: number, damage: Damage): Damage | null {
  return damage.fromOffset < heldFrom ? { ...damage, toOffset: Math.min(damage.toOffset, heldFrom) } : null;
}

/** The blocks, and those in memory that follow, as many as fit. */
function withHeld(blocks: StoredBlock[], tail: LaneTail, bytesMax: number): StoredBlock[] {
  const last = blocks.at(-1);
  const bytesLeft = blocks.reduce((left, { bytes }) => left - bytes.length, bytesMax);
  const endOffset = last === undefined ? 0 : last.firstOffset + last.count;
  if (endOffset < tail.heldFrom) return blocks;
  const [next, ...rest] = tail.read(endOffset, bytesLeft) ?? [];
  return next === undefined || next.firstOffset !== endOffset || next.bytes.length > bytesLeft
    ? blocks
    : [...blocks, next, ...rest];
}
