import { CountWindows } from "./count-windows.ts";
import { FixedWindows } from "./fixed-windows.ts";
import { Grid } from "./grid.ts";
import type { CreateWindows } from "./group-table.ts";
import type { Shared } from "./group-windows.ts";
import { OpenPool } from "./open-pool.ts";
import type { WindowPlan } from "./plan.ts";
import { SessionWindows } from "./session-windows.ts";
import { SlidingWindows } from "./sliding-windows.ts";

/** What makes the windows of a group, by the shape of the definition. */
export function windowsOfShape(shared: Shared): CreateWindows {
  const { shape } = shared.plan;
  if (shape.kind === "sliding") {
    return (restored) => {
      const windows = new SlidingWindows(shared, shape.sizeUs);
      return restored === null ? windows : windows.restore(restored.snapshot, restored.watermarkUs);
    };
  }
  if (shape.kind === "session") {
    return (restored) => {
      const windows = new SessionWindows(shared, shape.gapUs);
      return restored === null ? windows : windows.restore(restored.snapshot);
    };
  }
  if (shape.kind === "count") {
    return (restored) => {
      const windows = new CountWindows(shared, shape.readings);
      return restored === null ? windows : windows.restore(restored.snapshot);
    };
  }
  const grid = new Grid(shape.sizeUs, shape.kind === "hopping" ? shape.hopUs : shape.sizeUs);
  return (restored) => {
    const windows = new FixedWindows(shared, grid);
    return restored === null ? windows : windows.restore(restored.snapshot, restored.watermarkUs);
  };
}

/** Places for what windows of the shape hold open. */
export function poolOf({ shape, limits }: WindowPlan): OpenPool {
  const { slicesMax, slicesPerGroupMax, sessionsPerGroupMax, pointsMax, pointsPerGroupMax } = limits;
  if (shape.kind === "sliding") return new OpenPool({ max: pointsMax, perGroupMax: pointsPerGroupMax, reason: "point_limit" });
  if (shape.kind === "session") {
    return new OpenPool({ max: slicesMax, perGroupMax: sessionsPerGroupMax, reason: "session_limit" });
  }
  return new OpenPool({ max: slicesMax, perGroupMax: slicesPerGroupMax, reason: "window_limit" });
}
