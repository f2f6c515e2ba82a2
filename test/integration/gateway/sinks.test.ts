import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { startCollector } from "../../../src/collector/collector.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { createLogger } from "../../../src/platform/logger.ts";
import { IngestServer } from "../../support/ingest-server.ts";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningGateway } from "../../support/running-gateway.ts";
import { tempDir } from "../../support/temp-dir.ts";

type Running = Awaited<ReturnType<typeof runningGateway>>;

async function publish({ port }: Running, topic: string, payload: string): Promise<void> {
  const client = await RawMqtt.connected(port, 5);
  client.send({ cmd: "publish", topic, payload, qos: 1, messageId: 1, dup: false, retain: false });
  expect((await client.next("puback")).reasonCode ?? 0).toBe(0);
}

/** Until a sink lacks nothing. */
async function drained({ gateway }: Running, sink: string): Promise<void> {
  const backlog = () => Object.values(gateway.status().sinks[sink]?.lanes ?? {}).map((lane) => lane.backlogRecords);
  await vi.waitFor(() => expect(Math.max(...backlog())).toBe(0), { timeout: 10_000 });
}

test("records go to every sink in the config, each with its own filter and lanes", async () => {
  const server = await IngestServer.start();
  const directory = await tempDir();
  const running = await runningGateway(`forward:
  sinks:
    - {kind: file, name: all, path: "${directory}/{lane}"}
    - {kind: http, name: pressures, url: "${server.url}", format: ndjson, metric: press*, lanes: [readings], linger: 0ms}
alerts: [{name: hot, device: boiler, metric: temperature, when: {above: 80}}]
`);
  await publish(running, "sensors/boiler", '{"temperature": 81.5, "pressure": 4.5}');
  await publish(running, "sensors/pump", '{"temperature": 20, "pressure": 3}');
  await Promise.all([drained(running, "all"), drained(running, "pressures")]);
  const lanesThere = async () => (await readdir(directory)).map((name) => name.split("-")[0]).sort();
  await vi.waitFor(async () => expect(await lanesThere()).toEqual(["alerts", "readings"]), { timeout: 10_000 });
  await drained(running, "all");
  const names = await readdir(directory);
  const texts = await Promise.all(names.sort().map((name) => readFile(join(directory, name), "utf8")));
  expect(texts.map((text) => text.trimEnd().split("\n").length)).toEqual([1, 4]);
  expect(server.stored.flatMap(({ records }) => records.map(({ device, value }) => [device, value]))).toEqual([
    ["boiler", 4.5],
    ["pump", 3],
  ]);
});

test("the collector gets the lanes that go there, and nothing of the others waits for it", async () => {
  const listen = { host: "127.0.0.1", port: 0 };
  const logger = createLogger("silent");
  const collector = await startCollector({
    listen,
    store: { kind: "embedded", directory: await tempDir() },
    clock: systemClock,
    logger,
  });
  onTestFinished(() => collector.close());
  const running = await runningGateway(`forward:
  collector: {address: "127.0.0.1:${collector.address.port}", lanes: [alerts]}
alerts: [{name: hot, metric: temperature, when: {above: 80}}]
`);
  await publish(running, "sensors/boiler/temperature", "81.5");
  await vi.waitFor(() => expect(collector.status().storedRecords).toBe(1), { timeout: 10_000 });
  await drained(running, "collector");
  const [report] = await collector.report();
  expect(report?.lanes).toMatchObject({ readings: { received: 0, missing: [] }, alerts: { received: 1 } });
  const { sinks, lanes } = running.gateway.status();
  expect(Object.keys(sinks.collector?.lanes ?? {})).toEqual(["alerts"]);
  expect(lanes.readings).toEqual({ startOffset: 0, endOffset: 1 });
});

test("a sink that is asked to wait, fails, and refuses a record gets all others, and the refused one is in quarantine", async () => {
  const server = await IngestServer.start();
  const answers = [
    { status: 429, headers: { "retry-after": "0" } },
    { status: 500 },
    { status: 503, headers: { "retry-after": "0" } },
  ];
  server.script = ({ records }) => {
    const refused = records.some(({ value }) => value === "poison") ? { status: 422, text: "no poison" } : null;
    return answers.shift() ?? refused;
  };
  const running = await runningGateway(`forward:
  sinks: [{kind: http, name: web, url: "${server.url}", format: ndjson, linger: 0ms, retryDelayMin: 10ms, retryDelayMax: 100ms}]
`);
  for (const value of ["1", '{"v": "poison"}', "3"]) await publish(running, "sensors/boiler/label", value);
  await drained(running, "web");
  expect(server.stored.flatMap(({ records }) => records.map(({ value }) => value))).toEqual([1, 3]);
  expect(running.gateway.status().sinks.web).toMatchObject({ quarantined: 1 });
});

test("a secret is taken from the environment that the gateway is started with", async () => {
  const server = await IngestServer.start();
  const yaml = `forward: {sinks: [{kind: http, name: web, url: "${server.url}", tokenEnv: WEB_TOKEN, linger: 0ms}]}`;
  const running = await runningGateway(yaml, undefined, { WEB_TOKEN: "let-me-in" });
  await publish(running, "sensors/boiler/temperature", "20");
  await drained(running, "web");
  expect(server.stored.map(({ headers }) => headers.authorization)).toEqual(["Bearer let-me-in"]);
});
