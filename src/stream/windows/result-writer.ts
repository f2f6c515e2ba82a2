import type { WindowResult } from "../../model/result.ts";
import type { Outputs } from "../contract.ts";
import type { Group } from "./group.ts";
import type { SaidWindow, Say, Shared } from "./group-windows.ts";

/** Gathers what the windows of an operator say about one block, or as time passes. */
export class ResultWriter {
  /** About this group. */
  speaker: Group | null = null;
  readonly say: Say;
  readonly #shared: Shared;
  #results: WindowResult[] = [];

  constructor(shared: Shared) {
    this.#shared = shared;
    this.say = (window) => this.#write(window);
  }

  /** Puts what a domain said since `from` results were there into the order of ends; groups come in their order. */
  sortByEnd(from: number): void {
    if (this.#results.length - from < 2) return;
    const said = this.#results.splice(from).sort((one, other) => one.endUs - other.endUs);
    for (const result of said) this.#results.push(result);
  }

  get length(): number {
    return this.#results.length;
  }

  /** Everything, in the order of causes. */
  flush(outputs: Outputs): void {
    const results = this.#results;
    if (results.length === 0) return;
    const isSorted = results.every((result, i) => i === 0 || (results[i - 1]?.causeOffset ?? 0) <= result.causeOffset);
    if (!isSorted) results.sort((one, other) => one.causeOffset - other.causeOffset);
    for (const result of results) outputs.results.push(result);
    this.#shared.counts.outputs += results.length;
    this.#results = [];
  }

  #write({ startUs, endUs, revision, count, accumulator, causeOffset }: SaidWindow): void {
    const { plan, counts } = this.#shared;
    const group = this.speaker as Group;
    if (accumulator !== null && accumulator.refused > 0) counts.note("aggregate_limit", accumulator.refused);
    const aggregates = accumulator === null || !plan.saysAggregates ? {} : accumulator.result({ startUs, endUs });
    // One literal: spreading a part of it in makes every result a dictionary, at ten times the cost.
    this.#results.push({
      window: plan.name,
      device: group.device,
      metric: group.metric,
      tag: group.tag,
      unit: group.unit,
      startUs,
      endUs,
      revision,
      causeOffset,
      count,
      aggregates,
    });
  }
}
