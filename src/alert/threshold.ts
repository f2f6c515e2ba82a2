// A threshold with hysteresis, as a state machine of one rule over one series.
//
//   inactive ── when ──▶ firing ── clear ──▶ resolved ── when ──▶ firing ...
//
// Between the two limits the state stays, so that noise around one limit is one alert and not a hundred.

import type { AlertState } from "../model/alert.ts";
import type { AlertRule, Threshold } from "../model/definitions.ts";

/** `inactive`: has never fired. */
export type ThresholdState = "inactive" | AlertState;

/** The state after a value; the same one where the value changes nothing. Where both limits hold, `when` wins. */
export function nextThresholdState(rule: AlertRule, state: ThresholdState, value: number): ThresholdState {
  switch (state) {
    case "inactive":
    case "resolved":
      return holds(rule.when, value) ? "firing" : state;
    case "firing":
      return holds(rule.clear, value) && !holds(rule.when, value) ? "resolved" : state;
  }
}

/** Strictly above or below: a value at the limit holds neither. */
function holds(threshold: Threshold, value: number): boolean {
  return threshold.kind === "above" ? value > threshold.limit : value < threshold.limit;
}
