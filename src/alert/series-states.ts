// What a rule knows of its series, and what of it has changed since it was last kept.
//
// A part of the state for each series, under its names as JSON; the part "" is the rule's own. Encoded as structured clone (node:v8),
// which keeps -0, infinities and every bit of a double.

import { deserialize, serialize } from "node:v8";
import type { StateChange, StatePart } from "../stream/contract.ts";
import type { Life } from "./lifecycle.ts";
import type { Waiting } from "./wait-list.ts";

export interface SeriesNames {
  readonly device: string;
  readonly metric: string;
  readonly tag: string;
}

export interface SeriesState extends SeriesNames {
  life: Life;
  /** Of the judge; null: it remembers nothing. */
  memory: unknown;
  /** End of the newest window that was judged; null: of readings none. */
  newestEndUs: number | null;
  /** While pending. */
  waiting: Waiting<SeriesState> | null;
}

export type SeriesPart = Pick<SeriesState, "life" | "memory" | "newestEndUs">;

export class SeriesStates {
  readonly #byDevice = new Map<string, Map<string, SeriesState>>();
  /** Null before the first call of `changes`, which gives everything. */
  #touched: Set<SeriesState> | null = null;
  /** Keys. */
  readonly #gone = new Set<string>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(device: string, metric: string, tag: string): SeriesState | undefined {
    return this.#byDevice.get(device)?.get(nameIn(metric, tag));
  }

  add(state: SeriesState): void {
    const { device, metric, tag } = state;
    let ofDevice = this.#byDevice.get(device);
    if (ofDevice === undefined) {
      ofDevice = new Map();
      this.#byDevice.set(device, ofDevice);
    }
    ofDevice.set(nameIn(metric, tag), state);
    this.#size++;
    this.#gone.delete(seriesKey(state));
    this.touch(state);
  }

  delete(state: SeriesState): void {
    const ofDevice = this.#byDevice.get(state.device);
    ofDevice?.delete(nameIn(state.metric, state.tag));
    if (ofDevice?.size === 0) this.#byDevice.delete(state.device);
    this.#size--;
    this.#touched?.delete(state);
    this.#gone.add(seriesKey(state));
  }

  /** Its state has changed. */
  touch(state: SeriesState): void {
    this.#touched?.add(state);
  }

  /** Parts that changed since the last call; all of them at the first. */
  changes(): StateChange[] {
    const changed: StateChange[] = Array.from(this.#gone, (key) => ({ key, value: null }));
    for (const state of this.#touched ?? this) changed.push({ key: seriesKey(state), value: encode(state) });
    this.#gone.clear();
    this.#touched = new Set();
    return changed;
  }

  *[Symbol.iterator](): Iterator<SeriesState> {
    for (const ofDevice of this.#byDevice.values()) yield* ofDevice.values();
  }
}

export function seriesKey({ device, metric, tag }: SeriesNames): string {
  return JSON.stringify(tag === "" ? [device, metric] : [device, metric, tag]);
}

/** The series of a part, with its state. */
export function decodeSeries({ key, value }: StatePart): SeriesState {
  const [device = "", metric = "", tag = ""]: string[] = JSON.parse(key);
  const { life, memory, newestEndUs }: SeriesPart = deserialize(value);
  return { device, metric, tag, life, memory, newestEndUs, waiting: null };
}

function encode({ life, memory, newestEndUs }: SeriesState): Uint8Array {
  return serialize({ life, memory, newestEndUs } satisfies SeriesPart);
}

/** A rule's series all have a tag, or none has. */
function nameIn(metric: string, tag: string): string {
  return tag === "" ? metric : JSON.stringify([metric, tag]);
}
