// What the log's disk can do, and the one place where that changes. Pure: no clock, no timer, no I/O.
//
//   ok --write failed--> failing | full --attempt--> reopening --opened--> ok
//                             ^                          '------not opened--> failing | full
//
//   ok         takes writes
//   failing    a write failed; nothing is written until the database has been opened anew
//   full       the same, and the reason is that there is no space
//   reopening  reads and writes wait for the end of it
//
// `failures` counts attempts since the last write that succeeded; the delay before the next one grows with it.

import type { TidegateError } from "../platform/errors.ts";

export type DiskState =
  | { readonly kind: "ok"; readonly failures: number }
  | { readonly kind: "failing" | "full"; readonly failures: number; readonly sinceUs: number; readonly error: TidegateError }
  | { readonly kind: "reopening"; readonly failures: number; readonly sinceUs: number; readonly error: TidegateError };

export type DiskEvent =
  | { readonly kind: "failed"; readonly error: TidegateError; readonly isFull: boolean }
  | { readonly kind: "attempt" }
  | { readonly kind: "opened" }
  | { readonly kind: "written" };

export const diskOk: DiskState = { kind: "ok", failures: 0 };

/** An event that means nothing in a state leaves it as it is. */
export function transition(state: DiskState, event: DiskEvent, nowUs: number): DiskState {
  switch (event.kind) {
    case "failed": {
      const sinceUs = state.kind === "ok" ? nowUs : state.sinceUs;
      return { kind: event.isFull ? "full" : "failing", failures: state.failures + 1, sinceUs, error: event.error };
    }
    case "attempt":
      return state.kind === "failing" || state.kind === "full" ? { ...state, kind: "reopening" } : state;
    case "opened":
      return state.kind === "reopening" ? { kind: "ok", failures: state.failures } : state;
    case "written":
      return state.kind === "ok" && state.failures > 0 ? diskOk : state;
  }
}

const delayMsMin = 250;
const delayMsMax = 5000;

/** Milliseconds from the last failure to the next attempt: none after the first, since most faults pass at once. */
export function attemptDelayMs({ failures }: DiskState): number {
  return failures <= 1 ? 0 : Math.min(delayMsMax, delayMsMin * 2 ** (failures - 2));
}
