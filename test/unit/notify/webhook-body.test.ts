import { describe, expect, test } from "vitest";
import type { Alert } from "../../../src/model/alert.ts";
import type { BoardAlert } from "../../../src/notify/alert-board.ts";
import { postableAlert } from "../../../src/notify/webhook-body.ts";
import { firing, resolved } from "../../support/alert-transitions.ts";

const firedAtUs = Date.UTC(2026, 0, 31, 12) * 1000;

function boardAlert(alert: Alert, more: Partial<BoardAlert> = {}): BoardAlert {
  return { alert, offset: 7, firedAtUs, acknowledged: null, silencedUntilUs: null, resolved: null, ...more };
}

describe("what a webhook is sent of an alert", () => {
  test("that fires: what it is in the labels, how it is in the annotations, no end", () => {
    expect(postableAlert(boardAlert(firing("boiler")), "gw")).toEqual({
      labels: { alertname: "hot", device: "boiler", metric: "t", severity: "warning", gateway: "gw" },
      annotations: {
        summary: "hot: boiler t",
        detail: "firing, they say",
        value: "81.25",
        event_time: "2023-11-14T22:13:20.000Z",
      },
      startsAt: "2026-01-31T12:00:00.000Z",
    });
  });

  test("that resolved: the labels of its firing, the value and detail of its end, both times", () => {
    const end = { alert: resolved("boiler", { value: 70, severity: "critical" }), offset: 9, atUs: firedAtUs + 1_500_000 };
    const { labels, annotations, startsAt, endsAt } = postableAlert(boardAlert(firing("boiler"), { resolved: end }), "gw");
    expect(labels).toEqual(postableAlert(boardAlert(firing("boiler")), "gw").labels);
    expect(annotations).toMatchObject({ value: "70", detail: "resolved, they say" });
    expect([startsAt, endsAt]).toEqual(["2026-01-31T12:00:00.000Z", "2026-01-31T12:00:01.500Z"]);
  });

  test("never ends before it starts, though the clock was set back in between", () => {
    const end = { alert: resolved("boiler"), offset: 9, atUs: firedAtUs - 5_000_000 };
    const { startsAt, endsAt } = postableAlert(boardAlert(firing("boiler"), { resolved: end }), "gw");
    expect(endsAt).toBe(startsAt);
  });

  test("that is acknowledged: by whom, and the comment if there is one", () => {
    const by = (comment: string) => boardAlert(firing("boiler"), { acknowledged: { by: "ada", atUs: 1, comment } });
    expect(postableAlert(by("on my way"), "gw").annotations).toMatchObject({
      acknowledged_by: "ada",
      acknowledged_comment: "on my way",
    });
    expect(postableAlert(by(""), "gw").annotations).not.toHaveProperty("acknowledged_comment");
  });

  test("has no empty label, which Alertmanager would refuse or drop, and no value where there is none", () => {
    const spanning = firing("", { metric: "", value: null, detail: "" });
    const { labels, annotations } = postableAlert(boardAlert(spanning), "gw");
    expect(Object.keys(labels)).toEqual(["alertname", "severity", "gateway"]);
    expect(annotations).toEqual({ summary: "hot: all devices all metrics", event_time: "2023-11-14T22:13:20.000Z" });
  });

  test.each([
    ["line=3", { line: "3" }],
    ["line=3=4", { line: "3=4" }],
    ["prod.line-1=x", { prod_line_1: "x" }],
    ["1st=x", { tag_1st: "x" }],
    ["__name__=x", { tag___name__: "x" }],
    ["severity=x", { tag_severity: "x", severity: "warning" }],
    ["gateway=x", { tag_gateway: "x", gateway: "gw" }],
  ])("the tag %s becomes a label that is allowed and takes no other's place", (tag, labels) => {
    expect(postableAlert(boardAlert(firing("", { tag })), "gw").labels).toMatchObject(labels);
  });
});
