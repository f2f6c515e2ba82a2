import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { tempDir } from "./temp-dir.ts";

/** As `GET /api/v2/alerts` shows it. */
export interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
}

/** A real Alertmanager on loopback that tells nobody of anything. */
export class Alertmanager {
  readonly url: string;

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}/api/v2/alerts`;
  }

  /** The alerts that it takes for firing. */
  async alerts(): Promise<ShownAlert[]> {
    return (await (await fetch(this.url)).json()) as ShownAlert[];
  }

  /** Resolves when the alerts satisfy the condition; looks twenty times a second, because it tells nobody. */
  async until(condition: (alerts: readonly ShownAlert[]) => boolean): Promise<ShownAlert[]> {
    for (;;) {
      const alerts = await this.alerts();
      if (condition(alerts)) return alerts;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Starts Debian's Alertmanager on a free port, with its data in a temporary directory. Ended when the test ends. */
export async function startAlertmanager(): Promise<Alertmanager> {
  const directory = await tempDir();
  const config = join(directory, "alertmanager.yml");
  await writeFile(config, "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n");
  const child = spawn(
    "prometheus-alertmanager",
    [
      `--config.file=${config}`,
      `--storage.path=${join(directory, "data")}`,
      "--web.listen-address=127.0.0.1:0",
      // No cluster: it would ask for an address of the network.
      "--cluster.listen-address=",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  });
  const lines: string[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`alertmanager exited with ${code} at start: ${lines.join("\n")}`)));
    createInterface(child.stderr).on("line", (line) => {
      lines.push(line);
      const [, listening] = /msg="Listening on" address=127\.0\.0\.1:(\d+)/.exec(line) ?? [];
      if (listening !== undefined) resolve(Number(listening));
    });
  });
  return new Alertmanager(port);
}
