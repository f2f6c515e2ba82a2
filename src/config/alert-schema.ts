// Alert rules as they are configured. docs/alerts.md says what they mean.

import { z } from "zod";
import { severities } from "../model/alert.ts";
import { baselineSeasons, expressionValueTypes } from "../model/definitions.ts";
import { backfill } from "./backfill.ts";
import { globs, name } from "./naming.ts";
import { duration } from "./quantities.ts";

const finite = z.number().meta({ allowed: "a finite number" });

/** What `when` may ask; one of these keys stands in each. */
const conditionKeys = ["above", "below", "absentFor", "rate", "flatFor", "deviation", "cel"] as const;
type ConditionKey = (typeof conditionKeys)[number];

const expression = z.string().min(1).max(1000).meta({
  allowed: "an expression of CEL that gives bool, over value, device, metric, unit, eventTime and what docs/alerts.md names",
});

const limits = z.strictObject({
  above: finite.optional().describe("Strictly above this limit, per second."),
  below: finite.optional().describe("Strictly below this limit, per second."),
});

const deviation = z.strictObject({
  above: z
    .number()
    .min(0)
    .meta({ allowed: "a number from 0" })
    .describe("Strictly above so many robust standard deviations from the median; 6 is unusual."),
  history: z.int().min(3).max(10_000).default(288).meta({ unit: "samples" }).describe("Samples that are kept of each season."),
  samplesMin: z
    .int()
    .min(3)
    .max(10_000)
    .default(24)
    .meta({ unit: "samples" })
    .describe("Samples of a season before anything is said about it."),
  sampleEvery: duration({ min: "1s", max: "366d" })
    .prefault("5m")
    .meta({ unit: "duration" })
    .describe("At most one reading in so much event time becomes a sample."),
  season: z
    .enum(baselineSeasons)
    .default("none")
    .describe("none: one history. hour-of-day: one for each hour of the day, UTC."),
  scaleMin: z
    .number()
    .min(0)
    .default(0)
    .meta({ allowed: "a number from 0" })
    .describe("Least standard deviation that is assumed, in the unit of the metric."),
});

const when = z.strictObject({
  above: finite.optional().describe("Holds when the value is strictly above this limit."),
  below: finite.optional().describe("Holds when the value is strictly below this limit."),
  absentFor: duration({ min: "100ms", max: "366d" })
    .optional()
    .meta({ unit: "duration" })
    .describe("Holds when no reading of a series that once had one came for so long."),
  rate: limits
    .optional()
    .describe("Holds when the value changes by more than this in a second of event time, above: upwards, below: downwards."),
  flatFor: duration({ min: "1ms", max: "366d" })
    .optional()
    .meta({ unit: "duration" })
    .describe("Holds when no value differs by more than epsilon from the first of them for so long, in event time."),
  epsilon: z.number().min(0).optional().meta({ allowed: "a number from 0" }).describe("With flatFor: default 0."),
  deviation: deviation.optional().describe("Holds when the value is far from what is usual for its series."),
  cel: expression.optional().describe('Holds when this expression gives true, for instance: value > 80 && unit == "Cel".'),
  valueType: z
    .enum(expressionValueTypes)
    .optional()
    .describe("With cel: type of value; readings of other types are not judged. Default: number."),
});

const clear = z.strictObject({
  above: finite.optional().describe("With when.below: resolves when the value is strictly above this limit."),
  below: finite.optional().describe("With when.above: resolves when the value is strictly below this limit."),
  rate: limits.optional().describe("With when.rate: resolves when the change in a second is beyond this limit."),
  deviation: z
    .strictObject({ below: z.number().min(0).meta({ allowed: "a number from 0" }).describe("Strictly below so many.") })
    .optional()
    .describe("With when.deviation: resolves when the value is nearer than this."),
  cel: expression.optional().describe("With when.cel: resolves when this expression gives true, and that one does not."),
});

const on = z
  .union([z.literal("reading"), z.strictObject({ window: name, aggregate: z.string().min(1) })])
  .meta({ allowed: "reading, or {window: NAME, aggregate: NAME}" });

