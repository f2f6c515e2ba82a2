// The last words of a rule that is no longer configured, or is another one now: what it left firing resolves, so that nobody waits for
// the end of an alert that nobody watches any more. Their value is null, as of no other resolved alert (model/alert.ts).

import { deserialize } from "node:v8";
import type { Alert, Severity } from "../model/alert.ts";
import type { RetiredOperator } from "../stream/contract.ts";
import { type RulePart, ruleForm, rulePartKey } from "./rule-state.ts";
import { decodeSeries, type SeriesNames, seriesKey } from "./series-states.ts";

interface Firing extends SeriesNames {
  readonly severity: Severity;
}

/** Of an operator that is no rule, nothing. In the order of the names of the series. */
export function retiredAlerts(retired: RetiredOperator): Alert[] {
  const { id, why, timeUs, causeOffset } = retired;
  if (!id.startsWith("rule ")) return [];
  const rule = id.slice("rule ".length);
  const about = {
    rule,
    state: "resolved",
    eventTimeUs: timeUs,
    value: null,
    causeOffset,
    detail: `the rule was ${why}`,
  } as const;
  const firing = [...firingOf(retired)].sort(([one], [other]) => (one < other ? -1 : 1));
  return firing.map(([, { device, metric, tag, severity }]) => ({ ...about, device, metric, tag, severity }));
}

/** By series: as the state was kept, and as what was said since then left it. */
function firingOf({ parts, alerts }: RetiredOperator): Map<string, Firing> {
  const firing = new Map<string, Firing>();
  for (const kept of keptFiring(parts)) firing.set(seriesKey(kept), kept);
  for (const alert of alerts) {
    if (alert.state === "firing") firing.set(seriesKey(alert), alert);
    else firing.delete(seriesKey(alert));
  }
  return firing;
}

function* keptFiring(parts: RetiredOperator["parts"]): Generator<Firing> {
  const rulePart = parts.find(({ key }) => key === rulePartKey);
  if (rulePart === undefined) return;
  const { form, severity = "warning", firing }: Partial<RulePart> & FirstForm = deserialize(rulePart.value);
  if (firing !== undefined) {
    for (const [device, metrics] of firing) for (const metric of metrics) yield { device, metric, tag: "", severity };
  }
  // Of a later form than ours, only what was said since then is known.
  if (form !== ruleForm) return;
  for (const part of parts) {
    if (part === rulePart) continue;
    const state = decodeSeries(part);
    if (state.life.kind === "firing") yield { ...state, severity };
  }
}

/** As the state was when a rule was a threshold and had no other part: metrics that fire, by device. */
interface FirstForm {
  readonly firing?: ReadonlyMap<string, ReadonlySet<string>>;
}
