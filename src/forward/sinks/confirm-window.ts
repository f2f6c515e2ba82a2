// Publishes records one by one, and gathers what the upstream says of each: for systems that confirm every message on its own.
//
// Constraints
//   inflightMax   messages that are published and not yet confirmed; the next one waits
//
// Records are handed over in the order of the writes, whatever is confirmed when. When the upstream asks to wait, what it was not
// given yet of the writes under way is kept too, so that later records of a series do not overtake earlier ones by more than what was
// in flight. `fail` ends it: whatever has no fate then never gets one.

import type { PlacedRecord } from "../../codec/record-text.ts";
import { addInterval, emptyIntervalSet } from "../../model/interval-set.ts";
import type { Lane } from "../../model/lane.ts";
import type { TidegateError } from "../../platform/errors.ts";
import type { BatchOutcome, ConnectOptions, RecordBatch } from "../record-sink.ts";
import type { Rejection } from "../sink.ts";

/** What became of one record. */
export type Fate =
  | { readonly kind: "accepted" }
  | { readonly kind: "rejected"; readonly reason: string }
  | { readonly kind: "kept"; readonly retryAfterMs: number };

export const accepted: Fate = { kind: "accepted" };

export interface ConfirmWindowOptions {
  readonly inflightMax: number;
  /** As of ConnectOptions. */
  readonly answered?: ConnectOptions["answered"];
  /** Hands a record to the network before it returns, and calls `settle` once; or somebody calls `fail`. */
  readonly publish: (lane: Lane, placed: PlacedRecord<Lane>, settle: (fate: Fate) => void) => void;
}

export class ConfirmWindow {
  readonly #options: ConfirmWindowOptions;
  readonly #unconfirmed = new Set<(error: TidegateError) => void>();
  /** The last write that publishes, or waits for its turn. */
  #turn: Promise<unknown> = Promise.resolve();
  #onRoom: (() => void) | null = null;
  #failure: TidegateError | null = null;
  /** Counts how often the upstream asked to wait, and says for how long it did last. */
  #pauses = { count: 0, retryAfterMs: 0 };

  constructor(options: ConfirmWindowOptions) {
    this.#options = options;
  }

  /** Rejects with what `fail` was given. */
  async write(batch: RecordBatch): Promise<BatchOutcome> {
    const pausesBefore = this.#pauses.count;
    const publishing = this.#turn.then(() => this.#publishAll(batch, pausesBefore));
    this.#turn = publishing;
    return outcomeOf(batch, await Promise.all(await publishing));
  }

  /** Idempotent: the first error counts. */
  fail(error: TidegateError): void {
    this.#failure ??= error;
    for (const reject of this.#unconfirmed) reject(this.#failure);
    this.#unconfirmed.clear();
    this.#makeRoom();
  }

  async #publishAll({ lane, records }: RecordBatch, pausesBefore: number): Promise<Promise<Fate>[]> {
    const fates: Promise<Fate>[] = [];
    for (const placed of records) {
      while (this.#failure === null && this.#unconfirmed.size >= this.#options.inflightMax) await this.#room();
      const isPaused = this.#pauses.count > pausesBefore;
      const fate = isPaused ? Promise.resolve(kept(this.#pauses.retryAfterMs)) : this.#publish(lane, placed);
      // It may fail before the last record is published and somebody waits for it.
      fate.catch(() => undefined);
      fates.push(fate);
    }
    return fates;
  }

  #publish(lane: Lane, placed: PlacedRecord<Lane>): Promise<Fate> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#unconfirmed.add(reject);
      this.#options.publish(lane, placed, (fate) => {
        this.#unconfirmed.delete(reject);
        if (fate.kind === "kept") this.#pauses = { count: this.#pauses.count + 1, retryAfterMs: fate.retryAfterMs };
        resolve(fate);
        this.#options.answered?.();
        this.#makeRoom();
      });
    });
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  #makeRoom(): void {
    this.#onRoom?.();
    this.#onRoom = null;
  }
}

export function kept(retryAfterMs: number): Fate {
  return { kind: "kept", retryAfterMs };
}

export function rejected(reason: string): Fate {
  return { kind: "rejected", reason };
}

/** @param fates of the records of the batch, in their order. */
export function outcomeOf({ records }: RecordBatch, fates: readonly Fate[]): BatchOutcome {
  const rejections: Rejection[] = [];
  let offsetsKept = emptyIntervalSet;
  let retryAfterMs = 0;
  for (const [index, { offset }] of records.entries()) {
    const fate = fates[index] ?? accepted;
    if (fate.kind === "rejected") rejections.push({ offset, reason: fate.reason });
    if (fate.kind !== "kept") continue;
    offsetsKept = addInterval(offsetsKept, { start: offset, end: offset + 1 });
    retryAfterMs = Math.max(retryAfterMs, fate.retryAfterMs);
  }
  return { rejected: rejections, kept: offsetsKept, retryAfterMs };
}
