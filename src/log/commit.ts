import { encodeAlertBlock, encodeResultBlock, ReadingBlockBuilder } from "../codec/block-codec.ts";
import type { Lane } from "../model/lane.ts";
import type { Reading } from "../model/reading.ts";
import type { LogWrite, StoredBlock } from "./log.ts";

/**
 * Most records of one block; a larger commit is cut into several blocks, all in its one atomic write. A block is what a reader
 * decodes at once and what goes upstream in one message.
 */
export const blockRecordsMax = 8192;
/** A block of readings is cut when its texts and names pass this many UTF-16 units: 8192 texts of 4096 would be 32 Mi of them. */
export const blockTextLengthMax = 262_144;
/**
 * A commit takes appends until it holds about so many bytes; the others wait for the next one. LevelDB copies a batch twice
 * before it is on disk, so this bounds that memory, and how long one sync can take. A single append may be larger.
 */
export const commitBytesMax = 8 * 1024 * 1024;
/** What a record adds to a commit beside its texts, roughly. */
const recordBytes = { readings: 12, results: 160, alerts: 80 } as const;

export interface LaneBlock {
  readonly lane: Lane;
  readonly block: StoredBlock;
}

/** What becomes durable together. */
export interface Commit {
  readonly blocks: readonly LaneBlock[];
  /** When it was assembled: microseconds since the Unix epoch. It stands in the blocks. */
  readonly ingestTimeUs: number;
  /** By name; the last one of each name. */
  readonly checkpoints: ReadonlyMap<string, Uint8Array | null>;
}

export type LaneEnds = Readonly<Record<Lane, number>>;

/** How many writes, from the first on, go into one commit: at least one, and no more than fit. */
export function writesOfCommit(writes: readonly LogWrite[]): number {
  let bytes = 0;
  let taken = 0;
  for (const write of writes) {
    bytes += roughBytesOf(write);
    if (bytes > commitBytesMax && taken > 0) break;
    taken++;
  }
  return taken;
}

/** Names count once a series in a block, so they are left out; texts are counted one by one. */
function roughBytesOf({ readings = [], results = [], alerts = [], checkpoint, checkpoints = [] }: LogWrite): number {
  let bytes =
    readings.length * recordBytes.readings + results.length * recordBytes.results + alerts.length * recordBytes.alerts;
  for (const { value } of readings) if (typeof value === "string") bytes += value.length;
  for (const { name, value } of checkpoints) bytes += name.length + (value?.length ?? 0);
  return bytes + (checkpoint?.value.length ?? 0);
}

export function blocksOfLane(blocks: readonly LaneBlock[], lane: Lane): StoredBlock[] {
  return blocks.filter((block) => block.lane === lane).map(({ block }) => block);
}

/** Turns writes into one commit: offsets from the ends of the lanes on, blocks encoded. Owns the one block builder. */
export class CommitAssembly {
  readonly #builder = new ReadingBlockBuilder();

  assemble(writes: readonly LogWrite[], ends: LaneEnds, ingestTimeUs: number): Commit {
    const checkpoints = new Map<string, Uint8Array | null>();
    for (const { checkpoint, checkpoints: further = [] } of writes) {
      if (checkpoint !== undefined) checkpoints.set(checkpoint.name, checkpoint.value);
      for (const { name, value } of further) checkpoints.set(name, value);
    }
    const results = inPieces(writes.flatMap((write) => write.results ?? []));
    const alerts = inPieces(writes.flatMap((write) => write.alerts ?? []));
    const blocks = [
      ...this.#readingBlocks(writes, ends.readings, ingestTimeUs),
      ...rowBlocks("results", results, ends.results, (piece) => encodeResultBlock(piece, ingestTimeUs)),
      ...rowBlocks("alerts", alerts, ends.alerts, (piece) => encodeAlertBlock(piece, ingestTimeUs)),
    ];
    return { blocks, ingestTimeUs, checkpoints };
  }

  #readingBlocks(writes: readonly LogWrite[], endOffset: number, ingestTimeUs: number): LaneBlock[] {
    const blocks: LaneBlock[] = [];
    const builder = this.#builder;
    let firstOffset = endOffset;
    let textLength = 0;
    const cut = () => {
      const { count } = builder;
      blocks.push({ lane: "readings", block: { firstOffset, count, bytes: builder.finish(ingestTimeUs) } });
      firstOffset += count;
      textLength = 0;
    };
    for (const { readings = [] } of writes) {
      for (const reading of readings) {
        builder.add(reading);
        textLength += textLengthOf(reading);
        if (builder.count === blockRecordsMax || textLength > blockTextLengthMax) cut();
      }
    }
    if (builder.count > 0) cut();
    return blocks;
  }
}

function textLengthOf({ device, metric, unit, value }: Reading): number {
  return device.length + metric.length + unit.length + (typeof value === "string" ? value.length : 0);
}

function inPieces<Row>(rows: readonly Row[]): Row[][] {
  const pieces: Row[][] = [];
  for (let from = 0; from < rows.length; from += blockRecordsMax) pieces.push(rows.slice(from, from + blockRecordsMax));
  return pieces;
}

function rowBlocks<Row>(
  lane: Lane,
  pieces: readonly Row[][],
  endOffset: number,
  encode: (piece: readonly Row[]) => Uint8Array,
): LaneBlock[] {
  let firstOffset = endOffset;
  return pieces.map((piece) => {
    const block = { firstOffset, count: piece.length, bytes: encode(piece) };
    firstOffset += piece.length;
    return { lane, block };
  });
}
