// Tells local MQTT subscribers what windows and alerts say: a reader of the results and alerts lanes.
//
//   tidegate/results/<window>/<device>/<metric>   the result as JSON, not retained
//   tidegate/alerts/<rule>/<device>/<metric>      the newest transition as JSON, retained
//
// QoS 0 and at most a few blocks at a time, so a slow subscriber holds up nothing but this reader. It begins at the end of the
// lane when the gateway starts; what was said before a restart is upstream and in the log, and the retained alerts are
// announced anew from the alerts lane. `all` stands for the device or metric of a window that spans them, and its tag for the
// device of one that groups by a tag. A device or metric whose name cannot stand in a topic (wildcards) is announced with
// these characters replaced by "_"; the payload has the true name.

import type { PublishLocally } from "../broker/contract.ts";
import { decodeAlertBlock, decodeResultBlock } from "../codec/block-codec.ts";
import { LogCursor } from "../log/cursor.ts";
import type { Log, StoredBlock } from "../log/log.ts";
import type { Alert } from "../model/alert.ts";
import { flatResult, type WindowResult } from "../model/result.ts";
import type { Clock } from "../platform/clock.ts";
import { messageOf, TidegateError } from "../platform/errors.ts";
import { LimitedWarning } from "../platform/limited-warning.ts";
import type { Logger } from "../platform/logger.ts";

interface Announcement {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Newest alert transitions that are announced again after a start, because retained messages are in memory. */
const alertsReannouncedMax = 10_000;
const readBytesMax = 256 * 1024;

const retryDelayMs = 1000;
const warningIntervalMs = 10_000;

export interface AnnouncerOptions {
  readonly log: Log;
  readonly publish: PublishLocally;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Announcer {
  readonly #publish: PublishLocally;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #warnings: LimitedWarning;
  readonly #log: Log;
  readonly #stop = new AbortController();
  #latestResult: WindowResult | null = null;
  #latestAlert: Alert | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ log, publish, clock, logger }: AnnouncerOptions) {
    this.#log = log;
    this.#publish = publish;
    this.#clock = clock;
    this.#logger = logger;
    this.#warnings = new LimitedWarning(clock, warningIntervalMs);
  }

  /** What was announced last. */
  get latest(): { readonly result: WindowResult | null; readonly alert: Alert | null } {
    return { result: this.#latestResult, alert: this.#latestAlert };
  }

  start(): void {
    const results = this.#log.bounds("results").endOffset;
    const alerts = this.#log.bounds("alerts");
    const alertsFrom = Math.max(alerts.startOffset, alerts.endOffset - alertsReannouncedMax);
    this.#running = Promise.all([
      this.#follow(new LogCursor(this.#log, "results", results), (block) => this.#results(block)),
      this.#follow(new LogCursor(this.#log, "alerts", alertsFrom), (block) => this.#alerts(block)),
    ]);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #follow(cursor: LogCursor, announcementsOf: (block: StoredBlock) => Announcement[]): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        for (const block of await cursor.next({ bytesMax: readBytesMax, signal })) {
          cursor.advance(block.firstOffset + block.count);
          for (const announcement of announcementsOf(block)) await this.#announce(announcement);
        }
      } catch (error) {
        if (!(error instanceof TidegateError)) throw error;
        // A damaged block is passed over, since the cursor stands behind it; anything else is tried again.
        this.#warn("block not announced", { code: error.code, error: error.message });
        await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(retryDelayMs, resolve);
      const onAbort = () => {
        cancel();
        resolve();
      };
      this.#stop.signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #warn(message: string, details: Readonly<Record<string, unknown>>): void {
    const suppressed = this.#warnings.pass(message);
    if (suppressed !== null) this.#logger.warn({ ...details, suppressed }, message);
  }

  #results(block: StoredBlock): Announcement[] {
    const { results } = decodeResultBlock(block.bytes);
    this.#latestResult = results.at(-1) ?? this.#latestResult;
    return results.map((result) => {
      const topic = topicOf("results", result.window, ...groupOf(result));
      return { topic, payload: JSON.stringify(flatResult(result)), retain: false };
    });
  }

  #alerts(block: StoredBlock): Announcement[] {
    const { alerts } = decodeAlertBlock(block.bytes);
    this.#latestAlert = alerts.at(-1) ?? this.#latestAlert;
    return alerts.map((alert) => {
      const topic = topicOf("alerts", alert.rule, ...groupOf(alert));
      return { topic, payload: JSON.stringify(alert), retain: true };
    });
  }

  async #announce(announcement: Announcement): Promise<void> {
    try {
      await this.#publish(announcement);
    } catch (error) {
      this.#warn("announcement not published", { topic: announcement.topic, error: messageOf(error) });
    }
  }
}

/** Levels of the topic that say what a result or an alert is about; `all` where the window spans it. */
function groupOf({ device, metric, tag }: WindowResult | Alert): [string, string] {
  return [tag || device || "all", metric || "all"];
}

function topicOf(...names: string[]): string {
  return `tidegate/${names.map((name) => name.replace(/[+#]/g, "_")).join("/")}`;
}
