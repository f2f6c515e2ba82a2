import type { AlertRule, Condition } from "../model/definitions.ts";
import { compileExpression } from "./expression.ts";

export interface RuleFault {
  readonly field: "when" | "clear";
  /** What is wrong with the expression, and where in it. */
  readonly problem: string;
}

/** What of a rule only this room can tell to be wrong: its expressions. */
export function ruleFaults({ on, when, clear }: AlertRule): RuleFault[] {
  const faultsOf = (field: RuleFault["field"], condition: Condition | undefined): RuleFault[] => {
    if (condition?.kind !== "expression") return [];
    const { cel, valueType } = condition;
    const compiled = compileExpression(cel, { of: on === undefined ? "readings" : "results", valueType });
    return "problem" in compiled ? [{ field, problem: compiled.problem }] : [];
  };
  return [...faultsOf("when", when), ...faultsOf("clear", clear)];
}
