import { tidegate } from "#proto";
import type { Alert } from "../model/alert.ts";
import type { WindowResult } from "../model/result.ts";
import { corrupt } from "./block-envelope.ts";

const { AlertState } = tidegate.v1;

export function decodeResult(result: tidegate.v1.WindowResult.$Properties): WindowResult {
  return {
    window: result.window ?? "",
    device: result.device ?? "",
    metric: result.metric ?? "",
    unit: result.unit ?? "",
    startUs: result.startUs ?? 0,
    endUs: result.endUs ?? 0,
    revision: result.revision ?? 0,
    causeOffset: result.causeOffset ?? 0,
    count: result.count ?? 0,
    sum: result.sum ?? 0,
    mean: result.mean ?? 0,
    min: result.min ?? 0,
    max: result.max ?? 0,
    stddev: result.stddev ?? 0,
  };
}

export function alertRow(alert: Alert): tidegate.v1.Alert.$Properties {
  const state = alert.state === "firing" ? AlertState.ALERT_STATE_FIRING : AlertState.ALERT_STATE_RESOLVED;
  return { ...alert, state };
}

export function decodeAlert(alert: tidegate.v1.Alert.$Properties): Alert {
  const { rule, device, metric, state, eventTimeUs, value, causeOffset } = alert;
  if (state !== AlertState.ALERT_STATE_FIRING && state !== AlertState.ALERT_STATE_RESOLVED) {
    throw corrupt(`alert has the unknown state ${state}`);
  }
  return {
    rule: rule ?? "",
    device: device ?? "",
    metric: metric ?? "",
    state: state === AlertState.ALERT_STATE_FIRING ? "firing" : "resolved",
    eventTimeUs: eventTimeUs ?? 0,
    value: value ?? 0,
    causeOffset: causeOffset ?? 0,
  };
}
