import { onTestFinished } from "vitest";
import { Broker, type BrokerOptions } from "../../src/broker/broker.ts";
import type { Intake, Publish, Settle, Verdict } from "../../src/broker/contract.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";

/** Keeps every publish until the test settles it, or settles at once with a verdict. */
export class TestIntake implements Intake {
  readonly taken: { readonly publish: Publish; readonly settle: Settle }[] = [];
  verdict: Verdict | null;
  #notify: () => void = () => {};

  constructor(verdict: Verdict | null) {
    this.verdict = verdict;
  }

  take(publish: Publish, settle: Settle): void {
    this.taken.push({ publish, settle });
    if (this.verdict !== null) settle(this.verdict);
    this.#notify();
  }

  async untilTaken(count: number): Promise<void> {
    while (this.taken.length < count) {
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }
}

export interface RunningBroker {
  readonly broker: Broker;
  readonly port: number;
  readonly intake: TestIntake;
}

/** A real broker on a free port; closed when the test ends. `verdict` null: the test settles. */
export async function runningBroker(
  verdict: Verdict | null,
  limits: Partial<Pick<BrokerOptions, "clientsMax" | "packetSizeMax" | "inflightMax" | "retainedMax" | "queuedMax">> = {},
): Promise<RunningBroker> {
  const intake = new TestIntake(verdict);
  const broker = new Broker({
    listen: { host: "127.0.0.1", port: 0 },
    clientsMax: 100,
    packetSizeMax: 256 * 1024,
    inflightMax: 1024,
    retainedMax: 1000,
    queuedMax: 1000,
    sessionExpiryMaxMs: 60_000,
    intake,
    clock: systemClock,
    logger: createLogger("silent"),
    ...limits,
  });
  const { port } = await broker.start();
  onTestFinished(() => broker.close());
  return { broker, port, intake };
}
