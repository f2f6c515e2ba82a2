// Records that a sink refuses for good: kept with the reason, so that they can be looked at and sent again, and so that they hold up
// nothing. Each is a checkpoint of the log, "quarantine/<sink>/<lane>/<offset>", and is there before its offset counts as settled.
//
// Bound: `recordsMax` a sink; beyond it those that have been there for longest go, and are counted as dropped.

import { deserialize, serialize } from "node:v8";
import { sliceBlock } from "../codec/block-merge.ts";
import { recordsOf } from "../codec/block-records.ts";
import type { CheckpointChange, Log } from "../log/log.ts";
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
  async put(lane: Lane, rejections: readonly Rejection[], nowUs: number): Promise<void> {
    const added: Kept[] = [];
    for (const { offset, reason } of rejections) {
      const known = this.#kept.get(idOf({ lane, offset }));
      const bytes = known?.bytes ?? (await this.#recordAt(lane, offset));
      // Evicted since it was sent: there is nothing left to keep.
      if (bytes === null) continue;
      added.push({ lane, offset, reason, sinceUs: known?.sinceUs ?? nowUs, refusals: (known?.refusals ?? 0) + 1, bytes });
    }
    await this.#store(added);
  }

  /** Forgets those of the ids that are there. @returns how many. Errors: as Log.append. */
  async drop(ids: readonly string[]): Promise<number> {
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

  async #recordAt(lane: Lane, offset: number): Promise<Uint8Array | null> {
    const [block] = await this.#options.log.read(lane, offset, 1);
    if (block === undefined || block.firstOffset > offset) return null;
    const position = offset - block.firstOffset;
    return sliceBlock(lane, block.bytes, position, position + 1);
  }

  #append(checkpoints: readonly CheckpointChange[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#options.log.append({ checkpoints }, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}

function idOf({ lane, offset }: Pick<Kept, "lane" | "offset">): string {
  return `${lane}/${String(offset).padStart(16, "0")}`;
}
