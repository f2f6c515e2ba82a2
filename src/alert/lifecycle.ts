// The life of an alert: one rule over one series. `nextLife` is the only place where it changes.
//
//                       holds, for 0                        holds, for 0
//          ┌─────────────────────────────────┐   ┌──────────────────────────────┐
//          │                                 ▼   ▼                              │
//      inactive ── holds ──▶ pending ── over ──▶ firing ── clears ──▶ resolved ──┘
//          ▲                 │     ▲                                     │
//          └── fails, clears ┘     └────────────── holds ────────────────┘
//
// Recorded are `firing` and `resolved`. So of one alert the two alternate, beginning with firing.

import type { Value } from "../model/reading.ts";
import type { Verdict } from "./judge.ts";

export type Life =
  /** The condition does not hold. */
  | { readonly kind: "inactive" }
  /** The condition has held since then, not for long enough yet. */
  | ({ readonly kind: "pending"; readonly sinceUs: number } & Evidence)
  | { readonly kind: "firing" }
  /** As inactive, after firing. */
  | { readonly kind: "resolved" };

/** What was judged. */
export interface Evidence {
  readonly value: Value | null;
  /** What the rule made of it; see judge.ts. */
  readonly measure: number;
}

export type LifeEvent =
  /** Something was judged. `fails`: the condition does not hold, nor does what resolves the alert. */
  | ({ readonly kind: Verdict; readonly nowUs: number } & Evidence)
  /** Time has reached `nowUs`, and nothing came. */
  | { readonly kind: "elapsed"; readonly nowUs: number };

export const inactive: Life = { kind: "inactive" };
const firing: Life = { kind: "firing" };
const resolved: Life = { kind: "resolved" };

/** The life after an event; the same object if nothing changes. @param holdUs how long the condition must hold before it fires. */
export function nextLife(life: Life, event: LifeEvent, holdUs: number): Life {
  switch (life.kind) {
    case "inactive":
    case "resolved": {
      if (event.kind !== "holds") return life;
      const { nowUs, value, measure } = event;
      return holdUs === 0 ? firing : { kind: "pending", sinceUs: nowUs, value, measure };
    }
    case "pending": {
      if (event.kind === "fails" || event.kind === "clears") return inactive;
      if (event.nowUs - life.sinceUs >= holdUs) return firing;
      return event.kind === "holds" ? { ...life, value: event.value, measure: event.measure } : life;
    }
    case "firing":
      return event.kind === "clears" ? resolved : life;
  }
}
