// The alert rules of a configuration as operators: the part of the composition root that knows both.

import { RuleOperator } from "./alert/rule-operator.ts";
import type { GatewayConfig } from "./config/schema.ts";
import type { AlertRule, Condition } from "./model/definitions.ts";
import { assert } from "./platform/assert.ts";

type RuleConfig = GatewayConfig["alerts"][number];
type ConditionConfig = Partial<RuleConfig["when"]>;

/** One a rule, in the order of the configuration. */
export function ruleOperators(config: GatewayConfig): RuleOperator[] {
  const limits = { seriesMax: config.stream.seriesMax };
  return config.alerts.map((rule) => new RuleOperator(ruleOf(rule), limits));
}

function ruleOf({ name, device, metric, when, clear, severity, ...rest }: RuleConfig): AlertRule {
  const rule: AlertRule = {
    name,
    match: { device, metric },
    when: conditionOf(when),
    forUs: rest.for * 1000,
    severity,
  };
  return clear === undefined ? rule : { ...rule, clear: conditionOf(clear) };
}

function conditionOf({ above, below, absentFor }: ConditionConfig): Condition {
  if (above !== undefined) return { kind: "above", limit: above };
  if (below !== undefined) return { kind: "below", limit: below };
  assert(absentFor !== undefined, "a condition that was checked has one of its keys");
  return { kind: "absent", forUs: absentFor * 1000 };
}
