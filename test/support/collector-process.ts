import { ChildProgram, type Exit } from "./child-program.ts";

/** A collector process that can be killed and started again: it keeps its port and its data directory. Whoever starts it ends it. */
export class CollectorProcess {
  readonly dataDirectory: string;
  #program: ChildProgram | null = null;
  #port = 0;

  constructor(directory: string) {
    this.dataDirectory = `${directory}/collector`;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number | undefined {
    return this.#program?.pid;
  }

  async start(): Promise<void> {
    const args = ["collector", "--data", this.dataDirectory, "--listen", `127.0.0.1:${this.#port}`];
    this.#program = new ChildProgram("tidegate", args);
    const [, port] = await this.#program.line(/grpc 127\.0\.0\.1:(\d+)/);
    this.#port = Number(port);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#program?.kill("SIGKILL");
  }

  /** SIGTERM; resolves to the exit code. */
  async stop(): Promise<Exit | undefined> {
    return this.#program?.kill("SIGTERM");
  }
}
