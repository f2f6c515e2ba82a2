import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { systemCodeOf } from "../../src/platform/errors.ts";
import { freePort } from "./free-port.ts";

/** Debian's path, a folder a version; it is in nobody's PATH. */
const home = "/usr/lib/postgresql";

/** Where initdb and postgres are; "" if the PATH has them. */
function programFolder(): string {
  const versions = existsSync(home) ? readdirSync(home).sort((a, b) => Number(b) - Number(a)) : [];
  return versions[0] === undefined ? "" : `${home}/${versions[0]}/bin/`;
}

/** Whom the server runs as: it refuses root. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout);
  return { uid: idOf("-u"), gid: idOf("-g") };
}

/** Faster, and true of processes that are killed; only a power cut would tell the difference. */
const usualSettings = { listen_addresses: "127.0.0.1", unix_socket_directories: "", fsync: "off", max_connections: "50" };

type Settings = Readonly<Record<string, string>>;

/** A real PostgreSQL on loopback with a cluster of its own. It keeps its port, so that it can be killed and started again. */
export class Postgres {
  readonly #directory: string;
  readonly #port: number;
  readonly #settings: Settings;
  #child: ChildProcess | undefined;
  #databases = 0;

  constructor(directory: string, port: number, settings: Settings = {}) {
    this.#directory = directory;
    this.#port = port;
    this.#settings = { ...usualSettings, ...settings };
  }

  /** A new, empty database. */
  async newDatabase(): Promise<string> {
    const name = `test_${this.#databases++}`;
    await this.query(this.#urlOf("postgres"), `CREATE DATABASE ${name}`);
    return this.#urlOf(name);
  }

  async query<R extends pg.QueryResultRow>(url: string, text: string): Promise<R[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<R>(text)).rows;
    } finally {
      await client.end();
    }
  }

  #urlOf(database: string): string {
    return `postgres://tidegate@127.0.0.1:${this.#port}/${database}`;
  }

  /** Resolves when the server accepts connections. Does nothing while it runs. */
  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    // What a killed server leaves behind ends by itself, and the new one does not start before.
    while (!(await this.#tryStart())) await new Promise(setImmediate);
  }

  async #tryStart(): Promise<boolean> {
    const options = Object.entries(this.#settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const args = ["-D", this.#directory, "-p", String(this.#port), ...options];
    const child = spawn(`${programFolder()}postgres`, args, { ...serverUser(), stdio: ["ignore", "ignore", "pipe"] });
    let output = "";
    this.#child = child;
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => {
        if (output.includes("pre-existing shared memory") || output.includes("lock file")) resolve(false);
        else reject(new Error(`postgres exited with ${code} at start: ${output}`));
      });
      child.stderr.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4096);
        if (output.includes("ready to accept connections")) resolve(true);
      });
    });
  }

  /** Ends it as a service manager would, which ends its connections; resolves when the process is gone. */
  stop(): Promise<void> {
    return this.#end("SIGINT");
  }

  /** Ends it as a power cut would; resolves when the process is gone. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.#signalAll("SIGSTOP");
  }

  thaw(): void {
    this.#signalAll("SIGCONT");
  }

  get #running(): ChildProcess | undefined {
    const child = this.#child;
    return child === undefined || child.exitCode !== null || child.signalCode !== null ? undefined : child;
  }

  /** The server and the process of each of its connections. */
  #signalAll(signal: "SIGSTOP" | "SIGCONT"): void {
    const pid = this.#running?.pid;
    if (pid === undefined) return;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    for (const each of [pid, ...children]) signalIfThere(each, signal);
  }

  async #end(signal: "SIGINT" | "SIGKILL"): Promise<void> {
    const child = this.#running;
    this.#child = undefined;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
}

/** A connection that has just ended has no process any more. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCodeOf(error) !== "ESRCH") throw error;
  }
}

async function newCluster(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "tidegate-postgres-"));
  const user = serverUser();
  if (user !== undefined) await chown(directory, user.uid, user.gid);
  const args = ["-D", directory, "-U", "tidegate", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"];
  const made = spawnSync(`${programFolder()}initdb`, args, { ...user, encoding: "utf8", cwd: tmpdir() });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  return directory;
}

/**
 * One server for the tests of a file (or of the `describe` that calls this); they use databases of their own.
 *
 * @param settings further ones, for a cluster in this directory; files that they name may be made there.
 */
export function postgresForTests(settings: (directory: string) => Promise<Settings> = async () => ({})): () => Postgres {
  let server: Postgres | undefined;
  let directory = "";
  beforeAll(async () => {
    directory = await newCluster();
    server = new Postgres(directory, await freePort(), await settings(directory));
    await server.start();
  });
  afterAll(async () => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });
  return () => {
    if (server === undefined) throw new Error("PostgreSQL has not been started");
    return server;
  };
}
