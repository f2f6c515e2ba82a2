import type { AlertRule, Condition, ResultValue, Threshold } from "../model/definitions.ts";
import { assert } from "../platform/assert.ts";
import { deviationJudge } from "./deviation.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { expressionJudge } from "./expression-judge.ts";
import { flatlineJudge } from "./flatline.ts";
import { type Judge, seconds } from "./judge.ts";
import { rateJudge } from "./rate.ts";
import { thresholdJudge } from "./threshold.ts";

/** The judge of a rule; one table of what there is. */
export function judgeOf({ name, on, when, clear }: AlertRule): Judge {
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
    case "expression":
      return expressionJudge(when.valueType, compiled(when, on), clear === undefined ? null : compiled(clear, on));
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

/** The configuration was checked: ruleFaults. */
function compiled(condition: Condition, on: ResultValue | undefined): Expression {
  assert(condition.kind === "expression", "an expression is cleared by one");
  const { cel, valueType } = condition;
  const expression = compileExpression(cel, { of: on === undefined ? "readings" : "results", valueType });
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
