import { expect, onTestFinished, test } from "vitest";
import { statusTable } from "../../../src/cli/status.ts";
import { streamView } from "../../../src/gateway-status.ts";
import { createMemoryLog } from "../../../src/log/memory-log.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { driverOver, laterIds, recordLife } from "../../support/backfill-life.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { interceptedLog } from "../../support/intercepted-log.ts";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningGateway } from "../../support/running-gateway.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { until } from "../../support/stream-fixture.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("a gateway whose configuration has new windows and rules speaks of the past where they ask for it", async () => {
  const directory = await tempDir();
  const first = await runningGateway("", directory);
  const client = await RawMqtt.connected(first.port, 5);
  for (const second of [1, 2, 12]) {
    const payload = `{"v": ${second * 10}, "ts": "2026-01-01T00:00:${String(second).padStart(2, "0")}Z"}`;
    client.send({ cmd: "publish", topic: "sensors/d/m", payload, qos: 1, messageId: 1, dup: false, retain: false });
    await client.next("puback");
  }
  await until(() => first.gateway.status().stream.lagReadings === 0);
  await first.gateway.close();
  const yaml = `
windows: [{ name: past, size: 10s, backfill: true }, { name: now, size: 10s }]
alerts: [{ name: hot-once, when: { above: 100 }, backfill: true }, { name: hot-now, when: { above: 100 } }]`;
  const { gateway, http } = await runningGateway(yaml, directory);
  await until(() => gateway.status().stream.backfill === null && gateway.status().latest.alert !== null);
  const { stream, lanes, latest } = gateway.status();
  expect(Object.entries(stream.operators).map(([id, { taken, outputs }]) => `${id}: ${taken}, ${outputs}`)).toEqual([
    "window past: 3, 1",
    "window now: 0, 0",
    "rule hot-once: 3, 1",
    "rule hot-now: 0, 0",
  ]);
  expect([lanes.results?.endOffset, lanes.alerts?.endOffset, latest.alert?.rule]).toEqual([1, 1, "hot-once"]);
  const metrics = await (await fetch(`${http}/metrics`)).text();
  expect(metrics).toContain("tidegate_stream_backfill_lag_readings 0");
  expect(metrics).toContain("tidegate_stream_backfill_offset 3");
});

test("status says where a backfill is, how far it has to go, and for whom", async () => {
  const clock = new FakeClock();
  const life = { log: createMemoryLog({ clock }), clock, random: seededRandom(1), steps: 20 };
  await recordLife(life);
  const log = {
    ...interceptedLog(life.log, (write, done) => life.log.append(write, done)),
    read: async () => {
      throw new TidegateError("LOG_READ_FAILED", "read the log: it cannot be opened again");
    },
  };
  const driver = driverOver(log, clock);
  onTestFinished(() => driver.close());
  await driver.start();
  const { endOffset } = life.log.bounds("readings");
  const stream = streamView(driver);
  expect(stream.backfill).toEqual({ offset: 0, lagReadings: endOffset, operators: [...laterIds] });
  const { gateway } = await runningGateway();
  const table = statusTable({ ...gateway.status(), stream });
  expect(table).toContain(`at 0, ${endOffset} readings to go: window hopping, window sliding`);
  expect(statusTable(gateway.status())).not.toContain("to go");
});
