// What the HTTP side may see of a gateway. The gateway provides it; nothing here reaches further.

import type { ActiveAlert, Silence } from "../model/alert-note.ts";
import type { QuarantinedRecord } from "../model/quarantined-record.ts";
import type { StatusView } from "../model/status.ts";

export interface GatewayView {
  status(): StatusView;
  /** Null if the gateway does its work; else why not. */
  unreadyReason(): string | null;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  readonly alerts: AlertsApi;
  readonly quarantine: QuarantineApi;
}

/** Bodies of requests are checked here. Errors: REQUEST_INVALID, SINK_UNKNOWN. */
export interface QuarantineApi {
  list(): readonly QuarantinedRecord[];
  /** @returns how many records will be sent again. */
  retry(body: unknown): number;
  /** Resolves when it is on disk. @returns how many records are forgotten. Errors also: of the log. */
  drop(body: unknown): Promise<number>;
}

/** Bodies of requests are checked here. What returns a promise resolves when it is on disk. */
export interface AlertsApi {
  active(): readonly ActiveAlert[];
  /** Errors: REQUEST_INVALID, ALERT_NOT_ACTIVE; of all that return a promise also those of the log. */
  acknowledge(body: unknown): Promise<ActiveAlert>;
  /** Errors: as acknowledge. */
  unacknowledge(body: unknown): Promise<ActiveAlert>;
  silences(): readonly Silence[];
  /** Errors: REQUEST_INVALID, SILENCES_FULL. */
  silence(body: unknown): Promise<Silence>;
  /** Errors: SILENCE_UNKNOWN. */
  unsilence(id: string): Promise<Silence>;
}
