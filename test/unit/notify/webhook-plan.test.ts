import { describe, expect, test } from "vitest";
import { AlertBoard, type BoardAlert } from "../../../src/notify/alert-board.ts";
import { type PlanInputs, planWebhook } from "../../../src/notify/webhook-plan.ts";
import { firing, resolved } from "../../support/alert-transitions.ts";

const everything = { severityMin: "info", rule: "*", device: "*", metric: "*", tag: "*" } as const;

/** Alerts a, b and c fire from offsets 0, 1 and 2 on; x and y resolved at 4 and 6. */
function board(): AlertBoard {
  const made = new AlertBoard({ alertsMax: 10, resolvedMax: 10 }, new Map([["w", 0]]));
  const lane = [
    firing("a", { severity: "info" }),
    firing("b"),
    firing("c", { severity: "critical" }),
    ...["x", "y"].flatMap((device) => [firing(device), resolved(device)]),
  ];
  for (const [offset, alert] of lane.entries()) made.apply({ alert, offset, atUs: offset });
  return made;
}

function plan(more: Partial<PlanInputs> = {}) {
  const sentAtUs = () => undefined;
  const made = planWebhook({
    board: board(),
    filter: everything,
    settled: 0,
    sentAtUs,
    resendUs: 60,
    alertsMax: 10,
    nowUs: 100,
    ...more,
  });
  return { ...made, alerts: made.alerts.map(({ alert }) => alert.device) };
}

const sentAt = (times: Record<string, number>) => ({
  sentAtUs: ({ alert }: BoardAlert) => times[alert.device],
});

describe("what a webhook is sent next", () => {
  test("first what resolved, in that order, then what fires", () => {
    expect(plan()).toEqual({
      alerts: ["x", "y", "a", "b", "c"],
      settled: 7,
      due: 5,
      nextDueUs: Number.POSITIVE_INFINITY,
    });
  });

  test("what resolved and is dealt with is not sent again", () => {
    expect(plan({ settled: 5 }).alerts).toEqual(["y", "a", "b", "c"]);
    expect(plan({ settled: 7 })).toMatchObject({ alerts: ["a", "b", "c"], settled: 7 });
  });

  test("no more than alertsMax at a time; what is left stays due", () => {
    expect(plan({ alertsMax: 1 })).toMatchObject({ alerts: ["x"], settled: 6, due: 5 });
    expect(plan({ alertsMax: 2 })).toMatchObject({ alerts: ["x", "y"], settled: 7, due: 5 });
    expect(plan({ alertsMax: 4 })).toMatchObject({ alerts: ["x", "y", "a", "b"], settled: 7, due: 5 });
  });

  test("what fires is due again after the resend interval, longest ago first", () => {
    const due = plan({ settled: 7, ...sentAt({ a: 40, b: 30, c: 41 }) });
    expect(due).toMatchObject({ alerts: ["b", "a"], due: 2, nextDueUs: 101 });
    expect(plan({ settled: 7, ...sentAt({ a: 40, c: 30 }), alertsMax: 1 }).alerts).toEqual(["b"]);
  });

  test("a clock that was set back holds nothing up", () => {
    expect(plan({ settled: 7, ...sentAt({ a: 101, b: 99, c: 99 }) })).toMatchObject({ alerts: ["a"], nextDueUs: 159 });
  });

  test("only what the webhook is for; what resolved and is not is dealt with", () => {
    expect(plan({ filter: { ...everything, severityMin: "critical" } })).toMatchObject({ alerts: ["c"], settled: 7, due: 1 });
    expect(plan({ filter: { ...everything, severityMin: "warning" } }).alerts).toEqual(["x", "y", "b", "c"]);
    expect(plan({ filter: { ...everything, device: "y" } })).toMatchObject({ alerts: ["y"], settled: 7 });
    expect(plan({ filter: { ...everything, tag: "line=*" } })).toMatchObject({ alerts: [], settled: 7 });
  });

  test("nothing that is silenced, neither its firing nor its end", () => {
    const silenced = board();
    for (const each of [...silenced.active, ...silenced.resolved]) {
      if (["b", "x"].includes(each.alert.device)) each.silencedUntilUs = 1000;
    }
    expect(plan({ board: silenced })).toMatchObject({ alerts: ["y", "a", "c"], settled: 7, due: 3 });
  });
});
