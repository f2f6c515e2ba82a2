import type { Alert } from "../model/alert.ts";
import type { WindowResult } from "../model/result.ts";
import type { Outputs } from "./contract.ts";

/** What the operators said, in the order in which it is to be recorded. */
export interface OrderedOutputs {
  readonly results: readonly WindowResult[];
  readonly alerts: readonly Alert[];
}

/** Outputs on their way from the operators to the log, in the order in which they will stand there. */
export class PendingOutputs {
  #results: WindowResult[] = [];
  #alerts: Alert[] = [];

  get size(): number {
    return this.#results.length + this.#alerts.length;
  }

  /** What the operators said about one commit, or as time passed: by cause; among equals, in the order of the operators. */
  add({ results, alerts }: Outputs): void {
    if (results.length > 1) results.sort(byCause);
    if (alerts.length > 1) alerts.sort(byCause);
    for (const result of results) this.#results.push(result);
    for (const alert of alerts) this.#alerts.push(alert);
  }

  drain(): OrderedOutputs {
    const drained = { results: this.#results, alerts: this.#alerts };
    this.#results = [];
    this.#alerts = [];
    return drained;
  }
}

function byCause(one: { readonly causeOffset: number }, other: { readonly causeOffset: number }): number {
  return one.causeOffset - other.causeOffset;
}
