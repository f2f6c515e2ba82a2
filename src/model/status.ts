// What a gateway says of itself: GET /api/v1/status, `tidegate status --json`. Others script against it: add, never change.

import type { Alert } from "./alert.ts";
import type { WindowResult } from "./result.ts";

export interface StatusView {
  readonly gatewayId: string;
  readonly logId: string;
  readonly startedAtUs: number;
  readonly lanes: Readonly<Record<string, { readonly startOffset: number; readonly endOffset: number }>>;
  readonly readings: {
    readonly received: number;
    readonly stored: number;
    /** By reason; reasons that did not occur are left out. */
    readonly rejected: Readonly<Record<string, number>>;
    /** Wait for the disk. */
    readonly pending: number;
  };
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
  };
  /** What windows and rules said last, since the start; null if nothing yet. */
  readonly latest: { readonly result: WindowResult | null; readonly alert: Alert | null };
  readonly sinks: Readonly<Record<string, SinkView>>;
}

export interface OperatorView {
  /** Readings of its series that it used. */
  readonly taken: number;
  /** Readings of its series that it did not use, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Results or alerts. */
  readonly outputs: number;
}

export interface SinkView {
  readonly state: string;
  /** In words; null if there is none. */
  readonly lastError: string | null;
  readonly lanes: Readonly<Record<string, { readonly confirmedOffset: number; readonly backlogRecords: number }>>;
}
