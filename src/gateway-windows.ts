// The windows of a configuration as operators.

import type { GatewayConfig, WindowConfig } from "./config/schema.ts";
import type { WindowDefinition, WindowShape } from "./model/definitions.ts";
import type { WindowLimits } from "./stream/windows/plan.ts";
import { WindowOperator } from "./stream/windows/window-operator.ts";

export function windowsOf({ windows, stream }: GatewayConfig): WindowOperator[] {
  const limits: WindowLimits = {
    seriesMax: stream.seriesMax,
    slicesMax: stream.slicesMax ?? 4 * stream.seriesMax,
    slicesPerGroupMax: stream.slicesPerSeriesMax,
    sessionsPerGroupMax: stream.sessionsPerSeriesMax,
    pointsMax: stream.pointsMax,
    pointsPerGroupMax: stream.pointsPerSeriesMax,
  };
  return windows.map((window) => new WindowOperator(definitionOf(window), limits));
}

function definitionOf(window: WindowConfig): WindowDefinition {
  const { name, device, metric, by, aggregates, lateness, revise, idleTimeout, aheadMax, overflow } = window;
  return {
    name,
    match: { device, metric },
    shape: shapeOf(window),
    by,
    aggregates,
    latenessUs: lateness * 1000,
    reviseUs: revise * 1000,
    ...(idleTimeout === undefined ? {} : { idleTimeoutUs: idleTimeout * 1000 }),
    aheadMaxUs: aheadMax * 1000,
    overflow,
  };
}

/** Which fields are there was checked with the configuration. */
function shapeOf({ kind, size = 0, hop = 0, gap = 0, readings = 0 }: WindowConfig): WindowShape {
  const sizeUs = size * 1000;
  if (kind === "hopping") return { kind, sizeUs, hopUs: hop * 1000 };
  if (kind === "session") return { kind, gapUs: gap * 1000 };
  return kind === "count" ? { kind, readings } : { kind, sizeUs };
}
