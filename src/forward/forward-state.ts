// The forwarder's states and the one place where they change. Pure: no clock, no timer, no I/O.
//
//   idle --start--> connecting --opened--> draining --caught-up--> live
//                       ^  |                  |  ^--fell-behind-----'|
//                     retry '----failed-------+----failed------------'
//                       |                     v
//                       '---------------- backing-off            any --stop--> stopped
//
//   draining, live --outdated--> connecting
//
// An event that means nothing in a state (a late timer, a failure of a link that was given up) leaves it as it is.

import type { TidegateError } from "../platform/errors.ts";

export type ForwardState =
  | { readonly kind: "idle"; readonly sinceUs: number }
  | { readonly kind: "connecting"; readonly sinceUs: number }
  /** The link is up and records wait to be sent. */
  | { readonly kind: "draining"; readonly sinceUs: number }
  /** The link is up and everything in the log is sent. */
  | { readonly kind: "live"; readonly sinceUs: number }
  | { readonly kind: "backing-off"; readonly sinceUs: number; readonly error: TidegateError; readonly retryAtUs: number }
  | { readonly kind: "stopped"; readonly sinceUs: number };

export type ForwardEvent =
  | { readonly kind: "start" }
  | { readonly kind: "opened" }
  | { readonly kind: "caught-up" }
  | { readonly kind: "fell-behind" }
  | { readonly kind: "outdated" }
  | { readonly kind: "failed"; readonly error: TidegateError; readonly retryDelayMs: number }
  | { readonly kind: "retry" }
  | { readonly kind: "stop" };

export function transition(state: ForwardState, event: ForwardEvent, nowUs: number): ForwardState {
  if (state.kind === "stopped") return state;
  switch (event.kind) {
    case "start":
      return state.kind === "idle" ? { kind: "connecting", sinceUs: nowUs } : state;
    case "opened":
      return state.kind === "connecting" ? { kind: "draining", sinceUs: nowUs } : state;
    case "caught-up":
      return state.kind === "draining" ? { kind: "live", sinceUs: nowUs } : state;
    case "fell-behind":
      return state.kind === "live" ? { kind: "draining", sinceUs: nowUs } : state;
    case "outdated":
      return state.kind === "draining" || state.kind === "live" ? { kind: "connecting", sinceUs: nowUs } : state;
    case "failed":
      if (state.kind === "idle" || state.kind === "backing-off") return state;
      return {
        kind: "backing-off",
        sinceUs: nowUs,
        error: event.error,
        retryAtUs: nowUs + Math.round(event.retryDelayMs * 1000),
      };
    case "retry":
      return state.kind === "backing-off" ? { kind: "connecting", sinceUs: nowUs } : state;
    case "stop":
      return { kind: "stopped", sinceUs: nowUs };
  }
}
