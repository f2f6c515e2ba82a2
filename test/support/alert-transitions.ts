import type { Alert, AlertState } from "../../src/model/alert.ts";
import type { AlertNames } from "../../src/model/alert-note.ts";

/** A transition of an alert of rule hot, metric t. */
export function transition(state: AlertState, device: string, more: Partial<Alert> = {}): Alert {
  const names = { rule: "hot", device, metric: "t", tag: "" };
  const cause = { eventTimeUs: 1_700_000_000_000_000, value: 81.25, causeOffset: 0 };
  return { ...names, state, severity: "warning", ...cause, detail: `${state}, they say`, ...more };
}

export const firing = (device: string, more: Partial<Alert> = {}) => transition("firing", device, more);
export const resolved = (device: string, more: Partial<Alert> = {}) => transition("resolved", device, more);

export function namesOf({ rule, device, metric, tag }: Alert): AlertNames {
  return { rule, device, metric, tag };
}
