import type { Severity } from "../model/alert.ts";
import type { Counters } from "../stream/contract.ts";
import type { Times } from "./alert-lives.ts";

/** Form of the state; stands in the fingerprint, so that no state is restored over another form. */
export const ruleForm = 2;

/** Key of the part of a rule's state that belongs to no series. */
export const rulePartKey = "";

export interface RulePart extends Times {
  readonly form: typeof ruleForm;
  readonly counters: Counters;
  readonly severity: Severity;
}
