// The alert rules of a configuration as operators: the part of the composition root that knows both.

import { ruleFaults } from "./alert/rule-faults.ts";
import { RuleOperator } from "./alert/rule-operator.ts";
import type { CheckFault } from "./config/load.ts";
import type { GatewayConfig } from "./config/schema.ts";
import type { AlertRule, BaselineDefinition, Condition, Threshold } from "./model/definitions.ts";
import { assert } from "./platform/assert.ts";
import type { Operator } from "./stream/contract.ts";

const remedy =
  "see docs/alerts.md for what it may name; numbers are doubles, written with a point where they are calculated with: value + 1.0";

type RuleConfig = GatewayConfig["alerts"][number];
type DeviationConfig = NonNullable<RuleConfig["when"]["deviation"]>;
/** Of `when` or of `clear`. */
type ConditionConfig = Partial<Omit<RuleConfig["when"], "deviation">> & {
  readonly deviation?: DeviationConfig | NonNullable<NonNullable<RuleConfig["clear"]>["deviation"]> | undefined;
};

/** One a rule, in the order of the configuration. @param windows operators of the same configuration. */
export function ruleOperators(config: GatewayConfig, windows: readonly Operator[]): RuleOperator[] {
  const { seriesMax, baselineSamplesMax } = config.stream;
  const limits = { seriesMax, baselineSamplesMax };
  return config.alerts.map((rule) => {
    const { on } = rule;
    const input = on === "reading" ? undefined : windows.find(({ id }) => id === `window ${on.window}`);
    return new RuleOperator(ruleOf(rule), { ...limits, inputFingerprint: input?.fingerprint ?? "" });
  });
}

/** A check of the configuration beyond its schema: expressions that do not hold together. */
export function expressionFaults(config: GatewayConfig): CheckFault[] {
  return config.alerts.flatMap((rule, index) =>
    ruleFaults(ruleOf(rule)).map(({ field, problem }) => ({ path: ["alerts", index, field, "cel"], problem, remedy })),
  );
}

function ruleOf({ name, device, metric, on, when, clear, severity, ...rest }: RuleConfig): AlertRule {
  const rule: AlertRule = {
    name,
    match: { device, metric },
    ...(on === "reading" ? {} : { on }),
    when: conditionOf(when, when),
    forUs: rest.for * 1000,
    severity,
  };
  return clear === undefined ? rule : { ...rule, clear: conditionOf(clear, when) };
}

/** @param when what stands in `when` holds for `clear` as well. */
function conditionOf(config: ConditionConfig, { valueType = "number", deviation: learned }: RuleConfig["when"]): Condition {
  const { absentFor, rate, flatFor, epsilon = 0, deviation, cel } = config;
  const limit = thresholdOf(config);
  if (limit !== null) return limit;
  if (rate !== undefined) return { kind: "rate", limit: limitOf(rate) };
  if (flatFor !== undefined) return { kind: "flat", epsilon, forUs: flatFor * 1000 };
  if (deviation !== undefined && learned !== undefined)
    return { kind: "deviation", limit: limitOf(deviation), baseline: baselineOf(learned) };
  if (cel !== undefined) return { kind: "expression", cel, valueType };
  assert(absentFor !== undefined, "a condition that was checked has one of its keys");
  return { kind: "absent", forUs: absentFor * 1000 };
}

function baselineOf({ history, samplesMin, sampleEvery, season, scaleMin }: DeviationConfig): BaselineDefinition {
  return { historySamples: history, samplesMin, sampleEveryUs: sampleEvery * 1000, season, scaleMin };
}

type LimitsConfig = Partial<Record<"above" | "below", number | undefined>>;

function limitOf(config: LimitsConfig): Threshold {
  const threshold = thresholdOf(config);
  assert(threshold !== null, "limits that were checked have one");
  return threshold;
}

function thresholdOf({ above, below }: LimitsConfig): Threshold | null {
  if (above !== undefined) return { kind: "above", limit: above };
  return below === undefined ? null : { kind: "below", limit: below };
}
