import { describe, expect, test } from "vitest";
import { compileExpression, type Expression, expressionLengthMax } from "../../../src/alert/expression.ts";
import type { Sample } from "../../../src/alert/judge.ts";
import { RuleOperator } from "../../../src/alert/rule-operator.ts";
import type { AlertRule, ExpressionValueType } from "../../../src/model/definitions.ts";
import type { Value } from "../../../src/model/reading.ts";
import { column, OperatorBench, withValues } from "../../support/reading-columns.ts";

const noon = Date.UTC(2026, 0, 1, 12) * 1000;

function compiled(cel: string, valueType: ExpressionValueType = "number"): Expression {
  const expression = compileExpression(cel, { of: "readings", valueType });
  if ("problem" in expression) throw new Error(expression.problem);
  return expression;
}

function evaluated(cel: string, value: Value, valueType: ExpressionValueType = "any"): boolean | null {
  const sample: Sample = {
    device: "press-1",
    metric: "temperature",
    tag: "",
    unit: "Cel",
    eventTimeUs: noon,
    value,
    quality: 1,
    result: null,
  };
  return compiled(cel, valueType).evaluate(sample);
}

function faultOf(cel: string, valueType: ExpressionValueType = "number"): string {
  const expression = compileExpression(cel, { of: "readings", valueType });
  return "problem" in expression ? expression.problem : "none";
}

describe("an expression", () => {
  test.each<[string, Value, boolean | null]>([
    ['value > 80 && unit == "Cel"', 81, true],
    ['value > 80 && unit == "Cel"', 80, false],
    ['device.startsWith("press") && metric == "temperature"', 0, true],
    ["quality == 1", 0, true],
    ["eventTime.getHours() == 12", 0, true],
    ['eventTime >= timestamp("2026-01-01T12:00:00Z")', 0, true],
    ['value == "fault" || value == "stopped"', "fault", true],
    ['value in ["fault", "stopped"]', "running", false],
    ["value == true", true, true],
    ["type(value) == string", 1, false],
    ["value > 80", "hot", null],
  ])("%s over %o gives %o", (cel, value, expected) => {
    expect(evaluated(cel, value)).toBe(expected);
  });

  test.each<[string, string, ExpressionValueType?]>([
    ["vlaue > 80", "Unknown variable: vlaue, at character 1"],
    ['value > 80 &&\n  unt == "Cel"', "Unknown variable: unt, at line 2, character 3"],
    ["device > 5", "no such overload: string > int, at character 1"],
    ["value + 1 > 5", "no such overload: double + int, at character 1"],
    ['value == "on"', "no such overload: double == string, at character 1"],
    ["value > 5", "no such overload: bool > int, at character 1", "boolean"],
    ["value > 5", "no such overload: string > int, at character 1", "text"],
    ["value + 1.0", "gives double, not bool, at character 1"],
    ["value", "gives dyn, not bool, at character 1", "any"],
    ["value >", "Unexpected token: EOF, at character 8"],
    ["now() > eventTime", "found no matching overload for 'now()', at character 1"],
    [
      `value > ${"1".repeat(expressionLengthMax)}`,
      `has ${expressionLengthMax + 8} characters, more than ${expressionLengthMax}`,
    ],
    [Array(400).fill("value > 1").join(" && "), `has ${400 * 9 + 399 * 4} characters, more than ${expressionLengthMax}`],
    [`${"(".repeat(100)}value > 1${")".repeat(100)}`, "Exceeded maxDepth (40), at character 41"],
  ])("%s is refused: %s", (cel, problem, valueType) => {
    expect(faultOf(cel, valueType)).toBe(problem);
  });
});

describe("a rule with an expression", () => {
  const match = { device: "*", metric: "*" };
  const condition = (cel: string, valueType: ExpressionValueType = "number") =>
    ({ kind: "expression", cel, valueType }) as const;
  const stopped: AlertRule = { name: "stopped", match, when: condition('value == "stopped"', "text") };

  test("fires when it gives true, resolves when it does not, and says which one it was", () => {
    const rules = new OperatorBench(new RuleOperator(stopped));
    rules.feed(withValues(column("a", "phase", "1=0"), "stopped"), withValues(column("a", "phase", "2=0"), "running"));
    expect(rules.alerts.map(({ state, value, detail }) => [state, value, detail])).toEqual([
      ["firing", "stopped", 'value == "stopped"'],
      ["resolved", "running", 'not value == "stopped"'],
    ]);
  });

  test("that has an expression for clear keeps its state between the two", () => {
    const rule = { name: "hot", match, when: condition("value > 80"), clear: condition("value < 70") };
    const rules = new OperatorBench(new RuleOperator(rule)).feed(column("a", "t", "1=81 2=75 3=69 4=75"));
    expect(rules.alerts.map(({ state, value, detail }) => [state, value, detail])).toEqual([
      ["firing", 81, "value > 80"],
      ["resolved", 69, "value < 70"],
    ]);
  });

  test("does not judge values of another type, and counts them", () => {
    const rules = new OperatorBench(new RuleOperator(stopped)).feed(column("a", "t", "1=81 2=82"));
    expect(rules.operator.counters()).toEqual({
      taken: 0,
      skipped: { wrong_type: 2, series_limit: 0, expression_failed: 0 },
      outputs: 0,
    });
  });

  test("of which nothing can be told changes nothing, and is counted", () => {
    const rules = new OperatorBench(new RuleOperator({ name: "hot", match, when: condition("value > 80", "any") }));
    rules.feed(column("a", "t", "1=81"), withValues(column("a", "t", "2=0 3=0"), "hot"), column("a", "t", "4=79"));
    expect(rules.alerts.map(({ state, causeOffset }) => [state, causeOffset])).toEqual([
      ["firing", 0],
      ["resolved", 3],
    ]);
    expect(rules.operator.counters()).toMatchObject({ taken: 2, skipped: { expression_failed: 2 } });
  });

  test("shows a long expression in its alerts cut, on one line, and as the log will keep it", () => {
    const cel = `value > 1 &&\n  device != "${"\u{1F525}".repeat(100)}" && device != "\ud800"`;
    const rules = new OperatorBench(new RuleOperator({ name: "hot", match, when: condition(cel) }));
    const detail = rules.feed(column("a", "t", "1=81")).alerts[0]!.detail;
    expect([...detail]).toHaveLength(120);
    expect(detail).toMatch(/^value > 1 && device != "\u{1F525}+…$/u);
    expect(Buffer.from(detail).toString()).toBe(detail);
  });
});
