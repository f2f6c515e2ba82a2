// What was sent on a link and has no fate yet: how much it is, and since when.

import { type Interval, type IntervalSet, missingFrom } from "../model/interval-set.ts";
import type { Lane } from "../model/lane.ts";
import type { Track } from "./lane-schedule.ts";

export interface SentBatch {
  readonly track: Track;
  readonly offsets: Interval;
  readonly bytes: number;
  readonly sentAtUs: number;
}

interface OpenBatch extends SentBatch {
  /** Offsets without a fate. */
  left: IntervalSet;
}

export class Inflight {
  readonly #sent: Record<Lane, OpenBatch[]> = { readings: [], results: [], alerts: [] };
  readonly #bytes: Record<Track, number> = { live: 0, backlog: 0 };
  #batches = 0;

  get bytes(): number {
    return this.#bytes.live + this.#bytes.backlog;
  }

  get batches(): number {
    return this.#batches;
  }

  bytesOf(track: Track): number {
    return this.#bytes[track];
  }

  add(lane: Lane, batch: SentBatch): void {
    this.#sent[lane].push({ ...batch, left: [batch.offsets] });
    this.#bytes[batch.track] += batch.bytes;
    this.#batches += 1;
  }

  /** The offsets have their fate. @returns the batches of which no offset is without one any more. */
  settle(lane: Lane, offsets: Interval): SentBatch[] {
    const done: SentBatch[] = [];
    this.#sent[lane] = this.#sent[lane].filter((batch) => {
      if (batch.offsets.end <= offsets.start || batch.offsets.start >= offsets.end) return true;
      batch.left = batch.left.flatMap((left) => missingFrom([offsets], left));
      if (batch.left.length > 0) return true;
      done.push(batch);
      return false;
    });
    for (const { track, bytes } of done) this.#bytes[track] -= bytes;
    this.#batches -= done.length;
    return done;
  }
}
