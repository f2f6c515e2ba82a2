// What a gateway says of itself: GET /api/v1/status, `tidegate status --json`. Others script against it: add, never change.

import type { Alert } from "./alert.ts";
import type { WindowResult } from "./result.ts";

export interface StatusView {
  readonly gatewayId: string;
  readonly logId: string;
  readonly startedAtUs: number;
  readonly lanes: Readonly<Record<string, { readonly startOffset: number; readonly endOffset: number }>>;
  readonly log: {
    /** ok, or: failing, full, reopening; since when, and why, in words. */
    readonly disk: { readonly state: string; readonly sinceUs: number | null; readonly error: string | null };
    /** Which bound keeps readings out of the log; null if they are taken. */
    readonly refusal: "size" | "disk" | null;
    /** Of the file system; null if it cannot be told. */
    readonly diskFreeBytes: number | null;
    /** Removed, and not yet given back to the file system. */
    readonly reclaimingBytes: number;
    readonly lanes: Readonly<Record<string, { readonly bytes: number }>>;
    /** Records removed before a sink had confirmed them, since the log was made: by sink, lane and reason. */
    readonly evicted: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;
    /** Which records were given up, when and why; the newest 1000. */
    readonly losses: readonly LossView[];
  };
  /** Since the log was made; kept over restarts. received = stored + rejected + pending, at every moment. */
  readonly readings: {
    readonly received: number;
    /** The end of the readings lane. */
    readonly stored: number;
    /** By reason; reasons that did not occur are left out. */
    readonly rejected: Readonly<Record<string, number>>;
    /** On their way to the disk, or to being refused by the log. */
    readonly pending: number;
  };
  /** The clocks of devices on routes whose clock policy is not trust. */
  readonly clocks: {
    readonly devices: number;
    /** Readings whose event time is not what the device sent, since the start: moved by the offset of its clock, or the ingest time. */
    readonly corrected: number;
    readonly stamped: number;
    /** The device whose clock is furthest off, by how much, in microseconds, negative if it is ahead; null if nothing is known. */
    readonly farthest: { readonly device: string; readonly offsetUs: number } | null;
  };
  /** Since the start. */
  readonly mqtt: {
    readonly address: string;
    readonly connections: number;
    readonly publishes: number;
    readonly unrouted: number;
  };
  readonly stream: {
    /** Next offset of the readings lane that windows and alerts will see. */
    readonly offset: number;
    readonly lagReadings: number;
    /** By window and rule. */
    readonly operators: Readonly<Record<string, OperatorView>>;
    /** Windows and rules that are fed what the log holds from before: where they are, and how many readings the others are ahead. Null: none. */
    readonly backfill: { readonly offset: number; readonly lagReadings: number; readonly operators: readonly string[] } | null;
  };
  /** Alerts that fire, and who is told of them. */
  readonly alerts: AlertsView;
  /** What windows and rules said last, since the start; null if nothing yet. */
  readonly latest: { readonly result: WindowResult | null; readonly alert: Alert | null };
  readonly sinks: Readonly<Record<string, SinkView>>;
}

/** Offsets from <= o < to of a lane. */
export interface LossView {
  readonly lane: string;
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly reason: string;
  /** When the first and the last of them were given up: microseconds since the Unix epoch. */
  readonly sinceUs: number;
  readonly untilUs: number;
}

export interface OperatorView {
  /** Readings of its series that it used. */
  readonly taken: number;
  /** Readings of its series that it did not use, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Readings that it used, but not as any other, by reason; a reading may be there for several. */
  readonly noted?: Readonly<Record<string, number>>;
  /** Results or alerts. */
  readonly outputs: number;
}

export interface AlertsView {
  readonly active: number;
  /** Of these. */
  readonly acknowledged: number;
  readonly silenced: number;
  /** That fired, since the start, while there were as many as notify.alertsMax allows. */
  readonly untracked: number;
  readonly silences: number;
  readonly webhooks: Readonly<Record<string, WebhookView>>;
}

export interface WebhookView {
  /** idle, sending, backing-off, stopped. */
  readonly state: string;
  /** In words; null since the receiver took something. */
  readonly lastError: string | null;
  /** Alerts that it is to be sent now. */
  readonly waiting: number;
  /** Alerts, since the start. */
  readonly sent: number;
  readonly rejected: number;
  /** Alerts that resolved and were never sent, because of notify.resolvedMax; since the start. */
  readonly lost: number;
}

export interface SinkView {
  readonly state: string;
  /** In words; null if there is none. */
  readonly lastError: string | null;
  /** Milliseconds until it is tried again; null unless backing-off. */
  readonly nextRetryMs: number | null;
  /**
   * Why records wait though the sink is there, and for how many milliseconds (null: for ever): asked, it asked to wait; hours, these are not
   * its sending hours. Null: they do not.
   */
  readonly pause: { readonly reason: "asked" | "hours"; readonly forMs: number | null } | null;
  /** Those that it wants. */
  readonly lanes: Readonly<Record<string, SinkLaneView>>;
  /** Records that it refused for good and that are kept. */
  readonly quarantined: number;
}

/** All records of the lane = delivered + backlog + evicted. */
export interface SinkLaneView {
  /** Every offset below is at the sink, or was given up. */
  readonly confirmedOffset: number;
  readonly backlogRecords: number;
  readonly deliveredRecords: number;
  /** Removed from the log before the sink had confirmed them. */
  readonly evictedRecords: number;
}
