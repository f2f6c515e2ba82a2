import type { WindowDefinition } from "../../src/model/definitions.ts";
import type { WindowResult } from "../../src/model/result.ts";
import { defaultWindowLimits, type WindowLimits } from "../../src/stream/windows/plan.ts";
import { WindowOperator } from "../../src/stream/windows/window-operator.ts";
import { OperatorBench } from "./reading-columns.ts";

const minimal: Omit<WindowDefinition, "shape"> = {
  name: "w",
  match: { device: "*", metric: "*" },
  latenessUs: 0,
  aggregates: ["count", "sum"],
};

/** An operator over every series that says counts and sums, unless something else is asked for. */
export function windowBench(
  definition: Partial<WindowDefinition> & Pick<WindowDefinition, "shape">,
  limits: Partial<WindowLimits> = {},
): OperatorBench<WindowOperator> {
  return new OperatorBench(new WindowOperator({ ...minimal, ...definition }, { ...defaultWindowLimits, ...limits }));
}

/** Every result as `device/metric [start, end) sum/count r<revision>@cause`; names that it spans are left out. */
export function said({ results }: { readonly results: readonly WindowResult[] }): string[] {
  return results.map(({ device, metric, tag, startUs, endUs, aggregates, count, revision, causeOffset }) => {
    const names = [tag, device, metric].filter((name) => name !== "").join("/");
    return `${names} [${startUs}, ${endUs}) ${aggregates.sum ?? "-"}/${count} r${revision}@${causeOffset}`;
  });
}
