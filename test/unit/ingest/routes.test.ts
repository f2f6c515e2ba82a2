import { describe, expect, test } from "vitest";
import { type Route, RouteTable } from "../../../src/ingest/routes.ts";

const routes: Route[] = [
  { topic: "plant/+/press/+/#", payload: "value", device: "{1}/{2}", metric: "{3}", timeUnit: "ms" },
  { topic: "sensors/+", payload: "object", device: "{1}", timeUnit: "s" },
  { topic: "sensors/+/+", payload: "value", device: "{1}", metric: "{2}", timeUnit: "ms" },
  { topic: "sensors/#", payload: "batch", device: "all", timeUnit: "ms" },
];

describe("a topic", () => {
  test.each([
    ["plant/a/press/7/oil/temperature", "a/7", "oil/temperature"],
    ["sensors/d", "d", ""],
    ["sensors/d/m", "d", "m"],
    ["sensors//m", "", "m"],
    ["sensors/a/b/c", "all", ""],
    ["sensors", "all", ""],
  ])("%s names device and metric as its route says", (topic, device, metric) => {
    expect(new RouteTable(routes, 100).find(topic)).toMatchObject({ device, metric });
  });

  test.each(["plant/a/pump/7/x", "other", "", "sensor/d/m", "plant/a/press"])("%s of no route is none of ours", (topic) => {
    expect(new RouteTable(routes, 100).find(topic)).toBeNull();
  });

  test("is taken by the first route that matches", () => {
    const [, object, , batch] = routes as [Route, Route, Route, Route];
    expect(new RouteTable([batch, object], 100).find("sensors/d")?.device).toBe("all");
    expect(new RouteTable([object, batch], 100).find("sensors/d")?.device).toBe("d");
  });

  test("is found again after a flood of other topics, of which only so many are kept", () => {
    const table = new RouteTable(routes, 10);
    for (let index = 0; index < 1000; index++) {
      table.find(`sensors/d${index}`);
      expect(table.size).toBeLessThanOrEqual(10);
    }
    expect(table.find("sensors/d0")?.device).toBe("d0");
  });

  test("that is very long is found, and not kept", () => {
    const table = new RouteTable(routes, 10);
    const device = "d".repeat(60_000);
    expect(table.find(`sensors/${device}`)?.device).toBe(device);
    expect(table.size).toBe(0);
  });
});
