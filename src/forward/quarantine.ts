// Records that a sink refuses for good: kept with the reason, so that they can be looked at and sent again, and so that they hold up
// nothing. Each is a checkpoint of the log, "quarantine/<sink>/<lane>/<offset>", and is there before its offset counts as settled.
//
// Bound: `recordsMax` a sink; beyond it those that have been there for longest go, and are counted as dropped.

import { setImmediate as nextTurn } from "node:timers/promises";
import { deserialize, serialize } from "node:v8";
import { sliceBlock } from "../codec/block-merge.ts";
import { recordsOf } from "../codec/block-records.ts";
import type { CheckpointChange, Log, StoredBlock } from "../log/log.ts";
import type { Interval } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { QuarantinedRecord } from "../model/quarantined-record.ts";
import type { Rejection, SinkBatch } from "./sink.ts";

interface Kept extends Omit<QuarantinedRecord, "sink" | "id" | "record"> {
  /** A block of this one record. */
  readonly bytes: Uint8Array;
}

export interface QuarantineOptions {
  readonly sinkName: string;
  readonly recordsMax: number;
  readonly log: Log;
}

export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #prefix: string;
  /** By id, those refused first before others. */
  readonly #kept = new Map<string, Kept>();
  readonly #retried = new Set<string>();
  #dropped = 0;
  /** The last change, under way or done. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: QuarantineOptions) {
    this.#options = options;
    this.#prefix = `quarantine/${options.sinkName}/`;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Records that had to go for newer ones, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes over what the log remembers. Errors: as Log.readCheckpoints. */
  async load(): Promise<void> {
    const stored = (await this.#options.log.readCheckpoints(this.#prefix)).map(({ value }): Kept => deserialize(value));
    for (const kept of stored.sort((one, other) => one.sinceUs - other.sinceUs)) this.#kept.set(idOf(kept), kept);
  }

  /** Of all records, those refused first before others. */
  get ids(): string[] {
    return [...this.#kept.keys()];
  }

  list(): QuarantinedRecord[] {
    const sink = this.#options.sinkName;
    return [...this.#kept.values()].flatMap(({ bytes, ...about }) =>
      recordsOf(about.lane, bytes).records.map((record) => ({ sink, id: idOf(about), ...about, record })),
    );
  }

  /** Wants another try for those of the ids that are there. @returns how many. */
  retry(ids: readonly string[]): number {
    const known = ids.filter((id) => this.#kept.has(id));
    for (const id of known) this.#retried.add(id);
    return known.length;
  }

  /** What is to be tried again, until it has its fate; by id. */
  retries(): ReadonlyMap<string, SinkBatch> {
    const batches = new Map<string, SinkBatch>();
    for (const id of this.#retried) {
      const kept = this.#kept.get(id);
      if (kept !== undefined) batches.set(id, { lane: kept.lane, firstOffset: kept.offset, count: 1, bytes: kept.bytes });
    }
    return batches;
  }

  /** Keeps records that were refused, which are in the log or here already. Errors: as Log.read and Log.append. */
  put(lane: Lane, rejections: readonly Rejection[], nowUs: number): Promise<void> {
    return this.#inTurn(() => this.#put(lane, rejections, nowUs));
  }

  /** Forgets those of the ids that are there. @returns how many. Errors: as Log.append. */
  drop(ids: readonly string[]): Promise<number> {
    return this.#inTurn(() => this.#drop(ids));
  }

  /** One change after the other, so that each is decided on what is there. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changing = this.#turn.then(change);
    this.#turn = changing.catch(() => undefined);
    return changing;
  }

  async #put(lane: Lane, rejections: readonly Rejection[], nowUs: number): Promise<void> {
    const known = new Map(rejections.map(({ offset }) => [offset, this.#kept.get(idOf({ lane, offset }))]));
    const unknown = rejections.map(({ offset }) => offset).filter((offset) => known.get(offset) === undefined);
    const excess = Math.max(0, unknown.length - this.#options.recordsMax);
    const found = await this.#recordsAt(lane, unknown.slice(excess));
    const added: Kept[] = [];
    for (const { offset, reason } of rejections) {
      const { bytes = found.get(offset), sinceUs = nowUs, refusals = 0 } = known.get(offset) ?? {};
      // One too many; or evicted since it was sent: there is nothing left to keep.
      if (bytes === undefined) continue;
      added.push({ lane, offset, reason, sinceUs, refusals: refusals + 1, bytes });
    }
    await this.#store(added);
    this.#dropped += excess;
  }

  async #drop(ids: readonly string[]): Promise<number> {
    const gone = ids.filter((id) => this.#kept.has(id));
    await this.#append(gone.map((id) => ({ name: `${this.#prefix}${id}`, value: null })));
    for (const id of gone) this.#forget(id);
    return gone.length;
  }

  /** Which of the offsets are here. */
  idsWithin(lane: Lane, { start, end }: Interval): string[] {
    if (this.#kept.size === 0) return [];
    const within = [...this.#kept.values()].filter((kept) => kept.lane === lane && kept.offset >= start && kept.offset < end);
    return within.map(idOf);
  }

  async #store(added: readonly Kept[]): Promise<void> {
    const after = new Map([...this.#kept, ...added.map((kept) => [idOf(kept), kept] as const)]);
    const excess = [...after.keys()].slice(0, Math.max(0, after.size - this.#options.recordsMax));
    const puts = added.map((kept) => ({ name: `${this.#prefix}${idOf(kept)}`, value: serialize(kept) }));
    await this.#append([...puts, ...excess.map((id) => ({ name: `${this.#prefix}${id}`, value: null }))]);
    for (const kept of added) {
      this.#kept.set(idOf(kept), kept);
      this.#retried.delete(idOf(kept));
    }
    for (const id of excess) this.#forget(id);
    this.#dropped += excess.length;
  }

  #forget(id: string): void {
    this.#kept.delete(id);
    this.#retried.delete(id);
  }

  /** Blocks of one record each, by offset, of those that the log still has. */
  async #recordsAt(lane: Lane, offsets: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
    const found = new Map<number, Uint8Array>();
    let left = [...offsets].sort((one, other) => one - other);
    for (let [first] = left; first !== undefined; [first] = left) {
      const [block] = await this.#options.log.read(lane, first, 1);
      if (block === undefined) break;
      const end = block.firstOffset + block.count;
      for await (const [offset, bytes] of cutOut(lane, block, left)) found.set(offset, bytes);
      left = left.filter((offset) => offset >= end);
    }
    return found;
  }

  #append(checkpoints: readonly CheckpointChange[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#options.log.append({ checkpoints }, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}

/** Blocks of so many records are cut in a turn of the event loop of their own: PUBACKs wait for it, too. */
const turnCountMin = 512;

/**
 * The records of a block at these offsets, each as a block. In halves: whoever cuts a block decodes all of it, so to cut each record out
 * of the whole takes seconds.
 */
async function* cutOut(lane: Lane, block: StoredBlock, offsets: readonly number[]): AsyncGenerator<[number, Uint8Array]> {
  const { firstOffset, count, bytes } = block;
  const within = offsets.filter((offset) => offset >= firstOffset && offset < firstOffset + count);
  if (within.length === 0) return;
  if (count === 1) return yield [firstOffset, bytes];
  if (count >= turnCountMin) await nextTurn();
  const middle = Math.floor(count / 2);
  for (const [from, to] of [
    [0, middle],
    [middle, count],
  ] as const) {
    if (!within.some((offset) => offset >= firstOffset + from && offset < firstOffset + to)) continue;
    const half = { firstOffset: firstOffset + from, count: to - from, bytes: sliceBlock(lane, bytes, from, to) };
    yield* cutOut(lane, half, within);
  }
}

function idOf({ lane, offset }: Pick<Kept, "lane" | "offset">): string {
  return `${lane}/${String(offset).padStart(16, "0")}`;
}
