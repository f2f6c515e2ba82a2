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
  const running = new RunningDemo(directory);
  try {
    await running.start();
    await running.show(stopping);
    console.log("stopping ...");
  } finally {
    await running.close();
    if (options.data === undefined) await rm(directory, { recursive: true });
  }
  console.log("stopped; nothing is left running");
}

/** What the demo has started, so that whatever happens all of it ends. */
class RunningDemo {
  readonly #directory: string;
  #ports = { mqtt: 0, http: 0, collector: 0 };
  #collector: Collector | null = null;
  #gateway: Gateway | null = null;
  #devices: ChildProcess | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async start(): Promise<void> {
    this.#ports = {
      mqtt: await freePort("MQTT", 1883),
      http: await freePort("HTTP", 8080),
      collector: await freePort("collector", 7070),
    };
    await this.#plugIn();
    this.#gateway = await startGateway(demoConfig(this.#directory, this.#ports), logger);
    this.#devices = startDevices(this.#gateway.addresses.mqtt);
    introduce(this.#gateway, this.#ports.collector, this.#directory);
  }

  /** The live line, a second each, and the outages. */
  async show(stopping: Promise<void>): Promise<void> {
    let stopped = false;
    void stopping.then(() => {
      stopped = true;
    });
    for (let second = 1, last = this.#gateway?.status(); !stopped; second++) {
      await Promise.race([stopping, new Promise((resolve) => setTimeout(resolve, 1000))]);
      const now = this.#gateway?.status();
      if (last !== undefined && now !== undefined) for (const line of demoLine(last, now)) console.log(line);
      last = now;
      await this.#switchPlug(second % cycleSeconds);
    }
  }

  async close(): Promise<void> {
    // In the order of the stream: nothing that was acknowledged to a device is left behind.
    if (this.#devices !== null) await stopDevices(this.#devices);
    await this.#gateway?.close();
    await this.#collector?.close();
  }

  async #switchPlug(second: number): Promise<void> {
    if (second === outage.from) {
      console.log("──────── the collector's plug is pulled: readings go on, the log holds them ────────");
      await this.#collector?.close();
      this.#collector = null;
    } else if (second === outage.to) {
      await this.#plugIn();
      console.log("──────── the plug is back: the backlog drains ────────");
    }
  }

  async #plugIn(): Promise<void> {
    this.#collector ??= await startCollector({
      listen: { host: "127.0.0.1", port: this.#ports.collector },
      store: { kind: "embedded", directory: join(this.#directory, "collector") },
      clock: systemClock,
      logger,
    });
  }
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
  const devices = spawn(process.execPath, [main, ...fleet, "--seed", "1", "--url", `mqtt://${mqtt}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  // However this process ends, for instance because nobody reads its output any more.
  process.on("exit", () => devices.kill());
  return devices;
}

async function stopDevices(devices: ChildProcess): Promise<void> {
  if (devices.exitCode !== null || devices.signalCode !== null) return;
  devices.kill("SIGTERM");
  await once(devices, "exit");
}

function introduce(gateway: Gateway, collectorPort: number, directory: string): void {
  const { mqtt, http } = gateway.addresses;
  console.log(`Tidegate demo: ten simulated devices, one outage a minute. Ctrl-C ends it.
  MQTT       ${mqtt}         mosquitto_pub -h 127.0.0.1 -p ${mqtt.split(":").at(-1)} -q 1 -t sensors/mine/temperature -m 21.5
  status     http://${http}/api/v1/status   also /metrics, /healthz, /readyz
  collector  127.0.0.1:${collectorPort}
  data       ${directory}
`);
}
