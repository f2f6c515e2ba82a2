// The states of a webhook and the one place where they change. Pure.
//
//   idle ──send──▶ sending ──answered──▶ idle
//    ▲                └─────failed─────▶ backing-off        any ──stop──▶ stopped
//    └──────────────retry────────────────────┘
//
// An event that means nothing in a state leaves it as it is.

export type WebhookState =
  /** Nothing is due. */
  | { readonly kind: "idle" }
  | { readonly kind: "sending" }
  /** The receiver is away or busy; what is due waits. */
  | { readonly kind: "backing-off"; readonly retryAtUs: number }
  | { readonly kind: "stopped" };

export type WebhookEvent =
  | { readonly kind: "send" }
  /** Accepted or rejected: not to be sent again. */
  | { readonly kind: "answered" }
  | { readonly kind: "failed"; readonly retryAtUs: number }
  | { readonly kind: "retry" }
  | { readonly kind: "stop" };

export function nextWebhookState(state: WebhookState, event: WebhookEvent): WebhookState {
  if (state.kind === "stopped") return state;
  switch (event.kind) {
    case "send":
      return state.kind === "idle" ? { kind: "sending" } : state;
    case "answered":
      return state.kind === "sending" ? { kind: "idle" } : state;
    case "failed":
      return state.kind === "sending" ? { kind: "backing-off", retryAtUs: event.retryAtUs } : state;
    case "retry":
      return state.kind === "backing-off" ? { kind: "idle" } : state;
    case "stop":
      return { kind: "stopped" };
  }
}
