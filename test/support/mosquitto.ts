import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** Debian's path; it is not in the PATH of an ordinary user. */
const program = "/usr/sbin/mosquitto";

/**
 * A real Mosquitto on loopback, as a child process: no persistence, no limit on what may be in flight.
 * It keeps its port, so that it can be killed and started again in the middle of a test.
 */
export class Mosquitto {
  readonly port: number;
  readonly url: string;
  readonly #configFile: string;
  #child: ChildProcess | undefined;

  constructor(port: number, configFile: string) {
    this.port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
    this.#configFile = configFile;
  }

  /** Process id of the running broker, undefined while it is stopped. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the broker accepts connections. */
  async start(): Promise<void> {
    const child = spawn(program, ["-c", this.#configFile], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    let output = "";
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`mosquitto exited with ${code} at start: ${output}`)));
      child.stderr.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4096);
        if (output.includes(" running")) resolve();
      });
    });
  }

  /** It keeps its connections and answers nothing, until `thaw`. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends it as a service manager would; resolves when the process is gone. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** Ends it as a power cut would; resolves when the process is gone. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
}

/**
 * Starts Mosquitto on a free port. The caller stops it.
 *
 * @param dir an existing directory for the config file.
 * @param settings lines of the config file besides those that every test wants.
 */
export async function startMosquitto(dir: string, settings: readonly string[] = openToAll): Promise<Mosquitto> {
  const port = await freePort();
  const configFile = join(dir, `mosquitto-${port}.conf`);
  await writeFile(configFile, `${[...mosquittoConfig(port), ...settings].join("\n")}\n`);
  const broker = new Mosquitto(port, configFile);
  await broker.start();
  return broker;
}

/** Settings of a broker that lets in everybody, without a limit on what may be in flight. */
export const openToAll = ["allow_anonymous true", "max_inflight_messages 0"];

function mosquittoConfig(port: number): string[] {
  return [
    `listener ${port} 127.0.0.1`,
    "persistence false",
    "max_queued_messages 0",
    "log_dest stderr",
    "log_type information",
    "log_type notice",
    "log_type error",
    "log_type warning",
    "connection_messages false",
    // As root it would become the user mosquitto, who may not enter a test's directory.
    `user ${userInfo().username}`,
  ];
}
