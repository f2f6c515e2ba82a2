// What was sent on a link and is not yet confirmed, with its two bounds.

import type { Lane } from "../model/lane.ts";

export interface InflightLimits {
  readonly inflightBytesMax: number;
  readonly inflightBatchesMax: number;
}

interface SentBatch {
  readonly endOffset: number;
  readonly bytes: number;
}

export class Inflight {
  readonly #limits: InflightLimits;
  readonly #sent: Record<Lane, SentBatch[]> = { readings: [], results: [], alerts: [] };
  #bytes = 0;
  #batches = 0;

  constructor(limits: InflightLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get batches(): number {
    return this.#batches;
  }

  get bytesLeft(): number {
    return Math.max(0, this.#limits.inflightBytesMax - this.#bytes);
  }

  get batchesLeft(): number {
    return Math.max(0, this.#limits.inflightBatchesMax - this.#batches);
  }

  /** True while neither bound is reached. A batch may exceed the bytes once, for one that is larger than the bound must go, too. */
  get hasRoom(): boolean {
    return this.bytesLeft > 0 && this.batchesLeft > 0;
  }

  add(lane: Lane, endOffset: number, bytes: number): void {
    this.#sent[lane].push({ endOffset, bytes });
    this.#bytes += bytes;
    this.#batches += 1;
  }

  /** Takes out what ends at or below `nextOffset`; yields how many batches those were. */
  confirm(lane: Lane, nextOffset: number): number {
    const sent = this.#sent[lane];
    const open = sent.findIndex(({ endOffset }) => endOffset > nextOffset);
    const confirmed = sent.splice(0, open === -1 ? sent.length : open);
    for (const { bytes } of confirmed) this.#bytes -= bytes;
    this.#batches -= confirmed.length;
    return confirmed.length;
  }
}
