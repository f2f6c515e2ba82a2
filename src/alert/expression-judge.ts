import type { ExpressionValueType } from "../model/definitions.ts";
import type { Expression } from "./expression.ts";
import type { Judge } from "./judge.ts";

/** Characters of an expression that stand in an alert. */
const shownMax = 120;

const accepts = { number: "number", boolean: "boolean", text: "string", any: null } as const;

/** Expressions as limits: the measure is 1 where `when` holds, -1 where the alert resolves, 0 else. */
export function expressionJudge(valueType: ExpressionValueType, when: Expression, clear: Expression | null): Judge {
  const whenText = shown(when.text);
  const clearText = clear === null ? `not ${whenText}` : shown(clear.text);
  return {
    accepts: accepts[valueType],
    refusals: ["expression_failed"],
    begin: null,
    isAbout: "values",
    measure(sample) {
      const holds = when.evaluate(sample);
      if (holds === null) return "expression_failed";
      if (holds) return 1;
      const clears = clear === null ? true : clear.evaluate(sample);
      return clears === null ? "expression_failed" : clears ? -1 : 0;
    },
    verdict: (measure) => (measure === 1 ? "holds" : measure === -1 ? "clears" : "fails"),
    describe: (_measure, verdict) => (verdict === "holds" ? whenText : clearText),
  };
}

/** As it stands in an alert: on one line, short, and well-formed, for alerts are stored as UTF-8. */
function shown(text: string): string {
  const characters = [...Buffer.from(text.replace(/\s+/g, " ").trim()).toString()];
  return characters.length <= shownMax ? characters.join("") : `${characters.slice(0, shownMax - 1).join("")}…`;
}
