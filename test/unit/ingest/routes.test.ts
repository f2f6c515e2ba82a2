import { describe, expect, test } from "vitest";
import { type Route, RouteTable } from "../../../src/ingest/routes.ts";

const routes: Route[] = [
  { topic: "plant/+/press/+/#", payload: "value", device: "{1}/{2}", metric: "{3}", timeUnit: "ms" },
  { topic: "sensors/+", payload: "object", device: "{1}", timeUnit: "s" },
  { topic: "sensors/+/+", payload: "value", device: "{1}", metric: "{2}", timeUnit: "ms" },
  { topic: "sensors/#", payload: "batch", device: "all", timeUnit: "ms" },
];

const tagged: Route[] = [
  {
    topic: "plant/+/+/#",
    payload: "object",
    device: "{2}",
    tags: { zone: "{3}", line: "{1}", "a.b": "fixed", Z: "1" },
    timeUnit: "ms",
  },
  { topic: "line/+/+", payload: "object", device: "{2}", tags: { line: "{1}" }, timeUnit: "ms" },
];
const tagsOf = (topic: string) => new RouteTable(tagged, 100).find(topic)?.tags;

describe("tags", () => {
  test("are filled with what the wildcards matched, ascending by name whatever the order in the configuration", () => {
    expect(tagsOf("plant/7/press/hall/2")).toBe("Z=1,a.b=fixed,line=7,zone=hall/2");
  });

  test("are none where the route has none", () => {
    expect(new RouteTable(routes, 100).find("sensors/d")?.tags).toBe("");
  });

  test.each([
    ["an empty value", "line//d", 'tag line is ""'],
    ["an equals sign", "line/a=b/d", 'tag line is "a=b"'],
    ["a comma", "line/a,b/d", 'tag line is "a,b"'],
    ["a control character", "line/a\tb/d", 'tag line is "a\\tb"'],
    ["more than 128 characters", `line/${"x".repeat(129)}/d`, "tag line is"],
    ["a device without a name", "line/3/", 'device ""'],
  ])("with %s are a fault of the topic", (_what, topic, fault) => {
    const target = new RouteTable(tagged, 100).find(topic);
    expect(target?.fault).toContain(fault);
    expect(target?.tags).toBe("");
  });

  test("may have 128 characters each and 512 together", () => {
    const names = ["a", "b", "c", "d"];
    const long = (length: number) => Object.fromEntries(names.map((name) => [name, "x".repeat(length)]));
    const find = (length: number) =>
      new RouteTable([{ topic: "t", payload: "object", device: "d", tags: long(length), timeUnit: "ms" }], 10).find("t");
    expect([find(125)?.tags.length, find(125)?.fault]).toEqual([511, null]);
    expect(find(126)?.fault).toContain("515 characters");
  });
});

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
