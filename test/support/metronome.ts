import { deserialize, serialize } from "node:v8";
import type { Counters, InputColumn, Operator, Outputs, StateChange, StatePart } from "../../src/stream/contract.ts";

interface State {
  beats: number;
  dueUs: number;
  nowUs: number;
}

/** Says an alert every second of processing time since the first reading, `beatsMax` in all, whether readings come or not. */
export class Metronome implements Operator {
  readonly id = "rule metronome";
  readonly fingerprint = "metronome 1";
  readonly #beatsMax: number;
  #state: State = { beats: 0, dueUs: Number.POSITIVE_INFINITY, nowUs: 0 };

  constructor(beatsMax: number) {
    this.#beatsMax = beatsMax;
  }

  advance(timeUs: number, causeOffset: number, outputs: Outputs): void {
    const state = this.#state;
    state.nowUs = timeUs;
    if (timeUs < state.dueUs) return;
    const about = { rule: "metronome", device: "d", metric: "m", tag: "", state: "firing", severity: "info" } as const;
    outputs.alerts.push({ ...about, eventTimeUs: state.dueUs, value: state.beats, causeOffset, detail: "" });
    state.beats++;
    state.dueUs = state.beats < this.#beatsMax ? state.dueUs + 1_000_000 : Number.POSITIVE_INFINITY;
  }

  nextDeadlineUs(): number {
    return this.#state.dueUs;
  }

  resume(timeUs: number): void {
    this.#state.dueUs += timeUs - this.#state.nowUs;
    this.#state.nowUs = timeUs;
  }

  consume(_column: InputColumn): void {
    if (this.#state.beats === 0 && this.#state.dueUs === Number.POSITIVE_INFINITY)
      this.#state.dueUs = this.#state.nowUs + 1_000_000;
  }

  endBlock(): void {}

  changes(): StateChange[] {
    return [{ key: "", value: serialize(this.#state) }];
  }

  restore([part]: readonly StatePart[]): void {
    if (part !== undefined) this.#state = deserialize(part.value);
  }

  counters(): Counters {
    return { taken: 0, skipped: {}, outputs: this.#state.beats };
  }
}
