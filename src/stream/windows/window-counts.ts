import type { Counters } from "../contract.ts";

/** Counts of an operator: every reading of a matching series is taken or skipped for one reason. */
export class WindowCounts {
  taken = 0;
  outputs = 0;
  readonly #skipped: Record<string, number>;
  readonly #noted: Record<string, number>;

  /** @param reasons that can occur; they stand in the counters from the beginning. */
  constructor(reasons: { readonly skipped: readonly string[]; readonly noted: readonly string[] }) {
    this.#skipped = Object.fromEntries(reasons.skipped.map((reason) => [reason, 0]));
    this.#noted = Object.fromEntries(reasons.noted.map((reason) => [reason, 0]));
  }

  skip(reason: string, readings: number): void {
    this.#skipped[reason] = (this.#skipped[reason] ?? 0) + readings;
  }

  note(reason: string, readings: number): void {
    this.#noted[reason] = (this.#noted[reason] ?? 0) + readings;
  }

  counters(): Counters {
    return { taken: this.taken, skipped: { ...this.#skipped }, noted: { ...this.#noted }, outputs: this.outputs };
  }

  restore({ taken, skipped, noted, outputs }: Counters): void {
    this.taken = taken;
    this.outputs = outputs;
    Object.assign(this.#skipped, skipped);
    Object.assign(this.#noted, noted);
  }
}
