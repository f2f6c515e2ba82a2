import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { describe, expect, onTestFinished, test } from "vitest";
import { errorTable } from "../../src/platform/errors.ts";
import { harm, harms } from "../support/damaged-log.ts";
import { CollectorProcess, GatewayProcess, Program, runToEnd } from "../support/programs.ts";
import { RawMqtt } from "../support/raw-mqtt.ts";
import { readOnlyDir } from "../support/read-only-dir.ts";
import { tempDir } from "../support/temp-dir.ts";

async function configFile(yaml: string): Promise<string> {
  const path = join(await tempDir(), "gateway.yaml");
  await writeFile(path, yaml);
  return path;
}

async function busyPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const anyPorts = 'mqtt: { listen: "127.0.0.1:0" }\nhttp: { listen: "127.0.0.1:0" }\n';

async function run(yaml: string): Promise<Program> {
  return runToEnd("tidegate", ["run", "-c", await configFile(yaml)]);
}

test.each([
  ["a command that there is not", ["frobnicate"], "unknown command 'frobnicate'"],
  ["an option that must be there", ["run"], "required option '-c, --config <file>' not specified"],
])("%s is a USAGE error, and says where the options are", async (_what, commandLine, fault) => {
  const program = await runToEnd("tidegate", commandLine);
  expect(await program.exit()).toBe(64);
  expect(program.stderr).toEqual([`error: ${fault}`, "Run the command with --help for its options [USAGE]"]);
});

describe("tidegate check", () => {
  test("says that the commented example is valid", async () => {
    const check = await runToEnd("tidegate", ["check", "-c", "config/gateway.yaml"]);
    expect(check.stdout).toEqual(["config/gateway.yaml is valid"]);
    expect(await check.exit()).toBe(0);
  });

  test("says that the examples of README.md are valid", async () => {
    const examples = [...(await readFile("README.md", "utf8")).matchAll(/```yaml\n([\s\S]*?)```/g)];
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const [, yaml = ""] of examples) {
      const check = await runToEnd("tidegate", ["check", "-c", await configFile(yaml)]);
      expect(await check.exit(), yaml).toBe(0);
    }
  });

  test("reports every fault and ends with 78", async () => {
    const check = await runToEnd("tidegate", [
      "check",
      "-c",
      await configFile("mqtt: {inflightMax: 0}\nwindows: [{name: a}]\nhtp: {}\n"),
    ]);
    expect(await check.exit()).toBe(78);
    const report = check.stderr.join("\n");
    for (const path of ["mqtt.inflightMax", "windows.0.size", "htp"]) expect(report).toContain(path);
    expect(report).toContain("write http, or remove it");
    expect(report).toContain("[CONFIG_INVALID]");
  });

  test("an expression of a rule that does not hold together is a fault, for a gateway that is to run as well", async () => {
    const path = await configFile(`${anyPorts}alerts: [{name: hot, when: {cel: "vlaue > 80"}}]\n`);
    for (const command of ["check", "run"]) {
      const program = await runToEnd("tidegate", [command, "-c", path]);
      expect(await program.exit()).toBe(78);
      expect(program.stderr.join("\n")).toContain("alerts.0.when.cel Unknown variable: vlaue, at character 1");
    }
  });
});

