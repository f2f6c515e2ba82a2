import { describe, expect, test } from "vitest";
import type { Fault } from "../../../src/config/faults.ts";
import { loadGatewayConfig, parseConfig } from "../../../src/config/load.ts";
import { gatewayConfigSchema } from "../../../src/config/schema.ts";
import { TidegateError } from "../../../src/platform/errors.ts";

function errorOf(action: () => unknown): TidegateError {
  try {
    action();
  } catch (error) {
    if (error instanceof TidegateError) return error;
    throw error;
  }
  throw new Error("expected a TidegateError");
}

const parse = (text: string) => parseConfig(text, "test.yaml", gatewayConfigSchema);

function faultsIn(text: string): readonly Fault[] {
  const error = errorOf(() => parse(text));
  expect(error.code).toBe("CONFIG_INVALID");
  expect(error.exitCode).toBe(78);
  return error.details.faults as readonly Fault[];
}

const routed = (more: string) => `ingest: {routes: [{topic: a/+, payload: object, device: '{1}', ${more}}]}`;
const tagged = (tags: string) => routed(`tags: {${tags}}`);
const manyTags = (count: number, value: string) => Array.from({ length: count }, (_, i) => `t${i}: ${value}`).join(", ");

describe("a config file", () => {
  test("may be empty: every field has a default", () => {
    const config = parse("");
    expect(config.mqtt.listen).toEqual({ host: "127.0.0.1", port: 1883 });
    expect(config.ingest.routes.map((route) => route.topic)).toEqual(["sensors/+/+", "sensors/+", "tg/v1/+"]);
    expect(config.forward.collector).toBeUndefined();
  });

  test("the commented example is valid", () => {
    const config = loadGatewayConfig("config/gateway.yaml");
    expect(config.gateway.id).toBe("gateway-1");
    expect(config.alerts[0]).toMatchObject({ when: { above: 80 }, clear: { below: 75 } });
  });

  test("gives durations in milliseconds, sizes in bytes and instants in microseconds", () => {
    const config = parse(
      "windows: [{name: w, size: 1.5h}]\nmqtt: {packetSizeMax: 2MiB}\ningest: {eventTimeMin: 2001-09-09T01:46:40Z}",
    );
    expect(config.windows[0]?.size).toBe(5_400_000);
    expect(config.mqtt.packetSizeMax).toBe(2_097_152);
    expect(config.ingest.eventTimeMin).toBe(1e15);
  });

  test("with ten faults reports all ten, each with its line, path, value, what is allowed and the remedy", () => {
    const text = `gateway: {id: "not an id"}
log: {pendingReadingsMax: many}
mqtt:
  lisen: 127.0.0.1:1883
  listen: 0.0.0.0:1883
  inflightMax: 70000
ingest:
  routes:
    - {topic: "plant/#/temperature", payload: batch, device: "{1}"}
    - {topic: "plant/+", payload: xml, device: "{1}"}
windows:
  - {name: hourly, size: 1 fortnight}
alerts:
  - {name: hot, when: {above: 80}, clear: {above: 75}}
logger: loud
`;
    const faults = faultsIn(text);
    expect(faults.map((fault) => fault.path)).toEqual([
      "gateway.id",
      "log.pendingReadingsMax",
      "mqtt.lisen",
      "mqtt.listen",
      "mqtt.inflightMax",
      "ingest.routes.0.topic",
      "ingest.routes.1.payload",
      "windows.0.size",
      "alerts.0.clear",
      "logger",
    ]);
    const { message } = errorOf(() => parse(text));
    expect(message).toContain("test.yaml has 10 faults");
    expect(message).toContain(
      "test.yaml:6: mqtt.inflightMax is too large\n    value    70000\n    allowed  an integer from 1 to 65535\n    remedy   replace it by what is allowed",
    );
    expect(message).toContain("remedy   write listen, or remove it");
    expect(message).toContain("one of value, object, batch");
  });

  test.each([
    ["a listener beyond loopback", "mqtt: {listen: 192.168.1.5:1883}", "mqtt.listen"],
    [
      "a metric on a route whose payload names its metrics",
      "ingest: {routes: [{topic: a/+, payload: object, device: '{1}', metric: m}]}",
      "ingest.routes.0.metric",
    ],
    [
      "no metric on a route of single values",
      "ingest: {routes: [{topic: a/+, payload: value, device: '{1}'}]}",
      "ingest.routes.0.metric",
    ],
    [
      "a placeholder without a wildcard",
      "ingest: {routes: [{topic: a/+, payload: batch, device: '{2}'}]}",
      "ingest.routes.0.device",
    ],
    [
      "a route over the gateway's own topics",
      "ingest: {routes: [{topic: tidegate/+, payload: batch, device: '{1}'}]}",
      "ingest.routes.0.topic",
    ],
    ["a tag that cannot be called so", tagged("'a b': x"), "ingest.routes.0.tags"],
    ["a tag whose value holds a comma", tagged("line: 'a,b'"), "ingest.routes.0.tags.line"],
    ["a tag without a value", tagged("line: ''"), "ingest.routes.0.tags.line"],
    ["a tag that is no text", tagged("line: 3"), "ingest.routes.0.tags.line"],
    ["a tag of a wildcard that is not there", tagged("line: '{2}'"), "ingest.routes.0.tags.line"],
    ["more tags than a route may have", tagged(manyTags(17, "x")), "ingest.routes.0.tags"],
    ["tags that are too long together", tagged(manyTags(5, "x".repeat(100))), "ingest.routes.0.tags"],
    ["a clock policy that does not exist", "ingest: {clock: {policy: guess}}", "ingest.clock.policy"],
    ["a clock policy of a route that does not exist", routed("clock: {policy: guess}"), "ingest.routes.0.clock.policy"],
    ["a limit for clocks below what a network needs", routed("clock: {offsetMin: 1ms}"), "ingest.routes.0.clock.offsetMin"],
    ["two windows of one name", "windows: [{name: a, size: 1s}, {name: a, size: 2s}]", "windows.1.name"],
    ["an alert whose conditions overlap", "alerts: [{name: a, when: {above: 75}, clear: {below: 80}}]", "alerts.0.clear"],
    ["a duration without a unit", "windows: [{name: a, size: 10}]", "windows.0.size"],
    ["an instant without a zone", "ingest: {eventTimeMin: '2000-01-01T00:00:00'}", "ingest.eventTimeMin"],
    ["a port that does not exist", "http: {listen: 127.0.0.1:70000}", "http.listen"],
    ["a list where a section belongs", "mqtt: [1]", "mqtt"],
    [
      "a longest delay below the shortest",
      "forward: {collector: {address: 'h:1', retryDelayMin: 1m, retryDelayMax: 100ms}}",
      "forward.collector.retryDelayMax",
    ],
    ["one port for two listeners", "mqtt: {listen: 127.0.0.1:9000}\nhttp: {listen: 127.0.0.1:9000}", "http.listen"],
    ["a value that contains itself", "windows: &a [*a]", "windows.0"],
    ["an infinite limit", "alerts: [{name: a, when: {above: .inf}}]", "alerts.0.when.above"],
    ["an alert without a condition", "alerts: [{name: a, when: {}}]", "alerts.0.when"],
    ["an alert with two conditions", "alerts: [{name: a, when: {above: 1, absentFor: 1m}}]", "alerts.0.when"],
    ["an alert with an unknown condition", "alerts: [{name: a, when: {abov: 1}}]", "alerts.0.when.abov"],
    ["a time to hold beside absence", "alerts: [{name: a, for: 1m, when: {absentFor: 1m}}]", "alerts.0.for"],
    ["something that ends absence", "alerts: [{name: a, when: {absentFor: 1m}, clear: {above: 1}}]", "alerts.0.clear"],
    ["a limit that ends an expression", "alerts: [{name: a, when: {cel: value > 1}, clear: {below: 1}}]", "alerts.0.clear"],
    ["an expression that ends a limit", "alerts: [{name: a, when: {above: 1}, clear: {cel: value < 1}}]", "alerts.0.clear"],
    ["a type beside a limit", "alerts: [{name: a, when: {above: 1, valueType: any}}]", "alerts.0.when.valueType"],
    ["a rate without a limit", "alerts: [{name: a, when: {rate: {}}}]", "alerts.0.when.rate"],
    [
      "a rate whose limits overlap",
      "alerts: [{name: a, when: {rate: {above: 1}}, clear: {rate: {below: 2}}}]",
      "alerts.0.clear",
    ],
    ["a flatline that something ends", "alerts: [{name: a, when: {flatFor: 1m}, clear: {above: 2}}]", "alerts.0.clear"],
    ["an epsilon without flatFor", "alerts: [{name: a, when: {above: 1, epsilon: 2}}]", "alerts.0.when.epsilon"],
    ["an epsilon below 0", "alerts: [{name: a, when: {flatFor: 1m, epsilon: -1}}]", "alerts.0.when.epsilon"],
    ["a clear that says nothing", "alerts: [{name: a, when: {above: 1}, clear: {}}]", "alerts.0.clear"],
    [
      "more samples to wait for than there will be",
      "alerts: [{name: a, when: {deviation: {above: 6, history: 10}}}]",
      "alerts.0.when.deviation.samplesMin",
    ],
    [
      "a deviation that a limit ends",
      "alerts: [{name: a, when: {deviation: {above: 6}}, clear: {below: 3}}]",
      "alerts.0.clear",
    ],
    [
      "a deviation whose limits overlap",
      "alerts: [{name: a, when: {deviation: {above: 6}}, clear: {deviation: {below: 7}}}]",
      "alerts.0.clear",
    ],
    [
      "a rule over a window that does not exist",
      "alerts: [{name: a, on: {window: w, aggregate: mean}, when: {above: 1}}]",
      "alerts.0.on.window",
    ],
    [
      "a rule over what its window does not say",
      "windows: [{name: w, size: 1s}]\nalerts: [{name: a, on: {window: w, aggregate: p99}, when: {above: 1}}]",
      "alerts.0.on.aggregate",
    ],
    [
      "a rule over absence in a window",
      "windows: [{name: w, size: 1s}]\nalerts: [{name: a, on: {window: w, aggregate: mean}, when: {absentFor: 1m}}]",
      "alerts.0.on",
    ],
    ["a rule over something else", "alerts: [{name: a, on: result, when: {above: 1}}]", "alerts.0.on"],
    ["a severity that does not exist", "alerts: [{name: a, severity: bad, when: {above: 1}}]", "alerts.0.severity"],
  ])("with %s is refused, and the fault names the field", (_what, text, path) => {
    expect(faultsIn(text).map((fault) => fault.path)).toEqual([path]);
  });

  test("that is no YAML is refused with the place of the fault", () => {
    expect(errorOf(() => parse("mqtt: {listen")).message).toMatch(/is not YAML: .*line 1/s);
  });

  test("that does not exist is refused with its name", () => {
    const error = errorOf(() => loadGatewayConfig("/nowhere/gateway.yaml"));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain("/nowhere/gateway.yaml: cannot be read");
  });

  test("cannot blow up memory by aliases", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...Array.from({ length: 8 }, (_, i) => `${"bcdefghi"[i]}: &${"bcdefghi"[i]} [${Array(9).fill(`*${"abcdefgh"[i]}`)}]`),
    ].join("\n");
    expect(errorOf(() => parse(bomb)).code).toBe("CONFIG_INVALID");
  });
});
