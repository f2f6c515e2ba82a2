import { describe, expect, test } from "vitest";
import { nextWebhookState, type WebhookEvent, type WebhookState } from "../../../src/notify/webhook-state.ts";

const states: WebhookState[] = [
  { kind: "idle" },
  { kind: "sending" },
  { kind: "backing-off", retryAtUs: 1 },
  { kind: "stopped" },
];
const events: WebhookEvent[] = [
  { kind: "send" },
  { kind: "answered" },
  { kind: "failed", retryAtUs: 2 },
  { kind: "retry" },
  { kind: "stop" },
];

describe("states of a webhook", () => {
  test.each([
    ["idle", ["sending", "idle", "idle", "idle", "stopped"]],
    ["sending", ["sending", "idle", "backing-off", "sending", "stopped"]],
    ["backing-off", ["backing-off", "backing-off", "backing-off", "idle", "stopped"]],
    ["stopped", ["stopped", "stopped", "stopped", "stopped", "stopped"]],
  ])("from %s: send, answered, failed, retry, stop", (from, to) => {
    const state = states.find(({ kind }) => kind === from) as WebhookState;
    expect(events.map((event) => nextWebhookState(state, event).kind)).toEqual(to);
  });

  test("an event that means nothing leaves the very state", () => {
    const [, , backingOff] = states as [WebhookState, WebhookState, WebhookState];
    expect(nextWebhookState(backingOff, { kind: "failed", retryAtUs: 9 })).toBe(backingOff);
  });
});
