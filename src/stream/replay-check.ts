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
  /** At the end, if not everything was repeated. */
  readonly onDifference: (difference: ReplayDifference) => void;
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
  readonly #onDifference: (difference: ReplayDifference) => void;
  readonly #results: RecordedOutputs<"results">;
  readonly #alerts: RecordedOutputs<"alerts">;
  #isUnderWay = true;

  constructor({ untilOffset, from, to, onDifference, ...about }: ReplayCheckOptions) {
    this.#untilOffset = untilOffset;
    this.#onDifference = onDifference;
    this.#results = new RecordedOutputs({ ...about, lane: "results", fromOffset: from.results, endOffset: to.results });
    this.#alerts = new RecordedOutputs({ ...about, lane: "alerts", fromOffset: from.alerts, endOffset: to.alerts });
  }

  /** Until everything recorded was made again, or all readings are fed that an earlier run can have spoken of. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Whether it is under way only until the outputs so far are given to it. */
  isOver(position: number): boolean {
    return this.#isUnderWay && position >= this.#untilOffset;
  }

  /** Those of the outputs up to the position that are not recorded yet. */
  async leaveOut(outputs: OrderedOutputs, position: number): Promise<OrderedOutputs> {
    if (!this.#isUnderWay) return outputs;
    const results = await this.#results.leaveOut(outputs.results);
    const alerts = await this.#alerts.leaveOut(outputs.alerts);
    const isAllMade = this.#results.nextOffset === null && this.#alerts.nextOffset === null;
    if (isAllMade || this.isOver(position)) await this.#end();
    return { results, alerts };
  }

  /** What was said up to now is recorded below these offsets. @param lanesEnd where the lanes end when it is. */
  ends(lanesEnd: OutputEnds): OutputEnds {
    return {
      results: this.#results.nextOffset ?? lanesEnd.results,
      alerts: this.#alerts.nextOffset ?? lanesEnd.alerts,
    };
  }

  /** Readings are missing: what is said from now on is no exact repetition. */
  async stopComparing(): Promise<void> {
    if (!this.#isUnderWay) return;
    await this.#results.stopComparing();
    await this.#alerts.stopComparing();
  }

  async #end(): Promise<void> {
    this.#isUnderWay = false;
    const notMade = { results: await this.#results.rest(), alerts: await this.#alerts.rest() };
    const different = { results: this.#results.mismatches, alerts: this.#alerts.mismatches };
    const count = notMade.results + notMade.alerts + different.results + different.alerts;
    if (count > 0) this.#onDifference({ notMade, different });
  }
}