describe("tidegate run", () => {
  test("with faults in the config ends with 78, before anything is opened", async () => {
    expect(await (await run("mqtt: 5")).exit()).toBe(78);
  });

  test.each(["mqtt", "http"])("with a busy %s port ends with 69 and names the port and the setting", async (section) => {
    const port = await busyPort();
    const data = `data: { directory: ${JSON.stringify(await tempDir())} }\n`;
    const gateway = await run(
      `${data}${anyPorts.replace(new RegExp(`${section}: .*`), `${section}: { listen: "127.0.0.1:${port}" }`)}`,
    );
    expect(await gateway.exit()).toBe(errorTable.PORT_IN_USE.exitCode);
    expect(gateway.stderr.join("\n")).toMatch(
      new RegExp(`${section}\\.listen.*127\\.0\\.0\\.1:${port}.*in use.*\\[PORT_IN_USE\\]`),
    );
  });

  test("with a read-only data directory ends with 73 and names it", async () => {
    const directory = join(await readOnlyDir(), "data");
    const gateway = await run(`data: { directory: ${JSON.stringify(directory)} }\n${anyPorts}`);
    expect(await gateway.exit()).toBe(73);
    expect(gateway.stderr.join("\n")).toMatch(new RegExp(`${directory}.*\\[DATA_DIR_UNUSABLE\\]`));
  });

  test("with a data directory that another gateway has open ends with 73, and the other one is not disturbed", async () => {
    const first = new GatewayProcess(await tempDir(), "");
    await first.start();
    const second = await run(`data: { directory: ${JSON.stringify(first.dataDirectory)} }\n${anyPorts}`);
    expect(await second.exit()).toBe(73);
    expect(second.stderr.join("\n")).toMatch(/\[DATA_DIR_LOCKED\]/);
    expect((await first.get("/readyz")).status).toBe(200);
    expect(await first.stop()).toBe(0);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("ends with 0 at %s", async (signal) => {
    const data = `data: { directory: ${JSON.stringify(await tempDir())} }\n`;
    const gateway = new Program("tidegate", ["run", "-c", await configFile(`${data}${anyPorts}`)]);
    await gateway.line(/mqtt/);
    expect(await gateway.kill(signal)).toBe(0);
  });

  test("serves health, readiness, metrics and status", async () => {
    const gateway = new GatewayProcess(await tempDir(), "");
    await gateway.start();
    expect((await gateway.get("/healthz")).status).toBe(200);
    expect(await (await gateway.get("/readyz")).json()).toEqual({ status: "ready" });
    const metrics = await (await gateway.get("/metrics")).text();
    expect(metrics).toContain("tidegate_readings_received_total 0");
    expect(metrics).toContain('tidegate_readings_rejected_total{reason="payload_not_json"} 0');
    expect(await gateway.status()).toMatchObject({ gatewayId: "test-gateway", readings: { received: 0 } });
    expect((await gateway.get("/nothing")).status).toBe(404);
  });
});

describe("tidegate log", () => {
  test("verifies, shows and exports the log of a stopped gateway, and finds a flipped bit", async () => {
    const gateway = new GatewayProcess(await tempDir(), "");
    await gateway.start();
    const client = await RawMqtt.connected(gateway.mqttPort, 5);
    client.send({ cmd: "publish", topic: "sensors/d/m", payload: "21.5", qos: 1, messageId: 1, dup: false, retain: false });
    await client.next("puback");
    const locked = await runToEnd("tidegate", ["log", "inspect", "--data", gateway.dataDirectory]);
    expect(await locked.exit()).toBe(73);
    await gateway.stop();

    const data = ["--data", gateway.dataDirectory];
    expect((await runToEnd("tidegate", ["log", "verify", ...data])).stdout).toEqual(["0 faults, 0 notes"]);
    expect((await runToEnd("tidegate", ["log", "inspect", ...data])).stdout.join("\n")).toContain(
      "readings  0 to 1 in 1 blocks",
    );
    const exported = await runToEnd("tidegate", ["log", "export", "--lane", "readings", "--gateway", "g", ...data]);
    expect(JSON.parse(exported.stdout[0] ?? "")).toMatchObject({
      gateway: "g",
      offset: 0,
      device: "d",
      metric: "m",
      value: 21.5,
    });

    const folder = join(gateway.dataDirectory, "log");
    const [manifest = ""] = (await readdir(folder)).filter((name) => name.startsWith("MANIFEST"));
    const bytes = await readFile(join(folder, manifest));
    bytes[10] = (bytes[10] ?? 0) ^ 4;
    await writeFile(join(folder, manifest), bytes);
    const damaged = await runToEnd("tidegate", ["log", "verify", ...data]);
    expect(await damaged.exit()).toBe(65);
    expect(damaged.stdout[0]).toContain(`fault: ${manifest}`);
  });
});

describe("tidegate status", () => {
  test("prints what a running gateway says, as a table or as JSON", async () => {
    const gateway = new GatewayProcess(await tempDir(), 'forward: { collector: { address: "127.0.0.1:1" } }');
    await gateway.start();
    const [, url = ""] = gateway.url.match(/^mqtt:\/\/(.*)$/) ?? [];
    const http = new URL((await gateway.get("/healthz")).url).origin;
    const table = await runToEnd("tidegate", ["status", "--url", http]);
    expect(table.stdout.join("\n")).toContain(url);
    expect(table.stdout.join("\n")).toMatch(/sink collector/);
    const json = await runToEnd("tidegate", ["status", "--url", http, "--json"]);
    expect(JSON.parse(json.stdout.join("\n"))).toMatchObject({ gatewayId: "test-gateway" });
  });

  test("where no gateway answers ends with 69 and says how to name it", async () => {
    const status = await runToEnd("tidegate", ["status", "--url", "http://127.0.0.1:1"]);
    expect(await status.exit()).toBe(69);
    expect(status.stderr.join("\n")).toMatch(/--url.*\[GATEWAY_UNREACHABLE\]/);
  });
});

describe("tidegate alerts and silence", () => {
  /** A gateway with an alert of a series, and one of a window that groups by a tag. */
  async function withAlerts() {
    const gateway = new GatewayProcess(
      await tempDir(),
      `ingest: { routes: [{ topic: sensors/+/+, payload: value, device: "{1}", metric: "{2}", tags: { line: "3" } }] }
windows: [{ name: line, kind: count, readings: 1, by: { tag: line } }]
alerts:
  - { name: hot, when: { above: 80 }, severity: critical }
  - { name: line-hot, on: { window: line, aggregate: mean }, when: { above: 80 } }`,
    );
    await gateway.start();
    const client = await RawMqtt.connected(gateway.mqttPort, 5);
    client.send({ cmd: "publish", topic: "sensors/d/m", payload: "81.25", qos: 1, messageId: 1, dup: false, retain: false });
    await client.next("puback");
    await gateway.until(({ alerts }) => alerts.active === 2);
    const command = async (...args: string[]) => {
      const program = await runToEnd("tidegate", [...args, "--url", gateway.httpUrl]);
      return { code: await program.exit(), out: program.stdout.join("\n"), errors: program.stderr.join("\n") };
    };
    return { gateway, command };
  }

  test("list, acknowledge and unacknowledge what fires, also by its tag; a kill of the gateway changes nothing", async () => {
    const { gateway, command } = await withAlerts();
    expect((await command("alerts")).out).toMatch(
      /^critical {2}hot {2}d {2}m {2}81\.25 since \S+Z\nwarning {3}line-hot {2}"" {2}m {2}line=3 {2}81\.25 since \S+Z$/,
    );
    const acknowledged = await command("alerts", "ack", "hot", "d", "m", "--by", "ada", "--comment", "on my way");
    expect([acknowledged.code, acknowledged.out]).toEqual([0, expect.stringMatching(/, acknowledged by ada: on my way$/)]);
    expect((await command("alerts", "ack", "line-hot", "", "m", "--tag", "line=3", "--by", "bob")).code).toBe(0);
    await gateway.kill();
    await gateway.start();
    const lines = (await command("alerts", "--json")).out.split("\n").map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { rule: "hot", acknowledged: { by: "ada", comment: "on my way" } },
      { rule: "line-hot", tag: "line=3", acknowledged: { by: "bob", comment: "" } },
    ]);
    expect((await command("alerts", "unack", "hot", "d", "m")).out).not.toContain("ada");
    expect((await command("status")).out).toMatch(/alerts +2 active, 1 acknowledged, 0 silenced by 0 silences/);
  });

  test("make, list and remove silences", async () => {
    const { command } = await withAlerts();
    const made = await command("silence", "add", "--device", "d*", "--severity", "critical", "--for", "2h", "--by", "ada");
    expect(made.out).toMatch(/^silence 1: device d\*, severity critical, until \S+Z, by ada$/);
    const until = ["--rule", "*", "--until", "2100-01-31T12:00:00Z", "--by", "bob", "--comment", "all of it"];
    expect((await command("silence", "add", ...until)).out).toBe(
      "silence 2: every alert, until 2100-01-31T12:00:00Z, by bob: all of it",
    );
    expect((await command("silence", "list")).out.split("\n")).toHaveLength(2);
    expect((await command("alerts")).out).toMatch(/hot {2}d .*, silenced until 2100-01-31T12:00:00Z\n/);
    expect((await command("silence", "remove", "2")).out).toMatch(/^removed silence 2: /);
    const left = await command("silence", "list", "--json");
    expect(JSON.parse(left.out)).toMatchObject({ id: "1", device: "d*", by: "ada" });
  });

  test("what is wrong is said, with the exit code of its error", async () => {
    const { command } = await withAlerts();
    const unknown = await command("alerts", "ack", "hot", "other", "m", "--by", "ada");
    expect([unknown.code, unknown.errors]).toEqual([66, expect.stringMatching(/device other.*\[ALERT_NOT_ACTIVE\]/)]);
    const odd = await command("silence", "add", "--rule", "hot", "--for", "2 hours", "--by", "ada");
    expect([odd.code, odd.errors]).toEqual([
      64,
      expect.stringMatching(/for is not a duration[\s\S]*1s to 366d[\s\S]*\[REQUEST_INVALID\]/),
    ]);
    expect((await command("silence", "remove", "9")).code).toBe(66);
    expect((await command("silence", "add", "--rule", "hot", "--for", "2h")).code).toBe(64);
    expect((await runToEnd("tidegate", ["alerts", "--url", "http://127.0.0.1:1"])).stderr.join()).toContain(
      "GATEWAY_UNREACHABLE",
    );
  });
});

