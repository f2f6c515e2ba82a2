import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const mains = { tidegate: "dist/src/cli/main.js", "device-sim": "dist/device-sim/main.js" };

export type ProgramName = keyof typeof mains;
export type Exit = number | NodeJS.Signals;

/** Whatever ends this process, they do not outlive it. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A built program as a child process, as a user would run it. Whoever starts it ends it. */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #exit: Promise<Exit>;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  #notify: () => void = () => {};

  /** @param env what its environment has besides that of this process. */
  constructor(name: ProgramName, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [join(root, mains[name]), ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(this.#child);
    const keep = (lines: string[]) => (line: string) => {
      lines.push(line);
      this.#notify();
    };
    const { stdout, stderr } = this.#child;
    if (stdout !== null) createInterface(stdout).on("line", keep(this.stdout));
    if (stderr !== null) createInterface(stderr).on("line", keep(this.stderr));
    this.#exit = once(this.#child, "close").then(([code, signal]) => code ?? signal);
    void this.#exit.then(() => {
      running.delete(this.#child);
      this.#notify();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
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
  exit(): Promise<Exit> {
    return this.#exit;
  }

  /** Sends the signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (this.running) this.#child.kill(signal);
    return this.#exit;
  }
}
