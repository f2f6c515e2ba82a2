import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: SpawnOptions["env"];
  /** What it prints when it takes connections. */
  readonly ready: RegExp;
}

/** A server of a test as a child process, which can be stopped, killed and frozen, and started again. Kill it in the end. */
export class ServerProcess {
  readonly #command: ServerCommand;
  #child: ChildProcess | null = null;

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** Undefined while it is stopped. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const { program, args, env, ready } = this.#command;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...(env === undefined ? {} : { env }) });
    this.#child = child;
    let output = "";
    await new Promise<void>((resolve, reject) => {
      const onOutput = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-16_384);
        if (ready.test(output)) resolve();
      };
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${program} exited with ${code} at start: ${output}`)));
      child.stdout?.on("data", onOutput);
      child.stderr?.on("data", onOutput);
    });
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
}
