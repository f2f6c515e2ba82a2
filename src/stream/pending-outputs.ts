import type { Alert } from "../model/alert.ts";
import type { WindowResult } from "../model/result.ts";
import type { OutputCounts } from "./checkpoint.ts";
import type { Outputs } from "./contract.ts";

/** Outputs of readings below `until` are recorded already; `expected` of them should come again, if that is known. */
export interface Replay {
  readonly until: number;
  readonly expected: OutputCounts | null;
}

/** Outputs on their way from the operators to the log: sorts them, and leaves out what a replay makes a second time. */
export class PendingOutputs implements Outputs {
  readonly results: WindowResult[] = [];
  readonly alerts: Alert[] = [];
  /** Drained since the last checkpoint, those left out included. */
  #sinceCheckpoint: OutputCounts = { results: 0, alerts: 0 };
  #replay: Replay | null;
  readonly #leftOut: OutputCounts = { results: 0, alerts: 0 };

  constructor(replay: Replay | null) {
    this.#replay = replay;
  }

  get size(): number {
    return this.results.length + this.alerts.length;
  }

  get replaying(): boolean {
    return this.#replay !== null;
  }

  get sinceCheckpoint(): OutputCounts {
    return { ...this.#sinceCheckpoint };
  }

  checkpointed(): void {
    this.#sinceCheckpoint = { results: 0, alerts: 0 };
  }

  /** Takes out what is to be recorded, in the order of causes; among equals, in the order of the operators. */
  drain(): { results: WindowResult[]; alerts: Alert[] } {
    const results = this.results.splice(0).sort(byCause);
    const alerts = this.alerts.splice(0).sort(byCause);
    this.#sinceCheckpoint.results += results.length;
    this.#sinceCheckpoint.alerts += alerts.length;
    if (this.#replay === null) return { results, alerts };
    const { until } = this.#replay;
    const newResults = results.filter((result) => result.causeOffset >= until);
    const newAlerts = alerts.filter((alert) => alert.causeOffset >= until);
    this.#leftOut.results += results.length - newResults.length;
    this.#leftOut.alerts += alerts.length - newAlerts.length;
    return { results: newResults, alerts: newAlerts };
  }

  /** Ends the replay if everything below `position` is drained and that is all of it. The difference, if there is one. */
  endReplay(position: number): { expected: OutputCounts; leftOut: OutputCounts } | null {
    if (this.#replay === null || position < this.#replay.until) return null;
    const { expected } = this.#replay;
    const leftOut = { ...this.#leftOut };
    this.#replay = null;
    if (expected === null) return null;
    return expected.results === leftOut.results && expected.alerts === leftOut.alerts ? null : { expected, leftOut };
  }

  /** What is left out from now on is no repetition: readings are missing. */
  expectNothing(): void {
    if (this.#replay !== null) this.#replay = { until: this.#replay.until, expected: null };
  }
}

function byCause(one: { readonly causeOffset: number }, other: { readonly causeOffset: number }): number {
  return one.causeOffset - other.causeOffset;
}