describe("tidegate collector and export", () => {
  test("a busy port ends with 69", async () => {
    const port = await busyPort();
    const collector = await runToEnd("tidegate", ["collector", "--data", await tempDir(), "--listen", `127.0.0.1:${port}`]);
    expect(await collector.exit()).toBe(69);
    expect(collector.stderr.join("\n")).toContain(String(port));
  });

  test("export of a directory that a collector has open ends with 73", async () => {
    const collector = new CollectorProcess(await tempDir());
    await collector.start();
    const exported = await runToEnd("tidegate", ["export", "--data", collector.dataDirectory, "--lane", "readings"]);
    expect(await exported.exit()).toBe(73);
    expect(exported.stderr.join("\n")).toContain("[DATA_DIR_LOCKED]");
    expect(await collector.stop()).toBe(0);
  });

  test("a collector beyond loopback is refused, also on the command line", async () => {
    const collector = await runToEnd("tidegate", ["collector", "--data", await tempDir(), "--listen", "0.0.0.0:0"]);
    expect(await collector.exit()).toBe(64);
    expect(collector.stderr.join("\n")).toContain("beyond loopback");
  });

  test("export --losses prints what a gateway gave up: of a damaged block its place, why and when", async () => {
    const gateway = new GatewayProcess(await tempDir(), "");
    await gateway.start();
    const client = await RawMqtt.connected(gateway.mqttPort, 5);
    for (const [index, payload] of ["1", "2", "3"].entries()) {
      const about = { cmd: "publish", topic: "sensors/d/m", qos: 1, dup: false, retain: false } as const;
      client.send({ ...about, payload, messageId: index + 1 });
      await client.next("puback");
    }
    await gateway.stop();
    await harm(join(gateway.dataDirectory, "log"), "readings", [1], harms["all zeros"]);
    const collector = new CollectorProcess(await tempDir());
    await collector.start();
    const forward = `forward: { collector: { address: "127.0.0.1:${collector.port}" } }`;
    const again = new GatewayProcess(await tempDir(), forward, { dataDirectory: gateway.dataDirectory });
    await again.start();
    await again.until(({ sinks }) => sinks.collector?.lanes.readings?.confirmedOffset === 3);
    const { sinks, log } = await again.status();
    expect(sinks.collector?.lanes.readings).toMatchObject({ deliveredRecords: 2, backlogRecords: 0, evictedRecords: 1 });
    expect(log.evicted.collector?.readings?.corrupt).toBe(1);
    await again.stop();
    await collector.stop();

    const args = ["export", "--data", collector.dataDirectory, "--lane", "readings"];
    const [lost] = (await runToEnd("tidegate", [...args, "--losses"])).stdout.map((line) => JSON.parse(line));
    expect(lost).toMatchObject({
      gateway: "test-gateway",
      lane: "readings",
      fromOffset: 1,
      toOffset: 2,
      records: 1,
      reason: "corrupt",
    });
    const csv = (await runToEnd("tidegate", [...args, "--losses", "--format", "csv"])).stdout;
    expect(csv[0]).toBe("gateway,log,lane,fromOffset,toOffset,records,reason,sinceUs,untilUs");
    expect(csv[1]).toContain(",readings,1,2,1,corrupt,");
    expect((await runToEnd("tidegate", args)).stdout.map((line) => JSON.parse(line).value)).toEqual([1, 3]);
    const inspected = await runToEnd("tidegate", ["log", "inspect", "--data", gateway.dataDirectory]);
    expect(inspected.stdout.join("\n")).toMatch(
      /given up {2}readings 1 to 2: corrupt[\s\S]*set aside readings 1: \d+ damaged bytes/,
    );
    expect((await runToEnd("tidegate", ["log", "verify", "--data", gateway.dataDirectory])).stdout.at(-1)).toBe(
      "0 faults, 1 notes",
    );
  });

  test("an export that cannot be written is not taken for a whole one", async () => {
    const directory = await tempDir();
    const collector = new CollectorProcess(directory);
    await collector.start();
    await collector.stop();
    const command = `exec ${process.execPath} dist/src/cli/main.js export --data ${collector.dataDirectory} --lane readings --format csv > /dev/full`;
    const ended = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect(ended.status).toBe(74);
    expect(ended.stderr).toContain("not complete");
  });

  test("export of what does not exist ends with 73 and creates nothing", async () => {
    const exported = await runToEnd("tidegate", ["export", "--data", join(await tempDir(), "none"), "--lane", "readings"]);
    expect(await exported.exit()).toBe(73);
  });
});

