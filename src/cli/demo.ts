// `npm start`: the main job on one screen. A gateway and a collector in this process, ten simulated devices in another, and once
// a minute the collector's plug is pulled for a quarter of it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { type Collector, startCollector } from "../collector/collector.ts";
import { parseConfig } from "../config/load.ts";
import { type GatewayConfig, gatewayConfigSchema } from "../config/schema.ts";
import { type Gateway, startGateway } from "../gateway.ts";
import { systemClock } from "../platform/clock.ts";
import { createLogger } from "../platform/logger.ts";
import { demoLine } from "./demo-line.ts";
import { stopSignal } from "./stop-signal.ts";

const cycleSeconds = 60;
/** Second of each cycle in which the plug is pulled, and in which it is put back. */
const outage = { from: 20, to: 35 };
const logger = createLogger("error");

export function demoCommand(): Command {
  return new Command("demo")
    .description("gateway, collector and ten simulated devices, with one outage a minute (npm start)")
    .option("--data <dir>", "keep the data in this directory (default: a temporary one that is removed)")
    .action(demo);
}

async function demo(options: { data?: string }): Promise<void> {
  const stopping = stopSignal();
  const directory = options.data ?? (await mkdtemp(join(tmpdir(), "tidegate-demo-")));
  const ports = {
    mqtt: await freePort("MQTT", 1883),
    http: await freePort("HTTP", 8080),
    collector: await freePort("collector", 7070),
  };
  const openCollector = () =>
    startCollector({
      listen: { host: "127.0.0.1", port: ports.collector },
      directory: join(directory, "collector"),
      clock: systemClock,
      logger,
    });
  const collector = await openCollector();
  const gateway = await startGateway(demoConfig(directory, ports), logger);
  const devices = startDevices(gateway.addresses.mqtt);
  announce(gateway, collector, directory);

  const link = await runUntil(stopping, gateway, collector, openCollector);
  console.log("stopping ...");
  await stopDevices(devices);
  await gateway.close();
  await link?.close();
  if (options.data === undefined) await rm(directory, { recursive: true });
  console.log("stopped; nothing is left running");
}

/** The live line, a second each, and the outages. Resolves with the collector that is open at the end, if one is. */
async function runUntil(
  stopping: Promise<void>,
  gateway: Gateway,
  first: Collector,
  openCollector: () => Promise<Collector>,
): Promise<Collector | null> {
  let collector: Collector | null = first;
  let last = gateway.status();
  let stopped = false;
  void stopping.then(() => {
    stopped = true;
  });
  for (let second = 1; !stopped; second++) {
    await Promise.race([stopping, new Promise((resolve) => setTimeout(resolve, 1000))]);
    const now = gateway.status();
    for (const line of demoLine(last, now, collector !== null)) console.log(line);
    last = now;
    if (second % cycleSeconds === outage.from && collector !== null) {
      console.log("──────── the collector's plug is pulled: readings go on, the log holds them ────────");
      await collector.close();
      collector = null;
    }
    if (second % cycleSeconds === outage.to && collector === null) {
      collector = await openCollector();
      console.log("──────── the plug is back: the backlog drains ────────");
    }
  }
  return collector;
}

function demoConfig(directory: string, ports: { mqtt: number; http: number; collector: number }): GatewayConfig {
  return parseConfig(
    `
gateway: { id: demo }
data: { directory: ${JSON.stringify(join(directory, "gateway"))} }
mqtt: { listen: "127.0.0.1:${ports.mqtt}" }
http: { listen: "127.0.0.1:${ports.http}" }
windows: [{ name: five-seconds, size: 5s, lateness: 1s }]
alerts: [{ name: too-hot, metric: temperature, when: { above: 80 }, clear: { below: 75 } }]
forward: { collector: { address: "127.0.0.1:${ports.collector}", retryDelayMax: 2s } }
`,
    "demo",
    gatewayConfigSchema,
  );
}

/** The default port, or a free one, which is said, if another program has it. */
async function freePort(what: string, port: number): Promise<number> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (free) {
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  await new Promise((resolve) => other.close(resolve));
  const chosen = typeof address === "object" && address !== null ? address.port : 0;
  console.log(`port ${port} (${what}) is in use; taking ${chosen}`);
  return chosen;
}

function startDevices(mqtt: string): ChildProcess {
  const main = fileURLToPath(new URL("../../device-sim/main.js", import.meta.url));
  const fleet = ["fleet", "--devices", "10", "--metrics", "4", "--rate", "5", "--duration", "forever", "--waveform", "mixed"];
  return spawn(process.execPath, [main, ...fleet, "--seed", "1", "--url", `mqtt://${mqtt}`], {
    stdio: ["ignore", "ignore", "inherit"],
    // A group of its own: Ctrl-C in the terminal reaches this process, which then stops the devices in order.
    detached: true,
  });
}

async function stopDevices(devices: ChildProcess): Promise<void> {
  if (devices.exitCode !== null || devices.signalCode !== null) return;
  devices.kill("SIGTERM");
  await once(devices, "exit");
}

function announce(gateway: Gateway, collector: Collector, directory: string): void {
  const { mqtt, http } = gateway.addresses;
  console.log(`Tidegate demo: ten simulated devices, one outage a minute. Ctrl-C ends it.
  MQTT       ${mqtt}         mosquitto_pub -h 127.0.0.1 -p ${mqtt.split(":").at(-1)} -q 1 -t sensors/mine/temperature -m 21.5
  status     http://${http}/api/v1/status   also /metrics, /healthz, /readyz
  collector  ${collector.address.host}:${collector.address.port}
  data       ${directory}
`);
}
