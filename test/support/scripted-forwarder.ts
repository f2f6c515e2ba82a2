// A forwarder with what its tests rarely care about, and what they do to its log.

import { onTestFinished } from "vitest";
import { Forwarder, type ForwarderOptions } from "../../src/forward/forwarder.ts";
import type { Log, LogWrite } from "../../src/log/log.ts";
import { createLogger } from "../../src/platform/logger.ts";

type NeededOptions = Pick<ForwarderOptions, "sink" | "log" | "clock">;

/** Started, and closed when the test ends. It tries again after 100 ms, then 200, up to 800. */
export async function startedForwarder(options: NeededOptions & Partial<ForwarderOptions>): Promise<Forwarder> {
  const forwarder = new Forwarder({
    random: () => 0.5,
    logger: createLogger("silent"),
    retry: { delayMsMin: 200, delayMsMax: 1600 },
    ackTimeoutMs: 10_000,
    inflightBytesMax: 1024 * 1024,
    ...options,
  });
  onTestFinished(() => forwarder.close());
  await forwarder.start();
  return forwarder;
}

export function append(log: Log, write: LogWrite): Promise<void> {
  return new Promise((resolve, reject) => log.append(write, (error) => (error === null ? resolve() : reject(error))));
}

/** Lets everything run that waits for nothing but the event loop. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise(setImmediate);
}
