import { ExitError, exitCodes } from "./exit-error.ts";
import type { Host } from "./host.ts";
import type { Progress } from "./progress.ts";
import type { Publisher } from "./publisher.ts";
import { summaryLine, type Tally } from "./tally.ts";

/** Every device has been connected once within this time, or the broker counts as unreachable. */
export const connectTimeoutMs = 10_000;
/** After a stop, what is out is waited for this long. */
export const ackTimeoutMs = 10_000;
/** With readings out and none acknowledged for this long, the broker counts as gone. */
export const stallTimeoutMs = 60_000;

const checkIntervalMs = 100;

export interface DeliveryWatchOptions {
  readonly publishers: readonly Publisher[];
  readonly tally: Tally;
  readonly progress: Progress;
  readonly host: Host;
  readonly url: string;
}

/** Ends a delivery that would never end by itself: closes all publishers, so that whoever waits for them goes on. */
export class DeliveryWatch {
  readonly #options: DeliveryWatchOptions;
  readonly #end = new AbortController();
  readonly #startUs: number;
  #cancel: () => void = () => {};
  #stoppedUs: number | undefined;
  #progressUs: number;
  #settled = 0;
  #failure: ExitError | undefined;

  /** Aborts when the user stops the run or the watch ends it. */
  readonly stop: AbortSignal;

  constructor(options: DeliveryWatchOptions) {
    this.#options = options;
    this.#startUs = options.host.clock.nowUs();
    this.#progressUs = this.#startUs;
    this.stop = AbortSignal.any([options.host.stop, this.#end.signal]);
  }

  start(): void {
    this.#cancel = this.#options.host.clock.after(checkIntervalMs, () => {
      this.#check();
      if (!this.#end.signal.aborted) this.start();
    });
  }

  close(): void {
    this.#cancel();
    this.#end.abort();
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #check(): void {
    const { publishers, tally, progress, host } = this.#options;
    const nowUs = host.clock.nowUs();
    const unsettled = publishers.reduce((sum, publisher) => sum + publisher.unsettled, 0);
    if (unsettled === 0 || tally.settled !== this.#settled) this.#progressUs = nowUs;
    this.#settled = tally.settled;
    if (host.stop.aborted) this.#checkStopped(nowUs, unsettled);
    else this.#checkBroker(nowUs);
    progress.update(tally.settled, `${summaryLine(tally.summary)}${unsettled > 0 ? `, waiting ${unsettled}` : ""}`);
  }

  #checkStopped(nowUs: number, unsettled: number): void {
    this.#stoppedUs ??= nowUs;
    if (unsettled === 0 || elapsedMs(this.#stoppedUs, nowUs) > ackTimeoutMs) this.#close();
  }

  #checkBroker(nowUs: number): void {
    const { publishers, tally, url } = this.#options;
    const missing = publishers.length - tally.devicesConnected;
    const reason = tally.lastReason ?? "no answer";
    if (missing > 0 && elapsedMs(this.#startUs, nowUs) > connectTimeoutMs) {
      this.#fail(
        `cannot connect ${missing} of ${publishers.length} devices to ${url} within ${connectTimeoutMs} ms: ${reason}`,
      );
    } else if (elapsedMs(this.#progressUs, nowUs) > stallTimeoutMs) {
      this.#fail(`${url} acknowledged nothing for ${stallTimeoutMs} ms: ${reason}; ${summaryLine(tally.summary)}`);
    }
  }

  #fail(what: string): void {
    this.#failure = new ExitError(exitCodes.brokerUnreachable, `${what}; check that the broker runs and name it with --url`);
    this.#close();
  }

  #close(): void {
    this.#end.abort();
    for (const publisher of this.#options.publishers) void publisher.close();
  }
}

function elapsedMs(fromUs: number, toUs: number): number {
  return (toUs - fromUs) / 1000;
}