const rule = z.strictObject({
  name: name.describe("Name of the rule; it stands in its alerts and in their topic."),
  ...globs,
  on: on
    .default("reading")
    .describe("What is judged: readings, or one value of the results of a window: {window: NAME, aggregate: NAME}."),
  when: when.describe("When the alert fires: one condition."),
  for: duration({ min: "0ms", max: "366d" })
    .prefault("0ms")
    .meta({ unit: "duration" })
    .describe("How long the condition must hold before the alert fires. The time that the gateway is away does not count."),
  clear: clear
    .optional()
    .describe("When the alert resolves; between the two it keeps its state. Default: as soon as the condition does not hold."),
  severity: z.enum(severities).default("warning").describe("How bad it is; it stands in the rule's alerts."),
  backfill: backfill("rule"),
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

type Limits = z.infer<typeof limits>;
type Clear = z.infer<typeof clear>;
type RuleFault = readonly [path: string, message: string, remedy: string];

/** Keys of `when` that say more about one of the conditions. */
const companions = { valueType: "cel", epsilon: "flatFor" } as const;

function faultsOf(config: AlertConfig, kind: ConditionKey): RuleFault[] {
  const faults: RuleFault[] = [];
  if (kind === "absentFor" && config.for > 0)
    faults.push(["for", "is not allowed with absentFor", "put the time into absentFor"]);
  if (kind === "absentFor" && config.on !== "reading")
    faults.push(["on", "is not for absentFor", "watch for the readings: a window without any says nothing"]);
  for (const [key, owner] of Object.entries(companions) as [keyof typeof companions, ConditionKey][]) {
    if (config.when[key] !== undefined && kind !== owner) faults.push([`when.${key}`, `is only for ${owner}`, "remove it"]);
  }
  if (kind === "rate") faults.push(...faultOfLimits("when.rate", config.when.rate));
  const { history = 0, samplesMin = 0 } = config.when.deviation ?? {};
  if (samplesMin > history) faults.push(["when.deviation.samplesMin", "is more than history", "make history larger"]);
  const clearFault = config.clear === undefined ? null : faultOfClear(config.when, config.clear, kind);
  return clearFault === null ? faults : [...faults, clearFault];
}

function faultOfLimits(path: string, { above, below }: Limits = {}): RuleFault[] {
  const isOne = (above === undefined) !== (below === undefined);
  return isOne ? [] : [[path, "has not one limit", "write one of above, below"]];
}

function faultOfClear(whenConfig: AlertConfig["when"], clearConfig: Clear, kind: ConditionKey): RuleFault | null {
  if (kind === "absentFor" || kind === "flatFor")
    return ["clear", `is not allowed with ${kind}`, "remove it: the next reading, or change, resolves the alert"];
  const group = kind === "above" || kind === "below" ? ["above", "below"] : [kind];
  if (!Object.keys(clearConfig).every((key) => group.includes(key)))
    return ["clear", "is of another kind than when", `write a condition with ${group.join(" or ")}`];
  if (kind === "cel") return clearConfig.cel === undefined ? ["clear", "names no condition", "write cel"] : null;
  if (kind === "deviation") return overlap({ above: whenConfig.deviation?.above }, clearConfig.deviation ?? {});
  if (kind === "rate") return overlap(whenConfig.rate ?? {}, clearConfig.rate ?? {});
  return overlap(whenConfig, clearConfig);
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

interface WindowNames {
  readonly name: string;
  readonly aggregates: readonly string[];
}

/** Windows that rules are about must exist, and say what the rules ask for. */
export function checkRuleWindows(
  { alerts, windows }: { readonly alerts: readonly AlertConfig[]; readonly windows: readonly WindowNames[] },
  context: z.RefinementCtx,
): void {
  for (const [index, { on: input }] of alerts.entries()) {
    if (input === "reading") continue;
    const window = windows.find((each) => each.name === input.window);
    const report = (key: string, message: string, remedy: string) =>
      context.addIssue({ code: "custom", path: ["alerts", index, "on", key], message, params: { remedy } });
    const names = windows.map((each) => each.name);
    if (window === undefined)
      report(
        "window",
        "is no window",
        names.length === 0 ? "define it in windows" : `name one of windows: ${names.join(", ")}`,
      );
    else if (!says(window.aggregates, input.aggregate))
      report("aggregate", "is not what the window says", `write one of ${["count", ...window.aggregates].join(", ")}`);
  }
}

/** Of a histogram and of in_state, what is said depends on bounds and states. */
function says(aggregates: readonly string[], name: string): boolean {
  const specs = aggregates.map((spec) => spec.trim());
  if (name === "count" || (specs.includes(name) && name !== "in_state")) return true;
  if (name.startsWith("in_state")) return specs.includes("in_state");
  return name.startsWith("le_") && specs.some((spec) => spec.startsWith("histogram"));
}
