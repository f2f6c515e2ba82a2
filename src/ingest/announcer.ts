// Tells local MQTT subscribers what windows and alerts say: a reader of the results and alerts lanes.
//
//   tidegate/results/<window>/<device>/<metric>   the result as JSON, not retained
//   tidegate/alerts/<rule>/<device>/<metric>      the newest transition as JSON, retained; of an alert that operators have
//                                                 acknowledged or silenced with that, and again when it changes (AlertNotes)
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
import type { ActiveAlert } from "../model/alert-note.ts";
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

/** An alert that fires, with the offset of its transition in the alerts lane. */
export interface FiringAlert {
  readonly alert: Alert;
  readonly offset: number;
}

/** What operators say of an alert that fires; empty if nothing. */
export type AlertNote = Readonly<Partial<Pick<ActiveAlert, "acknowledged" | "silencedUntilUs">>>;

/** Who knows what operators say of alerts. */
export interface AlertNotes {
  /** Resolves when it knows of all transitions below the offset of the alerts lane, or on abort. */
  reached(offset: number, signal: AbortSignal): Promise<void>;
  /** Of the alert that fires since this transition; null: it has resolved since, or is not known. */
  noteOf(firing: FiringAlert): AlertNote | null;
  /** Calls back with the alerts whose notes have changed. */
  onChange(listener: (alerts: readonly FiringAlert[]) => void): () => void;
}

export interface AnnouncerOptions {
  readonly log: Log;
  readonly publish: PublishLocally;
  readonly notes: AlertNotes;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Announcer {
  readonly #publish: PublishLocally;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #warnings: LimitedWarning;
  readonly #log: Log;
  readonly #notes: AlertNotes;
  readonly #stop = new AbortController();
  #latestResult: WindowResult | null = null;
  #latestAlert: Alert | null = null;
  #running: Promise<unknown> = Promise.resolve();
  #renoting: Promise<void> = Promise.resolve();
  #stopListening: (() => void) | null = null;

  constructor({ log, publish, notes, clock, logger }: AnnouncerOptions) {
    this.#log = log;
    this.#publish = publish;
    this.#notes = notes;
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
    const alertsCursor = new LogCursor(this.#log, "alerts", alertsFrom);
    this.#running = Promise.all([
      this.#follow(new LogCursor(this.#log, "results", results), (block) => this.#results(block)),
      this.#follow(alertsCursor, (block) => this.#alerts(block)),
    ]);
    this.#stopListening = this.#notes.onChange((alerts) => {
      // One of a block that is still to be taken up will be announced with its note.
      const announced = alerts.filter(({ offset }) => offset < alertsCursor.position);
      if (announced.length > 0) this.#renoting = this.#renoting.then(() => this.#announceAgain(announced));
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#stopListening?.();
    await this.#running;
    await this.#renoting;
  }

  async #follow(
    cursor: LogCursor,
    announcementsOf: (block: StoredBlock) => Iterable<Announcement> | AsyncIterable<Announcement>,
  ): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        for (const block of await cursor.next({ bytesMax: readBytesMax, signal })) {
          cursor.advance(block.firstOffset + block.count);
          for await (const announcement of announcementsOf(block)) await this.#announce(announcement);
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

  /**
   * Each one is made when its turn has come, with the note of that moment: made earlier, it could overtake a newer one. Not before the
   * note is known, or an alert that has resolved could be announced again as firing.
   */
  async *#alerts(block: StoredBlock): AsyncGenerator<Announcement> {
    const { alerts } = decodeAlertBlock(block.bytes);
    await this.#notes.reached(block.firstOffset + block.count, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    this.#latestAlert = alerts.at(-1) ?? this.#latestAlert;
    for (const [index, alert] of alerts.entries()) {
      const note = alert.state === "firing" ? this.#notes.noteOf({ alert, offset: block.firstOffset + index }) : null;
      yield alertAnnouncement(alert, note ?? {});
    }
  }

  /** Those that still fire. */
  async #announceAgain(alerts: readonly FiringAlert[]): Promise<void> {
    for (const firing of alerts) {
      const note = this.#notes.noteOf(firing);
      if (note !== null && !this.#stop.signal.aborted) await this.#announce(alertAnnouncement(firing.alert, note));
    }
  }

  async #announce(announcement: Announcement): Promise<void> {
    try {
      await this.#publish(announcement);
    } catch (error) {
      this.#warn("announcement not published", { topic: announcement.topic, error: messageOf(error) });
    }
  }
}

function alertAnnouncement(alert: Alert, note: AlertNote): Announcement {
  return {
    topic: topicOf("alerts", alert.rule, ...groupOf(alert)),
    payload: JSON.stringify({ ...alert, ...note }),
    retain: true,
  };
}

/** Levels of the topic that say what a result or an alert is about; `all` where the window spans it. */
function groupOf({ device, metric, tag }: WindowResult | Alert): [string, string] {
  return [tag || device || "all", metric || "all"];
}

function topicOf(...names: string[]): string {
  return `tidegate/${names.map((name) => name.replace(/[+#]/g, "_")).join("/")}`;
}
