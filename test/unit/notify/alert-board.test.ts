import { describe, expect, test } from "vitest";
import type { Alert } from "../../../src/model/alert.ts";
import { AlertBoard } from "../../../src/notify/alert-board.ts";
import { firing, resolved } from "../../support/alert-transitions.ts";

const limits = { alertsMax: 3, resolvedMax: 2 };

function boardOf(webhooks: string[], ...alerts: Alert[]): AlertBoard {
  const board = new AlertBoard(limits, new Map(webhooks.map((name) => [name, 0])));
  for (const [offset, alert] of alerts.entries()) board.apply({ alert, offset, atUs: offset * 10 });
  return board;
}

const active = (board: AlertBoard) => Array.from(board.active, ({ alert, offset }) => `${alert.device}@${offset}`);
const waiting = (board: AlertBoard) => board.resolved.map(({ alert, resolved: end }) => `${alert.device}@${end?.offset}`);

describe("the board of alerts", () => {
  test("shows what fires, in the order in which it began, until it resolves", () => {
    const board = boardOf([], firing("a"), firing("b"), resolved("a"), firing("a"));
    expect(active(board)).toEqual(["b@1", "a@3"]);
    expect(board.find({ rule: "hot", device: "a", metric: "t", tag: "" })?.firedAtUs).toBe(30);
  });

  test("tells alerts apart by rule, device, metric and tag", () => {
    const others = [{ rule: "cold" }, { metric: "p" }].map((more) => firing("a", more));
    const board = boardOf([], firing("a"), ...others);
    board.apply({ alert: resolved("a", { tag: "line=3" }), offset: 3, atUs: 0 });
    expect(active(board)).toHaveLength(3);
  });

  test("a new firing is not acknowledged, whether the end of the one before was seen or lost", () => {
    const board = boardOf([], firing("a"));
    for (const [offset, lost] of [
      [1, true],
      [2, false],
    ] as const) {
      for (const each of board.active) each.acknowledged = { by: "ada", atUs: 1, comment: "" };
      if (!lost) board.apply({ alert: resolved("a"), offset, atUs: 0 });
      board.apply({ alert: firing("a"), offset: offset + 10, atUs: 0 });
      expect(Array.from(board.active, ({ acknowledged }) => acknowledged)).toEqual([null]);
    }
  });

  test("beyond alertsMax an alert is counted and not taken up, nor is its end", () => {
    const board = boardOf(["w"], ...["a", "b", "c", "d"].map((device) => firing(device)), resolved("d"));
    expect(active(board)).toEqual(["a@0", "b@1", "c@2"]);
    expect(board.untracked).toBe(1);
    expect(board.resolved).toEqual([]);
  });

  test("what resolved stays until every webhook has dealt with it", () => {
    const board = boardOf(["w", "v"], firing("a"), resolved("a"), firing("b"), resolved("b"));
    board.settle("w", 4);
    expect(waiting(board)).toEqual(["a@1", "b@3"]);
    board.settle("v", 2);
    expect(waiting(board)).toEqual(["b@3"]);
    expect(boardOf([], firing("a"), resolved("a")).resolved).toEqual([]);
  });

  test("beyond resolvedMax the first to resolve is forgotten, and counted for those who were not told", () => {
    const board = boardOf(["w", "v"], firing("a"), resolved("a"), firing("b"), resolved("b"));
    board.settle("v", 2);
    board.apply({ alert: firing("c"), offset: 4, atUs: 0 });
    board.apply({ alert: resolved("c"), offset: 5, atUs: 0 });
    for (const [index, device] of ["d", "e"].entries()) {
      board.apply({ alert: firing(device), offset: 6 + 2 * index, atUs: 0 });
      board.apply({ alert: resolved(device), offset: 7 + 2 * index, atUs: 0 });
    }
    expect(waiting(board)).toEqual(["d@7", "e@9"]);
    expect([board.lost("w"), board.lost("v")]).toEqual([3, 2]);
  });
});