test("tidegate --version is that of the package", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  expect((await runToEnd("tidegate", ["--version"])).stdout).toEqual([version]);
});

test.each([[["nonsense"]], [["run"]], [["export", "--lane", "nonsense"]], [["collector", "--listen", "nonsense"]]])(
  "tidegate %j ends with 64",
  async (args) => {
    const program = await runToEnd("tidegate", args);
    expect(await program.exit()).toBe(64);
    expect(program.stderr.join("\n")).not.toBe("");
  },
);

test("with durability interval a gateway that is stopped ends in good order, with everything said and a checkpoint", async () => {
  const gateway = new GatewayProcess(
    await tempDir(),
    "log: { durability: interval, syncInterval: 2s }\nwindows: [{ name: w, size: 1s }]",
  );
  await gateway.start();
  const client = await connectAsync(gateway.url);
  for (let second = 0; second < 3; second++) {
    await client.publishAsync("sensors/a/b", JSON.stringify({ v: 1, ts: 1_767_225_600_000 + second * 1000 }), { qos: 1 });
  }
  await client.endAsync();
  expect(await gateway.stop(), gateway.stderr.join("\n")).toBe(0);
  const results = await runToEnd("tidegate", ["log", "export", "--data", gateway.dataDirectory, "--lane", "results"]);
  expect(results.stdout).toHaveLength(2);
}, 30_000);

