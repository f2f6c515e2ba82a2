// The silences that hold. Pure: whoever owns the clock says when one has ended.

import type { Alert } from "../model/alert.ts";
import { alertMatches, type Silence } from "../model/alert-note.ts";

export class Silences {
  readonly #byId = new Map<string, Silence>();

  get count(): number {
    return this.#byId.size;
  }

  /** In the order in which they were made. */
  get list(): Silence[] {
    return [...this.#byId.values()];
  }

  get(id: string): Silence | undefined {
    return this.#byId.get(id);
  }

  add(silence: Silence): void {
    this.#byId.set(silence.id, silence);
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  /** Those that end at that time or ended before. */
  endedAt(nowUs: number): Silence[] {
    return this.list.filter(({ untilUs }) => untilUs <= nowUs);
  }

  /** When the next one ends; infinity if there is none. */
  get nextEndUs(): number {
    return this.list.reduce((least, { untilUs }) => Math.min(least, untilUs), Number.POSITIVE_INFINITY);
  }

  /** The end of the one that covers the alert longest; null: none does. */
  untilUs(alert: Alert): number | null {
    let untilUs: number | null = null;
    for (const silence of this.#byId.values()) {
      if (silence.untilUs > (untilUs ?? 0) && alertMatches(silence, alert)) untilUs = silence.untilUs;
    }
    return untilUs;
  }
}
