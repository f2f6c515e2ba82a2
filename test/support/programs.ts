import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { StatusView } from "../../src/model/status.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const mains = { tidegate: "dist/src/cli/main.js", "device-sim": "dist/device-sim/main.js" };

/** A built program as a child process, as a user would run it. Killed when the test ends. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | NodeJS.Signals>;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  #notify: () => void = () => {};

  constructor(name: keyof typeof mains, args: readonly string[]) {
    this.#child = spawn(process.execPath, [join(root, mains[name]), ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const keep = (lines: string[]) => (line: string) => {
      lines.push(line);
      this.#notify();
    };
    const { stdout, stderr } = this.#child;
    if (stdout !== null) createInterface(stdout).on("line", keep(this.stdout));
    if (stderr !== null) createInterface(stderr).on("line", keep(this.stderr));
    this.#exit = once(this.#child, "close").then(([code, signal]) => code ?? signal);
    void this.#exit.then(() => this.#notify());
    onTestFinished(async () => {
      await this.kill("SIGKILL");
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The first line of standard output that matches, when it comes. Rejects if the program ends before. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (let at = 0; ; ) {
      for (; at < this.stdout.length; at++) {
        const match = pattern.exec(this.stdout[at] ?? "");
        if (match !== null) return match;
      }
      if (!this.running) throw new Error(`ended before ${pattern}:\n${[...this.stdout, ...this.stderr].join("\n")}`);
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  /** Exit code, or the signal that ended it. */
  exit(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }

  /** Sends the signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (this.running) this.#child.kill(signal);
    return this.#exit;
  }
}

/** Runs a program to its end. */
export async function runToEnd(name: keyof typeof mains, args: readonly string[]): Promise<Program> {
  const program = new Program(name, args);
  await program.exit();
  return program;
}

/** A gateway process that can be killed and started again: it keeps its ports and its data directory. */
export class GatewayProcess {
  readonly configFile: string;
  readonly #directory: string;
  readonly #yaml: string;
  #program: Program | null = null;
  #mqttPort = 0;
  #httpPort = 0;

  /** @param yaml config sections besides gateway, data, mqtt, http and logger. */
  constructor(directory: string, yaml: string) {
    this.#directory = directory;
    this.#yaml = yaml;
    this.configFile = join(directory, "gateway.yaml");
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#mqttPort}`;
  }

  get mqttPort(): number {
    return this.#mqttPort;
  }

  get dataDirectory(): string {
    return join(this.#directory, "gateway");
  }

  async start(): Promise<void> {
    const config = `gateway: { id: test-gateway }
data: { directory: ${JSON.stringify(this.dataDirectory)} }
mqtt: { listen: "127.0.0.1:${this.#mqttPort}" }
http: { listen: "127.0.0.1:${this.#httpPort}" }
logger: { level: warn }
${this.#yaml}`;
    await writeFile(this.configFile, config);
    this.#program = new Program("tidegate", ["run", "-c", this.configFile]);
    const [, mqttPort, httpPort] = await this.#program.line(/mqtt 127\.0\.0\.1:(\d+), http 127\.0\.0\.1:(\d+)/);
    this.#mqttPort = Number(mqttPort);
    this.#httpPort = Number(httpPort);
  }

  /** SIGKILL: no handler runs, what was not fsynced may be gone. */
  async kill(): Promise<void> {
    await this.#program?.kill("SIGKILL");
  }

  /** SIGTERM; resolves to the exit code. */
  async stop(): Promise<number | NodeJS.Signals | undefined> {
    return this.#program?.kill("SIGTERM");
  }

  get stderr(): readonly string[] {
    return this.#program?.stderr ?? [];
  }

  async get(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#httpPort}${path}`);
  }

  async status(): Promise<StatusView> {
    return (await (await this.get("/api/v1/status")).json()) as StatusView;
  }

  /** Resolves when the status satisfies the condition; looks ten times a second. */
  async until(condition: (status: StatusView) => boolean): Promise<StatusView> {
    for (;;) {
      const status = await this.status();
      if (condition(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A collector process that can be killed and started again: it keeps its port and its data directory. */
export class CollectorProcess {
  readonly dataDirectory: string;
  #program: Program | null = null;
  #port = 0;

  constructor(directory: string) {
    this.dataDirectory = join(directory, "collector");
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    this.#program = new Program("tidegate", ["collector", "--data", this.dataDirectory, "--listen", `127.0.0.1:${this.#port}`]);
    const [, port] = await this.#program.line(/grpc 127\.0\.0\.1:(\d+)/);
    this.#port = Number(port);
  }

  async kill(): Promise<void> {
    await this.#program?.kill("SIGKILL");
  }

  async stop(): Promise<number | NodeJS.Signals | undefined> {
    return this.#program?.kill("SIGTERM");
  }
}
