import { describe, expect, test } from "vitest";
import type { Fault } from "../../../src/config/faults.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { gatewayConfigSchema } from "../../../src/config/schema.ts";
import { backfilledIds, operatorsOf } from "../../../src/gateway.ts";
import { windowsOf } from "../../../src/gateway-windows.ts";
import { TidegateError } from "../../../src/platform/errors.ts";

const parse = (window: string) => parseConfig(`windows: [{name: w, ${window}}]`, "test.yaml", gatewayConfigSchema);

function faultsIn(window: string): readonly Fault[] {
  try {
    parse(window);
  } catch (error) {
    if (error instanceof TidegateError) return error.details.faults as readonly Fault[];
    throw error;
  }
  return [];
}

describe("windows of a config file", () => {
  test.each([
    "size: 10s",
    "size: 10s, lateness: 2s, revise: 1h, idleTimeout: 5m, aheadMax: 10s, by: metric, overflow: other",
    "kind: hopping, size: 10s, hop: 4s, aggregates: [p99, 'histogram(1,2)', last]",
    "kind: sliding, size: 10s, aggregates: [rate, twa]",
    "kind: session, gap: 30s, by: device",
    "kind: count, readings: 100",
    "size: 1m, aggregates: [last_state, in_state]",
    "size: 1m, backfill: true",
  ])("{%s} is an operator", (window) => {
    expect(windowsOf(parse(window)).map(({ id }) => id)).toEqual(["window w"]);
  });

  test("limits are those of the stream section; of slices there are four times as many as series if nothing else is said", () => {
    const limited = parseConfig(
      "stream: {seriesMax: 1}\nwindows: [{name: w, size: 10s, lateness: 1h}]",
      "test.yaml",
      gatewayConfigSchema,
    );
    const [window] = windowsOf(limited);
    const column = { device: "d", metric: "m", unit: "", eventTimesUs: [1, 11e6, 21e6, 31e6, 41e6], values: [1, 1, 1, 1, 1] };
    window?.advance(0, 0, { results: [], alerts: [] });
    for (const device of ["d", "e"]) window?.consume({ ...column, device, qualities: [], tags: "", correctionsUs: [] }, 0);
    expect(window?.counters()).toMatchObject({ taken: 4, skipped: { window_limit: 1, series_limit: 5 } });
  });

  test.each([
    ["a tumbling window without a size", "by: series", "windows.0.size", "is missing"],
    ["a hopping window without a hop", "kind: hopping, size: 1s", "windows.0.hop", "is missing"],
    ["a session without a gap", "kind: session", "windows.0.gap", "is missing"],
    ["a count window without a number", "kind: count", "windows.0.readings", "is missing"],
    ["a field of another kind", "kind: session, gap: 1s, size: 1s", "windows.0.size", "is not for kind session"],
    ["a hop longer than the size", "kind: hopping, size: 1s, hop: 2s", "windows.0.hop", "is longer than size"],
    ["too many slices", "kind: hopping, size: 1h, hop: 1s", "windows.0.hop", "more than 1000 slices"],
    ["lateness of a count window", "kind: count, readings: 2, lateness: 1s", "windows.0.lateness", "is not for kind count"],
    ["an unknown aggregate", "size: 1s, aggregates: [mean, avg]", "windows.0.aggregates.1", "is no aggregate"],
    ["an aggregate named twice", "size: 1s, aggregates: [mean, mean]", "windows.0.aggregates.1", "is there twice"],
    ["no aggregate", "size: 1s, aggregates: []", "windows.0.aggregates", "holds 0 aggregates"],
    ["a rate over series put together", "size: 1s, by: metric, aggregates: [rate]", "windows.0.by", "of single series"],
    [
      "a rate where series may be put together",
      "size: 1s, overflow: other, aggregates: [rate]",
      "windows.0.overflow",
      "of single series",
    ],
    ["no time to be idle", "size: 1s, idleTimeout: 0s", "windows.0.idleTimeout", "is out of range"],
  ])("%s is a fault that names the field and says what to do", (_what, window, path, problem) => {
    const [fault, ...others] = faultsIn(window);
    expect(others).toEqual([]);
    expect(fault?.path).toBe(path);
    expect(fault?.problem).toContain(problem);
    expect(fault?.remedy).not.toBe("");
  });
});

describe("backfill", () => {
  const config = (fields: string) =>
    parseConfig(
      `windows: [{name: w, size: 10s${fields}}]\nalerts: [{name: r, when: {above: 1}${fields}}]`,
      "test.yaml",
      gatewayConfigSchema,
    );

  test("is for the windows and rules that ask for it, and for no other", () => {
    expect(backfilledIds(config(""))).toEqual(new Set());
    expect(backfilledIds(config(", backfill: false"))).toEqual(new Set());
    expect(backfilledIds(config(", backfill: true"))).toEqual(new Set(["window w", "rule r"]));
  });

  test("is no part of a definition: who asks for it later is the same", () => {
    const prints = (fields: string) => operatorsOf(config(fields)).map(({ fingerprint }) => fingerprint);
    expect(prints(", backfill: true")).toEqual(prints(""));
  });

  test("is true or false", () => {
    expect(faultsIn("size: 1s, backfill: yesterday").map(({ path }) => path)).toEqual(["windows.0.backfill"]);
  });
});
