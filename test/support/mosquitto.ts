import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

/** Debian's path; it is not in the PATH of an ordinary user. */
const program = "/usr/sbin/mosquitto";

/**
 * A real Mosquitto on loopback, as a child process, without persistence. It keeps its port, so that it can be killed and started again
 * in the middle of a test.
 */
export class Mosquitto extends ServerProcess {
  readonly port: number;
  readonly url: string;

  constructor(port: number, configFile: string) {
    super({ program, args: ["-c", configFile], ready: / running/ });
    this.port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
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
