import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { errorTable } from "../../src/platform/errors.ts";
import { isMissing } from "../support/servers.ts";
import { tempDir } from "../support/temp-dir.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What README.md asks for in the tour, in order: its comments say what to do with the block of commands that follows. */
interface Step {
  readonly kind: "terminal" | "run" | "stop" | "drained";
  readonly name: string;
  readonly expected: string;
  readonly commands: string;
}

async function tourSteps(): Promise<Step[]> {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const steps = readme.matchAll(/<!-- tour: (terminal|run|stop|drained) ?(\w*) ?(.*?) -->\n(?:```sh\n([\s\S]*?)```)?/g);
  return [...steps].map(([, kind, name = "", expected = "", commands = ""]) => ({
    kind: kind as Step["kind"],
    name,
    expected,
    commands,
  }));
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The tour in a directory of its own. Commands run as written, but for the default ports, which may be in use here. */
class Tour {
  readonly #directory: string;
  readonly #ports: Readonly<Record<string, number>>;
  readonly #terminals = new Map<string, ReturnType<typeof spawn>>();

  private constructor(directory: string, ports: Readonly<Record<string, number>>) {
    this.#directory = directory;
    this.#ports = ports;
  }

  static async begin(): Promise<Tour> {
    const directory = await tempDir();
    const [mqtt = 0, http = 0, collector = 0] = await freePorts(3);
    const tour = new Tour(directory, { 1883: mqtt, 8080: http, 7070: collector });
    await mkdir(join(directory, "config"));
    await writeFile(
      join(directory, "config/gateway.yaml"),
      tour.#withPorts(await readFile(join(root, "config/gateway.yaml"), "utf8")),
    );
    onTestFinished(() => {
      for (const child of tour.#terminals.values()) child.kill("SIGKILL");
    });
    return tour;
  }

  #withPorts(text: string): string {
    return text.replace(/:(1883|8080|7070)\b/g, (_, port: string) => `:${this.#ports[port]}`);
  }

  #script(commands: string): string {
    const node = process.execPath;
    const lines = commands
      .replace(/^npx tidegate (status|alerts|silence)\b.*/gm, `$& --url http://127.0.0.1:${this.#ports[8080]}`)
      .replaceAll("npx tidegate collector", `npx tidegate collector --listen 127.0.0.1:${this.#ports[7070]}`)
      .replaceAll("npx device-sim fleet", `npx device-sim fleet --url mqtt://127.0.0.1:${this.#ports[1883]}`)
      .replaceAll("npx tidegate", `${node} ${root}/dist/src/cli/main.js`)
      .replaceAll("npx device-sim", `${node} ${root}/dist/device-sim/main.js`)
      .replace(/mosquitto_(pub|sub) /g, `mosquitto_$1 -h 127.0.0.1 -p ${this.#ports[1883]} `);
    return `set -e\n${lines}`;
  }

  /** A command that stays in its terminal; resolves when it says that it is ready. */
  async open(step: Step): Promise<void> {
    const command = this.#script(step.commands).replace("set -e\n", "exec ");
    const child = spawn("bash", ["-c", command], { cwd: this.#directory, stdio: ["ignore", "pipe", "inherit"] });
    this.#terminals.set(step.name, child);
    await once(child.stdout, "data");
  }

  async stop(name: string): Promise<void> {
    const child = this.#terminals.get(name);
    if (child === undefined || child.exitCode !== null) return;
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code, `${name} ends cleanly at Ctrl-C`).toBe(0);
  }

  run(commands: string): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile("bash", ["-c", this.#script(commands)], { cwd: this.#directory }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${commands}\n${stdout}${stderr}`));
      });
    });
  }

  async untilDrained(): Promise<void> {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${this.#ports[8080]}/api/v1/status`);
      const { sinks } = (await response.json()) as {
        sinks: Record<string, { lanes: Record<string, { backlogRecords: number }> }>;
      };
      const lanes = Object.values(sinks).flatMap((sink) => Object.values(sink.lanes));
      if (lanes.length > 0 && lanes.every((lane) => lane.backlogRecords === 0)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** An outage is seen with the next attempt to send, which may be a moment after the command. */
async function runUntilExpected(tour: Tour, { commands, expected }: Step): Promise<void> {
  let output = await tour.run(commands);
  for (let attempt = 0; attempt < 20 && !output.includes(expected); attempt++) output = await tour.run(lastCommandOf(commands));
  expect(output).toContain(expected);
}

function lastCommandOf(commands: string): string {
  return commands.trim().split("\n").at(-1) ?? "";
}

describe("README.md", () => {
  test.skipIf(isMissing("mosquitto_pub"))(
    "the tour works as it is written",
    async () => {
      const steps = await tourSteps();
      expect(steps.length).toBeGreaterThan(10);
      const tour = await Tour.begin();
      for (const step of steps) {
        if (step.kind === "terminal") await tour.open(step);
        else if (step.kind === "stop") await tour.stop(step.name);
        else if (step.kind === "drained") await tour.untilDrained();
        else await runUntilExpected(tour, step);
      }
      await tour.stop("gateway");
    },
    120_000,
  );

  test("names every error code with its exit code", async () => {
    const readme = await readFile(join(root, "README.md"), "utf8");
    for (const [code, { exitCode }] of Object.entries(errorTable)) expect(readme).toContain(`| \`${code}\` | ${exitCode} |`);
  });

  test("names test files that exist", async () => {
    const readme = await readFile(join(root, "README.md"), "utf8");
    const paths = [...readme.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
  });
});
