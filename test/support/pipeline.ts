import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "mqtt";
import { CollectorProcess, GatewayProcess, type Program, runToEnd } from "./programs.ts";
import { tempDir } from "./temp-dir.ts";

/** Gateway and collector as processes of their own, in a directory of their own. */
export class Pipeline {
  readonly directory: string;
  readonly gateway: GatewayProcess;
  readonly collector: CollectorProcess;

  private constructor(directory: string, collector: CollectorProcess, yaml: string) {
    this.directory = directory;
    this.collector = collector;
    const forward = `forward: { collector: { address: "127.0.0.1:${collector.port}", retryDelayMin: 50ms, retryDelayMax: 500ms } }`;
    this.gateway = new GatewayProcess(directory, `${yaml}\n${forward}`);
  }

  static async start(yaml: string): Promise<Pipeline> {
    const directory = await tempDir();
    await mkdir(directory, { recursive: true });
    const collector = new CollectorProcess(directory);
    await collector.start();
    const pipeline = new Pipeline(directory, collector, yaml);
    await pipeline.gateway.start();
    return pipeline;
  }

  get ledger(): string {
    return join(this.directory, "ledger.ndjson");
  }

  /** Resolves when `count` messages more were routed to local subscribers, that is, were stored and acknowledged. */
  async untilRouted(count: number): Promise<void> {
    const subscriber = connect(this.gateway.url, { reconnectPeriod: 0 });
    let seen = 0;
    const enough = new Promise<void>((resolve) => {
      subscriber.on("message", () => {
        seen++;
        if (seen === count) resolve();
      });
    });
    await new Promise((resolve) => subscriber.once("connect", resolve));
    await subscriber.subscribeAsync("sensors/#");
    await enough;
    subscriber.on("error", () => undefined);
    subscriber.end(true);
  }

  /** Waits until everything is upstream and windows are up to date, then stops both in order. */
  async drainAndStop(): Promise<void> {
    await this.gateway.until(
      ({ sinks, stream, readings }) =>
        readings.pending === 0 &&
        stream.lagReadings === 0 &&
        Object.values(sinks.collector?.lanes ?? {}).every((lane) => lane.backlogRecords === 0),
    );
    await this.gateway.stop();
    await this.collector.stop();
  }

  /** What the collector has of a lane, as `tidegate export` prints it. */
  async exported<T>(lane: "readings" | "results" | "alerts"): Promise<T[]> {
    const args = ["export", "--data", this.collector.dataDirectory, "--lane", lane, "--format", "ndjson"];
    const { stdout } = await runToEnd("tidegate", args);
    await writeFile(this.exportFile(lane), stdout.map((line) => `${line}\n`).join(""));
    return stdout.map((line) => JSON.parse(line) as T);
  }

  exportFile(lane: string): string {
    return join(this.directory, `${lane}.ndjson`);
  }

  /** `device-sim reconcile` of the ledger with the exported readings. */
  reconcile(): Promise<Program> {
    return runToEnd("device-sim", ["reconcile", "--ledger", this.ledger, "--received", this.exportFile("readings")]);
  }
}
