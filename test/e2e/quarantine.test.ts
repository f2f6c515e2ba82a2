import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { GatewayProcess, runToEnd } from "../support/programs.ts";
import { RawMqtt } from "../support/raw-mqtt.ts";
import { tempDir } from "../support/temp-dir.ts";

/** A web service that wants no value above 100, for as long as it is `strict`. */
async function pickyService() {
  const service = { strict: true, values: [] as number[], url: "" };
  const server = createServer(async (request, response) => {
    const values = (await text(request))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).value as number);
    if (service.strict && values.some((value) => value > 100)) response.writeHead(422).end("a value is above 100");
    else {
      service.values.push(...values);
      response.end();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return service;
}

test("a record that a sink refuses is listed with the reason, through a kill too; sent again when the sink takes it, or dropped", async () => {
  const service = await pickyService();
  const gateway = new GatewayProcess(
    await tempDir(),
    `forward: { sinks: [{ kind: http, name: cloud, url: "${service.url}", format: ndjson, lanes: [readings], linger: 0ms }] }`,
  );
  await gateway.start();
  const client = await RawMqtt.connected(gateway.mqttPort, 5);
  const values = [1, 250, 3, 300];
  for (const [index, payload] of values.map(String).entries()) {
    client.send({ cmd: "publish", topic: "sensors/d/m", payload, qos: 1, messageId: index + 1, dup: false, retain: false });
    await client.next("puback");
  }
  await gateway.until(({ sinks }) => sinks.cloud?.quarantined === 2 && sinks.cloud.lanes.readings?.backlogRecords === 0);
  expect(service.values.sort()).toEqual([1, 3]);
  await gateway.kill();
  await gateway.start();

  const command = async (...args: string[]) => {
    const program = await runToEnd("tidegate", ["quarantine", ...args, "--url", gateway.httpUrl]);
    return { code: await program.exit(), out: program.stdout, errors: program.stderr.join("\n") };
  };
  const list = await command("list");
  expect(list.out).toHaveLength(2);
  expect(list.out[0]).toMatch(
    /^cloud {2}readings\/0{15}1 {2}d\/m {2}refused (once|2 times) since \S+Z: .*422.*a value is above 100/,
  );
  service.strict = false;
  const id = "readings/0000000000000001";
  expect((await command("retry", "cloud", id)).out).toEqual(["1 record of cloud to be sent again"]);
  await gateway.until(({ sinks }) => sinks.cloud?.quarantined === 1);
  expect(service.values).toContain(250);
  expect((await command("drop", "cloud", "--all")).out).toEqual(["1 record of cloud forgotten"]);
  expect((await command("list")).out).toEqual(["no record is in quarantine"]);

  expect(await command("retry", "cloud")).toMatchObject({ code: 64, errors: expect.stringContaining("--all") });
  expect(await command("drop", "clowd", "--all")).toMatchObject({ code: 66, errors: expect.stringContaining("cloud") });
});
