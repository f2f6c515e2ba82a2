import type { Log } from "../log/log.ts";
import type { OutputEnds } from "./checkpoint.ts";
import type { OrderedOutputs } from "./pending-outputs.ts";
import { RecordedOutputs } from "./recorded-outputs.ts";

export interface ReplayCheckOptions {
  /** As Log.read. */
  readonly read: Log["read"];
  /** Readings below were there when this run began. */
  readonly untilOffset: number;
  /** The outputs of an earlier run that its checkpoint does not know of: from where, and to where. */
  readonly from: OutputEnds;
  readonly to: OutputEnds;
  /** As of RecordedOptions. */
  readonly repeatedFrom: (id: string) => number;
}

/** Counts of outputs, by lane. */
export interface ReplayDifference {
  /** Recorded, and not made again. */
  readonly notMade: OutputEnds;
  /** Made again as something else. */
  readonly different: OutputEnds;
}

/** What an earlier run recorded in both lanes behind its checkpoint, until this run has said it again. Errors: as Log.read. */
export class ReplayCheck {
  readonly #untilOffset: number;
  readonly #results: RecordedOutputs<"results">;
  readonly #alerts: RecordedOutputs<"alerts">;

  constructor({ untilOffset, from, to, ...about }: ReplayCheckOptions) {
    this.#untilOffset = untilOffset;
    this.#results = new RecordedOutputs({ ...about, lane: "results", fromOffset: from.results, endOffset: to.results });
    this.#alerts = new RecordedOutputs({ ...about, lane: "alerts", fromOffset: from.alerts, endOffset: to.alerts });
  }

  /** Whether all readings are fed that an earlier run can have spoken of. */
  isOver(position: number): boolean {
    return position >= this.#untilOffset;
  }

  /** Outputs below these offsets were made again; null of a lane once that is all of them. */
  get nextOffsets(): { readonly results: number | null; readonly alerts: number | null } {
    return { results: this.#results.nextOffset, alerts: this.#alerts.nextOffset };
  }

  async leaveOut({ results, alerts }: OrderedOutputs): Promise<OrderedOutputs> {
    return { results: await this.#results.leaveOut(results), alerts: await this.#alerts.leaveOut(alerts) };
  }

  /** Readings are missing: what is said from now on is no exact repetition. */
  async stopComparing(): Promise<void> {
    await this.#results.stopComparing();
    await this.#alerts.stopComparing();
  }

  /** At the end. Null: everything was repeated. */
  async difference(): Promise<ReplayDifference | null> {
    const notMade = { results: await this.#results.rest(), alerts: await this.#alerts.rest() };
    const different = { results: this.#results.mismatches, alerts: this.#alerts.mismatches };
    const count = notMade.results + notMade.alerts + different.results + different.alerts;
    return count === 0 ? null : { notMade, different };
  }
}
