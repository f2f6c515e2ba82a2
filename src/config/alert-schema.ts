// Alert rules as they are configured. docs/alerts.md says what they mean.

import { z } from "zod";
import { severities } from "../model/alert.ts";
import { expressionValueTypes } from "../model/definitions.ts";
import { globs, name } from "./naming.ts";
import { duration } from "./quantities.ts";

const finite = z.number().meta({ allowed: "a finite number" });

/** What `when` may ask; one of these keys stands in each. */
const conditionKeys = ["above", "below", "absentFor", "cel"] as const;
type ConditionKey = (typeof conditionKeys)[number];

const expression = z.string().min(1).max(1000).meta({
  allowed: "an expression of CEL that gives bool, over value, device, metric, unit, quality and eventTime",
});

const when = z.strictObject({
  above: finite.optional().describe("Holds when the value is strictly above this limit."),
  below: finite.optional().describe("Holds when the value is strictly below this limit."),
  absentFor: duration({ min: "100ms", max: "366d" })
    .optional()
    .meta({ unit: "duration" })
    .describe("Holds when no reading of a series that once had one came for so long."),
  cel: expression.optional().describe('Holds when this expression gives true, for instance: value > 80 && unit == "Cel".'),
  valueType: z
    .enum(expressionValueTypes)
    .optional()
    .describe("With cel: type of value; readings of other types are not judged. Default: number."),
});

const clear = z.strictObject({
  above: finite.optional().describe("With when.below: resolves when the value is strictly above this limit."),
  below: finite.optional().describe("With when.above: resolves when the value is strictly below this limit."),
  cel: expression.optional().describe("With when.cel: resolves when this expression gives true, and that one does not."),
});

const rule = z.strictObject({
  name: name.describe("Name of the rule; it stands in its alerts and in their topic."),
  ...globs,
  when: when.describe("When the alert fires: one condition."),
  for: duration({ min: "0ms", max: "366d" })
    .prefault("0ms")
    .meta({ unit: "duration" })
    .describe("How long the condition must hold before the alert fires. The time that the gateway is away does not count."),
  clear: clear
    .optional()
    .describe("When the alert resolves; between the two it keeps its state. Default: as soon as the condition does not hold."),
  severity: z.enum(severities).default("warning").describe("How bad it is; it stands in the rule's alerts."),
});

export type AlertConfig = z.infer<typeof rule>;

export const alertRule = rule.superRefine((config, context) => {
  // A key that is not known is the fault to name first.
  if (context.issues.length > 0) return;
  const found = conditionKeys.filter((key) => config.when[key] !== undefined);
  const [kind] = found;
  if (kind === undefined || found.length > 1) {
    const problem = found.length === 0 ? "names no condition" : `names ${found.length} conditions`;
    const remedy = `write one of ${conditionKeys.join(", ")}`;
    context.addIssue({ code: "custom", path: ["when"], message: problem, params: { remedy } });
    return;
  }
  for (const [path, message, remedy] of faultsOf(config, kind))
    context.addIssue({ code: "custom", path: path.split("."), message, params: { remedy } });
});

type RuleFault = readonly [path: string, message: string, remedy: string];

function faultsOf(config: AlertConfig, kind: ConditionKey): RuleFault[] {
  const faults: RuleFault[] = [];
  if (kind === "absentFor" && config.for > 0)
    faults.push(["for", "is not allowed with absentFor", "put the time into absentFor"]);
  if (kind !== "cel" && config.when.valueType !== undefined)
    faults.push(["when.valueType", "is only for cel", "remove it: the other conditions are about numbers"]);
  const clearFault = config.clear === undefined ? null : faultOfClear(config.when, config.clear, kind);
  return clearFault === null ? faults : [...faults, clearFault];
}

interface Limits {
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly cel?: string | undefined;
}

function faultOfClear(whenLimits: Limits, clearLimits: Limits, kind: ConditionKey): RuleFault | null {
  if (kind === "absentFor") return ["clear", "is not allowed with absentFor", "remove it: a reading resolves the alert"];
  if ((kind === "cel") !== (clearLimits.cel !== undefined))
    return ["clear", "is of another kind than when", "write a condition of the kind that when has"];
  return kind === "cel" ? null : overlap(whenLimits, clearLimits);
}

/** What is wrong with two limits between which an alert keeps its state; null: nothing. */
function overlap(whenLimits: Limits, clearLimits: Limits): RuleFault | null {
  const remedy = "clear must face the other way, with a limit on the quiet side: when {above: 80}, clear {below: 75}";
  const isAbove = whenLimits.above !== undefined;
  const fires = isAbove ? whenLimits.above : whenLimits.below;
  const resolves = isAbove ? clearLimits.below : clearLimits.above;
  const wrongWay = isAbove ? clearLimits.above : clearLimits.below;
  if (fires === undefined || resolves === undefined || wrongWay !== undefined)
    return ["clear", "faces the same way as when", remedy];
  const isQuiet = isAbove ? resolves <= fires : resolves >= fires;
  return isQuiet ? null : ["clear", "overlaps with when", remedy];
}
