import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StatusView } from "../../src/model/status.ts";
import { ChildProgram, type Exit } from "./child-program.ts";

export interface GatewayProcessOptions {
  /** For the config file, and the data directory in it. */
  readonly directory: string;
  /** Config sections besides gateway, data, mqtt, http and logger. */
  readonly yaml?: string;
  /** Default: `gateway` in the directory. */
  readonly dataDirectory?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A gateway process that can be killed and started again: it keeps its ports and its data directory. Whoever starts it ends it. */
export class GatewayProcess {
  readonly configFile: string;
  readonly dataDirectory: string;
  readonly #options: GatewayProcessOptions;
  #program: ChildProgram | null = null;
  #mqttPort = 0;
  #httpPort = 0;
  #isReady = false;

  constructor(options: GatewayProcessOptions) {
    this.#options = options;
    this.configFile = join(options.directory, "gateway.yaml");
    this.dataDirectory = options.dataDirectory ?? join(options.directory, "gateway");
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#mqttPort}`;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get mqttPort(): number {
    return this.#mqttPort;
  }

  /** Where it takes connections now; null while it does not. */
  get openPort(): number | null {
    return this.#isReady && this.running ? this.#mqttPort : null;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    await this.spawn();
    await this.ready();
  }

  /** Begins to start it. */
  async spawn(): Promise<void> {
    const { yaml = "", env } = this.#options;
    const config = `gateway: { id: test-gateway }
data: { directory: ${JSON.stringify(this.dataDirectory)} }
mqtt: { listen: "127.0.0.1:${this.#mqttPort}" }
http: { listen: "127.0.0.1:${this.#httpPort}" }
logger: { level: warn }
${yaml}`;
    await writeFile(this.configFile, config);
    this.#isReady = false;
    this.#program = new ChildProgram("tidegate", ["run", "-c", this.configFile], env);
  }

  /** Resolves when what `spawn` began takes connections; rejects if it ended before. */
  async ready(): Promise<void> {
    if (this.#program === null) throw new Error("the gateway was not started");
    const [, mqttPort, httpPort] = await this.#program.line(/mqtt 127\.0\.0\.1:(\d+), http 127\.0\.0\.1:(\d+)/);
    this.#mqttPort = Number(mqttPort);
    this.#httpPort = Number(httpPort);
    this.#isReady = true;
  }

  /** Resolves with the promise; rejects with what it said if the gateway ends before. */
  async whileRunning<Value>(promise: Promise<Value>): Promise<Value> {
    const program = this.#program;
    if (program === null) throw new Error("the gateway was not started");
    const ended = program.exit().then((exit) => {
      throw new Error(`the gateway ended with ${exit}:\n${program.stderr.join("\n")}`);
    });
    return Promise.race([promise, ended]);
  }

  /** SIGKILL: no handler runs, what was not fsynced may be gone. */
  async kill(): Promise<Exit | undefined> {
    return this.#program?.kill("SIGKILL");
  }

  /** SIGTERM; resolves to the exit code. */
  async stop(): Promise<Exit | undefined> {
    return this.#program?.kill("SIGTERM");
  }

  get pid(): number | undefined {
    return this.#program?.pid;
  }

  get running(): boolean {
    return this.#program?.running ?? false;
  }

  get stderr(): readonly string[] {
    return this.#program?.stderr ?? [];
  }

  async get(path: string): Promise<Response> {
    return fetch(`${this.httpUrl}${path}`);
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
