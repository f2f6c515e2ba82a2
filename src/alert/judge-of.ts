import type { AlertRule, Condition, ExpressionValueType, Threshold } from "../model/definitions.ts";
import { assert } from "../platform/assert.ts";
import { deviationJudge } from "./deviation.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { expressionJudge } from "./expression-judge.ts";
import { flatlineJudge } from "./flatline.ts";
import { type Judge, seconds } from "./judge.ts";
import { rateJudge } from "./rate.ts";
import { thresholdJudge } from "./threshold.ts";

/** The judge of a rule; one table of what there is. */
export function judgeOf({ name, when, clear }: AlertRule): Judge {
  const isOneKind = clear === undefined || kindOf(clear) === kindOf(when);
  assert(isOneKind, `when and clear of rule ${name} are of one kind`);
  switch (when.kind) {
    case "above":
    case "below":
      return thresholdJudge(when, limitOf(clear));
    case "rate":
      return rateJudge(when.limit, limitOf(clear));
    case "flat":
      return flatlineJudge(when.epsilon, when.forUs);
    case "absent":
      return absenceJudge(when.forUs);
    case "deviation":
      return deviationJudge({ when: when.limit, clear: limitOf(clear) }, when.baseline);
    case "expression": {
      const { valueType } = when;
      return expressionJudge(
        valueType,
        compiled(when.cel, valueType),
        clear === undefined ? null : compiledOf(clear, valueType),
      );
    }
  }
}

/** The limit that ends a condition over a number. */
function limitOf(clear: Condition | undefined): Threshold | null {
  switch (clear?.kind) {
    case "above":
    case "below":
      return clear;
    case "rate":
    case "deviation":
      return clear.limit;
    default:
      return null;
  }
}

function compiledOf(condition: Condition, valueType: ExpressionValueType): Expression {
  assert(condition.kind === "expression", "an expression is cleared by one");
  return compiled(condition.cel, valueType);
}

/** The configuration was checked: ruleFaults. */
function compiled(cel: string, valueType: ExpressionValueType): Expression {
  const expression = compileExpression(cel, valueType);
  assert(!("problem" in expression), `the expression ${cel} was checked`);
  return expression;
}

/** Any reading will do; the rest is a matter of time. */
function absenceJudge(forUs: number): Judge {
  return {
    accepts: null,
    refusals: [],
    begin: null,
    isAbout: "silence",
    measure: () => 0,
    verdict: () => "clears",
    describe: (_measure, verdict) => (verdict === "holds" ? `no reading for ${seconds(forUs)}` : "a reading came"),
  };
}

function kindOf({ kind }: Condition): string {
  return kind === "above" || kind === "below" ? "value" : kind;
}