describe("tidegate replay", () => {
  const windows = (size: string) => `windows: [{ name: w, size: ${size} }]`;

  /** The data directory of a stopped gateway that had windows of 10 s. */
  async function recorded(): Promise<string> {
    const directory = await tempDir();
    const gateway = new GatewayProcess(directory, windows("10s"));
    await gateway.start();
    const client = await connectAsync(gateway.url);
    for (let second = 0; second < 60; second += 5) {
      const payload = JSON.stringify({ v: second, ts: 1_767_225_600_000 + second * 1000 });
      await client.publishAsync("sensors/press/temperature", payload, { qos: 1 });
    }
    await client.endAsync();
    await gateway.until(({ stream, lanes }) => stream.lagReadings === 0 && lanes.results?.endOffset === 5);
    await gateway.stop();
    return gateway.dataDirectory;
  }

  const replayOf = async (data: string, yaml: string, ...more: string[]) =>
    runToEnd("tidegate", ["replay", "--data", data, "-c", await configFile(yaml), ...more]);

  test("with the windows that the gateway had says what it recorded; with others, what they would have said", async () => {
    const data = await recorded();
    const same = await replayOf(data, windows("10s"));
    expect(await same.exit(), same.stderr.join("\n")).toBe(0);
    expect(same.stdout.map((line) => JSON.parse(line))).toMatchObject(
      [0, 10, 20, 30, 40].map((second) => ({ lane: "results", window: "w", count: 2, min: second, max: second + 5 })),
    );
    expect((await replayOf(data, windows("10s"), "--diff")).stdout).toEqual([]);
    const other = await replayOf(data, windows("20s"), "--diff");
    const sides = other.stdout.map((line) => JSON.parse(line).only);
    expect(sides.filter((side) => side === "recorded")).toHaveLength(5);
    expect(sides.filter((side) => side === "replayed")).toHaveLength(2);
    expect((await replayOf(data, windows("10s"), "--to", "2000-01-01T00:00:00Z")).stdout).toEqual([]);
  });

  test("where there is no log ends with 73, and a time that is none with 64", async () => {
    const absent = await replayOf(await tempDir(), windows("10s"));
    expect(await absent.exit()).toBe(73);
    expect(absent.stderr.join("\n")).toContain("[DATA_DIR_UNUSABLE]");
    const odd = await replayOf(await tempDir(), windows("10s"), "--from", "yesterday");
    expect(await odd.exit()).toBe(64);
  });
});
