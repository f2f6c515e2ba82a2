import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ForwardEvent, type ForwardState, transition } from "../../../src/forward/forward-state.ts";
import { TidegateError } from "../../../src/platform/errors.ts";

const error = new TidegateError("COLLECTOR_UNREACHABLE", "forward to nowhere: nobody there");
const states: Record<ForwardState["kind"], ForwardState> = {
  idle: { kind: "idle", sinceUs: 1 },
  connecting: { kind: "connecting", sinceUs: 1 },
  draining: { kind: "draining", sinceUs: 1 },
  live: { kind: "live", sinceUs: 1 },
  "backing-off": { kind: "backing-off", sinceUs: 1, error, retryAtUs: 2 },
  stopped: { kind: "stopped", sinceUs: 1 },
};
const events: Record<ForwardEvent["kind"], ForwardEvent> = {
  start: { kind: "start" },
  opened: { kind: "opened" },
  "caught-up": { kind: "caught-up" },
  "fell-behind": { kind: "fell-behind" },
  outdated: { kind: "outdated" },
  failed: { kind: "failed", error, retryDelayMs: 250 },
  retry: { kind: "retry" },
  stop: { kind: "stop" },
};

/** Every transition there is; what is not here leaves the state as it is. */
const moves: Record<string, ForwardState["kind"]> = {
  "idle start": "connecting",
  "idle stop": "stopped",
  "connecting opened": "draining",
  "connecting failed": "backing-off",
  "connecting stop": "stopped",
  "draining caught-up": "live",
  "draining outdated": "connecting",
  "draining failed": "backing-off",
  "draining stop": "stopped",
  "live fell-behind": "draining",
  "live outdated": "connecting",
  "live failed": "backing-off",
  "live stop": "stopped",
  "backing-off retry": "connecting",
  "backing-off stop": "stopped",
};

describe("a forwarder's state", () => {
  for (const [name, state] of Object.entries(states)) {
    for (const [kind, event] of Object.entries(events)) {
      const target = moves[`${name} ${kind}`];
      test(`${name} + ${kind} -> ${target ?? "unchanged"}`, () => {
        const after = transition(state, event, 5_000);
        if (target === undefined) expect(after).toBe(state);
        else expect(after).toMatchObject({ kind: target, sinceUs: 5_000 });
      });
    }
  }

  test("backing off says why and until when", () => {
    expect(transition(states.live, events.failed, 5_000)).toEqual({
      kind: "backing-off",
      sinceUs: 5_000,
      error,
      retryAtUs: 255_000,
    });
  });

  test("stopped is for good, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.values(events))), (later) => {
        const stopped = transition(states.draining, events.stop, 9);
        expect(later.reduce((state, event) => transition(state, event, 10), stopped)).toBe(stopped);
      }),
    );
  });
});
